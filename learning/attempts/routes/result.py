"""The result of an attempt: its score and, where the rules say so, keys; never before release."""

import json
from datetime import datetime
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from learning.attempts.queries import (
    AttemptView,
    ScoreView,
    find_score,
    get_attempt,
    has_open_attempts,
    list_items,
    list_rulings,
    list_stepwise_entries,
)
from learning.attempts.routes import views
from learning.attempts.routes.blueprint import bp
from learning.attempts.routes.review import Reviewed, review_of
from learning.attempts.rules import (
    KEYED,
    NO_ANSWERS,
    ByHand,
    Counts,
    Part,
    Release,
    measured_us,
    reaches_cut,
)
from learning.attempts.services.closing import NO_MISTAKE
from learning.attempts.services.regrading import REGRADED
from learning.attempts.words.regrades import corrected_words
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.question_bank.scoring import Outcome
from learning.web.guards import current_actor, requires
from learning.web.responses import HOME_PATH
from learning.web.templating import points_text
from learning.web.transaction import db_session
from learning.web.ways_back import WayBack, find_way_back


@bp.get("/<raw_public_id>/result")
@requires(Permission.SELF_ATTEMPT)
def result(raw_public_id: str) -> ResponseReturnValue:
    """Show what may be seen of a finished attempt; an open one goes on in its room."""
    session, actor = db_session(), current_actor()
    attempt = get_attempt(session, actor.user_id, raw_public_id)
    score = find_score(session, attempt.id)
    return render_template(
        "attempts/result.html",
        attempt=views.heading(attempt),
        result=_result(session, attempt, score),
    )


def _result(session: Session, attempt: AttemptView, score: ScoreView | None) -> dict[str, Any]:
    way = find_way_back(session, attempt.assessment_id)
    shown: dict[str, Any] = {
        "released": False,
        "waits_for_marks": False,
        "release_words": _release_words(attempt),
        "auto_submitted": attempt.finish_kind == "swept",
        "forced": attempt.finish_kind == "forced",
        "voided": attempt.voided_at is not None,
        "submitted_words": "",
        "item_count": attempt.item_count,
        "links": _links(attempt, way),
        "official": way is not None and way.is_official,
    }
    if attempt.submitted_at is None:
        shown["release_words"] = _("这次作答还没有交卷。")
    if score is None or attempt.finished_at is None:
        return shown
    answers = json.loads(score.answers)
    shown["ended_words"] = _ended_words(session, attempt)
    shown.update(_handed_in(attempt, attempt.finished_at))
    shown["answered"] = sum(row[4] is not None and row[4] != "null" for row in answers)
    if score.is_total:
        shown["item_count"] = 0
    if score.pending and attempt.rules.by_hand is ByHand.MARKED:
        shown["waits_for_marks"] = True
        shown["release_words"] = _("有题目由人评阅，阅卷结束后才有成绩。")
    elif Part.SCORE in (told := _told(session, attempt, way)):
        shown.update(_released(session, attempt, score, answers, told))
        shown.update(_verdict(attempt, score, way))
        if score.cause == REGRADED:
            at = views.clock_words(score.scored_at)
            shown["corrected_words"] = _("试题复核后于 %(at)s 重新评分，以现在的成绩为准。", at=at)
        if way is not None and way.appeal_url:
            shown["appeal_url"] = f"{way.appeal_url}?about=%s-{attempt.public_id}"
    return shown


def _handed_in(attempt: AttemptView, finished_at: datetime) -> dict[str, str]:
    """Return when it was handed in, and where its receipt is; a paper has a date, and none."""
    if attempt.finish_kind == KEYED:
        return {"submitted_words": _("%(at)s 纸笔作答", at=format_date(finished_at, "yyyy-MM-dd"))}
    return {
        "receipt_url": url_for("attempts.receipt", raw_public_id=attempt.public_id),
        "submitted_words": _("%(at)s 交卷", at=views.clock_words(finished_at)),
    }


def _ended_words(session: Session, attempt: AttemptView) -> str:
    """Return at which item a mistake ended the attempt, "" where none did."""
    if not attempt.rules.ends_at_mistake:
        return ""
    entries = list_stepwise_entries(session, attempt.id)
    missed = [n for n, entry in entries.items() if entry.outcome not in {None, *NO_MISTAKE}]
    return _("第 %(n)s 题没有答对，按规则本次到此为止。", n=max(missed)) if missed else ""


def _verdict(attempt: AttemptView, score: ScoreView, way: WayBack | None) -> dict[str, Any]:
    """Return what the cut score says of this attempt; nothing where only the first one counts."""
    counts = attempt.rules.counts is not Counts.FIRST or attempt.number == 1
    if way is None or way.cut_milli is None or not counts:
        return {}
    if attempt.voided_at is not None:
        return {}
    most = score.max_milli + score.excluded_milli
    cut = -(-way.cut_milli * score.max_milli // (most or 1))
    passed = reaches_cut(score.points_milli, score.max_milli, score.excluded_milli, way.cut_milli)
    return {"cut": points_text(cut), "passed": passed}


def _links(attempt: AttemptView, way: WayBack | None) -> list[dict[str, str]]:
    """Return where one can go from here, the likeliest first."""
    links = [{"label": _("回首页"), "url": HOME_PATH}]
    if way is not None:
        links.insert(0, {"label": way.label, "url": way.url})
    if attempt.submitted_at is None:
        room = url_for("attempts.room", raw_public_id=attempt.public_id)
        links.insert(0, {"label": _("继续作答"), "url": room})
    return links


def _told(session: Session, attempt: AttemptView, way: WayBack | None) -> frozenset[Part]:
    """Return which parts of the result its person may see now."""
    rules, now = attempt.rules, utc_now()
    is_closed = way is not None and way.is_closed
    # Before the close nothing hangs on the others, and then is when thousands ask at once.
    hangs = Release.AT_CLOSE in {rules.release_of(part) for part in Part}
    waits = hangs and now >= attempt.closes_at and not is_closed
    others = waits and has_open_attempts(session, attempt.assessment_id)
    return frozenset(
        part
        for part in Part
        if rules.is_told(
            part,
            finished=attempt.submitted_at is not None,
            closes_at=attempt.closes_at,
            others_still_open=others,
            now=now,
            is_closed=is_closed,
        )
    )


def _release_words(attempt: AttemptView) -> str:
    if attempt.rules.release is Release.NEVER:
        return _("本次不公布个人成绩。")
    at = _earliest(attempt, Part.SCORE)
    return _("成绩在全部作答结束后公布，不早于 %(at)s。", at=views.clock_words(at))


def _earliest(attempt: AttemptView, part: Part) -> datetime:
    return max(attempt.closes_at, attempt.rules.disclosure.since(part) or attempt.closes_at)


def _coming_words(attempt: AttemptView, told: frozenset[Part]) -> list[str]:
    """Return what of the items is to be shown later, a line for each instant."""
    names = {
        Part.RESPONSES: _("试题与作答"),
        Part.KEYS: _("答案"),
        Part.EXPLANATIONS: _("解析"),
    }
    coming: dict[datetime, list[str]] = {}
    for part, name in names.items():
        if part not in told and attempt.rules.release_of(part) is not Release.NEVER:
            coming.setdefault(_earliest(attempt, part), []).append(name)
    return [
        _(
            "%(what)s在全部作答结束后公布，不早于 %(at)s。",
            what=_("、").join(parts),
            at=views.clock_words(at),
        )
        for at, parts in coming.items()
    ]


def _released(
    session: Session,
    attempt: AttemptView,
    score: ScoreView,
    answers: list[list[Any]],
    told: frozenset[Part],
) -> dict[str, Any]:
    items = json.loads(score.items)
    shown: dict[str, Any] = {
        "released": True,
        "points": points_text(score.points_milli),
        "of": points_text(score.max_milli),
        "passed": None,
        "duration_words": _duration_words(attempt),
        "sections": [] if score.is_total else _sections(attempt, items),
        "pending": score.pending or sum(row[2] == Outcome.PENDING for row in items),
        "waits_for_marks": attempt.rules.by_hand is ByHand.MARKED,
    }
    if score.is_total:
        is_forgotten = score.items != NO_ANSWERS
        shown["note"] = (
            _("写下的答案已按隐私说明期满删除，成绩保留。")
            if is_forgotten
            else _("本次只登记了总分，没有逐题作答。")
        )
        return shown
    if Part.RESPONSES in told:
        shown["reviews"] = _reviews(session, attempt, items, answers, told)
    shown["coming"] = _coming_words(attempt, told)
    return shown


def _duration_words(attempt: AttemptView) -> str:
    """Return how long it took, "" on paper, where nobody measured."""
    ended = attempt.finished_at or attempt.started_at
    measured = measured_us(attempt.started_at, ended, attempt.finish_kind or "")
    if measured is None:
        return ""
    seconds = measured // 1_000_000
    return _("%(m)s 分 %(s)s 秒", m=seconds // 60, s=seconds % 60)


def _sections(attempt: AttemptView, items: list[list[Any]]) -> list[dict[str, Any]]:
    rows = []
    for place in views.heading(attempt).sections:
        scored = items[place.first - 1 : place.last]
        points, most = sum(row[0] for row in scored), sum(row[1] for row in scored)
        rows.append(
            {
                "title": place.title,
                "points": points_text(points),
                "of": points_text(most),
                "ratio": max(0, round(100 * points / most)) if most else 0,
            }
        )
    return rows


def _reviews(
    session: Session,
    attempt: AttemptView,
    items: list[list[Any]],
    answers: list[list[Any]],
    told: frozenset[Part],
) -> list[dict[str, Any]]:
    form, sections = attempt.form, attempt.blueprint.sections
    rulings = list_rulings(session, attempt.assessment_id) if attempt.ruled_at else {}
    held = list_items(session, form.positions, rulings)
    rows = []
    for number, (place, item) in enumerate(zip(form.positions, held, strict=True), 1):
        view = views.item_view(item.document, place, number)
        scored, answer = items[number - 1], answers[number - 1][4]
        # A ruling in words names the key, and a fault is reported by who was told it.
        ruling = rulings.get(place.version_id) if Part.KEYS in told else None
        response = json.loads(answer) if answer is not None else None
        rows.append(
            {
                "position": number,
                "kind": view.kind.value,
                "outcome": scored[2],
                "points": points_text(scored[0]),
                "of": points_text(scored[1]),
                "stem_html": view.stem_html,
                "corrected_words": corrected_words(ruling) if ruling else "",
                "report_url": views.report_url(attempt, number) if Part.KEYS in told else "",
                **review_of(Reviewed(view, item, response, sections[place.section].marking), told),
            }
        )
    return rows
