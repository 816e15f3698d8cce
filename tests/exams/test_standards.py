"""A cut score by judges: rounds, feedback, who may look at what, and the adoption."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.exams import services
from learning.exams.models import (
    DeclaredConflict,
    SittingApplication,
    StandardJudgement,
)
from learning.exams.queries import standards
from learning.exams.routes import shown_to_judges
from learning.exams.rules import (
    Adjustment,
    RollLine,
    StandardState,
    Step,
    Wish,
    rounds_of,
)
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Role
from tests.factories.exams import make_hall, make_member, make_plan
from tests.factories.people import make_actor, make_user, unit_grant

DAY = timedelta(days=1)


class Board:
    """A sitting of tomorrow, its setting of one paper for all, and three judges."""

    def __init__(self, session, now, **options) -> None:
        self.hall = make_hall(session, now, opens_at=now + DAY, closes_at=now + 2 * DAY, forms=1)
        self.now = now
        self.setting = services.open_standard(
            session,
            self.hall.actor,
            self.hall.public_id,
            form_number=0,
            **{"shows_keys": False, "shows_facilities": True, **options},
            now=now,
        )
        self.judges = [
            make_member(session, now, self.hall, f"评委{n}", staff_no=f"J{n}") for n in "甲乙丙"
        ]
        self.appoint(session, "J甲\nJ乙\nJ丙")

    @property
    def ids(self):
        return {"raw_public_id": self.hall.public_id, "raw_setting_id": self.setting}

    def appoint(self, session, roll) -> int:
        return services.appoint_judges(
            session, self.hall.actor, **self.ids, roll=roll, now=self.now
        )

    def judge(self, session, user, percents, round_number=None) -> None:
        for position, percent in enumerate(percents, start=1):
            services.judge_item(
                session,
                make_actor(user),
                **self.ids,
                round_number=round_number or self.view(session).round,
                position=position,
                percent=percent,
                now=self.now,
            )

    def step(self, session, step) -> None:
        services.take_step(session, self.hall.actor, **self.ids, step=step, now=self.now)

    def adopt(self, session, adjustment=Adjustment.NONE, reason="评议一致", now=None) -> int:
        return services.adopt_standard(
            session,
            self.hall.actor,
            **self.ids,
            adjustment=adjustment,
            reason=reason,
            now=now or self.now,
        )

    def view(self, session):
        sitting = self.hall.view(session, self.now)
        return standards.get_setting(session, sitting.id, self.setting)

    def judged_by_all(self, session, *tables) -> None:
        for user, percents in zip(self.judges, tables, strict=True):
            self.judge(session, user, percents)


@pytest.fixture
def board(session, now):
    return Board(session, now)


TABLES = ([60] * 5, [70] * 5, [80] * 5)


class TestSetting:
    def test_two_rounds_are_judged_and_the_cut_is_adopted_for_a_reason(
        self, session, now, board
    ) -> None:
        board.judged_by_all(session, *TABLES)
        board.step(session, Step.CLOSE)
        board.step(session, Step.NEXT)
        board.judged_by_all(session, [65] * 5, [70] * 5, [75] * 5)
        board.step(session, Step.CLOSE)

        cut = board.adopt(session, Adjustment.LOWER, "考虑首次开考")

        sitting, setting = board.hall.view(session, now), board.view(session)
        # 20 points; judges' cuts 13, 14, 15: error 1/√3.
        assert (cut, sitting.cut_score_milli) == (13_400, 13_400)
        assert (setting.state, setting.reason) == (StandardState.ADOPTED, "考虑首次开考")
        told = session.scalars(
            select(AuditEntry.details).where(AuditEntry.act == "sitting.cut_score_adopted")
        ).one()
        assert '"from":12000' in str(told).replace(" ", "").replace("'", '"')
        with pytest.raises(Conflict, match="standard_over"):
            board.adopt(session)

    def test_a_judgement_is_changed_until_its_round_ends_and_never_after(
        self, session, board
    ) -> None:
        user = board.judges[0]
        board.judge(session, user, [60, 60])
        board.judge(session, user, [65])
        board.step(session, Step.CLOSE)

        with pytest.raises(Conflict, match="standard_closed"):
            board.judge(session, user, [99])

        said = session.execute(
            select(StandardJudgement.position, StandardJudgement.percent).order_by(
                StandardJudgement.position
            )
        ).all()
        assert [tuple(row) for row in said] == [(1, 65), (2, 60)]

    def test_what_was_thought_of_in_one_round_counts_in_no_other(self, session, board) -> None:
        board.judged_by_all(session, *TABLES)
        board.step(session, Step.CLOSE)
        board.step(session, Step.NEXT)

        with pytest.raises(Conflict, match="standard_closed"):
            board.judge(session, board.judges[0], [5], round_number=1)

        assert standards.get_panel(session, board.view(session)).given[1] == {}

    def test_who_is_dismissed_after_a_round_stays_in_the_record_with_the_reason(
        self, session, board
    ) -> None:
        board.judged_by_all(session, *TABLES)
        board.step(session, Step.CLOSE)
        asked = {**board.ids, "raw_person_id": board.judges[0].public_id, "now": board.now}

        with pytest.raises(Conflict, match="reason_missing"):
            services.dismiss_judge(session, board.hall.actor, **asked)
        services.dismiss_judge(session, board.hall.actor, **asked, reason="与出题组有关联")
        found = standards.list_dismissed(session, board.view(session))
        board.appoint(session, "J甲")

        assert [(each.name, each.at, each.reason) for each in found] == [
            ("评委甲", board.now, "与出题组有关联")
        ]
        assert standards.list_dismissed(session, board.view(session)) == []

    def test_what_a_dismissed_judge_said_no_longer_counts(self, session, board) -> None:
        board.judged_by_all(session, *TABLES)
        services.dismiss_judge(
            session,
            board.hall.actor,
            **board.ids,
            raw_person_id=board.judges[0].public_id,
            now=board.now,
        )
        board.step(session, Step.CLOSE)

        panel = standards.get_panel(session, board.view(session))

        assert rounds_of(panel)[0].result.cut == pytest.approx(15.0)
        with pytest.raises(Conflict, match="standard_few"):
            board.adopt(session)
        with pytest.raises(NotFound):
            board.judge(session, board.judges[0], [50])

    def test_nothing_is_adopted_once_the_sitting_began_or_another_paper_took_its_place(
        self, session, now, board
    ) -> None:
        board.judged_by_all(session, *TABLES)
        board.step(session, Step.CLOSE)
        with pytest.raises(Conflict, match="standard_late"):
            board.adopt(session, now=now + DAY)
        with pytest.raises(Conflict, match="reason_missing"):
            board.adopt(session, reason=" ")

        times = {"opens_at": now + DAY, "closes_at": now + 2 * DAY}
        plan = make_plan(now, **times, forms=1, limit_minutes=45)
        services.edit_sitting(session, board.hall.actor, board.hall.public_id, plan=plan, now=now)

        with pytest.raises(Conflict, match="standard_paper"):
            board.adopt(session)

    def test_where_everybody_gets_a_paper_of_their_own_the_panel_gets_one_too(
        self, session, now
    ) -> None:
        hall = make_hall(session, now, opens_at=now + DAY, closes_at=now + 2 * DAY)

        setting = services.open_standard(
            session,
            hall.actor,
            hall.public_id,
            form_number=0,
            shows_keys=False,
            shows_facilities=False,
            now=now,
        )

        view = standards.get_setting(session, hall.view(session, now).id, setting)
        assert sum(view.points_milli) == 20_000
        assert len(view.form.positions) == 5


class TestPeople:
    def test_who_sits_the_paper_never_judges_it_and_the_reverse(self, session, now, board) -> None:
        candidate = make_member(session, now, board.hall, "考生", staff_no="K1")
        services.admit(
            session,
            board.hall.actor,
            board.hall.public_id,
            user_ids=[candidate.id],
            now=now,
        )

        with pytest.raises(Invalid) as refused:
            board.appoint(session, "K1")
        with pytest.raises(Conflict, match="candidate_judged"):
            services.admit(
                session,
                board.hall.actor,
                board.hall.public_id,
                user_ids=[board.judges[0].id],
                now=now,
            )

        assert [p.code for p in refused.value.problems] == ["judge_is_candidate"]

    def test_a_judge_applies_for_nothing_and_an_applicant_sees_no_item(
        self, session, now, board
    ) -> None:
        changes = {"takes_applications": True}
        services.change_settings(
            session, board.hall.actor, board.hall.public_id, changes=changes, now=now
        )
        judge = make_actor(board.judges[0])

        with pytest.raises(Conflict, match="applicant_judged"):
            services.apply(session, judge, board.hall.public_id, wish=Wish("", "", "", ""), now=now)
        hr = make_actor(
            make_user(session, now, "人事"), unit_grant(Role.HR_MANAGER, board.hall.company)
        )
        with pytest.raises(Conflict, match="candidate_judged"):
            services.apply_for_many(
                session, hr, board.hall.public_id, lines=[RollLine(1, "J甲")], now=now
            )

        session.add(
            SittingApplication(
                public_id=new_public_id(),
                sitting_id=board.hall.view(session, now).id,
                user_id=judge.user_id,
                state="submitted",
                applied_by=judge.user_id,
                applied_at=now,
            )
        )
        session.flush()
        assert not shown_to_judges(session, judge.user_id).stems
        with pytest.raises(NotFound):
            board.judge(session, board.judges[0], [50])

    def test_a_judge_is_told_of_candidates_they_declared_a_conflict_with(
        self, session, now, board
    ) -> None:
        candidate = make_member(session, now, board.hall, "徒弟")
        services.admit(
            session, board.hall.actor, board.hall.public_id, user_ids=[candidate.id], now=now
        )
        session.add(
            DeclaredConflict(
                not_judged_by=board.judges[0].id,
                user_id=candidate.id,
                reason="师徒",
                declared_by=board.hall.examiner.id,
                declared_at=now,
            )
        )
        session.flush()

        found = [
            standards.get_judging(session, user.id, *board.ids.values()).judge.conflicts
            for user in board.judges
        ]

        assert found == [1, 0, 0]

    def test_keys_are_shown_only_where_allowed_and_each_look_is_written_down(
        self, session, now, board
    ) -> None:
        open_board = Board.__new__(Board)
        open_board.hall, open_board.now = board.hall, now
        open_board.setting = services.open_standard(
            session,
            board.hall.actor,
            board.hall.public_id,
            form_number=0,
            shows_keys=True,
            shows_facilities=False,
            now=now,
        )
        open_board.appoint(session, "J甲")
        judge = make_actor(board.judges[0])

        with pytest.raises(Conflict, match="standard_keys"):
            services.look_at_key(session, judge, **board.ids, position=1, now=now)
        services.look_at_key(session, judge, **open_board.ids, position=1, now=now)

        looks = select(func.count()).where(AuditEntry.act == "item.key_shown")
        assert session.scalar(looks) == 1

    def test_pictures_of_the_paper_are_a_judges_while_there_is_work(self, session, board) -> None:
        user = board.judges[0]
        versions = set(board.view(session).form.version_ids)

        during = shown_to_judges(session, user.id)
        board.step(session, Step.DROP)

        assert (set(during.stems), set(during.keys)) == (versions, set())
        assert not shown_to_judges(session, user.id).stems
