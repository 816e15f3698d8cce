"""An enterprise takes home its people's papers: by area, and item by item once that is told."""

import io
import json
from datetime import timedelta

import openpyxl
from sqlalchemy import select

from learning.attempts.models import Assessment, Attempt, ScoreRow
from learning.competitions.jobs import count_areas_due
from learning.competitions.models import Entry
from learning.kernel.audit import AuditEntry
from learning.question_bank.models import ItemVersionRow
from learning.question_bank.queries import get_documents
from tests.competitions.test_console import furnish, play_two_rounds
from tests.competitions.test_enterprises import close, make_company

HEAD = ["姓名", "工号", "部门（报名时）", "第几次作答", "交卷时间", "卷面得分", "卷面满分"]


def answer(session, stage, now) -> tuple[str, str]:
    """Give every paper two answers to one item, the first right, the second not answered.

    Return the code and the area of the item.
    """
    version = session.scalars(select(ItemVersionRow).order_by(ItemVersionRow.id)).first()
    document = get_documents(session, [version.id])[version.id]
    first = document.options[1].id
    for score in session.scalars(
        select(ScoreRow)
        .join(Attempt, Attempt.id == ScoreRow.attempt_id)
        .where(Attempt.assessment_id == stage.view(session, now).assessment_id)
    ):
        said = json.dumps([first])
        score.answers = json.dumps([[1, version.id, 1, 1, said], [2, version.id, None, None, None]])
        score.items = '[[4000,4000,"right"],[0,4000,"blank"]]'
        score.points_milli, score.max_milli = 4000, 8000
    session.flush()
    return document.code, document.area


def tell(session, stage, now, release: str) -> None:
    """Say when the participants see their own answers."""
    assessment = session.get(Assessment, stage.view(session, now).assessment_id)
    assessment.rules = json.dumps(
        json.loads(assessment.rules) | {"release": release, "review": True}
    )
    session.flush()


def published(database, clock, now, *, release: str = "at_close"):
    with database.transaction() as session:
        stage, company, (user, _hr), people = furnish(session, now)
        item = answer(session, stage, now)
        tell(session, stage, now, release)
        close(session, stage, now + timedelta(hours=9))
    count_areas_due(database, now)
    clock.move_to(now + timedelta(hours=10))
    return stage, company, user, people, item


def take(browser, stage, company):
    return browser.post(
        f"/competitions/{stage.public_id}/enterprise/answers.xlsx", {"unit": company.public_id}
    )


def rows_of(reply) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(reply.data)).worksheets[0]
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


class TestOwnAnswers:
    def test_a_row_is_a_paper_with_its_areas_and_its_items(
        self, open_browser, database, now, clock
    ) -> None:
        stage, company, user, (players, *_), (code, area) = published(database, clock, now)

        (row,) = rows_of(take(open_browser(user), stage, company))

        assert [row[name] for name in HEAD[:4]] == [
            players[0].display_name,
            row["工号"],
            "一车间",
            1,
        ]
        assert (row["卷面得分"], row["卷面满分"]) == (4, 8)
        assert row[f"{area.split(' · ', 1)[-1]} 得分率（%）"] == 50
        assert row["第 1 题"] == f"{code}：B（4/4 分）"
        assert row["第 2 题"] == f"{code}：未作答（0/4 分）"

    def test_items_wait_until_the_participants_see_them(
        self, open_browser, database, now, clock
    ) -> None:
        stage, company, user, _people, (code, _area) = published(
            database, clock, now, release="never"
        )

        reply = take(open_browser(user), stage, company)

        (row,) = rows_of(reply)
        assert not [name for name in row if name.startswith("第 ")]
        assert code not in str(row.values())

    def test_papers_of_every_published_round_are_there_named_by_their_round(
        self, open_browser, database, now, clock
    ) -> None:
        with database.transaction() as session:
            stage, company, user = play_two_rounds(session, now, second=True)
        while count_areas_due(database, now):
            pass
        clock.move_to(now + timedelta(hours=11))

        rows = rows_of(take(open_browser(user), stage, company))

        share = next(name for name in rows[0] if name.endswith("得分率（%）"))
        assert [(row["轮次"], row[share]) for row in rows] == [("初赛", 50), ("复赛", 0)]

    def test_a_round_that_is_not_published_stays_out(
        self, open_browser, database, now, clock
    ) -> None:
        with database.transaction() as session:
            stage, company, user = play_two_rounds(session, now, second=False)
        clock.move_to(now + timedelta(hours=11))

        rows = rows_of(take(open_browser(user), stage, company))

        assert len(rows) == 1
        assert "轮次" not in rows[0]

    def test_before_publication_nothing_leaves(self, open_browser, database, now) -> None:
        with database.transaction() as session:
            stage, company, (user, _hr), _people = furnish(session, now)

        assert take(open_browser(user), stage, company).status_code == 409

    def test_a_void_entry_is_left_out_and_taking_it_home_is_noted(
        self, open_browser, database, now, clock
    ) -> None:
        stage, company, user, (players, *_), _item = published(database, clock, now)
        with database.transaction() as session:
            entry = session.scalars(select(Entry).where(Entry.user_id == players[0].id)).one()
            entry.voided_at = now

        assert rows_of(take(open_browser(user), stage, company)) == []

        with database.session(write=False) as session:
            acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
        assert acts[-1] == "competition.own_answers_downloaded"

    def test_a_foreign_organisation_looks_missing(self, open_browser, database, now, clock) -> None:
        stage, company, _user, _people, _item = published(database, clock, now)
        with database.transaction() as session:
            _other, stranger, _hr = make_company(session, now, "别的企业")

        assert take(open_browser(stranger), stage, company).status_code == 404
