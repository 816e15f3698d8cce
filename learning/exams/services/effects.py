"""What rulings on items would do to the results of a sitting, before anybody decides on them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment
from learning.attempts.queries import CurrentScore, iterate_current_scores
from learning.attempts.rules import AttemptRules, ByHand, Ruling
from learning.attempts.services import ScoreChange, preview_regrade
from learning.exams.models import Sitting
from learning.exams.rules import Outcome, Try, result_of
from learning.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class ResultEffect:
    """What a regrade would make of one person's result; None where there is none."""

    user_id: int
    before: Outcome | None
    after: Outcome | None

    @property
    def passes(self) -> bool:
        """Tell whether a fail becomes a pass."""
        return _passed(self.after) and not _passed(self.before)

    @property
    def fails(self) -> bool:
        """Tell whether a pass becomes a fail: a certificate for it is then in doubt."""
        return _passed(self.before) and not _passed(self.after)


def _passed(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.passed


def preview_results(
    session: Session, sitting_id: int, rulings: Sequence[Ruling]
) -> list[ResultEffect]:
    """Return the effect on each person one of whose scores would change, by person; writes nothing.

    Raises NotFound, Invalid as `attempts.services.preview_regrade`.
    """
    row = session.execute(
        select(Sitting.assessment_id, Sitting.cut_score_milli, Assessment.rules)
        .join(Assessment, Assessment.id == Sitting.assessment_id)
        .where(Sitting.id == sitting_id)
    ).one_or_none()
    if row is None:
        raise NotFound("sitting")
    rules = AttemptRules.from_json(row.rules)
    changes: dict[int, dict[int, ScoreChange]] = {}
    for change in preview_regrade(session, row.assessment_id, rulings).changes:
        changes.setdefault(change.user_id, {})[change.number] = change
    effects = []
    for user_id, scores in iterate_current_scores(session, row.assessment_id) if changes else ():
        changed = changes.get(user_id)
        if changed is None:
            continue
        now = [_try(score, waits=rules.by_hand is ByHand.MARKED) for score in scores]
        then = [
            _try(changed[each.number], waits=rules.by_hand is ByHand.MARKED)
            if each.number in changed
            else each
            for each in now
        ]
        before, after = (result_of(t, rules.counts, row.cut_score_milli) for t in (now, then))
        effects.append(ResultEffect(user_id, before, after))
    return effects


def _try(score: CurrentScore | ScoreChange, *, waits: bool) -> Try:
    return Try(
        number=score.number,
        points_milli=score.points_milli,
        max_milli=score.max_milli,
        excluded_milli=score.excluded_milli,
        is_pending=waits and score.pending > 0,
    )
