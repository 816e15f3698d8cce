"""Staff categories: read from lists however they are written, planned, written, said by hand."""

from datetime import timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, NotFound
from learning.organisations import queries
from learning.organisations.models import Membership
from learning.organisations.rules.categories import StaffCategory, read_category
from learning.organisations.services.categories import categorise_person
from learning.organisations.services.roster_undoing import undo_roster
from learning.organisations.services.rosters import check_roster, kept_rows
from learning.organisations.words import category_choices
from tests.factories.people import make_actor, make_membership, make_unit, make_user
from tests.organisations.rosters import apply, codes, parse

DAY = timedelta(days=1)
HEADER = ("姓名", "员工编号", "部门", "员工类别（必填）")


def check(session, now, unit, *rows):
    view = queries.get_unit(session, unit.id, now)
    parsed = parse(*rows, header=HEADER, code="SL")
    return check_roster(session, view, parsed, creates_departments=True, now=now)


def said(session) -> dict[str, list[str]]:
    """The categories of open places by staff number."""
    session.expire_all()
    rows = session.scalars(select(Membership).where(Membership.valid_to.is_(None)))
    found: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda one: one.id):
        found.setdefault(row.staff_no, []).append(row.category)
    return found


@pytest.fixture
def firm(session, now):
    return make_unit(session, now - 9 * DAY, name="示例企业", code="SL")


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("专业技术人员", "technical"),
        (" 专技 人员 ", "technical"),
        ("管理岗", "manager"),
        ("技能（操作）人员", "skilled"),
        ("安全员", "safety_manager"),
        ("Safety managers (high hazard)", "safety_manager"),
        ("高危岗位从业人员", "safety_worker"),
        ("其它", "other"),
        ("临时工", None),
    ],
)
def test_a_category_is_known_by_many_names(text: str, category: str | None) -> None:
    assert read_category(text) == category


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_what_the_pages_call_a_category_is_read_back(app, locale: str) -> None:
    with app.test_request_context(), force_locale(locale):
        assert {read_category(words) for _code, words in category_choices()} == set(StaffCategory)


def test_an_unknown_category_is_an_error_at_its_cell(session, now, firm) -> None:
    checked = check(session, now, firm, ("甲", "001", "一车间", "临时工"))

    assert codes(checked) == [("D2", "bad_category")]


def test_a_roster_says_categories_moves_keep_them_and_empty_cells_say_nothing(
    session, now, firm
) -> None:
    first = [("甲", "001", "一车间", "专技人员"), ("乙", "002", "一车间", "技能人员")]
    apply(session, now, firm, check(session, now, firm, *first))
    assert said(session) == {"001": ["technical"], "002": ["skilled"]}

    moved = [("甲", "001", "二车间", ""), ("乙", "002", "二车间", "管理人员")]
    kept, _done = apply(session, now, firm, check(session, now, firm, *moved))

    assert said(session) == {"001": ["technical"], "002": ["manager"]}
    shifts = {row.row.name: [(s.what, s.before, s.after) for s in row.shifts] for row in
              kept_rows(kept)}  # fmt: skip
    assert shifts["甲"] == [("place", "一车间", "二车间")]
    assert ("category", "skilled", "manager") in shifts["乙"]


def test_a_row_that_only_says_another_category_opens_no_place_and_is_undone(
    session, now, firm
) -> None:
    day = now - DAY
    apply(session, day, firm, check(session, day, firm, ("甲", "001", "一车间", "技能人员")))
    before = session.scalars(select(Membership.id)).all()

    checked = check(session, now, firm, ("甲", "001", "一车间", "管理人员"))
    kept, _done = apply(session, now, firm, checked)

    assert checked.plan.rows[0].changes == ("category",)
    assert said(session) == {"001": ["manager"]}
    assert session.scalars(select(Membership.id)).all() == before
    actor, view = make_actor(make_user(session, now)), queries.get_unit(session, firm.id, now)
    undo_roster(session, actor, kept, unit=view, now=now)
    assert said(session) == {"001": ["skilled"]}


def test_what_was_said_otherwise_meanwhile_is_not_written_over(session, now, firm) -> None:
    apply(session, now, firm, check(session, now, firm, ("甲", "001", "一车间", "技能人员")))
    person = session.scalars(select(Membership)).one().user_id
    checked = check(session, now, firm, ("甲", "001", "一车间", "管理人员"))
    actor, view = make_actor(make_user(session, now)), queries.get_unit(session, firm.id, now)
    categorise_person(session, actor, view, person, category=StaffCategory.OTHER, now=now)

    with pytest.raises(Conflict, match="roster_stale"):
        apply(session, now, firm, checked)


def test_one_person_is_categorised_within_the_unit_alone_and_it_is_written_down(
    session, now, firm
) -> None:
    person, other = make_user(session, now, "甲"), make_unit(session, now, name="别家", code="BJ")
    make_membership(session, now, person, firm, staff_no="001")
    make_membership(session, now, person, other, staff_no="9")
    actor, view = make_actor(make_user(session, now)), queries.get_unit(session, firm.id, now)
    given = {"category": StaffCategory.SKILLED, "now": now}

    assert categorise_person(session, actor, view, person.id, **given)
    assert not categorise_person(session, actor, view, person.id, **given)

    assert said(session) == {"001": ["skilled"], "9": [""]}
    entries = session.scalars(select(AuditEntry).where(AuditEntry.act == "person.categorised"))
    assert len(entries.all()) == 1
    with pytest.raises(NotFound):
        categorise_person(session, actor, view, make_user(session, now).id, **given)
