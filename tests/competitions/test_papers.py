"""Paper in a contest: a unit's own people, two keyers, one result each, the lists follow."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from learning.attempts.models import AssessmentItem, Attempt, ScoreRow
from learning.attempts.queries import find_score
from learning.attempts.rules import Ruling, Treatment
from learning.competitions import services
from learning.competitions.models import EnterpriseResult, Entry, PaperEntry
from learning.competitions.queries import papers as paper_queries
from learning.competitions.queries.paper_totals import list_round_totals
from learning.competitions.rules.papers import PaperState
from learning.competitions.services import feeding
from learning.competitions.services.sharing import find_sharing, plan_look
from learning.exams.loader import Cell, KeyedRow
from learning.exams.models import AnswerSheet
from learning.exams.queries.sheets import get_sheet
from learning.exams.rules.sheets import SheetState
from learning.exams.services import key_rows, open_correction, settle_sheet
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.leaderboards import queries as boards
from tests.competitions.test_desks import make_hr
from tests.factories.competitions import add_scored_attempt, make_participant
from tests.factories.contest_papers import feed, make_paper_contest
from tests.factories.people import make_membership, make_user


@pytest.fixture
def contest(session, now):
    return make_paper_contest(session, now)


def board(session, contest, now):
    view = contest.stage.view(session, now)
    return boards.get_page(session, view.board_id, page=1, size=50).rows


def refused(code, act, *args, **named) -> None:
    with pytest.raises(Conflict) as error:
        act(*args, **named)
    assert error.value.code == code


def problems(act, *args, **named) -> dict[str, str]:
    with pytest.raises(Invalid) as error:
        act(*args, **named)
    return {problem.place: problem.code for problem in error.value.problems}


def sheet_of(session) -> AnswerSheet:
    return session.scalars(select(AnswerSheet).order_by(AnswerSheet.id.desc()).limit(1)).one()


class TestList:
    def test_putting_people_down_enters_them_for_their_unit(self, session, now, contest) -> None:
        done = services.put_down(
            session,
            contest.keyers[0],
            contest.desk(session, now),
            roll="w1，W2\n",
            division="",
            now=now,
        )

        assert (done.added, done.entered) == (2, 2)
        entries = session.scalars(select(Entry).order_by(Entry.user_id)).all()
        assert [(e.participant_name, e.public_name, e.unit_id) for e in entries] == [
            ("工人1", "工*1", contest.company.id),
            ("工人2", "工*2", contest.company.id),
        ]
        assert contest.put_down(session, now, "W2 W1") == 0
        acts = session.scalars(select(AuditEntry.act)).all()
        assert acts.count("competition.paper_listed") == 2

    def test_one_wrong_number_puts_nobody_down(self, session, now, contest) -> None:
        found = problems(contest.put_down, session, now, "W1\nW9\nW2, W2")

        assert found == {"W9": "nobody", "W2": "roll_twice"}
        assert session.scalar(select(func.count(PaperEntry.id))) == 0
        assert session.scalar(select(func.count(Entry.id))) == 0
        assert problems(contest.put_down, session, now, " \n") == {"": "roll_empty"}

    def test_members_of_other_units_are_nobody_here(self, session, now, contest) -> None:
        other, _ = make_hr(session, now, "别的企业", region="110000")
        stranger = make_user(session, now, "外人")
        make_membership(session, now, stranger, other, staff_no="X1")

        assert problems(contest.put_down, session, now, "X1") == {"X1": "nobody"}

    def test_who_entered_for_another_unit_stays_there(self, session, now, contest) -> None:
        other, other_hr = make_hr(session, now, "别的企业", region="110000")
        stage = contest.stage
        services.enrol_enterprise(
            session, other_hr, stage.public_id, raw_unit_id=other.public_id, now=now
        )
        user = session.get_one(type(contest.stage.manager), contest.workers[0].user_id)
        make_membership(session, now, user, other, staff_no="X1")
        place = f"{other.public_id}:-"
        services.enter_competition(
            session, contest.workers[0], stage.public_id, wish=services.Wish(place), now=now
        )

        assert problems(contest.put_down, session, now, "W1") == {"W1": "other_unit"}

    def test_online_or_paper_is_refused_both_ways(self, session, now, contest) -> None:
        first, second = (replace(w, session_expires_at_ms=2**52) for w in contest.workers)
        public_id = contest.stage.public_id
        services.enter_competition(session, first, public_id, now=now)
        services.start_round(session, first, public_id, device_token="d", now=now)
        assert problems(contest.put_down, session, now, "W1") == {"W1": "has_online"}

        contest.put_down(session, now, "W2")
        start = services.start_round
        refused("on_paper", start, session, second, public_id, device_token="d", now=now)

        services.take_off(
            session,
            contest.keyers[0],
            contest.desk(session, now),
            raw_entry_id=contest.entry(session, 1),
            now=now,
        )
        assert services.start_round(session, second, public_id, device_token="d", now=now)

    def test_beside_online_a_paper_is_one_of_the_attempts(self, session, now) -> None:
        contest = make_paper_contest(session, now, rules={"beside_online": True}, max_attempts=2)
        worker = contest.workers[0]
        services.enter_competition(session, worker, contest.stage.public_id, now=now)
        view = contest.stage.view(session, now)
        add_scored_attempt(
            session, view.assessment_id, worker.user_id, points_milli=8_000, started_at=now
        )
        contest.put_down(session, now, "W1 W2")
        contest.confirm(session, now, right=4)
        feed(session, now)

        [row] = board(session, contest, now)
        assert (row.points_milli, row.duration_us) == (16_000, None)
        start = services.start_round
        public_id = contest.stage.public_id
        refused("attempts_used", start, session, worker, public_id, device_token="d", now=now)

    def test_who_was_keyed_stays_on_the_list(self, session, now, contest) -> None:
        contest.put_down(session, now, "W1")
        contest.key(session, now, contest.sheet(session, now), keyer=0)

        with pytest.raises(Conflict, match="paper_begun"):
            services.take_off(
                session,
                contest.keyers[0],
                contest.desk(session, now),
                raw_entry_id=contest.entry(session),
                now=now,
            )


class TestKeying:
    def test_two_keyers_make_one_result_that_counts_everywhere(self, session, now, contest) -> None:
        contest.put_down(session, now, "W1 W2")
        raw = contest.sheet(session, now, right=4)
        assert contest.key(session, now, raw, keyer=0) is SheetState.OPEN
        assert session.scalar(select(func.count(Attempt.id))) == 0
        assert contest.key(session, now, raw, keyer=1) is SheetState.CONFIRMED

        feed(session, now)
        [row] = board(session, contest, now)
        assert (row.subject, row.points_milli) == (contest.entry(session), 16_000)
        view = contest.stage.view(session, now)
        assert len(feeding.recompute_board(session, view.round_id)) == 0
        plan = services.plan_close(session, view)
        services.close_competition(session, plan, actor=contest.stage.actor, now=now)
        unit = session.scalars(select(EnterpriseResult)).one()
        assert (unit.participants, unit.sum_milli, unit.headcount) == (1, 16_000, 4)

    def test_one_person_alone_confirms_nothing(self, session, now, contest) -> None:
        contest.put_down(session, now, "W1")
        raw = contest.sheet(session, now)
        contest.key(session, now, raw, keyer=0)

        refused("keyed_already", contest.key, session, now, raw, keyer=0)

    def test_differences_are_settled_by_place(self, session, now, contest) -> None:
        contest.put_down(session, now, "W1")
        raw = contest.sheet(session, now)
        contest.key(session, now, raw, keyer=0)
        other = "B" if raw["2"] == "A" else "A"
        assert contest.key(session, now, {**raw, "2": other}, keyer=1) is SheetState.DIFFERS
        counts = paper_queries.count_paper(session, contest.desk(session, now))
        assert counts[PaperState.DIFFERS] == 1

        settle_sheet(
            session,
            contest.keyers[1],
            contest.desk(session, now, 1).sheets,
            raw_sheet_id=sheet_of(session).public_id,
            picks={"2": raw["2"]},
            now=now,
        )
        assert session.scalars(select(ScoreRow.points_milli)).one() == 20_000

    def test_only_who_is_on_the_list_can_be_keyed(self, session, now, contest) -> None:
        contest.put_down(session, now, "W1")

        with pytest.raises(NotFound):
            contest.key(session, now, contest.sheet(session, now), keyer=0, worker=1)

    def test_another_units_keyer_finds_no_desk_and_no_sheet(self, session, now, contest) -> None:
        contest.put_down(session, now, "W1")
        contest.confirm(session, now)
        other, other_hr = make_hr(session, now, "别的企业", region="110000")
        public_id = contest.stage.public_id
        services.enrol_enterprise(
            session, other_hr, public_id, raw_unit_id=other.public_id, now=now
        )

        with pytest.raises(NotFound):
            services.hold_paper(session, other_hr, public_id, contest.company.public_id, 1, now)
        foreign = services.hold_paper(session, other_hr, public_id, other.public_id, 1, now)
        with pytest.raises(NotFound):
            get_sheet(session, foreign.sheets, sheet_of(session).public_id)
        with pytest.raises(NotFound):
            open_correction(
                session,
                other_hr,
                foreign.sheets,
                raw_sheet_id=sheet_of(session).public_id,
                reason="想看",
                now=now,
            )

    def test_nobody_keys_their_own_paper(self, session, now, contest) -> None:
        user = session.get_one(type(contest.stage.manager), contest.keyers[0].user_id)
        make_membership(session, now, user, contest.company, staff_no="K1")
        contest.workers.append(contest.keyers[0])
        contest.put_down(session, now, "K1")

        raw = contest.sheet(session, now)
        refused("own_sheet", contest.key, session, now, raw, keyer=0, worker=2)

    def test_who_began_online_at_the_moment_of_the_list_gets_no_paper_beside_it(
        self, session, now
    ) -> None:
        contest = make_paper_contest(session, now, max_attempts=3)
        contest.put_down(session, now, "W1")
        raw = contest.sheet(session, now)
        contest.key(session, now, raw, keyer=0)
        view = contest.stage.view(session, now)
        worker = contest.workers[0]
        add_scored_attempt(session, view.assessment_id, worker.user_id, started_at=now)

        refused("paper_online", contest.key, session, now, raw, keyer=1)

    def test_of_a_total_alone_every_later_count_goes_on(self, session, now, contest) -> None:
        """Areas, shared answers and corrections find no answers there, and stumble over none."""
        contest.put_down(session, now, "W1 W2")
        head = {name: contest.sheet(session, now)[name] for name in ("form", "date")}
        for keyer in (0, 1):
            contest.key(session, now, {**head, "total": "12"}, keyer=keyer)
        contest.confirm(session, now, worker=1)
        view = contest.stage.view(session, now)
        assert list_round_totals(session, view) == (["工人1"], 1)
        plan = services.plan_close(session, view)
        services.close_competition(session, plan, actor=contest.stage.actor, now=now)

        view = contest.stage.view(session, now)
        assert services.count_areas(session, view)
        look = plan_look(session, view, "seed")
        assert [find_sharing(session, view, look, block) for block in look.blocks] in ([], [[]])
        [item] = session.scalars(select(AssessmentItem.version_id).limit(1))
        looked = services.preview_ranks(session, view, (Ruling(item, Treatment.FULL_MARKS),))
        assert contest.entry(session) not in {change.subject for change in looked.changes}
        assert [row.points_milli for row in board(session, contest, now)] == [20_000, 12_000]

    def test_a_table_counts_as_one_persons_keying(self, session, now, contest) -> None:
        contest.put_down(session, now, "W1 W2")
        raw = contest.sheet(session, now)
        cells = {place: Cell(f"B{2}", text) for place, text in raw.items()}
        rows = [KeyedRow(n + 1, Cell(f"A{n + 1}", f"W{n}"), cells) for n in (1, 2)]
        for keyer in (0, 1):
            desk = contest.desk(session, now, keyer).sheets
            done = key_rows(session, contest.keyers[keyer], desk, rows=rows, now=now)
            assert len(done) == 2

        assert session.scalar(select(func.count(Attempt.id))) == 2
        bad = [KeyedRow(2, Cell("A2", "W7"), {**cells, "1": Cell("D2", "Z")})]
        desk = contest.desk(session, now).sheets
        found = problems(key_rows, session, contest.keyers[0], desk, rows=bad, now=now)
        assert found == {"A2": "nobody", "D2": "letter"}

    def test_paper_of_equal_points_stands_behind_who_was_measured(
        self, session, now, contest
    ) -> None:
        contest.put_down(session, now, "W1 W2")
        contest.confirm(session, now, worker=0)
        contest.confirm(session, now, worker=1)
        online = make_participant(session, now, contest.stage)
        view = contest.stage.view(session, now)
        add_scored_attempt(
            session,
            view.assessment_id,
            online.user_id,
            points_milli=20_000,
            started_at=now,
            duration_us=3_000_000_000,
        )
        feeding.recompute_board(session, view.round_id)

        rows = board(session, contest, now)
        assert [row.standing for row in rows] == [1, 2, 2]
        assert [row.duration_us for row in rows] == [3_000_000_000, None, None]

    def test_a_correction_is_a_new_version_of_the_score(self, session, now, contest) -> None:
        contest.put_down(session, now, "W1")
        contest.confirm(session, now, right=3)
        open_correction(
            session,
            contest.keyers[0],
            contest.desk(session, now).sheets,
            raw_sheet_id=sheet_of(session).public_id,
            reason="漏看一页",
            now=now,
        )
        contest.confirm(session, now, right=5)
        feed(session, now)

        attempt = session.scalars(select(Attempt)).one()
        score = find_score(session, attempt.id)
        assert (score.version, score.points_milli, score.cause) == (2, 20_000, "keyed")
        [row] = board(session, contest, now)
        assert row.points_milli == 20_000
