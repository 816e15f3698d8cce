"""Item analysis of a sitting: what is read, what is found, who sees it."""

import io
import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from sqlalchemy import select, update

from learning.attempts.events import SCORED
from learning.attempts.models import Attempt, Regrade, ScoreRow
from learning.exams import services
from learning.exams.jobs import RESULTS, analyse_due
from learning.exams.models import Sitting, SittingAnalysis
from learning.exams.queries.analyses import find_analysis, find_comparison
from learning.exams.rules import SectionPlan
from learning.exams.services.analysing import (
    analyse,
    gather,
    keep,
    note_late_score,
    request_analysis,
)
from learning.kernel.audit import AuditEntry
from learning.kernel.events import deliver, record
from learning.question_bank.models import ItemStatistics
from learning.question_bank.rules import ItemKind
from tests.factories.answers import answer_of, make_answered
from tests.factories.exams import make_examiner, make_hall, make_plan

ITEMS = 12
PAPER = (SectionPlan(ItemKind.SINGLE, ITEMS, Decimal(1)),)


def hall_for(session, now):
    return make_hall(session, now, sections=PAPER, cut_points=Decimal(6))


def simulated(persons: int, *, seed: int = 5) -> list[list[str | None]]:
    rng = random.Random(seed)
    rows = []
    for _ in range(persons):
        ability = rng.gauss(0, 1.5)
        rows.append([answer_of(rng, ability, n / 4 - 1.5) for n in range(ITEMS)])
    return rows


def analysed(session, now, hall, rows, **more):
    sitting = hall.view(session, now)
    made = make_answered(session, now, sitting, rows, admitted_by=hall.examiner.id, **more)
    return made, analyse(session, sitting)


def codes_of(report: dict, item: int) -> set[str]:
    return {found["code"] for found in report["findings"] if found["item"] == item}


class TestReading:
    def test_answers_become_option_numbers_and_shares_of_points(self, session, now) -> None:
        hall = hall_for(session, now)
        rows = [["b", "a", None, *["b"] * 9], ["c", "b", "b", *["b"] * 9]]
        make_answered(session, now, hall.view(session, now), rows, admitted_by=hall.examiner.id)

        gathered, attempts = gather(session, hall.view(session, now))

        assert len(attempts) == 2
        assert gathered.scores.ratios[:, :3].tolist() == [[1, 0, 0], [0, 1, 1]]
        assert gathered.choices.chosen[:, :3].tolist() == [[2, 1, 0], [4, 2, 2]]
        assert gathered.choices.keys[:2] == (2, 2)
        assert gathered.codes[0, 2] == -1
        assert gathered.places[0].tolist() == list(range(1, ITEMS + 1))

    def test_void_attempts_and_what_waits_for_a_person_are_left_out(self, session, now) -> None:
        hall = hall_for(session, now)
        made = make_answered(
            session, now, hall.view(session, now), simulated(3), admitted_by=hall.examiner.id
        )
        session.execute(update(Attempt).where(Attempt.id == made.attempts[0]).values(voided_at=now))
        score = session.scalars(
            select(ScoreRow).where(ScoreRow.attempt_id == made.attempts[1])
        ).one()
        score.items = score.items.replace('"right"', '"pending"').replace(
            '"wrong"', '"excluded"', 1
        )
        session.flush()

        gathered, attempts = gather(session, hall.view(session, now))

        assert attempts == made.attempts[1:]
        assert gathered.scores.given is not None
        assert gathered.scores.given[0].sum() < ITEMS
        assert gathered.scores.given[1].all()

    def test_the_newest_version_of_a_score_counts(self, session, now) -> None:
        hall = hall_for(session, now)
        made = make_answered(
            session, now, hall.view(session, now), [["a"] * ITEMS], admitted_by=hall.examiner.id
        )
        old = session.scalars(select(ScoreRow)).one()
        session.add(
            ScoreRow(
                attempt_id=made.attempts[0],
                version=2,
                cause="corrected",
                cause_id="x",
                points_milli=12_000,
                max_milli=12_000,
                answers="",
                answers_sha256=old.answers_sha256,
                items=old.items.replace("[0,", "[1000,").replace("[0, ", "[1000, "),
                scored_at=now,
            )
        )
        session.flush()

        gathered, _ = gather(session, hall.view(session, now))

        assert gathered.scores.ratios.all()


class TestFindings:
    def test_a_wrong_key_is_found_and_the_sound_items_are_not_accused(self, session, now) -> None:
        hall = hall_for(session, now)
        rows = simulated(200)
        wrong = 4  # its key says "b", the able choose "c"
        for row in rows:
            row[wrong] = {"b": "c", "c": "b"}.get(row[wrong], row[wrong])

        _, result = analysed(session, now, hall, rows)

        assert "key_probably_wrong" in codes_of(result.report, wrong)
        accused = {
            f["item"] for f in result.report["findings"] if f["code"] == "key_probably_wrong"
        }
        assert accused == {wrong}

    def test_an_option_that_nobody_chooses_is_found(self, session, now) -> None:
        hall = hall_for(session, now)
        rows = [["a" if c == "d" else c for c in row] for row in simulated(150)]

        _, result = analysed(session, now, hall, rows)

        assert "option_never_chosen" in codes_of(result.report, 8)

    def test_few_candidates_give_figures_but_no_judgement_of_items(self, session, now) -> None:
        hall = hall_for(session, now)

        _, result = analysed(session, now, hall, simulated(6))

        assert result.report["test"]["persons"] == 6
        assert [f["code"] for f in result.report["findings"]] == ["too_few_persons"]
        assert result.integrity is None

    def test_nobody_and_one_person_can_be_analysed(self, session, now) -> None:
        hall = hall_for(session, now)

        assert analyse(session, hall.view(session, now)).attempts == 0
        _, result = analysed(session, now, hall, [["b"] * ITEMS])

        assert result.report["test"]["mean"] == 12

    def test_the_bank_learns_facility_and_discrimination(self, session, now) -> None:
        hall = hall_for(session, now)
        made, result = analysed(session, now, hall, simulated(60))

        keep(session, hall.view(session, now).id, result, now)
        keep(session, hall.view(session, now).id, result, now)
        session.flush()

        row = session.get_one(ItemStatistics, made.versions[0])
        assert row.answered == 60
        assert row.facility_milli == round(result.report["items"][0]["facility"] * 1000)


class TestIntegrity:
    def test_a_copied_paper_is_the_only_striking_pair(self, session, now) -> None:
        hall = hall_for(session, now)
        rng = random.Random(3)
        rows = [[rng.choice("aabcd") for _ in range(ITEMS)] for _ in range(80)]
        rows[0] = ["d", "a", "c", "d", "a", "d", "c", "d", "a", "c", "d", "a"]
        rows[1] = list(rows[0])

        made, result = analysed(session, now, hall, rows)

        assert result.integrity is not None
        first = result.integrity["pairs"][0]
        assert (first["first"], first["second"]) == tuple(made.attempts[:2])
        assert first["wrong"] == ITEMS
        assert first["adjusted"] < 0.05

    def test_right_answers_faster_than_reading_are_named(self, session, now) -> None:
        hall = hall_for(session, now)
        rng = random.Random(4)
        rows = simulated(60)
        rows[7] = ["b"] * ITEMS
        gaps = [[rng.randint(30, 60) for _ in range(ITEMS)] for _ in rows]
        gaps[7] = [2] * ITEMS

        made, result = analysed(session, now, hall, rows, gap_s=gaps)

        assert result.integrity is not None
        assert [line["attempt"] for line in result.integrity["fast"]] == [made.attempts[7]]
        assert result.integrity["fast"][0]["fast_right"] == ITEMS


class TestDrift:
    def test_an_item_that_leaked_is_found_against_the_earlier_sitting(self, session, now) -> None:
        hall = hall_for(session, now)
        _, earlier = analysed(session, now, hall, simulated(250))
        keep(session, hall.view(session, now).id, earlier, now)
        later = later_sitting(session, now, hall)
        rows = simulated(250, seed=9)
        for row in rows:
            row[9] = "b"
        rows[0][9] = rows[1][9] = rows[2][9] = "a"
        sitting = later.view(session, now)
        make_answered(session, now, sitting, rows, admitted_by=hall.examiner.id)

        report = analyse(session, sitting).report

        assert "became_easier" in codes_of(report, 9)
        assert report["items"][9]["shift"] < -1
        assert "became_easier" not in codes_of(report, 3)


def later_sitting(session, now, hall):
    public_id = services.create_sitting(
        session,
        hall.actor,
        raw_organiser_id=hall.association.public_id,
        plan=make_plan(
            now, sections=PAPER, cut_points=Decimal(6), opens_at=now + timedelta(minutes=1)
        ),
        now=now,
    )
    return replace(hall, public_id=public_id)


class TestWorker:
    def test_a_closed_sitting_is_analysed_once_and_again_when_asked(self, database, now) -> None:
        with database.transaction() as session:
            hall = hall_for(session, now)
            sitting = hall.view(session, now)
            make_answered(session, now, sitting, simulated(12), admitted_by=hall.examiner.id)

        assert analyse_due(database, now) == 0
        with database.transaction() as session:
            session.execute(update(Sitting).where(Sitting.id == sitting.id).values(state="closed"))
        assert analyse_due(database, now) == 1
        assert analyse_due(database, now) == 0
        with database.transaction() as session:
            first = find_analysis(session, sitting.id)
            request_analysis(session, hall.actor, hall.public_id, now=now + timedelta(minutes=1))
            assert find_analysis(session, sitting.id).is_waiting
        assert analyse_due(database, now + timedelta(minutes=2)) == 1
        assert analyse_due(database, now + timedelta(minutes=3)) == 0
        with database.session(write=False) as session:
            again = find_analysis(session, sitting.id)
            assert again.report == first.report
            assert not again.is_waiting
            assert find_comparison(session, sitting.id).report is not None

    def test_a_regrade_makes_a_closed_sitting_due_again(self, database, now) -> None:
        with database.transaction() as session:
            hall = hall_for(session, now)
            sitting = hall.view(session, now)
            session.execute(update(Sitting).values(state="closed"))
        assert analyse_due(database, now) == 1
        with database.transaction() as session:
            later = now + timedelta(minutes=1)
            told = {"public_id": "r", "assessment_id": sitting.assessment_id, "reason": "r"}
            session.add(Regrade(**told, made_at=later))

        assert analyse_due(database, now + timedelta(minutes=2)) == 1
        assert analyse_due(database, now + timedelta(minutes=3)) == 0

    def test_marks_that_come_after_the_close_make_it_due_again(self, database, now) -> None:
        with database.transaction() as session:
            hall = hall_for(session, now)
            sitting = hall.view(session, now)
            analysed(session, now, hall, simulated(2))
            attempt = session.scalars(select(Attempt).order_by(Attempt.id)).first()
            told = {"assessment_id": sitting.assessment_id, "user_id": attempt.user_id}
            open_row = SittingAnalysis(sitting_id=sitting.id, computed_at=now)
            session.add(open_row)
            session.flush()
            note_late_score(session, sitting.assessment_id, now + timedelta(minutes=1))
            session.refresh(open_row)
            before_the_close = open_row.requested_at
            session.execute(update(Sitting).values(state="closed"))
            session.delete(open_row)
        assert before_the_close is None
        assert analyse_due(database, now) == 1
        assert analyse_due(database, now + timedelta(minutes=1)) == 0

        later = now + timedelta(minutes=2)
        with database.transaction() as session:
            record(session, SCORED, {**told, "version": 2}, later)
        deliver(database, RESULTS, later, 100)

        assert analyse_due(database, now + timedelta(minutes=3)) == 1
        assert analyse_due(database, now + timedelta(minutes=4)) == 0

    def test_a_sitting_that_cannot_be_read_lets_the_next_have_its_turn(self, database, now) -> None:
        with database.transaction() as session:
            hall = hall_for(session, now)
            sitting = hall.view(session, now)
            make_answered(session, now, sitting, simulated(2), admitted_by=hall.examiner.id)
            session.execute(update(ScoreRow).values(answers="["))
            session.execute(update(Sitting).values(state="closed"))

        assert analyse_due(database, now) == 1
        assert analyse_due(database, now) == 0
        with database.session(write=False) as session:
            assert find_analysis(session, sitting.id).report is None


class TestPages:
    @pytest.fixture
    def hall(self, database, now):
        with database.transaction() as session:
            hall = hall_for(session, now)
            sitting = hall.view(session, now)
            rows = simulated(40)
            rows[1] = list(rows[0])
            make_answered(session, now, sitting, rows, admitted_by=hall.examiner.id)
            keep(session, sitting.id, analyse(session, sitting), now)
        return hall

    def test_the_examiner_sees_figures_and_no_key(self, hall, open_browser) -> None:
        browser = open_browser(hall.examiner)

        page = browser.get(f"/sittings/{hall.public_id}/analysis?sort=-facility&show=all")
        item = browser.get(f"/sittings/{hall.public_id}/analysis/items/3")

        assert page.status_code == 200
        assert "信度" in page.text
        assert item.status_code == 200
        assert "要有查看答案的权限" in item.text
        assert "点双列</th>" not in item.text

    def test_options_want_the_right_to_see_keys(self, hall, open_browser) -> None:
        browser = open_browser(hall.examiner)

        refused = browser.post(f"/sittings/{hall.public_id}/analysis/items/3")

        assert refused.status_code == 403

    def test_a_stranger_finds_nothing(self, hall, open_browser, database, now) -> None:
        with database.transaction() as session:
            _, stranger, _ = make_examiner(session, now, "另一个协会")
        browser = open_browser(stranger)

        for path in ("analysis", "analysis/items/1", "integrity"):
            assert browser.get(f"/sittings/{hall.public_id}/{path}").status_code == 404
        assert browser.post(f"/sittings/{hall.public_id}/analysis").status_code == 404
        assert browser.get(f"/sittings/{hall.public_id}/analysis/items/99").status_code == 404

    def test_names_are_given_only_by_a_look_that_is_audited(
        self, hall, open_browser, database
    ) -> None:
        browser = open_browser(hall.examiner)

        before = browser.get(f"/sittings/{hall.public_id}/integrity")
        shown = browser.post(f"/sittings/{hall.public_id}/integrity")

        assert "考生0000" not in before.text
        assert shown.status_code == 200
        with database.session(write=False) as session:
            acts = session.scalars(select(AuditEntry.act)).all()
        assert "sitting.integrity_shown" in acts

    def test_the_workbook_holds_a_row_an_item(self, hall, open_browser) -> None:
        browser = open_browser(hall.examiner)

        data = browser.post(f"/sittings/{hall.public_id}/analysis.xlsx").data

        sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
        assert sheet.max_row == ITEMS + 1
        assert sheet["E2"].value == pytest.approx(0.8, abs=0.2)

    def test_asking_anew_is_noted_for_the_worker(self, hall, open_browser, database) -> None:
        browser = open_browser(hall.examiner)

        answer = browser.post(f"/sittings/{hall.public_id}/analysis")

        assert answer.status_code == 303
        with database.session(write=False) as session:
            assert session.scalars(select(SittingAnalysis.requested_at)).one() is not None
