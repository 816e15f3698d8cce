"""Days to appeal begin when there is something to appeal on: never before it is told."""

from datetime import timedelta

from learning.attempts.rules import Disclosure, Release
from learning.exams.queries import appeals
from tests.factories.appeals import make_disputed
from tests.factories.marking import tell


def test_days_to_appeal_begin_when_scores_and_keys_are_told(database, now) -> None:
    scores, keys = now + timedelta(days=2), now + timedelta(days=5)
    days = Disclosure(score_from=scores, keys_from=keys)
    with database.transaction() as session:
        made = make_disputed(session, now, release=Release.AT_CLOSE, review=True, disclosure=days)
    tell(database, now)

    def until(at):
        with database.session(write=False) as session:
            sitting = appeals.get_party(session, made.candidates[0].user_id, made.public_id)
            found = appeals.list_subjects(session, made.candidates[0].user_id, sitting, at)
        return {each.kind.value: each.until for each in found}

    assert set(until(scores - timedelta(seconds=1))) == {"other"}
    told = until(scores)
    assert told["item"] - told["result"] == timedelta(days=3)
