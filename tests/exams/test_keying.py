"""Answer sheets: two people key, what they agree on is an attempt, nothing less."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.attempts.events import SCORED
from learning.attempts.models import Attempt, ScoreRow
from learning.attempts.queries import find_score, list_score_versions
from learning.attempts.rules import Mark, Ruling, Treatment, form_code
from learning.attempts.services import add_marks, apply_regrade, preview_regrade
from learning.exams import services
from learning.exams.jobs import RESULTS
from learning.exams.models import AnswerSheet, SheetKeying
from learning.exams.queries import sheets as queries
from learning.exams.queries.sheet_lists import list_totals
from learning.exams.rules.sheets import SheetState
from learning.kernel import events
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.events import EventRow
from learning.question_bank.rules import ItemKind
from tests.exams.marks import result
from tests.factories.items import make_item
from tests.factories.marking import SECTIONS as ESSAYS
from tests.factories.people import make_actor, make_user
from tests.factories.sheets import Paper, make_paper


@pytest.fixture
def paper(session, now) -> Paper:
    return make_paper(session, now)


def key(session, paper, now, keyer: int, raw, candidate: int = 0) -> SheetState:
    return services.key_sheet(
        session,
        paper.keyers[keyer],
        paper.desk(session, keyer),
        candidate_id=paper.candidates[candidate].user_id,
        raw=raw,
        now=now,
    )


def confirm(session, paper, now, raw, candidate: int = 0) -> Attempt:
    """Let two people key the same; return the attempt."""
    key(session, paper, now, 0, raw, candidate)
    assert key(session, paper, now, 1, raw, candidate) is SheetState.CONFIRMED
    return session.scalars(select(Attempt).order_by(Attempt.id.desc()).limit(1)).one()


def sheet_of(session) -> AnswerSheet:
    return session.scalars(select(AnswerSheet).order_by(AnswerSheet.revision.desc()).limit(1)).one()


def settle(session, paper, now, keyer, picks) -> None:
    services.settle_sheet(
        session,
        paper.keyers[keyer],
        paper.desk(session, keyer),
        raw_sheet_id=sheet_of(session).public_id,
        picks=picks,
        now=now,
    )


def correct(session, paper, now, reason="漏看一题") -> None:
    services.open_correction(
        session,
        paper.hall.actor,
        services.hold_desk(session, paper.hall.actor, paper.public_id, now),
        raw_sheet_id=sheet_of(session).public_id,
        reason=reason,
        now=now,
    )


def refused(code: str, act, *args) -> None:
    with pytest.raises(Conflict) as error:
        act(*args)
    assert error.value.code == code


def wrong(act, *args) -> dict[str, str]:
    with pytest.raises(Invalid) as error:
        act(*args)
    return {problem.place: problem.code for problem in error.value.problems}


class TestTwoPeople:
    def test_what_two_people_keyed_alike_is_a_scored_attempt(self, session, now, paper) -> None:
        raw = paper.sheet(session, now, right=4)
        assert key(session, paper, now, 0, raw) is SheetState.OPEN
        assert session.scalar(select(func.count(Attempt.id))) == 0

        sloppy = {place: f" {text.lower()} " for place, text in raw.items()}
        assert key(session, paper, now, 1, sloppy) is SheetState.CONFIRMED

        attempt = session.scalars(select(Attempt)).one()
        score = find_score(session, attempt.id)
        assert (attempt.finish_kind, attempt.number) == ("keyed", 1)
        assert attempt.started_at == attempt.finished_at == attempt.deadline_at
        assert (score.points_milli, score.max_milli, score.cause) == (16_000, 20_000, "keyed")
        event = session.scalars(select(EventRow).where(EventRow.kind == SCORED)).one()
        told = json.loads(event.payload)
        assert (told["duration_us"], told["points_milli"], told["version"]) == (None, 16_000, 1)

    def test_one_person_never_confirms_alone(self, session, now, paper) -> None:
        raw = paper.sheet(session, now)
        key(session, paper, now, 0, raw)

        refused("keyed_already", key, session, paper, now, 0, raw)
        assert session.scalar(select(func.count(Attempt.id))) == 0
        assert sheet_of(session).state == "open"

    def test_a_second_keying_that_differs_confirms_nothing(self, session, now, paper) -> None:
        raw = paper.sheet(session, now)
        key(session, paper, now, 0, raw)

        assert key(session, paper, now, 1, {**raw, "2": ""}) is SheetState.DIFFERS
        assert session.scalar(select(func.count(Attempt.id))) == 0
        keyed = queries.list_keyings(session, sheet_of(session).id)
        assert queries.list_differences(keyed) == ["2"]
        refused("sheet_differs", key, session, paper, now, 2, raw)

    def test_differences_are_settled_place_by_place_by_a_third(self, session, now) -> None:
        paper = make_paper(session, now, opens_at=now - timedelta(days=2))
        raw = paper.sheet(session, now)
        key(session, paper, now, 0, {**raw, "2": "", "date": "2026-11-21"})
        key(session, paper, now, 1, {**raw, "5": ""})

        assert wrong(settle, session, paper, now, 2, {"2": raw["2"]}) == {
            "date": "undecided",
            "5": "undecided",
        }
        settle(session, paper, now, 2, {"2": raw["2"], "5": "A", "date": "2026-11-22"})

        third = session.scalars(select(SheetKeying).where(SheetKeying.slot == 3)).one()
        assert (third.keyed_by, third.keyed_at) == (paper.keyers[2].user_id, now)
        assert sheet_of(session).state == "confirmed"
        expected = 20_000 if raw["5"] == "A" else 16_000
        assert session.scalars(select(ScoreRow.points_milli)).one() == expected
        refused("sheet_settled", settle, session, paper, now, 0, {})

    def test_what_both_keyed_alike_nobody_changes_while_settling(self, session, now, paper) -> None:
        raw = paper.sheet(session, now, right=0)
        key(session, paper, now, 0, raw)
        key(session, paper, now, 1, {**raw, "1": ""})

        right = paper.sheet(session, now)
        settle(session, paper, now, 0, right)

        assert session.scalars(select(ScoreRow.points_milli)).one() == 4_000

    def test_a_wrong_form_is_a_difference_and_settled_too(self, session, now, paper) -> None:
        first, second = paper.sheet(session, now), paper.sheet(session, now, letter="B")
        key(session, paper, now, 0, first)
        key(session, paper, now, 1, second)

        settle(session, paper, now, 2, first)

        attempt = session.scalars(select(Attempt)).one()
        assert '"seed":"A"' in attempt.form
        assert session.scalars(select(ScoreRow.points_milli)).one() == 20_000

    def test_nobody_keys_or_settles_their_own_sheet(self, session, now) -> None:
        paper = make_paper(session, now, keyers=2)
        services.admit(
            session,
            paper.hall.actor,
            paper.public_id,
            user_ids=[paper.keyers[0].user_id],
            now=now,
        )
        paper.candidates.append(paper.keyers[0])

        refused("own_sheet", key, session, paper, now, 0, paper.sheet(session, now), 1)

    def test_who_is_not_appointed_finds_nothing(self, session, now, paper) -> None:
        paper.keyers.append(make_actor(make_user(session, now)))

        with pytest.raises(NotFound):
            key(session, paper, now, 3, paper.sheet(session, now))

    def test_a_sitting_that_takes_no_paper_refuses(self, session, now) -> None:
        paper = make_paper(session, now, settings={"takes_paper": False})

        refused("no_paper", key, session, paper, now, 0, paper.sheet(session, now))


class TestWhatMayBeKeyed:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"form": "A-C"}, "form_code"),
            ({"form": form_code("C")}, "form_unknown"),
            ({"1": "E"}, "letter"),
            ({"date": "2026-11-23"}, "date_range"),
            ({"date": "gestern"}, "date"),
            ({"total": "20.5"}, "total"),
            ({"total": "12"}, "total_and_lines"),
            ({"99": "A"}, "no_line"),
        ],
    )
    def test_what_cannot_be_is_named_with_its_place(
        self, session, now, paper, change, code
    ) -> None:
        raw = {**paper.sheet(session, now), **change}

        assert wrong(key, session, paper, now, 0, raw) == {next(iter(change)): code}

    def test_totals_only_where_the_sitting_allows_them(self, session, now) -> None:
        paper = make_paper(session, now, settings={"paper_totals": False})
        raw = paper.total(session, now, "12")

        assert wrong(key, session, paper, now, 0, raw) == {"total": "totals_refused"}

    def test_attempts_that_are_used_up_are_refused_before_anybody_keys(
        self, session, now, paper
    ) -> None:
        services.start_sitting(
            session, paper.candidates[0], paper.public_id, device_token="d", now=now
        )

        refused("open_attempt", key, session, paper, now, 0, paper.sheet(session, now))


class TestTotals:
    def test_a_total_is_a_score_without_answers(self, session, now, paper) -> None:
        attempt = confirm(session, paper, now, paper.total(session, now, "13.5"))

        score = find_score(session, attempt.id)
        assert (score.points_milli, score.max_milli, score.is_total) == (13_500, 20_000, True)
        assert (score.answers, score.items, score.pending) == ("[]", "[]", 0)

    def test_a_regrade_leaves_totals_alone_and_lists_them(self, session, now) -> None:
        paper = make_paper(session, now, candidates=2)
        total = confirm(session, paper, now, paper.total(session, now, "8"))
        written = confirm(session, paper, now, paper.sheet(session, now, right=0), 1)
        form = paper.form(session, now)
        rulings = [Ruling(form.positions[0].version_id, Treatment.FULL_MARKS)]

        preview = preview_regrade(session, total.assessment_id, rulings)
        applied = apply_regrade(
            session,
            total.assessment_id,
            rulings,
            regrade_id="r1",
            actor_id=None,
            reason="错题",
            now=now,
        )

        assert preview.totals == (total.public_id,)
        sitting = paper.hall.view(session, now)
        assert list_totals(session, sitting.id) == (["考生1"], 1)
        assert [change.attempt for change in preview.changes] == [written.public_id]
        assert applied.changed == 1
        assert find_score(session, total.id).version == 1
        assert find_score(session, written.id).points_milli == 4_000


class TestCorrections:
    def test_a_correction_is_keyed_twice_too_and_is_a_new_version(
        self, session, now, paper
    ) -> None:
        attempt = confirm(session, paper, now, paper.sheet(session, now, right=2))
        refused("sheet_confirmed", key, session, paper, now, 2, paper.sheet(session, now))

        correct(session, paper, now)
        right = paper.sheet(session, now)
        assert key(session, paper, now, 2, right) is SheetState.OPEN
        assert find_score(session, attempt.id).version == 1
        assert key(session, paper, now, 0, right) is SheetState.CONFIRMED

        new, old = list_score_versions(session, attempt.id)
        assert (old.points_milli, new.points_milli, new.version) == (8_000, 20_000, 2)
        assert old.answers != new.answers
        assert sheet_of(session).reason == "漏看一题"
        assert session.scalar(select(func.count(Attempt.id))) == 1

    def test_an_answer_taken_back_is_open_afterwards(self, session, now, paper) -> None:
        raw = paper.sheet(session, now)
        attempt = confirm(session, paper, now, raw)

        correct(session, paper, now)
        blank = {**raw, "1": ""}
        key(session, paper, now, 0, blank)
        key(session, paper, now, 1, blank)

        assert find_score(session, attempt.id).points_milli == 16_000

    def test_only_the_newest_confirmed_sheet_is_corrected(self, session, now, paper) -> None:
        key(session, paper, now, 0, paper.sheet(session, now))

        refused("sheet_not_confirmed", correct, session, paper, now)


class TestWrittenAnswers:
    """A paper with an essay: a single item of 4 points, then one of 10 that a person marks."""

    @pytest.fixture
    def paper(self, session, now) -> Paper:
        essay = make_item("essay", ItemKind.ESSAY)
        return make_paper(session, now, marked=True, forms=1, sections=ESSAYS, bank_items=[essay])

    def test_points_by_people_stay_with_an_answer_and_go_with_another(
        self, session, now, paper
    ) -> None:
        raw = {**paper.sheet(session, now, right=0), "1": "", "2": "定义 与例子"}
        attempt = confirm(session, paper, now, raw)
        assert find_score(session, attempt.id).pending == 1
        add_marks(
            session,
            attempt.id,
            {2: Mark(7_000)},
            cause="marked",
            cause_id="m1",
            made_by=None,
            now=now,
        )

        correct(session, paper, now)
        right = {**raw, "1": paper.sheet(session, now)["1"]}
        key(session, paper, now, 0, right)
        key(session, paper, now, 1, right)
        score = find_score(session, attempt.id)
        assert (score.points_milli, score.pending, score.version) == (11_000, 0, 3)

        correct(session, paper, now)
        other = {**right, "2": "别的回答"}
        key(session, paper, now, 0, other)
        key(session, paper, now, 1, other)
        score = find_score(session, attempt.id)
        assert (score.points_milli, score.pending, score.marks) == (4_000, 1, {})


def test_who_has_a_keyed_sheet_stays_admitted(session, now, paper) -> None:
    key(session, paper, now, 0, paper.sheet(session, now))

    with pytest.raises(Conflict):
        services.withdraw(
            session,
            paper.hall.actor,
            paper.public_id,
            raw_person_id=paper.candidates[0].public_id,
            now=now,
        )


def test_a_paper_decides_the_result_like_any_other(database, now) -> None:
    with database.transaction() as session:
        paper = make_paper(session, now)
        confirm(session, paper, now, paper.sheet(session, now, right=3))
    events.deliver(database, RESULTS, now)
    assert result(database) == (12_000, 20_000, True)

    with database.transaction() as session:
        correct(session, paper, now)
        low = paper.sheet(session, now, right=2)
        key(session, paper, now, 0, low)
        key(session, paper, now, 2, low)
    events.deliver(database, RESULTS, now)
    assert result(database) == (8_000, 20_000, False)


def test_two_people_who_key_at_the_same_moment_make_one_attempt(database, now) -> None:
    with database.transaction() as session:
        paper = make_paper(session, now)
        raw = paper.sheet(session, now)

    def keyed(keyer: int) -> SheetState:
        with database.transaction() as session:
            return key(session, paper, now, keyer, raw)

    with ThreadPoolExecutor(2) as pool:
        states = sorted(pool.map(keyed, (0, 1)))

    assert states == [SheetState.CONFIRMED, SheetState.OPEN]
    with database.session(write=False) as session:
        counts = [
            session.scalar(select(func.count()).select_from(table))
            for table in (AnswerSheet, SheetKeying, Attempt, ScoreRow)
        ]
    assert counts == [1, 2, 1, 1]


def test_acts_are_in_the_audit_and_answers_are_not(session, now, paper) -> None:
    raw = paper.sheet(session, now)
    confirm(session, paper, now, raw)
    correct(session, paper, now)

    rows = session.scalars(select(AuditEntry)).all()
    acts = [row.act for row in rows]
    assert acts.count("sheet.keyed") == 2
    assert {"sheet.confirmed", "attempt.keyed", "sheet.correction_opened"} <= set(acts)
