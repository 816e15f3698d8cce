"""Setting a cut score by judges: opened, judged in rounds, adopted by a person for a reason."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from learning.attempts.queries import parse_blueprint
from learning.attempts.rules import AttemptRules, Form, draw_form, parallel_form
from learning.exams.models import Sitting, StandardJudge, StandardJudgement, StandardSetting
from learning.exams.queries import SittingView, find_on_roll, has_attempts, standards
from learning.exams.queries.standards import SettingView
from learning.exams.rules import (
    MAX_JUDGES,
    MAX_SETTINGS,
    Adjustment,
    Ground,
    StandardState,
    State,
    Step,
    adjusted_milli,
    adoption_refusal,
    parse_roll,
    roll_problem,
    rounds_of,
    step_refusal,
)
from learning.exams.services.managing import hold
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.question_bank.rules import Item


def open_standard(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    form_number: int,
    shows_keys: bool,
    shows_facilities: bool,
    now: datetime,
) -> str:
    """Open a setting for one form of the paper; return its public id.

    `form_number` counts the forms from 0; where everybody gets a paper of their own, one is drawn
    for the panel. Raises NotFound; Conflict("standard_late" | "too_many").
    """
    sitting = hold(session, actor, raw_public_id, now)
    if sitting.state is State.CLOSED or _has_begun(session, sitting, now):
        raise Conflict("standard_late")
    held = session.scalar(
        select(func.count())
        .select_from(StandardSetting)
        .where(StandardSetting.sitting_id == sitting.id)
    )
    if (held or 0) >= MAX_SETTINGS:
        raise Conflict("too_many")
    form = _form_of(sitting, form_number)
    setting = StandardSetting(
        public_id=new_public_id(),
        sitting_id=sitting.id,
        assessment_id=sitting.assessment_id,
        form=form.to_json(),
        state=StandardState.JUDGING.value,
        round=1,
        shows_keys=shows_keys,
        shows_facilities=shows_facilities,
        made_by=actor.user_id,
        made_at=now,
    )
    session.add(setting)
    session.flush()  # whoever appoints in the same transaction needs the row
    details = {"form": form.seed, "items": len(form.positions), "keys": shows_keys}
    _log(session, actor, "standard.opened", setting.public_id, now, details)
    return setting.public_id


def _form_of(sitting: SittingView, number: int) -> Form:
    blueprint = parse_blueprint(sitting.blueprint_json)
    shuffle = AttemptRules.from_json(sitting.rules_json).shuffle_options
    if not blueprint.forms:
        return draw_form(blueprint, secrets.token_hex(16), shuffle_options=shuffle)
    if not 0 <= number < len(blueprint.forms):
        raise NotFound("form")
    return parallel_form(blueprint, number, shuffle_options=shuffle)


def appoint_judges(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_setting_id: str,
    roll: str,
    now: datetime,
) -> int:
    """Appoint the people of a list as judges; return how many are new.

    All or nobody: raises Invalid with a problem for each line that means nobody and each person who
    is a candidate of the sitting; NotFound, Conflict("standard_over" | "too_many").
    """
    sitting, setting = _held(session, actor, raw_public_id, raw_setting_id, now)
    people, problems = find_on_roll(session, actor, parse_roll(roll), now)
    candidates = standards.list_candidates_among(session, sitting.id, people)
    problems += [roll_problem(None, "judge_is_candidate", name) for _id, name in candidates]
    if problems:
        raise Invalid(problems)
    rows = {
        row.user_id: row
        for row in session.scalars(
            select(StandardJudge).where(StandardJudge.setting_id == setting.id)
        )
    }
    new = [person for person in people if person not in rows or rows[person].dismissed_at]
    at_work = sum(row.dismissed_at is None for row in rows.values())
    if at_work + len(new) > MAX_JUDGES:
        raise Conflict("too_many")
    for person in new:
        if person in rows:
            rows[person].dismissed_at, rows[person].dismissed_reason = None, ""
            continue
        session.add(
            StandardJudge(
                setting_id=setting.id,
                user_id=person,
                appointed_by=actor.user_id,
                appointed_at=now,
            )
        )
    _log(session, actor, "standard.judges_appointed", setting.public_id, now, {"people": len(new)})
    return len(new)


def dismiss_judge(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_setting_id: str,
    raw_person_id: str,
    reason: str = "",
    now: datetime,
) -> None:
    """Dismiss a judge: what they said no longer counts.

    After a round this moves its cut, and is for a reason that stands in the record. Raises
    NotFound, Conflict("standard_over" | "reason_missing").
    """
    _sitting, setting = _held(session, actor, raw_public_id, raw_setting_id, now)
    judges = standards.list_judges(session, setting)
    judge = next((each for each in judges if each.person == raw_person_id), None)
    if judge is None:
        raise NotFound("judge")
    if setting.closed_rounds and not reason.strip():
        raise Conflict("reason_missing")
    session.execute(
        update(StandardJudge)
        .where(StandardJudge.setting_id == setting.id, StandardJudge.user_id == judge.user_id)
        .values(dismissed_at=now, dismissed_reason=reason)
    )
    details = {"person": raw_person_id, "reason": reason}
    _log(session, actor, "standard.judge_dismissed", setting.public_id, now, details)


def judge_item(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_setting_id: str,
    round_number: int,
    position: int,
    percent: int,
    now: datetime,
) -> None:
    """Say of an item what share would have it right; again before the round ends takes its place.

    `round_number` is the round that was judged: what was thought of in one counts in no other. The
    setting's row is held against the end of the round. Raises NotFound; Conflict
    ("standard_closed").
    """
    judging = standards.get_judging(session, actor.user_id, raw_public_id, raw_setting_id)
    setting = judging.setting
    if not 1 <= position <= len(setting.form.positions):
        raise NotFound("item")
    held = session.execute(
        select(StandardSetting.state, StandardSetting.round)
        .where(StandardSetting.id == setting.id)
        .with_for_update(read=True)
    ).one()
    if held.state != StandardState.JUDGING.value or held.round != round_number:
        raise Conflict("standard_closed")
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite_insert if is_sqlite else postgresql_insert
    session.execute(
        insert(StandardJudgement)
        .values(
            setting_id=setting.id,
            user_id=actor.user_id,
            round=held.round,
            position=position,
            percent=percent,
            judged_at=now,
        )
        .on_conflict_do_update(
            index_elements=["setting_id", "user_id", "round", "position"],
            set_={"percent": percent, "judged_at": now},
        )
    )


def look_at_key(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_setting_id: str,
    position: int,
    now: datetime,
) -> Item:
    """Return an item with its key to a judge, where that is allowed; the look is written down.

    Raises NotFound; Conflict("standard_keys") where judges see no keys.
    """
    judging = standards.get_judging(session, actor.user_id, raw_public_id, raw_setting_id)
    if not judging.setting.shows_keys or not judging.setting.is_at_work:
        raise Conflict("standard_keys")
    item = standards.get_judged_key(session, judging.setting, position)
    audit.log(
        session,
        "item.key_shown",
        f"{judging.sitting.rules.bank}/{item.document.code}"[:80],
        actor_id=actor.user_id,
        now=now,
        details={"sitting": raw_public_id, "standard": raw_setting_id, "position": position},
    )
    return item


def take_step(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_setting_id: str,
    step: Step,
    now: datetime,
) -> None:
    """Close a round, open the next one, or drop the setting.

    Raises NotFound; Conflict("standard_over" | "standard_closed" | "standard_open" |
    "standard_rounds").
    """
    _sitting, setting = _held(session, actor, raw_public_id, raw_setting_id, now)
    refusal = step_refusal(setting.state, step, setting.round)
    if refusal:
        raise Conflict(refusal)
    state = {
        Step.CLOSE: StandardState.BETWEEN,
        Step.NEXT: StandardState.JUDGING,
        Step.DROP: StandardState.DROPPED,
    }[step]
    number = setting.round + (step is Step.NEXT)
    session.execute(
        update(StandardSetting)
        .where(StandardSetting.id == setting.id)
        .values(state=state.value, round=number)
    )
    _log(session, actor, f"standard.{step.value}", setting.public_id, now, {"round": number})


def adopt_standard(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_setting_id: str,
    adjustment: Adjustment,
    reason: str,
    now: datetime,
) -> int:
    """Make the judges' cut, perhaps moved by a standard error, the sitting's; return it in 1/1000.

    Raises NotFound; Conflict("reason_missing") or with the code of `rules.adoption_refusal`.
    """
    sitting, setting = _held(session, actor, raw_public_id, raw_setting_id, now)
    if not reason.strip():
        raise Conflict("reason_missing")
    panel = standards.get_panel(session, setting)
    ground = Ground(
        setting.state,
        panel.complete(setting.round),
        sitting.state,
        has_begun=_has_begun(session, sitting, now),
        is_same_paper=setting.assessment_id == sitting.assessment_id,
    )
    refusal = adoption_refusal(ground)
    if refusal:
        raise Conflict(refusal)
    cut = adjusted_milli(rounds_of(panel)[-1].result, adjustment)
    session.execute(update(Sitting).where(Sitting.id == sitting.id).values(cut_score_milli=cut))
    session.execute(
        update(StandardSetting)
        .where(StandardSetting.id == setting.id)
        .values(
            state=StandardState.ADOPTED.value,
            adopted_milli=cut,
            adjustment=adjustment.value,
            reason=reason,
            decided_by=actor.user_id,
            decided_at=now,
        )
    )
    details = {
        "standard": setting.public_id,
        "from": sitting.cut_score_milli,
        "to": cut,
        "adjustment": adjustment.value,
        "reason": reason,
    }
    _log(session, actor, "sitting.cut_score_adopted", sitting.public_id, now, details)
    return cut


def _has_begun(session: Session, sitting: SittingView, now: datetime) -> bool:
    is_on = sitting.state is State.OPEN and now >= sitting.opens_at
    return is_on or has_attempts(session, sitting.assessment_id)


def _held(
    session: Session, actor: Actor, raw_public_id: str, raw_setting_id: str, now: datetime
) -> tuple[SittingView, SettingView]:
    """Return sitting and setting, the sitting's row held, then the setting's; one still at work."""
    sitting = hold(session, actor, raw_public_id, now)
    found = standards.get_setting(session, sitting.id, raw_setting_id)
    session.execute(
        select(StandardSetting)
        .where(StandardSetting.id == found.id)
        .with_for_update()
        .execution_options(populate_existing=True)  # what was read before the lock may be old
    )
    setting = standards.get_setting(session, sitting.id, raw_setting_id)
    if not setting.is_at_work:
        raise Conflict("standard_over")
    return sitting, setting


def _log(
    session: Session,
    actor: Actor,
    act: str,
    subject: str,
    now: datetime,
    details: Mapping[str, object],
) -> None:
    audit.log(session, act, subject, actor_id=actor.user_id, now=now, details=details)
