"""The enterprise console: one's own people, reminders, answers by area, the printed report."""

import io
import json
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select

from learning.accounts.models import LoginName
from learning.attempts.models import Attempt, ScoreRow
from learning.competitions import services
from learning.competitions.formats import FIRST, Promotion
from learning.competitions.jobs import count_areas_due, remind_due
from learning.competitions.models import Entry, Reminding, Round
from learning.competitions.queries import areas, console
from learning.competitions.rules import Showing
from learning.competitions.rules.showing import PEOPLE, Stage
from learning.competitions.services import reminding
from learning.competitions.services.areas import forget_areas
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.mail import OutboxMessage
from learning.question_bank.models import ItemVersionRow
from tests.competitions.test_enterprises import close, enrol, make_company, play
from tests.factories.competitions import add_scored_attempt, make_stage
from tests.factories.people import make_membership, make_unit, make_user
from tests.factories.rounds import add_later, close_round, go_on, rule, view_of


def with_mail(session, now, user, name: str) -> None:
    session.add(
        LoginName(
            user_id=user.id, kind="email", name=name, name_key=f"email:{name}", created_at=now
        )
    )


def furnish(session, now, *, is_followed: bool = False):
    """A company whose shop has three people, one of whom handed in, and one in the office.

    `is_followed`: the best one goes on to a second round.
    """
    stage = make_stage(session, now)
    if is_followed:
        add_later(session, now, stage, begins=9, ends=10)
        rule(session, now, stage, Promotion(top=1))
    company, user, hr = make_company(session, now, headcount=8)
    enrol(session, now, stage, hr, company)
    shop = make_unit(session, now, kind="department", name="一车间", parent=company)
    players = play(session, now, stage, company, ["王小明", "李四"], handed_in=1, department=shop)
    late = make_user(session, now, "赵未报名")
    make_membership(session, now, late, shop, organisation=company, staff_no="A9")
    office = make_user(session, now, "钱办公室")
    make_membership(session, now, office, company, staff_no="A8")
    services.recompute_board(session, stage.view(session, now).round_id)
    with_mail(session, now, players[1], "li@example.org")
    return stage, company, (user, hr), (players, late, office)


class TestParticipation:
    def test_departments_count_their_own_people_and_the_organisation_those_of_none(
        self, session, now
    ) -> None:
        stage, company, _hr, _people = furnish(session, now)
        view = stage.view(session, now)

        departments = console.list_departments(session, view, company.id, now)

        counts = {d.name: (d.members, d.entries, d.finished) for d in departments}
        assert counts == {"一车间": (3, 2, 1), "": (1, 0, 0)}
        assert console.count_people(session, view, company.id, now) == (4, 2, 1)

    def test_who_has_not_handed_in_is_listed_whether_entered_or_not(self, session, now) -> None:
        stage, company, _hr, _people = furnish(session, now)
        view = stage.view(session, now)

        rows, total = console.list_absent(session, view, company.id, now, page=1)
        found, _ = console.list_absent(session, view, company.id, now, page=1, search="赵")

        assert total == 3
        assert {(r.name, r.department, r.has_entered) for r in rows} == {
            ("李四", "一车间", True),
            ("赵未报名", "一车间", False),
            ("钱办公室", "", False),
        }
        assert [r.name for r in found] == ["赵未报名"]

    def test_counts_by_hour_are_those_of_the_organisation_or_of_all(self, session, now) -> None:
        stage, company, _hr, _people = furnish(session, now)
        play(session, now, stage, make_unit(session, now, name="别的"), ["孙"], handed_in=0)
        view = stage.view(session, now)

        own, done = console.count_by_hour(session, view, company.id)
        everyone, _ = console.count_by_hour(session, view, None)

        assert own == [(now, 2)]
        assert [count for _at, count in done] == [1]
        assert everyone == [(now, 3)]

    def test_beyond_the_first_organisations_one_is_still_found(
        self, session, now, monkeypatch
    ) -> None:
        stage, company, (_user, hr), _people = furnish(session, now)
        daughter = make_unit(session, now, kind="enterprise", name="阿公司", parent=company)
        monkeypatch.setattr(console, "MAX_UNITS", 1)

        unit, units = console.get_console_unit(
            session, hr, stage.view(session, now), daughter.public_id, now
        )

        assert unit.unit_id == daughter.id
        assert {one.unit_id for one in units} == {daughter.id, company.id}

    def test_whose_entry_is_void_is_neither_counted_nor_reminded(self, session, now) -> None:
        stage, company, _hr, (players, _late, _office) = furnish(session, now)
        view = stage.view(session, now)
        session.execute(
            Entry.__table__.update()
            .where(Entry.__table__.c.user_id == players[1].id)
            .values(voided_at=now)
        )

        absent = console.list_absent_after(session, view, company.id, now, after=0, limit=10)

        assert players[1].id not in absent
        assert len(absent) == 2
        assert console.count_people(session, view, company.id, now)[1] == 1

    def test_an_organisation_out_of_reach_looks_missing(self, session, now) -> None:
        stage, company, _hr, _people = furnish(session, now)
        _other, _, stranger = make_company(session, now, "别的企业")

        for raw in (company.public_id, "x" * 26, "\x00"):
            with pytest.raises(NotFound):
                console.get_console_unit(session, stranger, stage.view(session, now), raw, now)


class TestReminders:
    def remind(self, session, stage, hr, company, now) -> None:
        services.remind_absent(session, hr, stage.public_id, raw_unit_id=company.public_id, now=now)

    def test_everyone_absent_with_an_address_is_told_once(self, database, now, monkeypatch) -> None:
        monkeypatch.setattr(reminding, "SLICE", 2)
        with database.transaction() as session:
            stage, company, (_user, hr), _people = furnish(session, now)
            self.remind(session, stage, hr, company, now)

        while remind_due(database, now):
            pass

        with database.session(write=False) as session:
            letters = session.scalars(select(OutboxMessage)).all()
            row = session.scalars(select(Reminding)).one()
            assert [letter.recipient for letter in letters] == ["li@example.org"]
            assert "2026-11-22 18:00" in letters[0].body
            assert (row.sent, row.unreachable) == (1, 2)
            assert row.done_at == now

    def test_a_second_one_on_the_same_day_is_refused_and_the_next_day_is_not(
        self, session, now
    ) -> None:
        stage, company, (_user, hr), _people = furnish(session, now)
        self.remind(session, stage, hr, company, now)

        with pytest.raises(Conflict, match="reminded"):
            self.remind(session, stage, hr, company, now + timedelta(hours=3))

        with pytest.raises(Conflict, match="not_answering"):
            self.remind(session, stage, hr, company, now + timedelta(days=1))

    def test_nothing_is_sent_after_the_window(self, database, now) -> None:
        with database.transaction() as session:
            stage, company, (_user, hr), _people = furnish(session, now)
            self.remind(session, stage, hr, company, now)

        while remind_due(database, now + timedelta(days=1)):
            pass

        with database.session(write=False) as session:
            assert session.scalars(select(OutboxMessage)).all() == []
            assert session.scalars(select(Reminding.done_at)).one() is not None

    def test_a_foreign_organisation_cannot_be_reminded(self, session, now) -> None:
        stage, company, _hr, _people = furnish(session, now)
        _other, _, stranger = make_company(session, now, "别的企业")

        with pytest.raises(NotFound):
            self.remind(session, stage, stranger, company, now)


def with_answers(session, stage, now, *, number: int = FIRST, right: bool = True) -> str:
    """Give every attempt of a round two answers to one item, one right or none; return its area."""
    version = session.scalars(select(ItemVersionRow).order_by(ItemVersionRow.id)).first()
    scores = session.scalars(
        select(ScoreRow)
        .join(Attempt, Attempt.id == ScoreRow.attempt_id)
        .where(Attempt.assessment_id == view_of(session, now, stage, number).assessment_id)
    )
    points = 4000 if right else 0
    for score in scores:
        score.answers = f'[[1,{version.id},null,null,"a"],[2,{version.id},null,null,"b"]]'
        score.items = json.dumps([[points, 4000, "right"], [0, 4000, "wrong"]])
    session.flush()
    return version.area


def play_two_rounds(session, now, *, second: bool):
    """A company whose best person went on to a second round, where nothing was right.

    `second`: that round's list is published too.
    """
    stage, company, (user, _hr), (players, *_rest) = furnish(session, now, is_followed=True)
    with_answers(session, stage, now)
    close(session, stage, now + timedelta(hours=9))
    go_on(session, now + timedelta(hours=9), stage)
    later = view_of(session, now, stage, 2)
    add_scored_attempt(session, later.assessment_id, players[0].id, started_at=later.opens_at)
    with_answers(session, stage, now, number=2, right=False)
    if second:
        close_round(session, now + timedelta(hours=10.5), stage, 2)
    return stage, company, user


class TestAreas:
    def test_a_closed_contest_is_counted_once_for_all_and_for_each_organisation(
        self, database, now
    ) -> None:
        with database.transaction() as session:
            stage, company, _hr, _people = furnish(session, now)
            area = with_answers(session, stage, now)
        assert count_areas_due(database, now) == 0  # not while it runs

        with database.transaction() as session:
            close(session, stage, now + timedelta(hours=9))
        runs = [count_areas_due(database, now) for _ in range(2)]

        with database.session(write=False) as session:
            competition = stage.view(session, now)
            own = areas.list_area_figures(session, competition.round_id, company.id)
            everyone = areas.list_area_figures(session, competition.round_id, None)
        assert runs == [1, 0]
        assert [(f.area, f.answered, f.full, f.points_milli, f.max_milli) for f in own] == [
            (area, 2, 1, 4000, 8000)
        ]
        assert everyone == own

    def test_a_round_is_counted_anew_once_it_is_told_to(self, database, now) -> None:
        with database.transaction() as session:
            stage, _company, _hr, _people = furnish(session, now)
            with_answers(session, stage, now)
            close(session, stage, now + timedelta(hours=9))
        count_areas_due(database, now)
        with database.transaction() as session:
            forget_areas(session, stage.view(session, now).round_id)

        assert [count_areas_due(database, now) for _ in range(2)] == [1, 0]

    def test_each_formal_round_is_counted_by_itself_once_it_is_closed(self, database, now) -> None:
        with database.transaction() as session:
            stage, company, _user = play_two_rounds(session, now, second=False)
        first = [count_areas_due(database, now) for _ in range(2)]
        with database.transaction() as session:
            close_round(session, now + timedelta(hours=10.5), stage, 2)
        second = [count_areas_due(database, now) for _ in range(2)]

        with database.session(write=False) as session:
            shares = [
                [
                    f.share_permille
                    for f in areas.list_area_figures(session, view.round_id, company.id)
                ]
                for view in (view_of(session, now, stage, n) for n in (1, 2))
            ]
        assert (first, second) == ([1, 0], [1, 0])
        assert shares == [[500], [0]]

    def test_a_round_that_participants_wait_for_is_not_told_to_their_organisation(
        self, session, now
    ) -> None:
        stage, _company, _user = play_two_rounds(session, now, second=True)
        later = now + timedelta(hours=10.5)
        session.get(Round, view_of(session, now, stage, 2).round_id).showing = json.dumps(
            Showing(stages=(Stage(PEOPLE, 1),)).to_dict()
        )
        session.flush()

        told = areas.list_told_rounds(session, stage.view(session, now), later)

        assert [view.number for view in told] == [1]
        with pytest.raises(NotFound):
            areas.find_told_round(told, "2")

    def test_what_cannot_be_counted_keeps_nothing_waiting(self, database, now) -> None:
        with database.transaction() as session:
            stage, _company, _hr, _people = furnish(session, now)
            with_answers(session, stage, now)
            session.execute(ScoreRow.__table__.update().values(items="[]"))
            close(session, stage, now + timedelta(hours=9))

        assert [count_areas_due(database, now) for _ in range(2)] == [1, 0]


class TestPages:
    def test_the_page_shows_people_and_no_points_before_publication(
        self, open_browser, database, now
    ) -> None:
        with database.transaction() as session:
            stage, _company, (user, _hr), _people = furnish(session, now)

        page = open_browser(user).get(f"/competitions/{stage.public_id}/enterprise").text

        assert "一车间" in page
        assert "33.3%" in page
        assert "赵未报名" in page
        assert "平均分" not in page
        assert "各知识领域得分率" not in page

    def test_after_publication_areas_and_report_are_there(
        self, open_browser, database, now, clock
    ) -> None:
        with database.transaction() as session:
            stage, _company, (user, _hr), _people = furnish(session, now)
            with_answers(session, stage, now)
            close(session, stage, now + timedelta(hours=9))
        count_areas_due(database, now)
        clock.move_to(now + timedelta(hours=10))
        browser = open_browser(user)

        page = browser.get(f"/competitions/{stage.public_id}/enterprise").text
        report = browser.get(f"/competitions/{stage.public_id}/enterprise/report.pdf")

        assert "各知识领域得分率" in page
        assert "50.0%" in page
        assert report.status_code == 200
        assert report.data.startswith(b"%PDF")

    def test_a_later_round_is_chosen_on_the_page_and_printed_beside_the_first(
        self, open_browser, database, now, clock, monkeypatch
    ) -> None:
        with database.transaction() as session:
            stage, _company, user = play_two_rounds(session, now, second=True)
        while count_areas_due(database, now):
            pass
        clock.move_to(now + timedelta(hours=11))
        browser, path = open_browser(user), f"/competitions/{stage.public_id}/enterprise"
        printed = []
        monkeypatch.setattr(
            "learning.competitions.routes.console.report_pdf",
            lambda facts: printed.append(facts) or b"%PDF",
        )

        first, second = browser.get(path).text, browser.get(f"{path}?round=2").text
        browser.get(f"{path}/report.pdf")

        assert "50.0%" in first
        assert "50.0%" not in second
        assert '<option value="2" selected>复赛' in second
        assert browser.get(f"{path}?round=3").status_code == 404
        assert [(r.title, r.areas[0].own) for r in printed[0].rounds] == [
            ("初赛", "50.0%"),
            ("复赛", "0.0%"),
        ]

    def test_before_publication_there_is_no_report(self, open_browser, database, now) -> None:
        with database.transaction() as session:
            stage, _company, (user, _hr), _people = furnish(session, now)

        reply = open_browser(user).get(f"/competitions/{stage.public_id}/enterprise/report.pdf")

        assert reply.status_code == 409

    def test_the_workbook_names_who_has_not_handed_in(self, open_browser, database, now) -> None:
        with database.transaction() as session:
            stage, _company, (user, _hr), _people = furnish(session, now)

        reply = open_browser(user).get(f"/competitions/{stage.public_id}/enterprise/absent.xlsx")

        sheet = openpyxl.load_workbook(io.BytesIO(reply.data)).worksheets[0]
        rows = {row[0].value: row[3].value for row in sheet.iter_rows(min_row=2)}
        assert rows == {"李四": "已报名", "赵未报名": "未报名", "钱办公室": "未报名"}

    def test_a_reminder_is_asked_for_on_the_page(self, open_browser, database, now) -> None:
        with database.transaction() as session:
            stage, company, (user, _hr), _people = furnish(session, now)
        browser = open_browser(user)
        path = f"/competitions/{stage.public_id}/enterprise"

        replies = [
            browser.post(f"{path}/remind", {"unit": company.public_id}).status_code
            for _ in range(2)
        ]

        assert replies == [303, 409]
        assert "正在发" in browser.get(path).text
