"""The ledger and its rules on a database: sums, certificates, versions, HR's file."""

import io
from datetime import timedelta

import pytest

from learning.kernel.clock import utc_now
from learning.kernel.documents import read_sheet
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Role
from learning.study.queries import (
    Totals,
    list_credits,
    list_years,
    rule_in_force,
    sum_hours,
)
from learning.study.rules.hours import HourRule, local_day, span_of, year_span
from learning.study.services import issue_statement, set_rule
from tests.factories.people import (
    grant_role,
    log_in,
    make_actor,
    make_membership,
    make_unit,
    make_user,
)
from tests.factories.study import make_credit

ZONE = "Asia/Shanghai"


def test_the_years_are_those_of_the_zone(session, now) -> None:
    user = make_user(session, now)
    new_year = now.replace(year=2025, month=12, day=31, hour=16)  # midnight in Shanghai
    make_credit(session, new_year - timedelta(seconds=1), user.id)
    make_credit(session, new_year, user.id, is_common=True)

    found = {
        y: sum_hours(session, [user.id], year_span(y, ZONE)).get(user.id) for y in (2025, 2026)
    }

    assert found == {2025: Totals(1, 660, 660), 2026: Totals(1, 660, 0)}
    assert list_years(session, user.id, ZONE) == [2026, 2025]


def test_nobody_sees_the_credits_of_others(session, now) -> None:
    mine, other = make_user(session, now), make_user(session, now)
    make_credit(session, now, other.id)

    assert list_credits(session, [mine.id], year_span(2026, ZONE)) == []


class TestRules:
    def test_a_new_version_is_in_force_from_the_next_day(self, session, now) -> None:
        actor = make_actor(make_user(session, now))

        made = set_rule(session, actor, HourRule(minutes_per_hour=60), zone=ZONE, now=now)

        assert made.number == 1
        assert rule_in_force(session, now).number == 0
        midnight = now.replace(hour=16)  # of Shanghai
        assert rule_in_force(session, midnight - timedelta(seconds=1)).number == 0
        assert rule_in_force(session, midnight) == made

    def test_of_two_made_on_one_day_the_later_counts(self, session, now) -> None:
        actor = make_actor(make_user(session, now))
        set_rule(session, actor, HourRule(minutes_per_hour=60), zone=ZONE, now=now)
        set_rule(session, actor, HourRule(daily_max_minutes=60), zone=ZONE, now=now)

        assert rule_in_force(session, now + timedelta(days=1)).number == 2

    def test_a_rule_out_of_its_bounds_is_refused(self, session, now) -> None:
        actor = make_actor(make_user(session, now))

        with pytest.raises(Invalid) as refused:
            set_rule(session, actor, HourRule(gap_s=10_000), zone=ZONE, now=now)

        assert [problem.place for problem in refused.value.problems] == ["gap_s"]


class TestCertificates:
    def test_without_hours_there_is_none(self, session, now) -> None:
        actor, today = make_actor(make_user(session, now)), local_day(now, ZONE)

        with pytest.raises(Conflict):
            issue_statement(session, actor, span_of(today, today, ZONE), zone=ZONE, now=now)

    @pytest.mark.parametrize("days", [-1, 4_000])
    def test_a_span_turned_round_or_too_long_is_refused(self, session, now, days) -> None:
        actor, today = make_actor(make_user(session, now)), local_day(now, ZONE)
        span = span_of(today, today + timedelta(days=days), ZONE)

        with pytest.raises(Invalid):
            issue_statement(session, actor, span, zone=ZONE, now=now)


def test_hr_takes_the_credits_of_its_own_people_alone(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        unit, foreign = make_unit(session, now), make_unit(session, now, name="别的企业")
        mine, other, hr = (make_user(session, now, name) for name in ("甲员工", "乙员工", "人力"))
        make_membership(session, now, mine, unit, staff_no="0012")
        make_membership(session, now, other, foreign)
        grant_role(session, now, hr, Role.HR_MANAGER, unit)
        make_credit(session, now, mine.id, title="=1+1")
        make_credit(session, now, other.id)
    client = app.test_client()
    log_in(client, database, hr, now)
    page = client.get("/staff").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]

    file = client.post("/staff/hours.xlsx", data={"csrf_token": token, "year": str(now.year)})
    rows = read_sheet(io.BytesIO(file.data).getvalue()).rows

    assert file.content_length is None  # it leaves as it is read
    assert [(row[0], row[1], row[4], row[8]) for row in rows[1:]] == [
        ("0012", "甲员工", "=1+1", 0.66)
    ]
