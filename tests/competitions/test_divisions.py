"""Where an entry stands: division, organisation, province and name, frozen when made."""

import pytest
from sqlalchemy import select

from learning.competitions import services
from learning.competitions.models import Entry
from learning.competitions.rules import (
    Belonging,
    Contest,
    Division,
    EnterpriseRanking,
    EntryRules,
    EntryScope,
    Organisation,
    RankBy,
    Tally,
    Weights,
    choose_place,
    list_places,
    problems_of,
    province_of,
)
from learning.competitions.services import Wish
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Role
from tests.factories.competitions import make_contest, make_participant, make_stage
from tests.factories.people import make_actor, make_membership, make_unit, make_user, unit_grant

STAFF = Division("staff", "企业员工组", Belonging.ENTERPRISE)
CAMPUS = Division("campus", "高校组", Belonging.UNIVERSITY)
OPEN = Division("open", "公开组", Belonging.ANYBODY)
FACTORY = Organisation(1, "f" * 26, "示例机械集团", "enterprise", "370100")
COLLEGE = Organisation(2, "c" * 26, "示例大学", "university", "")


def keys(rules: EntryRules, *organisations: Organisation, enrolled=()) -> list[str]:
    return [place.key for place in list_places(rules, organisations, enrolled)]


class TestPlaces:
    def test_without_divisions_there_is_one_place_an_organisation(self) -> None:
        assert keys(EntryRules()) == ["-:-"]
        assert keys(EntryRules(), FACTORY, COLLEGE) == [f"{'f' * 26}:-", f"{'c' * 26}:-"]

    def test_a_division_takes_its_kind_and_an_open_one_takes_all(self) -> None:
        rules = EntryRules((STAFF, CAMPUS, OPEN))

        assert keys(rules, FACTORY) == [f"{'f' * 26}:staff", f"{'f' * 26}:open"]
        assert keys(rules) == ["-:open"]
        assert keys(EntryRules((STAFF,)), COLLEGE) == []

    def test_where_only_enrolled_organisations_enter_others_have_no_place(self) -> None:
        rules = EntryRules((), EntryScope.ENROLLED)

        assert keys(rules) == []
        assert keys(rules, FACTORY, COLLEGE, enrolled={2}) == [f"{'c' * 26}:-"]

    @pytest.mark.parametrize("key", ["", "nonsense", f"{'f' * 26}:campus", "-:-", "x" * 10_000])
    def test_only_a_place_of_ones_own_can_be_chosen(self, key) -> None:
        places = list_places(EntryRules((STAFF, OPEN)), [FACTORY], ())

        assert choose_place(places, key) == "choose_place"
        assert choose_place(places, None) == "choose_place"
        assert choose_place([], None) == "not_eligible"
        assert choose_place(places[:1], None) is places[0]

    def test_a_province_is_two_digits_that_the_standard_knows(self) -> None:
        assert [province_of(code) for code in ("370100", "37", "", "990000", "ab")] == [
            "37",
            "37",
            "",
            "",
            "",
        ]


class TestRules:
    @pytest.mark.parametrize(
        ("divisions", "where"),
        [
            ((Division("", "甲组"),), "divisions-0-code"),
            ((Division("甲", "甲组"),), "divisions-0-code"),
            ((Division("a" * 21, "甲组"),), "divisions-0-code"),
            ((Division("a", "  "),), "divisions-0-title"),
            ((Division("a", "长" * 61),), "divisions-0-title"),
            ((Division("a", "甲组"), Division("A", "乙组")), "divisions-1-code"),
            (tuple(Division(f"d{n}", "组") for n in range(13)), "divisions"),
        ],
    )
    def test_bad_divisions_are_named(self, now, divisions, where) -> None:
        contest: Contest = make_contest(now, entry=EntryRules(divisions))

        assert where in [problem.place for problem in problems_of(contest)]

    @pytest.mark.parametrize("minimum", [0, -1, 100_001])
    def test_the_least_number_of_participants_has_bounds(self, now, minimum) -> None:
        ranking = EnterpriseRanking(RankBy.MEAN, minimum)
        contest = make_contest(now, entry=EntryRules(ranking=ranking))

        assert [problem.place for problem in problems_of(contest)] == ["ranked_from"]

    def test_the_worked_examples_of_mean_and_coverage(self) -> None:
        tally = Tally(1, "", 2, 2, 183_011, 3)

        assert (tally.mean_centi, tally.coverage_permille) == (9151, 666)
        assert Tally(1, "", 200, 199, 0, 200).coverage_permille == 995
        assert Tally(1, "", 5, 5, 0, 3).coverage_permille == 1000
        assert Tally(1, "", 5, 5, 0, 0).coverage_permille is None


class TestEntering:
    def test_an_entry_freezes_division_province_and_masks_the_name(self, session, now) -> None:
        stage = make_stage(session, now, entry=EntryRules((STAFF, CAMPUS)))
        user = make_user(session, now, "王小明")
        company = make_unit(session, now, region="370100")
        make_membership(session, now, user, company)

        services.enter_competition(session, make_actor(user), stage.public_id, now=now)
        company.region = "110000"
        session.flush()

        entry = session.scalars(select(Entry)).one()
        assert (entry.division, entry.province, entry.public_name) == ("staff", "37", "王*明")

    def test_where_several_divisions_fit_the_person_chooses(self, session, now) -> None:
        stage = make_stage(session, now, entry=EntryRules((OPEN, Division("master", "大师组"))))
        actor = make_actor(make_user(session, now))

        with pytest.raises(Conflict, match="choose_place"):
            services.enter_competition(session, actor, stage.public_id, now=now)
        services.enter_competition(
            session, actor, stage.public_id, wish=Wish(place="-:master"), now=now
        )

        assert session.scalars(select(Entry.division)).all() == ["master"]

    def test_who_fits_no_division_cannot_enter(self, session, now) -> None:
        stage = make_stage(session, now, entry=EntryRules((STAFF,)))

        with pytest.raises(Conflict, match="not_eligible"):
            make_participant(session, now, stage)

    def test_members_enter_once_their_organisation_has_enrolled(self, session, now) -> None:
        stage = make_stage(session, now, entry=EntryRules(scope=EntryScope.ENROLLED))
        company = make_unit(session, now)
        user = make_user(session, now)
        make_membership(session, now, user, company)
        actor = make_actor(user)
        hr = make_actor(make_user(session, now), unit_grant(Role.HR_MANAGER, company))

        with pytest.raises(Conflict, match="not_eligible"):
            services.enter_competition(session, actor, stage.public_id, now=now)
        services.enrol_enterprise(
            session, hr, stage.public_id, raw_unit_id=company.public_id, now=now
        )

        assert services.enter_competition(session, actor, stage.public_id, now=now)

    def test_a_name_is_shown_and_masked_again_by_the_persons_choice(self, session, now) -> None:
        stage = make_stage(session, now)
        actor = make_participant(session, now, stage, name="王小明")

        seen = []
        for shows_name in (True, False):
            services.show_name(session, actor, stage.public_id, shows_name=shows_name)
            entry = session.execute(select(Entry.public_name, Entry.shows_name)).one()
            seen.append(tuple(entry))

        assert seen == [("王小明", True), ("王*明", False)]
        with pytest.raises(Conflict, match="not_entered"):
            services.show_name(session, stage.actor, stage.public_id, shows_name=True)


class TestLocking:
    @pytest.mark.parametrize(
        "entry",
        [
            EntryRules((STAFF,)),
            EntryRules((Division("open", "别的名称"),)),
            EntryRules((OPEN,), EntryScope.ENROLLED),
            EntryRules((OPEN,), ranking=EnterpriseRanking(RankBy.COVERAGE)),
            EntryRules((OPEN,), ranking=EnterpriseRanking(RankBy.MEAN, 2)),
            EntryRules((OPEN,), ranking=EnterpriseRanking(RankBy.WEIGHTED, 1, Weights(50, 20, 30))),
        ],
    )
    def test_divisions_scope_and_ranking_lock_at_the_first_entry(self, session, now, entry) -> None:
        stage = make_stage(session, now, entry=EntryRules((OPEN,)))
        services.edit_competition(
            session, stage.actor, stage.public_id, contest=make_contest(now, entry=entry), now=now
        )
        assert stage.view(session, now).entry == entry
        services.edit_competition(
            session,
            stage.actor,
            stage.public_id,
            contest=make_contest(now, entry=EntryRules((OPEN,))),
            now=now,
        )
        paper = stage.view(session, now).assessment_id
        make_participant(session, now, stage)

        with pytest.raises(Conflict, match="rules_locked"):
            services.edit_competition(
                session,
                stage.actor,
                stage.public_id,
                contest=make_contest(now, entry=entry),
                now=now,
            )
        assert stage.view(session, now).assessment_id == paper

    def test_a_change_of_divisions_alone_keeps_the_paper(self, session, now) -> None:
        stage = make_stage(session, now)
        before = stage.view(session, now).assessment_id

        services.edit_competition(
            session,
            stage.actor,
            stage.public_id,
            contest=make_contest(now, entry=EntryRules((STAFF, CAMPUS))),
            now=now,
        )

        view = stage.view(session, now)
        assert (view.assessment_id, view.divisions) == (before, (STAFF, CAMPUS))

    def test_bad_divisions_are_refused_by_the_service_too(self, session, now) -> None:
        stage = make_stage(session, now)

        with pytest.raises(Invalid):
            services.edit_competition(
                session,
                stage.actor,
                stage.public_id,
                contest=make_contest(now, entry=EntryRules((Division("?", "组"),))),
                now=now,
            )
