"""Series: next year's clone, archiving, and editions beside each other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from learning.competitions import services
from learning.competitions.models import (
    ContestPicture,
    EnterpriseEnrolment,
    Entry,
)
from learning.competitions.queries import get_managed, get_published, list_rounds
from learning.competitions.queries.awards import find_plan
from learning.competitions.queries.fairness import find_fairness
from learning.competitions.queries.hours import find_pledge
from learning.competitions.queries.pages import get_page
from learning.competitions.queries.series import (
    edition_figures,
    get_managed_series,
    get_series,
    list_editions,
    list_series_of,
)
from learning.competitions.queries.teams import find_settings
from learning.competitions.rules import (
    Division as DivisionRule,
)
from learning.competitions.rules import (
    EntryRules,
    Page,
    Partner,
    PartnerRole,
    Showing,
    Stage,
)
from learning.competitions.rules.awards import AwardRules, Prize
from learning.competitions.rules.fairness import FairnessRules
from learning.competitions.rules.hours import HourField, HoursPledge
from learning.competitions.rules.prize_lists import PrizeKind
from learning.competitions.rules.series import (
    Standing,
    Sum,
    change_permille,
    retitle,
    seal_refusal,
    shift_years,
)
from learning.competitions.rules.teams import TeamRules
from learning.competitions.services import fairness, teams
from learning.competitions.services.hours import set_pledge
from learning.competitions.words.series import cut_rows
from learning.kernel.errors import Conflict, Invalid, NotFound
from tests.competitions.test_enterprises import enrol, make_company
from tests.factories.competitions import make_association, make_stage
from tests.factories.pictures import make_png
from tests.factories.rounds import add_later, close_round, plan_round, play

SHANGHAI = "Asia/Shanghai"
PLEDGE = HoursPledge(Decimal(12), Decimal(6), HourField.COMMON)
DAY = timedelta(days=1)


class TestShifting:
    def test_a_date_keeps_its_hour_on_the_organisers_clock(self) -> None:
        opens = datetime(2026, 8, 28, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai

        assert shift_years(opens, 1, SHANGHAI) == datetime(2027, 8, 28, 1, 0, tzinfo=UTC)

    def test_it_is_the_local_day_that_is_shifted(self) -> None:
        late = datetime(2027, 12, 31, 17, 0, tzinfo=UTC)  # 1 January 2028 in Shanghai

        assert shift_years(late, 1, SHANGHAI) == datetime(2028, 12, 31, 17, 0, tzinfo=UTC)

    def test_a_leap_day_becomes_the_last_of_february(self) -> None:
        leap = datetime(2028, 2, 29, 4, 0, tzinfo=UTC)

        assert shift_years(leap, 1, SHANGHAI) == datetime(2029, 2, 28, 4, 0, tzinfo=UTC)
        assert shift_years(leap, 4, SHANGHAI) == datetime(2032, 2, 29, 4, 0, tzinfo=UTC)

    def test_a_clock_that_is_put_forward_keeps_its_hour(self) -> None:
        winter = datetime(2026, 3, 29, 8, 0, tzinfo=UTC)  # 10:00 in Berlin, summer time

        assert shift_years(winter, 1, "Europe/Berlin") == datetime(2027, 3, 29, 8, 0, tzinfo=UTC)
        assert shift_years(winter - DAY, 1, "Europe/Berlin").hour == 7

    def test_the_year_in_a_title_follows(self) -> None:
        assert retitle("2026 年示例竞赛（2026）", 2026, 2027) == "2027 年示例竞赛（2027）"
        assert retitle("示例竞赛", 2026, 2027) == "示例竞赛"


class TestRules:
    @pytest.mark.parametrize(
        ("standing", "code"),
        [
            (Standing(is_published=False), "seal_running"),
            (Standing(is_published=True, open_rounds=1), "seal_rounds"),
            (Standing(is_published=True, open_prizes=True), "seal_prizes"),
            (Standing(is_published=True, open_flags=1), "seal_flags"),
            (Standing(is_published=True, open_appeals=1), "seal_appeals"),
            (Standing(is_published=True, open_regrades=1), "seal_appeals"),
            (Standing(is_published=True), None),
        ],
    )
    def test_an_edition_is_archived_when_nothing_is_open(self, standing, code) -> None:
        assert seal_refusal(standing) == code

    def test_growth_is_rounded_half_up_and_needs_a_year_before(self) -> None:
        assert change_permille(3_270_000, 3_980_000) == 217  # 21.7 %, as the contest grew 2018–19
        assert change_permille(1000, 999) == -1
        assert change_permille(0, 5) is None
        assert change_permille(None, 5) is None

    def test_cuts_stand_by_the_last_years_participants_which_come_first(self) -> None:
        cuts = [{"37": Sum(10, 900_000), "61": Sum(4, 1)}, {"61": Sum(12, 960_000)}]

        rows = cut_rows({"37": "山东", "61": "陕西"}, cuts, 5)

        assert [row.name for row in rows] == ["陕西", "山东"]
        assert rows[0].cells == (("12", "80.00"), ("4", "0.00"))
        assert rows[0].growth == "+200.0%"
        assert rows[1].cells[0] == ("0", "—")
        assert rows[1].growth == "−100.0%"


def place(session, now, stage, *, year: int | None = None, series: str = "") -> str:
    return services.place_in_series(
        session,
        stage.actor,
        stage.public_id,
        raw_series_id=series,
        title="示例竞赛系列",
        year=year or now.year,
        now=now,
    )


def furnish(session, now):
    """A draft with all that can be written down: divisions, rounds, page, teams, prizes, flags."""
    stage = make_stage(
        session,
        now,
        is_open=False,
        title=f"{now.year} 年示例竞赛",
        opens_at=now + DAY,
        closes_at=now + 3 * DAY,
        entry=EntryRules((DivisionRule("soe", "央企组"), DivisionRule("public", "公众组"))),
    )
    add_later(session, now, stage, begins=80, ends=90)
    services.write_page(
        session,
        stage.actor,
        stage.public_id,
        page=Page(
            banner="new",
            banner_alt="主视觉",
            enrols_from=now,
            enrols_until=now + 2 * DAY,
            final_at=now + 30 * DAY,
            final_place="礼堂",
            partners=(Partner(PartnerRole.HOST, "示例质量协会"),),
        ),
        banner=make_png(),
        now=now,
    )
    services.set_showing(
        session,
        stage.actor,
        stage.public_id,
        showing=Showing(is_live=True, freeze_at=now + 2 * DAY, stages=(Stage("", 1),)),
        now=now,
    )
    teams.set_team_rules(session, stage.actor, stage.public_id, rules=TeamRules(), now=now)
    flags = FairnessRules(phones=5)
    fairness.set_fairness(session, stage.actor, stage.public_id, rules=flags, now=now)
    set_pledge(session, stage.actor, stage.public_id, pledge=PLEDGE, now=now)
    prizes = (Prize("first", "一等奖", PrizeKind.RANK, 3),)
    services.write_awards(
        session,
        stage.actor,
        stage.public_id,
        rules=AwardRules(prizes, "某指数收盘点位", now + 10 * DAY, 7, 30),
        now=now,
    )
    return stage


class TestCloning:
    def clone(self, session, now, stage, year: int | None = None):
        public_id = services.clone_edition(
            session, stage.actor, stage.public_id, year=year or now.year + 1, now=now
        )
        return get_managed(session, stage.actor, public_id, now)

    def test_what_was_decided_is_taken_over_a_year_later(self, session, now) -> None:
        stage = furnish(session, now)
        place(session, now, stage)
        old = stage.view(session, now)

        new = self.clone(session, now, stage)

        assert new.title == f"{now.year + 1} 年示例竞赛"
        assert (new.state.value, new.year, new.dates_due) == ("draft", now.year + 1, True)
        assert new.opens_at == shift_years(old.opens_at, 1, old.zone)
        assert new.rules == old.rules
        assert new.entry == old.entry
        assert new.showing == replace(
            old.showing, freeze_at=shift_years(now + 2 * DAY, 1, old.zone)
        )
        lines = {line.number: line for line in list_rounds(session, new.id)}
        assert lines[2].title == "复赛"
        assert lines[2].opens_at == shift_years(plan_round(now, begins=80).opens_at, 1, old.zone)
        page, before = get_page(session, new.id), get_page(session, old.id)
        assert page.banner == before.banner
        assert page.partners == before.partners
        assert page.final_at == shift_years(now + 30 * DAY, 1, old.zone)
        pictures = select(func.count()).select_from(ContestPicture)
        assert session.scalar(pictures.where(ContestPicture.competition_id == new.id)) == 1
        assert find_settings(session, new.id).rules == TeamRules()
        assert find_settings(session, new.id).board_id != find_settings(session, old.id).board_id
        assert find_fairness(session, new.id).phones == 5
        assert find_pledge(session, new.id) == PLEDGE
        plan = find_plan(session, new.id)
        assert plan.state.value == "draft"
        assert plan.rules.source_at == shift_years(now + 10 * DAY, 1, old.zone)

    def test_nobody_and_no_result_is_taken_over(self, session, now) -> None:
        stage = make_stage(session, now)
        place(session, now, stage)
        company, _user, hr = make_company(session, now)
        enrol(session, now, stage, hr, company)
        play(session, now, stage, {"甲": (20, 60)})

        new = self.clone(session, now, stage)

        for table in (Entry, EnterpriseEnrolment):
            held = select(func.count()).select_from(table)
            assert session.scalar(held.where(table.competition_id == new.id)) == 0

    def test_it_opens_only_when_somebody_confirmed_its_dates(self, session, now) -> None:
        stage = furnish(session, now)
        place(session, now, stage)
        new = self.clone(session, now, stage)

        with pytest.raises(Conflict) as refused:
            services.open_competition(session, stage.actor, new.public_id, now=now)
        services.confirm_dates(session, stage.actor, new.public_id, now=now)
        services.open_competition(session, stage.actor, new.public_id, now=now)

        assert refused.value.code == "dates_due"
        assert get_published(session, new.public_id).dates_due is False

    def test_a_year_has_one_edition_and_the_past_none(self, session, now) -> None:
        stage = make_stage(session, now)
        with pytest.raises(Conflict) as alone:
            self.clone(session, now, stage)
        place(session, now, stage)
        self.clone(session, now, stage)

        with pytest.raises(Conflict) as again:
            self.clone(session, now, stage)
        with pytest.raises(Conflict) as past:
            self.clone(session, now, stage, now.year - 1)
        with pytest.raises(Invalid):
            self.clone(session, now, stage, 1900)

        assert (alone.value.code, again.value.code, past.value.code) == (
            "no_edition",
            "edition_taken",
            "edition_past",
        )

    def test_a_foreign_competition_or_series_looks_missing(self, session, now) -> None:
        stage = make_stage(session, now)
        series = place(session, now, stage)
        _unit, _user, stranger = make_association(session, now, "别的协会")

        with pytest.raises(NotFound):
            services.clone_edition(session, stranger, stage.public_id, year=now.year + 1, now=now)
        with pytest.raises(NotFound):
            get_managed_series(session, stranger, series, now)


class TestYearOnYear:
    def test_figures_are_those_of_the_published_lists(self, session, now) -> None:
        stage = make_stage(session, now)
        series = place(session, now, stage, year=now.year)
        people = play(session, now, stage, {"甲": (20, 60), "乙": (11, 60)})
        assert people
        running = edition_figures(session, stage.view(session, now), now.year, now)
        close_round(session, now, stage)

        figures = edition_figures(session, stage.view(session, now), now.year, now)

        assert running.mean_centi is None
        assert running.total.sum_milli == 0
        assert (figures.entries, figures.total) == (2, Sum(2, 31_000))
        assert figures.mean_centi == 1550
        assert figures.coverage_permille is None
        held = get_series(session, series)
        assert [line.year for line in list_editions(session, held.id)] == [now.year]
        assert list_series_of(session, stage.association.id) == [held]

    def test_coverage_is_of_the_units_that_declared_a_headcount(self, session, now) -> None:
        from tests.competitions.test_enterprises import play as play_for

        stage = make_stage(session, now)
        company, _user, hr = make_company(session, now, headcount=3)
        enrol(session, now, stage, hr, company)
        play_for(session, now, stage, company, ["王", "李"], handed_in=2)
        play(session, now, stage, {"自由人": (20, 60)})
        close_round(session, now, stage)

        figures = edition_figures(session, stage.view(session, now), now.year, now)

        assert (figures.units, figures.headcount, figures.covered) == (1, 3, 2)
        assert figures.coverage_permille == 666
        assert figures.total.participants == 3

    def test_a_draft_is_an_edition_for_its_organiser_alone(self, session, now) -> None:
        stage = furnish(session, now)
        held = get_series(session, place(session, now, stage))

        assert list_editions(session, held.id) == []
        assert len(list_editions(session, held.id, with_drafts=True)) == 1
