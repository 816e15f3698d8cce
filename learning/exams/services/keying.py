"""Answer sheets are keyed by two people, each alone; what they agree on becomes an attempt.

Whose sheets, and of what, is the desk's matter: a sitting's, or that of a contest's round.
Whoever keys a sheet holds what stands for the candidate there, so that two keyings come one after
the other and the second one is always compared with the first.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.attempts.rules import form_code
from learning.attempts.services import KeyedPaper, correct_paper, paper_refusal, record_paper
from learning.exams.models import AnswerSheet, SheetKeying
from learning.exams.queries import SittingView, get_appointed
from learning.exams.queries import sheets as queries
from learning.exams.queries.sheets import SheetDesk, sitting_desk
from learning.exams.rules import Duty, State, Upload, to_utc
from learning.exams.rules.keying import (
    DATE,
    FORM,
    TOTAL,
    answers_of,
    differences,
    to_json,
    total_milli,
)
from learning.exams.rules.sheets import SheetState, Slot, agreed, state_after
from learning.exams.services.managing import hold
from learning.exams.services.reading_sheets import Papers, problem_at, read_keying
from learning.exams.services.sheets import add_scans, add_sheet, hold_candidate, log_sheet
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Actor

PAGE, FILE = "page", "file"


def get_keyed(session: Session, actor: Actor, raw_public_id: str) -> SittingView:
    """Return the sitting whose sheets a person is appointed to key.

    Raises NotFound; Conflict("no_paper" | "closed") where there are none, or it was called off.
    """
    sitting = get_appointed(session, actor.user_id, raw_public_id, Duty.KEYER).sitting
    if not sitting.settings.takes_paper:
        raise Conflict("no_paper")
    if (
        sitting.state is State.CLOSED
        and sitting.closed_at
        and sitting.closed_at <= sitting.opens_at
    ):
        raise Conflict("closed")
    return sitting


def hold_desk(session: Session, actor: Actor, raw_public_id: str, now: datetime) -> SheetDesk:
    """Return the desk of a sitting that the actor manages, its row held. Raises NotFound."""
    return sitting_desk(hold(session, actor, raw_public_id, now))


def key_sheet(
    session: Session,
    actor: Actor,
    desk: SheetDesk,
    *,
    candidate_id: int,
    raw: Mapping[str, str],
    uploads: Sequence[Upload] = (),
    now: datetime,
) -> SheetState:
    """Key a candidate's sheet, as a desk's keyer; return how it stands then.

    Raises NotFound, Invalid with a problem for each place, and the conflicts of `add_keying`.
    """
    papers = Papers(desk)
    reading = read_keying(session, papers, raw, now)
    if reading.problems:
        raise Invalid(list(reading.problems), "keying")
    sheet = add_keying(session, actor, papers, candidate_id, reading.values, source=PAGE, now=now)
    add_scans(session, actor, desk, sheet, uploads, now)
    return SheetState(sheet.state)


def add_keying(
    session: Session,
    actor: Actor,
    papers: Papers,
    candidate_id: int,
    values: Mapping[str, str],
    *,
    source: str,
    now: datetime,
) -> AnswerSheet:
    """Put a keying in its normal form to a candidate's sheet, and confirm that if both agree.

    Raises NotFound; Conflict("own_sheet" | "keyed_already" | "sheet_confirmed" | "sheet_differs")
    and the desk's refusal, and before the first keying those of `attempts.services.paper_refusal`.
    """
    desk = papers.desk
    hold_candidate(session, desk, candidate_id)
    if candidate_id == actor.user_id:
        raise Conflict("own_sheet")
    sheet = _open_sheet(session, actor, desk, candidate_id, now)
    keyed = queries.list_keyings(session, sheet.id)
    if queries.is_same_person(session, actor.user_id, [each.keyed_by for each in keyed]):
        raise Conflict("keyed_already")
    session.add(_row(sheet.id, Slot(len(keyed) + 1), actor.user_id, values, source, now))
    details = {"sheet": sheet.public_id, "slot": len(keyed) + 1, "source": source}
    log_sheet(session, "sheet.keyed", actor, desk, now, details)
    state = state_after(keyed[0].values, values) if keyed else SheetState.OPEN
    if state is SheetState.CONFIRMED:
        _confirm(session, actor, papers, sheet, values, now)
    sheet.state = state.value
    session.flush()  # a sheet of the next row of a file is looked for
    return sheet


def _row(
    sheet_id: int, slot: Slot, keyer_id: int, values: Mapping[str, str], source: str, now: datetime
) -> SheetKeying:
    return SheetKeying(
        sheet_id=sheet_id,
        slot=slot,
        keyed_by=keyer_id,
        content=to_json(values),
        source=source,
        keyed_at=now,
    )


def _open_sheet(
    session: Session, actor: Actor, desk: SheetDesk, candidate_id: int, now: datetime
) -> AnswerSheet:
    """Return the candidate's sheet that waits for a keying, a new one where there is none."""
    sheet = queries.find_newest_sheet(session, desk, candidate_id)
    _check_may_have_paper(session, desk, candidate_id)
    if sheet is not None:
        if sheet.state == SheetState.CONFIRMED.value:
            raise Conflict("sheet_confirmed")
        if sheet.state == SheetState.DIFFERS.value:
            raise Conflict("sheet_differs")
        return sheet
    refusal = paper_refusal(session, desk.assessment_id, candidate_id)
    if refusal is not None:
        raise Conflict(refusal)
    return add_sheet(session, actor, desk, candidate_id, now)


def _check_may_have_paper(session: Session, desk: SheetDesk, candidate_id: int) -> None:
    refusal = desk.refusal(session, candidate_id)
    if refusal is not None:
        raise Conflict(refusal)


def settle_sheet(
    session: Session,
    actor: Actor,
    desk: SheetDesk,
    *,
    raw_sheet_id: str,
    picks: Mapping[str, str],
    now: datetime,
) -> None:
    """Decide by the scan where two keyings differ, place by place; the sheet is confirmed then.

    `picks` has a text for each place at which they differ; what they agree on stays. Raises
    NotFound; Conflict("own_sheet" | "sheet_settled") and the desk's refusal; Invalid with a problem
    for each place that is undecided or wrong.
    """
    found = queries.get_sheet(session, desk, raw_sheet_id)
    hold_candidate(session, desk, found.user_id)
    session.refresh(found)
    if found.user_id == actor.user_id:
        raise Conflict("own_sheet")
    if found.state != SheetState.DIFFERS.value:
        raise Conflict("sheet_settled")
    _check_may_have_paper(session, desk, found.user_id)
    first, second = (each.values for each in queries.list_keyings(session, found.id)[:2])
    apart = differences(first, second)
    undecided = [problem_at(place, "undecided") for place in apart if place not in picks]
    if undecided:
        raise Invalid(undecided, "keying")
    held = agreed(first, second)
    raw = {**held, **{place: picks[place] for place in apart}}
    if FORM in held:
        raw[FORM] = form_code(held[FORM])
    papers = Papers(desk)
    reading = read_keying(session, papers, raw, now)
    if reading.problems:
        raise Invalid(list(reading.problems), "keying")
    session.add(_row(found.id, Slot.SETTLED, actor.user_id, reading.values, PAGE, now))
    details = {"sheet": found.public_id, "places": apart[:100], "count": len(apart)}
    log_sheet(session, "sheet.settled", actor, desk, now, details)
    _confirm(session, actor, papers, found, reading.values, now)
    session.flush()  # what cannot be must show here


def _confirm(
    session: Session,
    actor: Actor,
    papers: Papers,
    sheet: AnswerSheet,
    values: Mapping[str, str],
    now: datetime,
) -> None:
    """Make the attempt of a sheet, or a new version of its score after a correction."""
    desk = papers.desk
    paper = _paper(session, papers, values)
    if sheet.revision:
        attempt_id = _attempt_of(session, desk, sheet.user_id)
        version = correct_paper(
            session,
            attempt_id,
            paper=paper,
            cause_id=sheet.public_id,
            made_by=actor.user_id,
            now=now,
        )
    else:
        attempt_id, version = (
            record_paper(
                session,
                desk.assessment_id,
                sheet.user_id,
                paper=paper,
                cause_id=sheet.public_id,
                made_by=actor.user_id,
                now=now,
            ),
            1,
        )
    sheet.state, sheet.content = SheetState.CONFIRMED.value, to_json(values)
    sheet.attempt_id, sheet.score_version, sheet.confirmed_at = attempt_id, version, now
    details = {"sheet": sheet.public_id, "revision": sheet.revision, "version": version}
    log_sheet(session, "sheet.confirmed", actor, desk, now, details)


def _paper(session: Session, papers: Papers, values: Mapping[str, str]) -> KeyedPaper:
    found = papers.find(session, values[FORM])
    if found is None:
        raise NotFound("form")
    form, lines = found
    midnight = datetime.combine(date.fromisoformat(values[DATE]), time.min)
    answered_at = to_utc(midnight, papers.desk.zone).astimezone(UTC)
    if values.get(TOTAL):
        return KeyedPaper(form, answered_at, None, total_milli(values[TOTAL]))
    return KeyedPaper(form, answered_at, answers_of(lines, values))


def _attempt_of(session: Session, desk: SheetDesk, user_id: int) -> int:
    first = select(AnswerSheet.attempt_id).where(
        desk.mine, AnswerSheet.user_id == user_id, AnswerSheet.revision == 0
    )
    attempt_id = session.scalar(first)
    if attempt_id is None:
        raise NotFound("attempt")
    return attempt_id
