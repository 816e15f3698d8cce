"""Admitting by unit, post and pasted list; withdrawing; only within reach."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.accounts.models import User
from learning.accounts.password_hashing import Verdict
from learning.accounts.rules import Claim
from learning.accounts.services import add_login_name, close_account
from learning.exams import queries, services
from learning.exams.models import Admission
from learning.exams.services import Choice, ChoiceKind
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Role
from learning.organisations.models import Post, PostHolding
from learning.organisations.queries import get_unit
from learning.organisations.services.merging import merge_persons
from tests.factories.exams import make_candidate, make_examiner, make_hall, make_member
from tests.factories.people import make_actor, make_membership, make_unit, make_user, unit_grant


def names_in(session, hall, now) -> list[str]:
    view = hall.view(session, now)
    return [line.name for line in queries.list_admissions(session, view.id)]


def admit_chosen(session, hall, now, **choice) -> int:
    plan = services.plan_admission(
        session, hall.actor, hall.public_id, choice=Choice(**choice), now=now
    )
    return services.admit(session, hall.actor, hall.public_id, user_ids=plan.new, now=now)


def problems_in(session, hall, now, **choice) -> list[tuple[int | None, str]]:
    with pytest.raises(Invalid) as refused:
        admit_chosen(session, hall, now, **choice)
    return [(p.line, p.code) for p in refused.value.problems]


def make_post(session, now, unit, user, name="检验员") -> None:
    post = session.scalars(select(Post).where(Post.name == name)).one_or_none() or Post(
        public_id=new_public_id(),
        organisation_id=unit.id,
        name=name,
        name_key=name,
        created_at=now,
    )
    session.add(post)
    session.flush()
    since = now - timedelta(days=9)
    session.add(
        PostHolding(
            user_id=user.id, post_id=post.id, unit_id=unit.id, valid_from=since, recorded_at=since
        )
    )
    session.flush()


def test_an_admission_freezes_name_unit_and_staff_number(session, now) -> None:
    hall = make_hall(session, now)
    shop = make_unit(session, now, kind="department", name="一车间", parent=hall.company)
    user = make_user(session, now, "王小明")
    make_membership(session, now, user, shop, organisation=hall.company, staff_no="0012")

    services.admit(session, hall.actor, hall.public_id, user_ids=[user.id], now=now)
    session.get_one(User, user.id).display_name = "改名"
    session.flush()

    row = session.scalars(select(Admission)).one()
    assert (row.candidate_name, row.unit_name, row.staff_no, row.admitted_by) == (
        "王小明",
        "示例机械集团 · 一车间",
        "0012",
        hall.examiner.id,
    )


def test_a_unit_means_everybody_below_it_once_and_nobody_disabled(session, now) -> None:
    hall = make_hall(session, now)
    shop = make_unit(session, now, kind="department", name="一车间", parent=hall.company)
    both = make_member(session, now, hall, "甲")
    make_membership(session, now, both, shop, organisation=hall.company)
    make_membership(session, now, make_user(session, now, "乙"), shop, organisation=hall.company)
    gone = make_member(session, now, hall, "丙")
    gone.disabled_at = now
    session.flush()

    first = admit_chosen(session, hall, now, kind=ChoiceKind.UNIT, unit="示例机械集团")
    again = admit_chosen(session, hall, now, kind=ChoiceKind.UNIT, unit="示例机械集团/一车间")

    assert (first, again, names_in(session, hall, now)) == (2, 0, ["甲", "乙"])


def test_a_closed_or_merged_account_is_no_candidate_whatever_the_choice(session, now) -> None:
    hall = make_hall(session, now)
    people = {
        name: make_member(session, now, hall, name, staff_no=number)
        for name, number in (("留下的", "01"), ("并走的", "02"), ("注销的", "03"))
    }
    for user in people.values():
        make_post(session, now, hall.company, user)
    gone = people["并走的"]
    firm = get_unit(session, hall.company.id, now)
    hr = make_actor(make_user(session, now), unit_grant(Role.HR_MANAGER, hall.company))
    merge_persons(session, hr, unit=firm, kept_id=people["留下的"].id, merged_id=gone.id, now=now)
    closed = people["注销的"]
    claim = Claim((), (), network="192.0.2.1", device_hash="")
    close_account(session, make_actor(closed), claim, Verdict(is_right=True), now=now)
    session.flush()
    later = now + timedelta(minutes=1)

    for choice in (
        Choice(ChoiceKind.UNIT, unit="示例机械集团"),
        Choice(ChoiceKind.POST, unit="示例机械集团", post="检验员"),
        Choice(ChoiceKind.ROLL, roll="01"),
    ):
        plan = services.plan_admission(
            session, hall.actor, hall.public_id, choice=choice, now=later
        )
        assert plan.new == (people["留下的"].id,)
    for number in ("02", "03"):
        assert problems_in(session, hall, later, kind=ChoiceKind.ROLL, roll=number) == [
            (1, "roll_unknown")
        ]
    for user in (gone, closed):
        with pytest.raises(NotFound):
            services.admit(session, hall.actor, hall.public_id, user_ids=[user.id], now=later)


def test_a_post_means_its_holders_in_that_unit(session, now) -> None:
    hall = make_hall(session, now)
    holder, other = make_member(session, now, hall, "甲"), make_member(session, now, hall, "乙")
    make_post(session, now, hall.company, holder)
    make_post(session, now, hall.company, other, "司机")

    admit_chosen(session, hall, now, kind=ChoiceKind.POST, unit="示例机械集团", post=" 检 验员")

    assert names_in(session, hall, now) == ["甲"]


def test_a_list_takes_staff_numbers_and_log_in_names(session, now) -> None:
    hall = make_hall(session, now)
    make_member(session, now, hall, "甲", staff_no="0012")
    phone = make_member(session, now, hall, "乙")
    add_login_name(session, phone, "phone", "13800138000", now=now)
    make_member(session, now, hall, "丙", staff_no="0012x")

    count = admit_chosen(
        session, hall, now, kind=ChoiceKind.ROLL, roll="0012\n\n138 0013 8000\n０012\n"
    )

    assert (count, names_in(session, hall, now)) == (2, ["甲", "乙"])


def test_each_wrong_line_is_named_and_nothing_changes(session, now) -> None:
    hall = make_hall(session, now)
    make_member(session, now, hall, "甲", staff_no="0012")
    make_member(session, now, hall, "乙", staff_no="7")
    second = make_unit(session, now, name="第二公司", parent=hall.association)
    make_membership(session, now, make_user(session, now), second, staff_no="7")
    stranger = make_user(session, now)
    make_membership(session, now, stranger, make_unit(session, now, name="别家"), staff_no="99")
    add_login_name(session, stranger, "phone", "13900139000", now=now)

    problems = problems_in(
        session,
        hall,
        now,
        kind=ChoiceKind.ROLL,
        roll="0012\n7\n12\n99\n13900139000\n'; DROP TABLE users;--\n" + "龘" * 200,
    )

    assert problems == [
        (2, "roll_ambiguous"),
        (3, "roll_unknown"),
        (4, "roll_unknown"),
        (5, "roll_unknown"),
        (6, "roll_unknown"),
        (7, "roll_unknown"),
    ]
    assert session.scalar(select(func.count()).select_from(Admission)) == 0


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        ({"kind": ChoiceKind.UNIT, "unit": "没有"}, "unit_unknown"),
        ({"kind": ChoiceKind.UNIT, "unit": ""}, "unit_unknown"),
        ({"kind": ChoiceKind.UNIT, "unit": "别家"}, "unit_unknown"),
        ({"kind": ChoiceKind.UNIT, "unit": "车间"}, "unit_ambiguous"),
        ({"kind": ChoiceKind.UNIT, "unit": "示例机械集团"}, "nobody"),
        ({"kind": ChoiceKind.POST, "unit": "示例机械集团", "post": "没有"}, "nobody"),
    ],
)
def test_a_choice_that_means_nobody_is_refused(session, now, choice, code) -> None:
    hall = make_hall(session, now)
    make_unit(session, now, name="别家")
    for _ in range(2):
        make_unit(session, now, kind="department", name="车间", parent=hall.company)

    assert problems_in(session, hall, now, **choice) == [(None, code)]


def test_people_and_sittings_out_of_reach_look_missing(session, now) -> None:
    hall = make_hall(session, now)
    member, stranger = make_member(session, now, hall), make_user(session, now)
    foreign = make_examiner(session, now, "另一协会")[2]

    with pytest.raises(NotFound):
        services.admit(
            session, hall.actor, hall.public_id, user_ids=[member.id, stranger.id], now=now
        )
    with pytest.raises(NotFound):
        services.admit(session, foreign, hall.public_id, user_ids=[member.id], now=now)
    with pytest.raises(NotFound):
        services.plan_admission(
            session, foreign, hall.public_id, choice=Choice(ChoiceKind.UNIT, unit="x"), now=now
        )
    assert names_in(session, hall, now) == []


def test_parallel_admissions_give_one_row(database, now) -> None:
    with database.transaction() as session:
        hall = make_hall(session, now)
        user_id = make_member(session, now, hall).id

    def admit(_: int) -> int:
        with database.transaction() as session:
            return services.admit(session, hall.actor, hall.public_id, user_ids=[user_id], now=now)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(admit, range(16))) == 1


def test_an_admission_is_withdrawn_until_the_person_begins(session, now) -> None:
    hall = make_hall(session, now)
    first, second = make_candidate(session, now, hall), make_candidate(session, now, hall)
    services.start_sitting(session, second, hall.public_id, device_token="d", now=now)

    def withdraw(person: str) -> None:
        services.withdraw(session, hall.actor, hall.public_id, raw_person_id=person, now=now)

    withdraw(first.public_id)
    with pytest.raises(Conflict, match="candidate_started"):
        withdraw(second.public_id)
    for person in (first.public_id, "\x00", "x" * 9999):
        with pytest.raises(NotFound):
            withdraw(person)

    acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert acts[-1] == "sitting.admission_withdrawn"
    with pytest.raises(NotFound):
        services.start_sitting(session, first, hall.public_id, device_token="d", now=now)


def test_a_closed_sitting_or_a_window_over_admits_nobody(session, now) -> None:
    hall = make_hall(session, now)
    candidate, member = make_candidate(session, now, hall), make_member(session, now, hall)

    with pytest.raises(Conflict, match="closed"):
        services.admit(
            session,
            hall.actor,
            hall.public_id,
            user_ids=[member.id],
            now=now + timedelta(hours=8),
        )
    services.close_sitting(session, hall.view(session, now), actor=hall.actor, now=now)
    with pytest.raises(Conflict, match="closed"):
        services.admit(session, hall.actor, hall.public_id, user_ids=[member.id], now=now)
    with pytest.raises(Conflict, match="closed"):
        services.withdraw(
            session, hall.actor, hall.public_id, raw_person_id=candidate.public_id, now=now
        )


def test_admissions_are_found_by_name_unit_and_number(session, now) -> None:
    hall = make_hall(session, now)
    for name, number in (("王小明", "A-1"), ("李%", "B_2")):
        user = make_member(session, now, hall, name, staff_no=number)
        services.admit(session, hall.actor, hall.public_id, user_ids=[user.id], now=now)
    sitting_id = hall.view(session, now).id

    found = {
        text: queries.count_admissions(session, sitting_id, search=text)
        for text in ("小明", "%", "a-", "机械", "没有", " ")
    }

    assert found == {"小明": 1, "%": 1, "a-": 1, "机械": 2, "没有": 0, " ": 2}


def test_suggestions_stay_within_reach(session, now) -> None:
    hall = make_hall(session, now)
    make_unit(session, now, name="别家")
    make_post(session, now, hall.company, make_member(session, now, hall))

    assert queries.list_unit_names(session, hall.actor, now) == ["示例机械集团", "示例质量协会"]
    assert queries.list_post_names(session, hall.actor, now) == ["检验员"]
