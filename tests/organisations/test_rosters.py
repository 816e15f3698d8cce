"""A roster is checked without a trace and applied as one act, once."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName, User
from learning.kernel.audit import AuditEntry
from learning.kernel.db import Database
from learning.kernel.errors import Conflict
from learning.organisations import queries, services
from learning.organisations.models import Membership, PostHolding, Unit
from learning.organisations.services.rosters import (
    apply_roster,
    check_roster,
    kept_parse,
    kept_problems,
    kept_rows,
    prepare,
    renew_check,
    save_check,
)
from tests.factories.people import make_actor, make_membership, make_unit, make_user
from tests.organisations.rosters import apply, check, codes

DAY = timedelta(days=1)
PEOPLE = [
    ("𠮷野·买买提", "0012", None, None, "生产部/一车间", "检验员"),
    ("赵䶮", None, "13812345678", "zhao@example.com", "生产部", None),
    ("王芳", "0013", None, None, None, "检验员"),
]


@pytest.fixture
def firm(session: Session, now) -> Unit:
    return make_unit(session, now, name="示例企业", code="SL")


def users(session: Session) -> dict[str, User]:
    return {user.display_name: user for user in session.scalars(select(User))}


def names_of(session: Session, user: User) -> set[str]:
    return set(session.scalars(select(LoginName.name).where(LoginName.user_id == user.id)))


def members(session: Session, unit: Unit, now) -> dict[str, tuple[str, str, str]]:
    found = queries.list_members(session, queries.subtree([unit.id], now), now)
    return {m.name: (m.unit_name, m.staff_no, m.posts) for m in found}


def test_new_people_get_log_in_names_places_and_posts(session: Session, now, firm) -> None:
    checked = check(session, now, firm, *PEOPLE, creates_departments=True)

    kept, done = apply(session, now, firm, checked)

    assert done is True
    assert json.loads(kept.counts) == {
        "new": 3, "changed": 0, "unchanged": 0, "error": 0, "undecided": 0, "skipped": 0,
        "warnings": 0, "mends": 0, "departments": 2, "posts": 1, "missing": 0,
        "joined": 3, "moved": 0, "posted": 0, "left": 0,
    }  # fmt: skip
    assert members(session, firm, now) == {
        "𠮷野·买买提": ("一车间", "0012", "检验员"),
        "赵䶮": ("生产部", "", ""),
        "王芳": ("示例企业", "0013", "检验员"),
    }
    people = users(session)
    assert names_of(session, people["𠮷野·买买提"]) == {"SL/0012"}
    assert names_of(session, people["赵䶮"]) == {"+8613812345678", "zhao@example.com"}
    assert people["王芳"].sort_key.startswith("wang fang")
    assert (kept.state, kept.applied_at) == ("applied", now)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "roster.applied")).one()
    assert json.loads(entry.details)["new"] == 3


def test_applying_twice_and_the_same_file_again_change_nothing(session: Session, now, firm) -> None:
    checked = check(session, now, firm, *PEOPLE, creates_departments=True)
    kept, _done = apply(session, now, firm, checked)
    view = queries.get_unit(session, firm.id, now)
    actor = make_actor(make_user(session, now))

    again = apply_roster(session, actor, kept.id, unit=view, prepared=prepare(checked), now=now)
    later = now + DAY
    second = check(session, later, firm, *PEOPLE)
    apply(session, later, firm, second)

    assert again is False
    assert second.plan.counts["unchanged"] == 3
    assert second.plan.problems == []
    for table in (Membership, PostHolding):
        assert session.scalar(select(func.max(table.recorded_at))) == now


def test_checking_leaves_no_trace(session: Session, now, firm) -> None:
    before = [session.scalar(select(func.count()).select_from(t)) for t in (User, Unit, Membership)]

    check(session, now, firm, *PEOPLE, creates_departments=True)

    assert before == [
        session.scalar(select(func.count()).select_from(t)) for t in (User, Unit, Membership)
    ]


def test_departments_must_exist_unless_they_are_to_be_made(session: Session, now, firm) -> None:
    part = make_unit(session, now, kind="department", name="生产部", parent=firm)
    make_unit(session, now, name="分公司", parent=firm)
    for _twice in range(2):
        make_unit(session, now, kind="department", name="同名", parent=part)

    def row(department: str) -> tuple[object, ...]:
        return ("张伟", "1A", None, None, department, None)

    def found(department: str, **more: bool) -> list[tuple[str, str]]:
        return codes(check(session, now, firm, row(department), **more))

    assert found("生产部") == found("示例企业/生产部") == found("生产部 / ") == []
    assert found("生产部/二车间") == [("E2", "department_missing")]
    assert found("生产部/二车间", creates_departments=True) == []
    assert found("分公司") == [("E2", "department_of_other_organisation")]
    assert found("分公司/x", creates_departments=True) == [
        ("E2", "department_of_other_organisation")
    ]
    assert found("生产部/同名") == [("E2", "department_ambiguous")]
    problem = check(session, now, firm, row("生产部/二车间")).plan.problems[0]
    assert (problem.value, problem.other) == ("生产部/二车间", "二车间")


def test_a_staff_number_of_somebody_else_is_never_overwritten(session: Session, now, firm) -> None:
    person = make_user(session, now, "王芳")
    make_membership(session, now, person, firm, staff_no="0012")

    checked = check(session, now, firm, ("张伟", "0012", None, None, None, None))

    problem = checked.plan.problems[0]
    assert (problem.cell, problem.value, problem.code, problem.other) == (
        "B2", "0012", "staff_no_other_name", "王芳",
    )  # fmt: skip
    with pytest.raises(Conflict, match="roster_undecided"):
        prepare(checked)


def test_a_phone_or_address_of_another_person_is_an_error_that_names_nobody(
    session: Session, now, firm
) -> None:
    other = make_unit(session, now, code="QT")
    apply(
        session,
        now,
        other,
        check(session, now, other, ("李娜", None, "13812345678", "l@x.cn", None, None)),
    )

    checked = check(
        session, now, firm,
        ("张伟", "1A", "13812345678", None, None, None),
        ("赵磊", "2A", None, "L@X.cn", None, None),
    )  # fmt: skip

    assert [(p.cell, p.code, p.other) for p in checked.plan.problems] == [
        ("C2", "phone_taken", ""),
        ("D3", "email_taken", ""),
    ]


def test_a_row_that_means_two_people_or_one_twice_is_an_error(session: Session, now, firm) -> None:
    rows = [
        ("张伟", "1A", "13812345678", None, None, None),
        ("张伟", "2A", "13912345678", None, None, None),
    ]
    apply(session, now, firm, check(session, now, firm, *rows))

    crossed = check(session, now, firm, ("张伟", "1A", "13912345678", None, None, None))
    twice = check(
        session, now, firm,
        ("张伟", "1A", None, None, None, None),
        ("张伟", None, "13812345678", None, None, None),
    )  # fmt: skip

    assert codes(crossed) == [("C2", "phone_taken")]
    assert codes(twice) == [("A3", "same_person_twice")]


def test_a_changed_row_moves_the_person_and_takes_posts_along(session: Session, now, firm) -> None:
    apply(session, now, firm, check(session, now, firm, *PEOPLE, creates_departments=True))
    later = now + DAY

    checked = check(
        session, later, firm,
        ("𠮷野・买买提", "0012", "13700000001", None, "生产部", None),
        ("王芳", "0013", None, None, None, "班长"),
        ("赵䶮", "0099", "138-1234-5678", None, None, None),
    )  # fmt: skip
    apply(session, later, firm, checked)

    assert [(row.status, row.changes) for row in checked.plan.rows] == [
        ("changed", ("login_phone", "transfer", "post")),
        ("changed", ("post",)),
        ("changed", ("login_staff", "transfer")),
    ]
    assert members(session, firm, later) == {
        "𠮷野·买买提": ("生产部", "0012", "检验员"),
        "赵䶮": ("生产部", "0099", ""),
        "王芳": ("示例企业", "0013", "班长"),
    }
    assert members(session, firm, now)["𠮷野·买买提"] == ("一车间", "0012", "检验员")
    assert members(session, firm, now)["王芳"] == ("示例企业", "0013", "检验员")


def test_a_new_staff_number_for_a_known_phone_is_a_warning(session: Session, now, firm) -> None:
    apply(
        session,
        now,
        firm,
        check(session, now, firm, ("张伟", "1A", "13812345678", None, None, None)),
    )

    checked = check(session, now, firm, ("张伟", "9A", "13812345678", None, None, None))

    assert [(p.cell, p.code, p.severity, p.other) for p in checked.plan.problems] == [
        ("B2", "staff_no_changes", "warning", "1A")
    ]


def test_who_left_and_comes_back_is_the_same_person(session: Session, now, firm) -> None:
    apply(session, now, firm, check(session, now, firm, ("张伟", "1A", None, None, None, None)))
    person = users(session)["张伟"]
    membership = queries.list_memberships(session, person.id, now)[0]
    services.end_membership(session, None, membership.id, now=now + DAY)

    checked = check(session, now + DAY, firm, ("张伟", "1A", None, None, None, None))
    other = check(session, now + DAY, firm, ("王芳", "1A", None, None, None, None))
    apply(session, now + DAY, firm, checked)

    assert codes(checked) == [("A2", "rejoins")]
    assert codes(other) == [("B2", "staff_no_other_name")]
    assert len(queries.list_memberships(session, person.id, now + DAY)) == 1


def test_a_person_of_another_organisation_may_join_but_gets_no_new_way_in(
    session: Session, now, firm
) -> None:
    other = make_unit(session, now, code="QT")
    apply(
        session,
        now,
        other,
        check(session, now, other, ("李娜", None, "13812345678", None, None, None)),
    )

    checked = check(session, now, firm, ("李娜", "1A", "13812345678", "mine@x.cn", None, None))
    apply(session, now, firm, checked)

    person = users(session)["李娜"]
    assert codes(checked) == [("A2", "joins_from_elsewhere"), ("D2", "login_not_added")]
    assert names_of(session, person) == {"+8613812345678", "SL/1A"}
    assert len(queries.list_memberships(session, person.id, now)) == 2
    condition = queries.is_only_theirs(
        select(Unit.id).where(Unit.id == firm.id), queries.subtree([firm.id], now), now
    )
    assert session.scalar(select(User.id).where(User.id == person.id, condition)) is None


def test_an_account_without_any_place_is_never_matched(session: Session, now, firm) -> None:
    operator = make_user(session, now, "系统管理员")
    session.add(
        LoginName(user_id=operator.id, kind="phone", name="+8613812345678", name_key="phone:+8613812345678", created_at=now)
    )  # fmt: skip
    session.flush()

    checked = check(session, now, firm, ("系统管理员", None, "13812345678", None, None, None))

    assert codes(checked) == [("C2", "phone_taken")]


def test_a_staff_number_alone_needs_the_organisations_code(session: Session, now) -> None:
    nameless = make_unit(session, now, name="无代码单位")

    checked = check(
        session, now, nameless,
        ("张伟", "1A", None, None, None, None),
        ("王芳", "2A", "13812345678", None, None, None),
    )  # fmt: skip

    assert codes(checked) == [("B2", "no_organisation_code")]


def test_a_departments_roster_leaves_places_outside_alone(session: Session, now, firm) -> None:
    a, b = (make_unit(session, now, kind="department", name=n, parent=firm) for n in "甲乙")
    person = make_user(session, now, "张伟")
    make_membership(session, now, person, a, organisation=firm, staff_no="1A")

    apply(session, now, b, check(session, now, b, ("张伟", "1A", None, None, None, None)))

    places = queries.list_memberships(session, person.id, now)
    assert [(m.unit_id, m.staff_no) for m in places] == [(a.id, "1A"), (b.id, "")]
    assert (
        check(session, now, b, ("张伟", "1A", None, None, None, None)).plan.counts["unchanged"] == 1
    )


def test_a_state_that_changed_since_the_check_stops_the_act(session: Session, now, firm) -> None:
    checked = check(session, now, firm, *PEOPLE, creates_departments=True)
    make_unit(session, now, kind="department", name="生产部", parent=firm)

    with pytest.raises(Conflict, match="roster_stale"):
        apply(session, now, firm, checked)


def test_a_name_taken_in_between_stops_the_whole_act(database: Database, now) -> None:
    with database.transaction() as session:
        firm = make_unit(session, now, code="SL")
        checked = check(session, now, firm, *PEOPLE, creates_departments=True)
        other = make_user(session, now)
        session.add(
            LoginName(user_id=other.id, kind="email", name="zhao@example.com", name_key="email:zhao@example.com", created_at=now)
        )  # fmt: skip

    with pytest.raises(Conflict, match="roster_stale"), database.transaction() as session:
        apply(session, now, firm, checked)

    with database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(User)) == 1
        assert session.scalar(select(func.count()).select_from(Unit)) == 1


def test_two_rosters_at_the_same_moment_do_not_make_people_twice(database: Database, now) -> None:
    with database.transaction() as session:
        firm = make_unit(session, now, code="SL")
        actor = make_actor(make_user(session, now))
        view = queries.get_unit(session, firm.id, now)
        checked = check(session, now, firm, *PEOPLE, creates_departments=True)
        ids = [
            save_check(
                session, actor, view, checked, file_name="x", sha256="0" * 64,
                creates_departments=True, now=now,
            )
            for _twice in range(2)
        ]  # fmt: skip
        kept = [queries.get_roster(session, firm.id, public_id).id for public_id in ids]
    start = threading.Barrier(4)

    def work(roster_id: int) -> str:
        prepared = prepare(checked)
        start.wait()
        try:
            with database.transaction() as session:
                done = apply_roster(
                    session, actor, roster_id, unit=view, prepared=prepared, now=now
                )
        except Conflict as error:
            return error.code
        return "applied" if done else "again"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(work, [kept[0], kept[0], kept[1], kept[1]]))

    assert outcomes.count("applied") == 1
    assert set(outcomes) <= {"applied", "again", "roster_stale"}
    with database.session(write=False) as session:
        assert session.scalar(select(func.count()).select_from(Membership)) == 3


def test_a_kept_roster_comes_back_as_it_was_read(session: Session, now, firm) -> None:
    rows = [*PEOPLE, ("坏", "9.9E+20", None, None, "没有", None)]
    checked = check(session, now, firm, *rows)
    view = queries.get_unit(session, firm.id, now)
    actor = make_actor(make_user(session, now))
    public_id = save_check(
        session, actor, view, checked, file_name="x" * 300, sha256="0" * 64,
        creates_departments=False, now=now,
    )  # fmt: skip

    kept = queries.get_roster(session, firm.id, public_id)

    assert kept_parse(kept) == checked.parsed
    assert kept_problems(kept) == checked.plan.problems
    assert [row.status for row in kept_rows(kept)] == ["error", "error", "new", "error"]
    assert [view.public_id for view in queries.list_rosters(session, firm.id)] == [public_id]
    renewed = check_roster(session, view, kept_parse(kept), creates_departments=True, now=now)
    renew_check(session, kept.id, renewed)
    session.refresh(kept)
    assert [row.status for row in kept_rows(kept)] == ["new", "new", "new", "error"]
