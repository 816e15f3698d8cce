"""The console of who invigilates: everybody at a glance, acts, one candidate's log."""

import hashlib
import json
from typing import Any, cast

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.attempts.queries import list_acts, tally_make_ups
from learning.attempts.rules import ActKind, ActReason
from learning.attempts.watching import list_late_answers
from learning.attempts.words import answer_words
from learning.exams import queries, services, words
from learning.exams.forms import ActForm, IncidentForm, OutageForm, outage_values
from learning.exams.queries import Watch, WatchFilter, WatchLine, WatchPage
from learning.exams.routes.blueprint import bp
from learning.exams.rules import (
    IncidentReason,
    State,
    WatchOrder,
    WatchState,
    may_act,
    may_be_of_everybody,
    to_utc,
)
from learning.exams.words import _
from learning.kernel.clock import to_ms, utc_now
from learning.kernel.errors import NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Permission
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires, with_grants
from learning.web.responses import json_reply
from learning.web.transaction import db_session

INVIGILATE, MANAGE = Permission.SELF_INVIGILATE, Permission.SITTING_MANAGE
MAX_SEARCH = 100


def _watcher() -> Actor:
    """Return who asks with the roles held: an examiner reaches what an appointment does not."""
    return with_grants(current_actor())


@bp.get("/<raw_public_id>/console")
@requires(INVIGILATE)
def console(raw_public_id: str) -> ResponseReturnValue:
    """Show the console; who is listed comes by `console_rows`."""
    now = utc_now()
    watch = queries.get_watch(db_session(), _watcher(), raw_public_id, now)
    page = page_number(request.args)
    rooms = queries.list_watched_rooms(db_session(), watch)
    kept = {name: request.args.get(name) or None for name in ("room", "q", "state", "order")}
    return render_template(
        "exams/console.html",
        watch=watch,
        sitting=watch.sitting,
        is_open=watch.sitting.state is State.OPEN,
        rooms=rooms,
        wanted=kept,
        states=[(state.value, words.watch_words(state)[0]) for state in WatchState],
        orders=[(order.value, words.order_words(order)) for order in WatchOrder],
        acts=[_offered(kind) for kind in ActKind if may_act(kind, is_examiner=watch.is_examiner)],
        reasons=[(reason.value, words.act_reason_words(reason)) for reason in ActReason],
        page=page,
        rows_url=url_for(
            "exams.console_rows", raw_public_id=raw_public_id, page=page, **cast("Any", kept)
        ),
        person_url=url_for("exams.console", raw_public_id=raw_public_id) + "/",
        now_ms=to_ms(now),
    )


def _offered(kind: ActKind) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "label": words.act_words(kind),
        "help": words.act_help(kind),
        "everybody": may_be_of_everybody(kind),
        "batch": services.batch_size(kind),
    }


@bp.get("/<raw_public_id>/console/rows")
@requires(INVIGILATE)
def console_rows(raw_public_id: str) -> ResponseReturnValue:
    """List a page of candidates as they stand; 304 when nothing changed since."""
    now = utc_now()
    watch = queries.get_watch(db_session(), _watcher(), raw_public_id, now)
    wanted, page = _wanted(watch), page_number(request.args)
    found = queries.get_watch_page(db_session(), watch.sitting, wanted, page=page, now=now)
    body = {
        "rows": [_row(line, found) for line in found.lines],
        "tally": {state.value: count for state, count in found.tally.items()},
        "total": found.total,
        "pages": max(1, -(-found.total // queries.WATCH_PAGE)),
    }
    text = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
    tag = hashlib.sha256(text).hexdigest()[:32]
    known = tag in request.if_none_match
    reply = Response(status=304) if known else json_reply(body)
    reply.set_etag(tag)
    return reply


def _wanted(watch: Watch) -> WatchFilter:
    args, room_ids = request.args, watch.room_ids
    if args.get("room"):
        rooms = queries.list_watched_rooms(db_session(), watch)
        room = next((room for room in rooms if room.public_id == args["room"]), None)
        if room is None:
            raise NotFound("room")
        room_ids = (room.id,)
    state, order = args.get("state", ""), args.get("order", "")
    return WatchFilter(
        room_ids=room_ids,
        search=args.get("q", "")[:MAX_SEARCH],
        state=WatchState(state) if state in set(WatchState) else None,
        order=WatchOrder(order) if order in set(WatchOrder) else WatchOrder.ATTENTION,
    )


def _row(line: WatchLine, found: WatchPage) -> dict[str, Any]:
    label, status = words.watch_words(line.state)
    attempt = line.attempt
    row: dict[str, Any] = {
        "id": line.person,
        "name": line.name,
        "seat": line.seat,
        "ticket": line.ticket_no,
        "room": line.room,
        "state": label,
        "status": status,
        "aid": words.accommodation_words(line.accommodation, line.extra),
    }
    if attempt is None:
        return row
    progress, told = found.progress.get(attempt.id), found.told.get(attempt.id)
    row |= {
        "items": attempt.item_count,
        "answered": progress.answered if progress else 0,
        "begun_ms": to_ms(attempt.started_at),
        "saved_ms": to_ms(progress.saved_at) if progress and progress.saved_at else None,
        "late": progress.late if progress else 0,
        "events": words.told_words(told.counts) if told else [],
        "told_ms": to_ms(told.told_at) if told else None,
    }
    if attempt.is_open:
        paused = attempt.facts.paused_at
        row |= {
            "deadline_ms": to_ms(attempt.deadline_at),
            "paused_ms": to_ms(paused) if paused else None,
            "extra": attempt.extra_s // 60,
        }
        if attempt.sections is not None:
            row["section_ends_ms"] = [to_ms(each.ends_at) for each in attempt.sections.times]
    return row


@bp.post("/<raw_public_id>/console/acts")
@requires(INVIGILATE)
def console_act(raw_public_id: str) -> ResponseReturnValue:
    """Do an act to one batch of candidates; the console asks for the following ones itself."""
    form = ActForm()
    if not form.validate():
        return json_reply({"error": "invalid", "fields": sorted(form.errors)}, 400)
    session, actor, now, act = db_session(), _watcher(), utc_now(), form.act()
    if form.scope.data == "everybody":
        batch = services.act_on_everybody(
            session,
            actor,
            raw_public_id,
            act=act,
            raw_room_id=form.room.data or "",
            after=form.after.data or "",
            now=now,
        )
    else:
        people = form.people_ids()
        if not 0 < len(people) <= services.batch_size(act.kind):
            return json_reply({"error": "invalid", "fields": ["people"]}, 400)
        batch = services.act_on_people(
            session, actor, raw_public_id, act=act, raw_people=people, now=now
        )
    return json_reply({"done": batch.done, "after": batch.after})


@bp.route("/<raw_public_id>/console/<raw_person_id>", methods=["GET", "POST"])
@requires(INVIGILATE)
def console_person(raw_public_id: str, raw_person_id: str) -> ResponseReturnValue:
    """Show one candidate with all that was done and noted; note something."""
    now, actor = utc_now(), _watcher()
    with transaction.reading() as session:
        watch = queries.get_watch(session, actor, raw_public_id, now)
        line = queries.get_watched(session, watch, raw_person_id)
    form = IncidentForm()
    form.offer()
    if not form.validate_on_submit():
        page = _person_page(watch, line, form)
        return page, 400 if request.method == "POST" else 200
    services.note_during(
        db_session(),
        actor,
        raw_public_id,
        raw_person_id=raw_person_id,
        reason=IncidentReason(form.reason.data),
        note=(form.note.data or "").strip(),
        now=now,
    )
    flash(_("已记录，不能删除。"), "success")
    address = url_for(
        "exams.console_person", raw_public_id=raw_public_id, raw_person_id=raw_person_id
    )
    return redirect(address, 303)


def _person_page(watch: Watch, line: WatchLine, form: IncidentForm) -> str:
    with transaction.reading() as session:
        attempts = queries.list_attempts_of(session, watch.sitting, line.user_id)
        late = [(each, list_late_answers(session, each.id)) for each in attempts]
        acts = list_acts(session, [attempt.id for attempt in attempts])
        noted = queries.list_incidents(session, watch.sitting.id, people=[line.person])
    numbers = {attempt.id: attempt.number for attempt in attempts}
    return render_template(
        "exams/console_person.html",
        sitting=watch.sitting,
        is_open=watch.sitting.state is State.OPEN,
        line=line,
        state=words.watch_words(line.state),
        accommodation=words.accommodation_words(line.accommodation, line.extra),
        attempts=attempts,
        acts=[(act, numbers[act.attempt_id], words.act_line_words(act)) for act in acts],
        late=[
            (attempt.number, answer, answer_words(answer.item, answer.response))
            for attempt, answers in late
            for answer in answers
        ],
        is_examiner=watch.is_examiner,
        incidents=[(incident, words.reason_words(incident.reason)) for incident in noted],
        form=form,
    )


@bp.route("/<raw_public_id>/outage", methods=["GET", "POST"])
@requires(MANAGE)
def outage(raw_public_id: str) -> ResponseReturnValue:
    """Give the minutes of an outage back to everybody who was answering."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        sitting = queries.get_managed(session, actor, raw_public_id, now)
    form = OutageForm(data=outage_values(new_public_id()))
    form.offer()
    if not form.validate_on_submit():
        page = render_template(
            "exams/outage.html",
            sitting=sitting,
            form=form,
            make_ups=tally_make_ups(db_session(), sitting.assessment_id),
        )
        return page, 400 if request.method == "POST" else 200
    was_new = services.give_minutes_back(
        db_session(),
        actor,
        raw_public_id,
        lost=(to_utc(form.lost_from.data, sitting.zone), to_utc(form.lost_to.data, sitting.zone)),
        outage_id=str(form.outage_id.data),
        reason=form.account(),
        now=now,
    )
    said = _("已登记，几秒内补给当时正在作答的每个人。") if was_new else _("这次已经补过了。")
    flash(said, "success")
    return redirect(url_for("exams.console", raw_public_id=raw_public_id), 303)
