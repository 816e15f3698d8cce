"""HR and the entry conditions of tracks: who waits, what was declared, confirm or refuse."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from learning.compliance import queries
from learning.compliance.routes.blueprint import bp
from learning.compliance.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Permission
from learning.study.queries.entries import get_entry, list_declarations
from learning.study.queries.tracks import get_track, list_tracks
from learning.study.rules.entry import WORD_LENGTH
from learning.study.rules.tracks import TrackDocument
from learning.study.services import entries as services
from learning.study.words import entry as words
from learning.web.forms import refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MOST_DIGITS = 18  # of an id in an address


@bp.get("/tracks/waiting")
@requires(Permission.TRACK_ASSIGN)
def waiting() -> ResponseReturnValue:
    """List who waits for HR to confirm the entry conditions of a track, with counts by track.

    With `met` in the query, only those whose declaration reaches what is asked.
    """
    session, actor, now = db_session(), current_actor(), utc_now()
    tracks = {one.code: one for one in list_tracks(session) if one.needs_hr}
    is_met = request.args.get("met", "") == "1"
    met = list(tracks.values()) if is_met else None
    counts = queries.count_waiting(session, actor, list(tracks), now, met=met)
    shown = request.args.get("track", "")
    codes = [shown] if shown in tracks else list(tracks)
    after = _after(request.args.get("after", ""))
    found = queries.list_waiting(session, actor, codes, now, after=after, met=met)
    rows = found[: queries.WAITING_SIZE]
    kept: dict[str, Any] = {"track": shown} if shown in tracks else {}
    other_url = url_for("compliance.waiting", **kept, met=None if is_met else 1)
    kept |= {"met": 1} if is_met else {}
    return render_template(
        "compliance/waiting.html",
        rows=[(row, *_declared(row, tracks[row.track])) for row in rows],
        tracks=tracks,
        tabs=[("", sum(counts.values())), *sorted(counts.items())],
        shown=shown if shown in tracks else "",
        is_met=is_met,
        other_url=other_url,
        after=after,
        user_id=actor.user_id,
        total=sum(counts.get(code, 0) for code in codes),
        next_url=url_for("compliance.waiting", **kept, after=rows[-1].id)
        if len(found) > len(rows)
        else "",
        first_url=url_for("compliance.waiting", **kept) if after else "",
    )


def _declared(
    row: queries.WaitingLine, track: TrackDocument
) -> tuple[list[words.ConditionRow], words.DeclarationRow | None]:
    """Return the conditions against what somebody declared, and that, None for nothing."""
    if row.declared is None:
        return words.condition_rows(track, None), None
    (declared,) = words.declaration_rows([row.declared], track)
    return words.condition_rows(track, row.declared.told), declared


@bp.get("/<raw_public_id>/tracks/<raw_track>")
@requires(Permission.TRACK_ASSIGN)
def entry(raw_public_id: str, raw_track: str) -> ResponseReturnValue:
    """Show what a person declared of a track's entry conditions, and the ways to decide."""
    return _entry_page(raw_public_id, raw_track, "", "")


def _entry_page(raw_public_id: str, raw_track: str, answer: str, problem: str) -> str:
    session, actor, now = db_session(), current_actor(), utc_now()
    track = get_track(session, raw_track)
    found = get_entry(session, actor, raw_public_id, raw_track, now)
    if not track.needs_hr:
        raise NotFound("enrolment")
    rounds = list_declarations(session, found.user_id, raw_track)
    told = next((one.told for one in rounds if one.told), None)
    return render_template(
        "compliance/entry.html",
        track=track,
        entry=found,
        conditions=words.condition_rows(track, told),
        rounds=words.declaration_rows(rounds, track),
        seen=rounds[0].public_id if rounds else "",
        is_own=found.user_id == actor.user_id,
        answer=answer,
        problem=problem,
        longest=WORD_LENGTH,
    )


@bp.post("/<raw_public_id>/tracks/<raw_track>/decide")
@requires(Permission.TRACK_ASSIGN)
def decide_entry(raw_public_id: str, raw_track: str) -> ResponseReturnValue:
    """Confirm or refuse a person's entry; form: `decision`, `seen`, `answer`, and where from."""
    session, actor, now, given = db_session(), current_actor(), utc_now(), request.form
    refuse_repeated(given)
    decision, seen = given.get("decision", ""), given.get("seen", "")
    if decision not in {"confirm", "refuse"}:
        raise Invalid([])
    try:
        if decision == "refuse":
            services.refuse_entry(
                session,
                actor,
                raw_public_id,
                raw_track,
                seen=seen,
                raw_answer=given.get("answer", ""),
                now=now,
            )
            flash(_("已退回，本人会看到原因，可以重新声明。"), "success")
        else:
            services.confirm_entry(session, actor, raw_public_id, raw_track, seen=seen, now=now)
            flash(_("已确认符合报名条件，已告知本人。"), "success")
    except Invalid:
        session.rollback()
        problem = _("请写明退回的原因，最多 %(n)s 个字。", n=WORD_LENGTH)
        return _entry_page(raw_public_id, raw_track, given.get("answer", ""), problem), 400
    except Conflict as error:
        session.rollback()
        flash(words.decide_problem(error.code), "error")
        return redirect(_entry_url(raw_public_id, raw_track), 303)
    if given.get("from") == "waiting":
        return redirect(_waiting_url(given), 303)
    return redirect(_entry_url(raw_public_id, raw_track), 303)


@bp.post("/tracks/waiting")
@requires(Permission.TRACK_ASSIGN)
def confirm_chosen() -> ResponseReturnValue:
    """Confirm the entries of a page that were chosen; form: `chosen`, each person, track, seen."""
    given = request.form
    refuse_repeated(MultiDict((k, v) for k, v in given.items(multi=True) if k != "chosen"))
    raw = [one.split("/") for one in given.getlist("chosen")]
    chosen = [(parts[0], parts[1], parts[2]) for parts in raw if len(parts) == 3]
    done, left = services.confirm_entries(db_session(), current_actor(), chosen, now=utc_now())
    if not done and not left:
        flash(_("请先勾选要确认的人。"), "error")
    else:
        flash(_("已确认 %(n)s 人次符合报名条件，已告知本人。", n=done), "success")
    if left:
        flash(_("有 %(n)s 人次没有确认：刚才有了变化，或须由别的负责人确认。", n=left), "warning")
    return redirect(_waiting_url(given), 303)


def _waiting_url(given: Mapping[str, str]) -> str:
    """Return the page of the list that a form was on."""
    kept: dict[str, Any] = {"track": given["track"]} if given.get("track") else {}
    kept |= {"met": 1} if given.get("met") == "1" else {}
    return url_for("compliance.waiting", **kept, after=_after(given.get("after", "")) or None)


def _entry_url(raw_public_id: str, raw_track: str) -> str:
    return url_for("compliance.entry", raw_public_id=raw_public_id, raw_track=raw_track)


def _after(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= MOST_DIGITS else 0
