"""Proposals for faulty cells, numbers of people with other names, people missing from a roster."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName, LoginSession, User
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict
from learning.models import metadata
from learning.organisations import queries
from learning.organisations.models import Membership, Unit, UnitAlias
from learning.organisations.rules.mending import (
    closest_department,
    common_width,
    distance,
    email_mend,
    phone_mend,
    zeros_mend,
)
from learning.organisations.rules.roster import Choice
from learning.organisations.services.rosters import (
    CheckedRoster,
    check_roster,
    choose_for_rows,
    keep_decisions,
    kept_mends,
    kept_parse,
    prepare,
    save_check,
    take_mends,
)
from tests.factories.people import (
    make_actor,
    make_login_session,
    make_membership,
    make_unit,
    make_user,
)
from tests.organisations.rosters import apply, check, codes

KNOWN = {
    path: path
    for path in [("生产部",), ("生产部", "一车间"), ("质量管理部",), ("行政部",), ("行政部", "后勤组"), ("生产部", "后勤组")]
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("一车间",), ("生产部", "一车间")),
        (("二车间",), None),
        (("生产步",), ("生产部",)),
        (("质量管里部",), ("质量管理部",)),
        (("生产部", "一车问"), ("生产部", "一车间")),
        (("后勤组",), None),
        (("财务部",), None),
        (("品管",), ("质量管理部",)),
    ],
)
def test_a_department_is_proposed_only_when_one_is_meant(path, expected) -> None:
    assert closest_department(path, KNOWN, {"品管": ("质量管理部",)}) == expected


@pytest.mark.parametrize(
    ("numbers", "width"),
    [
        (["000123", "000124", "900000"], 6),
        (["000123", "124", "900000"], 0),
        (["000123", "00012a", "900000"], 0),
        (["000123", "000124"], 0),
        ([], 0),
    ],
)
def test_a_common_width_needs_several_numbers_and_no_exception(numbers, width) -> None:
    assert common_width(numbers) == width


def test_zeros_are_proposed_for_shorter_numbers_only() -> None:
    assert [zeros_mend(n, 6) for n in ("123", "000123", "A12", "1234567", "")] == [
        "000123", "", "", "", "",
    ]  # fmt: skip


@given(st.text(max_size=60))
def test_proposals_never_fail_and_are_right_as_they_stand(text: str) -> None:
    for mend, propose in ((phone_mend(text), phone_mend), (email_mend(text), email_mend)):
        assert mend == "" or propose(mend) == mend


@given(st.text(max_size=8), st.text(max_size=8))
def test_the_distance_is_a_metric(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)


@pytest.fixture
def firm(session: Session, now) -> Unit:
    return make_unit(session, now, name="示例企业", code="SL")


def staff(session: Session, now, firm: Unit, *numbers: str) -> list[User]:
    people = []
    for number in numbers:
        person = make_user(session, now, f"员工{number}")
        make_membership(session, now, person, firm, staff_no=number)
        name = f"SL/{number}"
        session.add(
            LoginName(
                user_id=person.id, kind="staff", name=name, name_key=f"staff:{name.casefold()}",
                created_at=now,
            )
        )  # fmt: skip
        people.append(person)
    session.flush()
    return people


def again(session: Session, now, firm: Unit, parsed) -> CheckedRoster:
    view = queries.get_unit(session, firm.id, now)
    return check_roster(session, view, parsed, creates_departments=False, now=now)


def choose(session: Session, now, firm: Unit, checked: CheckedRoster, **chosen: Choice):
    lines = {int(name[1:]): choice for name, choice in chosen.items()}
    parsed = choose_for_rows(checked.parsed, checked.plan.problems, lines)
    return again(session, now, firm, parsed)


def everything(session: Session) -> dict[str, list[tuple[object, ...]]]:
    tables = [
        t for t in metadata.sorted_tables if t.name not in {"roster_imports", "audit_entries"}
    ]
    return {t.name: sorted(map(tuple, session.execute(select(t)).all()), key=repr) for t in tables}


def test_the_same_file_twice_leaves_every_table_as_it_was(session: Session, now, firm) -> None:
    make_unit(session, now, kind="department", name="质量部", parent=firm)
    rows = [
        ("张伟", "000001", "13812345678", "a@b.cn", "质量部", "检验员"),
        ("王芳", "000002", None, None, None, None),
    ]
    actor = make_actor(make_user(session, now))
    apply(session, now, firm, check(session, now, firm, *rows), actor)
    before = everything(session)

    apply(session, now, firm, check(session, now, firm, *rows), actor)

    assert everything(session) == before


def test_lost_zeros_are_an_error_with_a_mend_that_is_checked_again(
    session: Session, now, firm
) -> None:
    staff(session, now, firm, "000121", "000122", "000123")
    checked = check(session, now, firm, ("员工000123", 123, None, None, None, None))

    problem = checked.plan.problems[0]
    parsed = take_mends(checked.parsed, [problem], organisation_code="SL")
    mended = again(session, now, firm, parsed)

    assert [(problem.cell, problem.code, problem.mend)] == [("B2", "staff_no_zeros", "000123")]
    assert mended.plan.problems == []
    assert mended.plan.counts["unchanged"] == 1
    assert [(m.cell, m.read, m.mend) for m in mended.parsed.mended] == [("B2", "123", "000123")]


def test_a_short_number_may_be_kept_as_it_is(session: Session, now, firm) -> None:
    staff(session, now, firm, "000121", "000122", "000123")
    checked = check(session, now, firm, ("张伟", "123", None, None, None, None))

    parsed = take_mends(checked.parsed, [], keeps=checked.plan.problems, organisation_code="SL")
    kept = again(session, now, firm, parsed)

    assert kept.plan.problems == []
    assert kept.plan.counts["new"] == 1


def test_zeros_are_seen_from_the_file_when_the_organisation_has_no_numbers_yet(
    session: Session, now, firm
) -> None:
    rows = [(f"员工{n}", f"{n:04d}", None, None, None, None) for n in range(1, 4)]

    checked = check(session, now, firm, *rows, ("张伟", 12, None, None, None, None))

    assert [(p.cell, p.mend) for p in checked.plan.problems] == [("B5", "0012")]


def test_a_misspelt_department_comes_with_the_one_that_exists(session: Session, now, firm) -> None:
    part = make_unit(session, now, kind="department", name="质量管理部", parent=firm)
    session.add(UnitAlias(unit_id=part.id, alias="品管", alias_key="品管"))
    session.flush()
    row = ("张伟", "1A", None, None, "质量管里部", None)

    checked = check(session, now, firm, row)
    creating = check(session, now, firm, row, creates_departments=True)
    alias = check(session, now, firm, (*row[:4], "品管", None))

    assert [(p.code, p.mend) for p in checked.plan.problems] == [
        ("department_missing", "质量管理部")
    ]
    assert [(p.code, p.severity) for p in creating.plan.problems] == [
        ("department_like", "warning")
    ]
    assert alias.plan.problems[0].mend == "质量管理部"
    mended = take_mends(checked.parsed, checked.plan.problems, organisation_code="SL")
    assert again(session, now, firm, mended).plan.problems == []


def test_a_number_of_another_name_waits_for_a_choice(session: Session, now, firm) -> None:
    staff(session, now, firm, "0012")
    checked = check(session, now, firm, ("张伟", "0012", None, None, None, None))

    problem = checked.plan.problems[0]

    assert (problem.cell, problem.severity, problem.other) == ("B2", "choice", "员工0012")
    assert problem.offers == ("rename", "new", "skip")
    assert checked.plan.counts["undecided"] == 1
    with pytest.raises(Conflict, match="roster_undecided"):
        prepare(checked)


def test_a_correction_renames_the_person_and_says_so(session: Session, now, firm) -> None:
    (person,) = staff(session, now, firm, "0012")
    checked = check(session, now, firm, ("张伟", "0012", None, None, None, None))

    kept, _done = apply(session, now, firm, choose(session, now, firm, checked, _2=Choice.RENAME))

    session.refresh(person)
    assert (person.display_name, person.sort_key[:5]) == ("张伟", "zhang")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "person.renamed")).one()
    assert json.loads(entry.details)["old"] == "员工0012"
    assert json.loads(kept.decisions)["choices"] == {"2": ["rename", person.id]}
    once_more = check(session, now, firm, ("张伟", "0012", None, None, None, None))
    assert once_more.plan.counts["unchanged"] == 1


def test_a_new_person_takes_the_number_and_its_log_in_name(session: Session, now, firm) -> None:
    (old,) = staff(session, now, firm, "0012")
    make_login_session(session, now, old)
    checked = check(session, now, firm, ("张伟", "0012", None, None, None, None))

    apply(session, now, firm, choose(session, now, firm, checked, _2=Choice.NEW))

    new = session.scalars(select(User).where(User.display_name == "张伟")).one()
    session.refresh(old)
    assert old.display_name == "员工0012"
    places = session.execute(
        select(Membership.user_id, Membership.staff_no, Membership.valid_to.is_(None)).order_by(
            Membership.id
        )
    ).all()
    assert [tuple(p) for p in places] == [(old.id, "0012", False), (new.id, "0012", True)]
    owner = session.scalars(select(LoginName).where(LoginName.name == "SL/0012")).one()
    assert owner.user_id == new.id
    assert session.scalars(select(LoginSession)).one().revoked_at == now
    acts = session.scalars(select(AuditEntry.act)).all()
    assert "staff_number.passed" in acts
    once_more = check(session, now, firm, ("张伟", "0012", None, None, None, None))
    assert once_more.plan.counts["unchanged"] == 1


def test_a_number_may_pass_on_while_its_holder_moves_to_another(
    session: Session, now, firm
) -> None:
    (old,) = staff(session, now, firm, "0012")
    session.add(
        LoginName(user_id=old.id, kind="email", name="a@b.cn", name_key="email:a@b.cn", created_at=now)
    )  # fmt: skip
    session.flush()
    rows = [
        ("张伟", "0012", None, None, None, None),
        ("员工0012", "0013", None, "a@b.cn", None, None),
    ]
    checked = choose(session, now, firm, check(session, now, firm, *rows), _2=Choice.NEW)

    apply(session, now, firm, checked)

    found = queries.list_members(session, queries.subtree([firm.id], now), now)
    assert {(m.name, m.staff_no) for m in found} == {("张伟", "0012"), ("员工0012", "0013")}


def test_a_holder_who_stays_in_the_file_with_the_place_is_an_error(
    session: Session, now, firm
) -> None:
    (old,) = staff(session, now, firm, "0012")
    session.add(
        LoginName(user_id=old.id, kind="email", name="a@b.cn", name_key="email:a@b.cn", created_at=now)
    )  # fmt: skip
    session.flush()
    rows = [
        ("张伟", "0012", None, None, None, None),
        ("员工0012", None, None, "a@b.cn", None, None),
    ]

    checked = choose(session, now, firm, check(session, now, firm, *rows), _2=Choice.NEW)

    assert ("B2", "holder_still_listed") in codes(checked)
    assert checked.plan.counts["error"] == 1


def test_a_skipped_row_changes_nothing_and_nobody_is_missing(session: Session, now, firm) -> None:
    staff(session, now, firm, "0012")
    checked = check(session, now, firm, ("张伟", "0012", "12", None, None, None))
    assert checked.plan.counts["error"] == 1  # the phone number

    good = check(session, now, firm, ("张伟", "0012", None, None, None, None))
    skipped = choose(session, now, firm, good, _2=Choice.SKIP)
    before = everything(session)
    actor = make_actor(session.scalars(select(User)).first())
    apply(session, now, firm, skipped, actor)

    assert skipped.plan.counts["skipped"] == 1
    assert skipped.missing == ()
    assert everything(session) == before


def test_a_choice_counts_only_for_the_holder_that_was_seen(session: Session, now, firm) -> None:
    (_old,) = staff(session, now, firm, "0012")
    checked = choose(
        session, now, firm,
        check(session, now, firm, ("张伟", "0012", None, None, None, None)), _2=Choice.RENAME,
    )  # fmt: skip
    other = make_user(session, now, "李强")
    session.query(Membership).update({Membership.user_id: other.id})
    session.query(LoginName).update({LoginName.user_id: other.id})

    later = again(session, now, firm, checked.parsed)

    assert later.plan.counts["undecided"] == 1


def test_who_is_not_only_ours_is_not_renamed(session: Session, now, firm) -> None:
    (person,) = staff(session, now, firm, "0012")
    make_membership(session, now, person, make_unit(session, now, name="另一企业"))

    checked = check(session, now, firm, ("张伟", "0012", None, None, None, None))

    assert checked.plan.problems[0].offers == ("new", "skip")


def test_people_in_no_row_are_listed_once_nothing_is_unclear(session: Session, now, firm) -> None:
    here, gone = staff(session, now, firm, "0012", "0013")

    checked = check(session, now, firm, ("员工0012", "0012", None, None, None, None))
    unclear = check(session, now, firm, ("员工0012", "0012", "1", None, None, None))

    ids = set(session.scalars(select(Membership.id).where(Membership.user_id == gone.id)))
    assert set(checked.missing) == ids
    assert unclear.missing == ()
    assert here.id != gone.id


def test_decisions_are_kept_and_two_deciders_do_not_overwrite_each_other(
    session: Session, now, firm
) -> None:
    checked = check(session, now, firm, ("张伟", "００１", None, None, None, None))
    view = queries.get_unit(session, firm.id, now)
    actor = make_actor(make_user(session, now))
    public_id = save_check(
        session, actor, view, checked, file_name="x", sha256="0" * 64,
        creates_departments=False, now=now,
    )  # fmt: skip
    kept = queries.get_roster(session, firm.id, public_id)
    parsed = take_mends(kept_parse(kept), checked.plan.problems, organisation_code="SL")
    session.expunge(kept)

    keep_decisions(session, kept, again(session, now, firm, parsed))

    with pytest.raises(Conflict, match="roster_decided"):
        keep_decisions(session, kept, checked)
    found = queries.get_roster(session, firm.id, public_id)
    assert [(m.cell, m.read, m.mend) for m in kept_mends(found)] == [("B2", "００１", "001")]
    assert kept_parse(found).rows[0].staff_no == "001"
