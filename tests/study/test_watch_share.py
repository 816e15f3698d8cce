"""The share of a recording to be watched is one of the versioned rules, from their day on."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.courses.queries.media import need_in_force
from learning.kernel.errors import Invalid
from learning.study.queries import rule_in_force
from learning.study.rules.hours import HourRule
from learning.study.services import set_rule
from learning.study.words import rule_words
from tests.factories.people import make_actor, make_user
from tests.study.hours import ZONE

DAY = timedelta(days=1)


def test_a_new_version_asks_for_its_share_from_the_next_day_on(session, now) -> None:
    operator = make_actor(make_user(session, now))

    def needs(at) -> tuple[int, int]:
        rule = rule_in_force(session, at)
        return session.scalars(select(need_in_force(at))).one(), rule.watched_percent

    assert needs(now) == (80, 80)
    set_rule(session, operator, HourRule(watched_percent=90), zone=ZONE, now=now)
    set_rule(session, operator, HourRule(watched_percent=0), zone=ZONE, now=now + DAY)

    assert [needs(now + n * DAY) for n in range(3)] == [(80, 80), (90, 90), (0, 0)]


@pytest.mark.parametrize("percent", [-1, 101])
def test_no_share_is_beyond_all_of_it(session, now, percent) -> None:
    operator = make_actor(make_user(session, now))
    with pytest.raises(Invalid):
        set_rule(session, operator, HourRule(watched_percent=percent), zone=ZONE, now=now)


def test_the_rules_say_the_share_in_words(app) -> None:
    with app.test_request_context():
        said = [" ".join(rule_words(HourRule(watched_percent=n))) for n in (70, 0)]

    assert "看满 70%" in said[0]
    assert "看满" not in said[1]
