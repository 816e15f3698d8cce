"""Booklets, answer sheets and keys: what is on which, who may print it, and what is written down."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from learning.attempts.queries import find_paper, list_papers
from learning.attempts.rules import form_code, label_of, read_form_code
from learning.attempts.services import MAX_DRAWN, draw_papers
from learning.exams import presentation, services
from learning.exams.presentation import booklets
from learning.exams.presentation import keys as key_sheets
from learning.exams.rules import SECTION_TITLES, SectionPlan
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Role
from learning.question_bank.presentation import view
from learning.question_bank.rules import Item, ItemKind, Option
from tests.attempts.test_secrecy import forms_of
from tests.certification.test_printing import printed_text
from tests.exams.halls import hall_of
from tests.exams.test_printing import missing, pages
from tests.factories.exams import make_hall
from tests.factories.items import ALL_KINDS, ALL_OR_NOTHING, make_item
from tests.factories.people import grant_role

CANARY = "鑫淼焱垚"  # rare characters: no other text of a paper has them
EVERY_KIND = tuple(SectionPlan(kind, 1, Decimal(2)) for kind in ALL_KINDS)


def all_kinds(**changes) -> list[Item]:
    return [make_item(f"x-{n}", kind, explanation=CANARY) for n, kind in enumerate(ALL_KINDS)]


def paper_of(items: list[Item]) -> presentation.PaperFacts:
    views = [
        view(
            item.document,
            sorted((option.id for option in item.document.options), reverse=True),
            position=n,
            points=Decimal(2),
        )
        for n, item in enumerate(items, 1)
    ]
    kinds = [item.document.kind for item in items]
    sections = [(SECTION_TITLES[kind], kind, 1, Decimal(2), ALL_OR_NOTHING) for kind in kinds]
    facts = presentation.PaperFacts("认证考试", "协会", "A7K2-X", 90, ())
    return replace(facts, parts=presentation.parts_of(views, sections))


def hall_of_paper(database, now, **changes):
    return hall_of(
        database, now, bank_items=all_kinds(), sections=EVERY_KIND, marked=True, **changes
    )


def acts(database, act: str) -> list[dict]:
    with database.session(write=False) as session:
        rows = session.scalars(select(AuditEntry.details).where(AuditEntry.act == act))
        return [json.loads(row) for row in rows]


def first_label(database, hall, now) -> str:
    with database.session(write=False) as session:
        lines, _total = list_papers(session, hall.view(session, now).assessment_id)
    return lines[0].label


def test_a_booklet_shows_all_nine_kinds_and_nothing_of_a_key() -> None:
    items = all_kinds()
    paper = paper_of(items)
    booklet = presentation.booklets_pdf([paper], {})
    sheet = presentation.answer_sheets_pdf([paper])

    asked = "".join(
        item.document.stem + "".join(o.text for o in item.document.options) for item in items
    )
    assert missing(booklet, asked) == set()
    for pdf in (booklet, sheet):
        assert set(CANARY) & printed_text(pdf) == set()
    assert missing(presentation.key_pdf(paper, [i.key for i in items], {}), CANARY) == set()


def test_the_key_is_told_in_the_letters_of_its_own_form() -> None:
    items = all_kinds()
    views = [shown for part in paper_of(items).parts for shown in part.items]
    told = [key_sheets.key_text(v, i.key) for v, i in zip(views, items, strict=True)]

    assert told == [
        "C",  # b of d c b a
        "C",
        "对",
        "抽样检验 / 抽检",
        "49200 h ± 0.5 %",
        "(1) B　(2) D　(3) B",
        "A → C → B",
        "",
        "",
    ]


def test_no_page_break_splits_an_item_from_its_options() -> None:
    """Ten items of some six tenths of a page take ten pages; broken, they would take seven."""
    item = make_item("x", ItemKind.SINGLE)
    long = replace(item, document=replace(item.document, stem="长" * 1200))

    assert pages(presentation.booklets_pdf([paper_of([long] * 10)], {})) == 10


def test_an_item_longer_than_a_page_is_printed_whole() -> None:
    item = make_item("x", ItemKind.SINGLE)
    endless = replace(item, document=replace(item.document, stem="长" * 5000 + "尾"))

    made = presentation.booklets_pdf([paper_of([endless])], {})

    assert pages(made) >= 3
    assert "尾" in printed_text(made)


def test_each_form_of_a_file_begins_on_a_page_of_its_own() -> None:
    paper = paper_of(all_kinds())

    one, three = (presentation.booklets_pdf([paper] * n, {}) for n in (1, 3))

    assert pages(three) == 3 * pages(one)


def test_a_form_drawn_for_paper_is_found_by_its_code_for_ever(session, now) -> None:
    hall = make_hall(session, now)
    assessment = hall.view(session, now).assessment_id

    labels = services.draw_for_print(session, hall.actor, hall.public_id, count=3, now=now)

    assert len(set(labels)) == 3
    for label in labels:
        form = find_paper(session, assessment, read_form_code(form_code(label)) or "")
        assert form is not None
        assert label_of(form) == label
    assert find_paper(session, assessment, "00000") is None


def test_parallel_forms_are_printed_as_they_are_and_none_is_drawn(session, now) -> None:
    hall = make_hall(session, now, forms=2, sections=(SectionPlan(ItemKind.SINGLE, 3, Decimal(4)),))
    assessment = hall.view(session, now).assessment_id

    lines, total = list_papers(session, assessment)

    assert (total, [line.label[0] for line in lines]) == (2, ["A", "B"])
    found = find_paper(session, assessment, lines[1].label)
    assert found is not None
    assert found.seed == "B"
    with pytest.raises(Conflict, match="forms_assembled"):
        draw_papers(session, assessment, 1, made_by=None, now=now)


@pytest.mark.parametrize("count", [0, -1, MAX_DRAWN + 1])
def test_no_more_and_no_fewer_forms_are_drawn_than_may_be(session, now, count) -> None:
    hall = make_hall(session, now)

    with pytest.raises(Invalid):
        draw_papers(session, hall.view(session, now).assessment_id, count, made_by=None, now=now)


def test_an_edited_paper_has_other_codes_so_that_old_sheets_find_no_other_form(
    session, now
) -> None:
    changes = {"forms": 1, "sections": (SectionPlan(ItemKind.SINGLE, 3, Decimal(4)),)}
    hall = make_hall(session, now, is_open=False, **changes)
    before = hall.view(session, now)
    [old], _total = list_papers(session, before.assessment_id)
    plan = replace(before.plan, rules=replace(before.rules, limit_minutes=77))
    services.edit_sitting(session, hall.actor, hall.public_id, plan=plan, now=now)
    after = hall.view(session, now).assessment_id
    [new], _total = list_papers(session, after)

    assert find_paper(session, after, old.label) is None or old.label == new.label
    assert find_paper(session, before.assessment_id, old.label) is not None


def test_the_examiner_prints_and_each_use_is_written_down(database, now, open_browser) -> None:
    hall = hall_of_paper(database, now)
    browser = open_browser(hall.examiner)
    address = f"/sittings/{hall.public_id}/papers"

    drawn = browser.post(address, {"count": "10"})
    listed = browser.get(address)
    label = first_label(database, hall, now)
    shown = browser.post(f"{address}/preview", {"label": label})
    sample = browser.post(f"{address}/preview")
    one = browser.post(f"{address}/booklet.pdf", {"label": label})
    many = browser.post(f"{address}/booklet.pdf", {"page": "2"})
    sheet = browser.post(f"{address}/answer-sheet.pdf", {"label": label})
    key = browser.post(f"{address}/key.pdf", {"label": label})

    assert drawn.status_code == 303
    assert form_code(label) in listed.get_data(as_text=True)
    assert "x-8-1 的题干" in shown.get_data(as_text=True)
    assert "样卷" in sample.get_data(as_text=True)
    assert [r.mimetype for r in (one, many, sheet)] == ["application/pdf"] * 3
    assert pages(many.data) == 5 * pages(one.data)
    assert one.headers["Cache-Control"] == "private, no-store"
    assert key.status_code == 403
    for reply in (listed, shown, sample, one, many, sheet, key):
        received = reply.get_data() + str(reply.headers).encode()
        assert not any(s in received for secret in (CANARY, "示例出处") for s in forms_of(secret))
    assert len(acts(database, "sitting.paper_previewed")) == 2
    printed = acts(database, "sitting.booklet_printed")
    assert [len(details["forms"]) for details in printed] == [1, 5]
    assert len(printed[0]["versions"]) == len(ALL_KINDS)
    assert acts(database, "sitting.key_printed") == []


def test_the_key_is_for_who_may_take_keys_out_of_the_house(database, now, open_browser) -> None:
    hall = hall_of_paper(database, now, forms=1)
    with database.transaction() as session:
        grant_role(session, now, session.merge(hall.examiner), Role.ITEM_MANAGER, hall.association)
    browser = open_browser(hall.examiner)
    label = first_label(database, hall, now)

    key = browser.post(f"/sittings/{hall.public_id}/papers/key.pdf", {"label": label})

    assert key.mimetype == "application/pdf"
    assert missing(key.data, CANARY) == set()
    [used] = acts(database, "sitting.key_printed")
    assert used["forms"] == [label]


@pytest.mark.parametrize("label", ["", "ZZZZZ", "A\x00", "../..", "A-B"])
def test_a_form_that_is_not_there_is_not_found(database, now, open_browser, label) -> None:
    hall = hall_of_paper(database, now, forms=1)
    browser = open_browser(hall.examiner)

    reply = browser.post(f"/sittings/{hall.public_id}/papers/key.pdf", {"label": label})

    assert reply.status_code in {403, 404}
    sheet = browser.post(
        f"/sittings/{hall.public_id}/papers/booklet.pdf", {"label": label, "page": "9"}
    )
    assert sheet.status_code == 404


def test_short_options_stand_side_by_side_and_long_ones_below_each_other() -> None:
    def side_of(*texts: str) -> int:
        item = make_item("x", ItemKind.SINGLE)
        options = tuple(Option(name, text) for name, text in zip("abcd", texts, strict=True))
        shown = view(replace(item.document, options=options), "abcd", position=1, points=Decimal(1))
        return booklets.side_by_side(booklets.lettered(shown, {}))

    assert side_of("1.2", "$\\frac{1}{2}$", "0.905", "是") == 4
    assert side_of("1.2", "十五个字的选项占半行都还放得下", "3", "4") == 2
    assert side_of("1.2", "二十五个字的选项占去半行都放不下了只好各占一行才行", "3", "4") == 1
    assert side_of("1.2", "$$x$$", "3", "4") == 1


def test_an_examiner_may_not_print_the_key(database, now, open_browser) -> None:
    hall = hall_of_paper(database, now, forms=1)
    label = first_label(database, hall, now)

    key = open_browser(hall.examiner).post(
        f"/sittings/{hall.public_id}/papers/key.pdf", {"label": label}
    )

    assert key.status_code == 403


def test_a_look_at_a_paper_is_written_down_with_what_it_showed(database, now, open_browser) -> None:
    hall = hall_of_paper(database, now, forms=1)
    label = first_label(database, hall, now)

    shown = open_browser(hall.examiner).post(
        f"/sittings/{hall.public_id}/papers/preview", {"label": label}
    )

    assert shown.status_code == 200
    looks = acts(database, "sitting.paper_previewed")
    assert [look["forms"] for look in looks] == [[label]]
    assert len(looks[0]["versions"]) == len(ALL_KINDS)
