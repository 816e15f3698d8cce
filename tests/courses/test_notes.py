"""Notes and highlights: what a page may send, whose they are, what becomes of them, the export."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from learning.accounts.events import CLOSED, AccountClosed
from learning.app import consumers
from learning.courses import queries, services
from learning.courses.models import LessonNote
from learning.courses.rules.notes import (
    Noted,
    escape_markdown,
    is_held,
    parse_note,
    parse_text,
    to_markdown,
)
from learning.kernel import events
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.markdown import render
from tests.factories.courses import CODE, make_course
from tests.factories.people import make_actor, make_user

NOTE = {"quote": "质量是固有特性满足要求的程度", "prefix": "所谓", "suffix": "。", "text": "记住"}


class TestParsing:
    def test_a_quote_alone_is_a_highlight_and_a_text_alone_a_note(self) -> None:
        assert parse_note({"quote": " 质量 "}).quote == "质量"
        assert parse_note({"text": "一\r\n二", "heading": "h-1"}).text == "一\n二"

    @pytest.mark.parametrize(
        "raw",
        [
            None,
            [],
            "x",
            {},
            {"quote": " ", "text": "\n"},
            {"quote": 1},
            {"quote": "x" * 501},
            {"text": "x" * 4001},
            {"quote": "质", "prefix": "x" * 61},
            {"quote": "质", "heading": "A B"},
            {"quote": "质", "heading": ["a"]},
            {"text": "a\0b"},
            {"text": "a\x1bb"},
            {"text": "\ud800"},
        ],
    )
    def test_anything_else_is_refused(self, raw) -> None:
        with pytest.raises(Invalid):
            parse_note(raw)

    @pytest.mark.parametrize("raw", [None, {}, {"text": None}, {"text": "x" * 4001}])
    def test_a_change_wants_a_text(self, raw) -> None:
        with pytest.raises(Invalid):
            parse_text(raw)


class TestStanding:
    def test_line_breaks_make_no_difference(self) -> None:
        assert is_held("质量 管理", "……质量\n管理体系")
        assert not is_held("质量管理", "质量工程")


class TestExport:
    def test_notes_stand_by_course_and_lesson(self, now) -> None:
        notes = [
            Noted("课甲", "一", "引文\n两行", "写的", now),
            Noted("课甲", "一", "", "只有笔记", now),
            Noted("课乙", "二", "引", "", now),
        ]

        text = to_markdown("我的笔记", notes, zone_at={now: "2026-11-22 10:00"})

        assert text.count("## 课") == 2
        assert text.count("### 一") == 1
        assert "> 引文\n> 两行\n" in text

    @given(st.text(alphabet="ab*_`<>[]()#!\\|~$&1.- \"'", max_size=40))
    def test_whatever_stands_in_a_note_stays_text(self, hostile) -> None:
        html = str(render(escape_markdown(hostile)))

        assert "<" not in html.replace("<p>", "").replace("</p>", "").replace("<br>", "")

    def test_a_comment_cannot_be_closed_from_inside(self, now) -> None:
        text = to_markdown("x", [Noted("c", "l", "", "--> <script>", now)], zone_at={now: "t"})

        assert "<script" not in str(render(text))
        assert text.count("-->") == 1


@pytest.fixture
def learner(session, now, tmp_path):
    make_course(session, now, tmp_path)
    return make_actor(make_user(session, now))


def add(session, actor, now, **changes):
    draft = parse_note(NOTE | changes)
    return services.add_note(session, actor, CODE, "les-01", draft, now=now)


class TestOwn:
    def test_a_note_is_read_by_its_owner_alone(self, session, learner, now) -> None:
        note = add(session, learner, now)
        other = make_actor(make_user(session, now))

        [held] = queries.list_lesson_notes(session, learner.user_id, CODE, "les-01")
        assert (held.quote, held.text) == (NOTE["quote"], "记住")
        assert queries.list_lesson_notes(session, other.user_id, CODE, "les-01") == []
        assert queries.search_notes(session, other.user_id, "") == ([], 0)
        assert queries.list_all_notes(session, other.user_id) == []
        for act in (
            lambda: services.change_note(session, other, note.public_id, "x", now=now),
            lambda: services.remove_note(session, other, note.public_id),
        ):
            with pytest.raises(NotFound):
                act()

    def test_a_lesson_that_is_not_there_takes_none(self, session, learner, now) -> None:
        with pytest.raises(NotFound):
            services.add_note(session, learner, CODE, "none", parse_note(NOTE), now=now)

    def test_changing_leaves_the_quote_and_removing_leaves_nothing(
        self, session, learner, now
    ) -> None:
        note = add(session, learner, now)
        services.change_note(session, learner, note.public_id, "", now=now + timedelta(hours=1))
        [held] = queries.list_lesson_notes(session, learner.user_id, CODE, "les-01")
        assert (held.quote, held.text) == (NOTE["quote"], "")

        services.remove_note(session, learner, note.public_id)
        session.flush()
        assert queries.count_notes(session, learner.user_id) == 0

    def test_a_note_without_a_quote_keeps_some_text(self, session, learner, now) -> None:
        note = add(session, learner, now, quote="")

        with pytest.raises(Conflict, match="note_empty"):
            services.change_note(session, learner, note.public_id, "", now=now)

    def test_a_lesson_holds_so_many_and_no_more(self, session, learner, now, monkeypatch) -> None:
        monkeypatch.setattr("learning.courses.services.notes.MOST_IN_LESSON", 2)
        add(session, learner, now)
        add(session, learner, now)

        with pytest.raises(Conflict, match="notes_full"):
            add(session, learner, now)


def test_who_closes_the_account_leaves_no_notes_and_others_keep_theirs(
    database, now, tmp_path
) -> None:
    with database.transaction() as session:
        make_course(session, now, tmp_path)
        leaver, other = (make_actor(make_user(session, now)) for _ in range(2))
        add(session, leaver, now)
        add(session, leaver, now, text="")
        add(session, other, now)
        told = AccountClosed(leaver.user_id, leaver.public_id)
        events.record(session, CLOSED, told.payload(), now)

    for consumer in consumers():
        if CLOSED in consumer.kinds:
            events.deliver(database, consumer, now)

    with database.session(write=False) as session:
        assert session.scalars(select(LessonNote.user_id)).all() == [other.user_id]


class TestSearching:
    def test_words_are_found_in_quotes_and_texts_whatever_their_case(
        self, session, learner, now
    ) -> None:
        add(session, learner, now, text="FMEA 要点")
        add(session, learner, now, quote="", text="100% 检验")

        def found(text: str) -> int:
            return queries.search_notes(session, learner.user_id, text)[1]

        assert [found(t) for t in ("fmea", "固有 要点", "100%", "_", "无", "\0")] == [
            1,
            1,
            1,
            0,
            0,
            2,
        ]

    def test_the_newest_stand_first_by_page(self, session, learner, now) -> None:
        for n in range(22):
            add(session, learner, now + timedelta(minutes=n), text=f"第 {n}")

        first, total = queries.search_notes(session, learner.user_id, "")
        second, _ = queries.search_notes(session, learner.user_id, "", page=2)

        assert (total, len(first), len(second)) == (22, 20, 2)
        assert first[0].text == "第 21"
        assert first[0].current_version_id == first[0].version_id
