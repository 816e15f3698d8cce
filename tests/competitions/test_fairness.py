"""What looks unfair: the figures that flag, a person's decision, and all lists after a void."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.attempts.models import Attempt
from learning.competitions import queries, services
from learning.competitions.formats import Promotion
from learning.competitions.jobs import count_areas_due
from learning.competitions.jobs.fairness import look_for_flags
from learning.competitions.models import EnterpriseResult, Entry, FairnessFlag
from learning.competitions.rules.fairness import (
    AttemptFacts,
    FairnessRules,
    FlagKind,
    look_at,
    problem_places,
)
from learning.competitions.services import fairness
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.leaderboards import queries as boards
from tests.competitions.test_enterprises import close, enrol, make_company, play
from tests.factories.competitions import make_association, make_stage
from tests.factories.people import make_actor
from tests.factories.rounds import HOUR, add_later, close_round, go_on, rule
from tests.factories.rounds import play as play_round

HONEST = AttemptFacts(
    items=25,
    points_milli=90_000,
    max_milli=100_000,
    duration_s=600.0,
    answered_s=tuple(float(n * n) for n in range(25)),
    epoch=1,
)


class TestRules:
    @pytest.mark.parametrize(
        ("change", "kinds"),
        [
            ({}, []),
            ({"duration_s": 40.0}, [FlagKind.SPEED]),  # 1.6 s an item
            ({"duration_s": 50.0}, []),  # 2 s an item is the limit itself
            ({"duration_s": 40.0, "points_milli": 59_999}, []),  # fast and wrong is guessing
            ({"duration_s": None}, []),  # paper
            ({"answered_s": tuple(3.0 * n for n in range(25))}, [FlagKind.RHYTHM]),
            ({"answered_s": tuple(3.0 * n for n in range(10))}, []),  # 9 gaps are too few
            ({"answered_s": (5.0,) * 25}, []),  # one parcel of a device that was offline
            ({"epoch": 5}, [FlagKind.DEVICES]),
            ({"epoch": 4}, []),
        ],
    )
    def test_hand_computed_cases(self, change, kinds) -> None:
        found = look_at(FairnessRules(), replace(HONEST, **change))
        assert [finding.kind for finding in found] == kinds

    def test_the_figures_are_kept_as_evidence(self) -> None:
        found = look_at(FairnessRules(), replace(HONEST, duration_s=40.0))
        assert found[0].evidence == {"seconds_each": 1.6, "share": 0.9, "items": 25}

    def test_thresholds_have_their_bounds(self) -> None:
        wrong = FairnessRules(item_seconds=0, share=2, gaps=1, variation=0, takeovers=0)
        assert problem_places(FairnessRules()) == []
        assert len(problem_places(wrong)) == 5


@pytest.fixture
def played(database, now):
    """Three of a company handed in within a minute: 12 s for each of five items."""
    with database.transaction() as session:
        stage = make_stage(session, now)
        company, _user, hr = make_company(session, now, headcount=4)
        enrol(session, now, stage, hr, company)
        users = play(session, now, stage, company, ["甲", "乙", "丙"], handed_in=3)
        fairness.set_fairness(
            session,
            stage.actor,
            stage.public_id,
            rules=FairnessRules(item_seconds=20.0, share=0.99),
            now=now,
        )
    return stage, company, users


def flag_of(session) -> FairnessFlag:
    return session.scalars(select(FairnessFlag)).one()


def decide(session, now, stage, *, upholds=True, reason="本人承认", actor=None) -> None:
    fairness.decide_flag(
        session,
        actor or stage.actor,
        stage.public_id,
        raw_flag_id=flag_of(session).public_id,
        upholds=upholds,
        raw_reason=reason,
        now=now,
    )


class TestFlags:
    def test_the_worker_flags_once_and_never_decides(self, database, now, played) -> None:
        assert look_for_flags(database, now) == 1  # only the first has all points
        assert look_for_flags(database, now + timedelta(minutes=5)) == 0
        assert look_for_flags(database, now + timedelta(hours=25)) == 0

        with database.session(write=False) as session:
            flag = flag_of(session)
            assert (flag.kind, flag.state) == ("speed", "open")
            assert session.scalars(select(Attempt.voided_at)).all() == [None] * 3

    def test_later_rounds_are_looked_at_each_in_its_time(self, database, now, open_browser) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now)
            add_later(session, now, stage)
            rule(session, now, stage, Promotion(top=2))
            rules = FairnessRules(item_seconds=20.0, share=0.99)
            fairness.set_fairness(session, stage.actor, stage.public_id, rules=rules, now=now)
            people = play_round(session, now, stage, {"甲": (20, 600), "乙": (20, 900)})
            close_round(session, now + 9 * HOUR, stage)
            go_on(session, now + 9 * HOUR, stage)
        assert look_for_flags(database, now + 9 * HOUR) == 0

        running, closed = now + 34 * HOUR, now + 35 * HOUR
        with database.transaction() as session:
            at = now + 11 * HOUR
            play_round(session, at, stage, {"甲": (20, 30)}, people=people, number=2)
        assert look_for_flags(database, running) == 1
        with database.transaction() as session:
            play_round(session, at, stage, {"乙": (20, 30)}, people=people, number=2)
            close_round(session, closed, stage, 2)
        assert look_for_flags(database, closed) == 1
        assert look_for_flags(database, closed + timedelta(hours=30)) == 0

        seen = open_browser(stage.manager).get(f"/competitions/{stage.public_id}/fairness").text
        assert seen.count("复赛 · 第 1 次作答") == 2

    def test_a_dismissed_flag_leaves_everything_and_stays_dismissed(
        self, database, now, played
    ) -> None:
        stage, _company, _users = played
        look_for_flags(database, now)
        with database.transaction() as session:
            with pytest.raises(Invalid):
                decide(session, now, stage, upholds=False, reason=" ")
            decide(session, now, stage, upholds=False)
            with pytest.raises(Conflict, match="flag_decided"):
                decide(session, now, stage)
        look_for_flags(database, now + timedelta(hours=25))
        with database.session(write=False) as session:
            assert flag_of(session).state == "dismissed"
            assert session.scalars(select(Entry.voided_at)).all() == [None] * 3

    def test_only_the_organiser_decides_and_never_about_oneself(
        self, database, now, played
    ) -> None:
        stage, _company, users = played
        look_for_flags(database, now)
        with database.transaction() as session:
            _, _, stranger = make_association(session, now, name="另一协会")
            with pytest.raises(NotFound):
                decide(session, now, stage, actor=stranger)
            own = replace(stage.actor, user_id=users[0].id)
            with pytest.raises(Conflict, match="flag_own"):
                decide(session, now, stage, actor=own)


class TestVoiding:
    def test_a_published_list_is_corrected_everywhere(self, database, now, played) -> None:
        stage, _company, users = played
        look_for_flags(database, now)
        with database.transaction() as session:
            close(session, stage, now)
        count_areas_due(database, now)
        with database.transaction() as session:
            decide(session, now, stage)

        assert count_areas_due(database, now) == 1  # answers by area are counted anew
        with database.session(write=False) as session:
            view = stage.view(session, now)
            page = boards.get_page(session, view.board_id, page=1, size=10)
            assert [(r.standing, r.points_milli) for r in page.rows] == [(1, 19_000), (2, 18_000)]
            row = session.scalars(select(EnterpriseResult)).one()
            assert (row.participants, row.sum_milli, row.entries) == (2, 37_000, 3)
            part = services.find_slice(session, view, after=0)
            assert len(services.compare_slice(session, view, part)) == 0
            acts = set(session.scalars(select(AuditEntry.act)))
            assert {"competition.entry_voided", "competition.flag_upheld"} <= acts
            void = session.scalars(select(Entry).where(Entry.voided_at.is_not(None))).one()
            assert (void.user_id, void.void_reason) == (users[0].id, "本人承认")

    def test_a_void_entry_starts_nothing_and_is_not_made_anew(self, database, now, played) -> None:
        stage, _company, users = played
        look_for_flags(database, now)
        with database.transaction() as session:
            decide(session, now, stage)
            actor = make_actor(users[0])
            assert not services.enter_competition(session, actor, stage.public_id, now=now)
            with pytest.raises(Conflict, match="not_entered"):
                services.start_round(
                    session, actor, stage.public_id, device_token="d" * 43, now=now
                )
            competition = stage.view(session, now)
            entry = queries.find_entry(session, competition.id, users[0].id)
            assert entry is not None
            assert entry.voided_at == now


class TestPages:
    def test_the_organiser_reads_the_evidence_and_voids(
        self, open_browser, database, now, played
    ) -> None:
        stage, _company, users = played
        look_for_flags(database, now)
        browser = open_browser(stage.manager)
        page = f"/competitions/{stage.public_id}/fairness"

        text = browser.get(page).text
        assert "平均每题 12.00 秒" in text
        with database.session(write=False) as session:
            flag = flag_of(session).public_id
        address = f"{page}/{flag}/decide"
        assert browser.post(address, {"decision": "uphold", "reason": ""}).status_code == 400
        assert browser.post(address, {"decision": "uphold", "reason": "脚本"}).status_code == 303
        assert "脚本" in browser.get(f"{page}?state=upheld").text
        assert "取消您的参赛" in open_browser(users[0]).get(f"/competitions/{stage.public_id}").text
        assert browser.post(page, {"item_seconds": "0", "share": "x"}).status_code == 400
