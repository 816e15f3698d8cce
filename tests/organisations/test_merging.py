"""Two records of one person become one, and two again: the same rows, no others."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName, LoginSession, User
from learning.attempts.models import Assessment, Attempt, ScoreRow
from learning.competitions.models import Competition, Entry
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.merging import OWNER, find_stakes, refers_to
from learning.kernel.permissions import Actor, Role
from learning.models import metadata
from learning.organisations import queries
from learning.organisations.models import Membership, PersonMerge, Post, PostHolding, Unit
from learning.organisations.queries import persons
from learning.organisations.queries.merging import plan_merge
from learning.organisations.queries.rosters import fingerprint
from learning.organisations.rules.persons import masked_login_name
from learning.organisations.services.merging import check_pair, merge_persons, undo_merge
from tests.factories.competitions import (
    add_scored_attempt,
    make_stage,
)
from tests.factories.people import (
    grant_role,
    make_actor,
    make_login_session,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)

HOUR = timedelta(hours=1)
UNTOUCHED = {"audit_entries", "events", "person_merges", "login_sessions"}


class Office:
    """An enterprise, its HR manager, and two records of one person."""

    def __init__(self, session: Session, now) -> None:
        self.session, self.now = session, now
        self.firm: Unit = make_unit(session, now, name="示例企业", code="SL")
        self.kept, self.merged = make_user(session, now, "张伟"), make_user(session, now, "张伟")
        for user, number in ((self.kept, "0001"), (self.merged, "0002")):
            make_membership(session, now, user, self.firm, staff_no=number)
            self.login(user, f"SL/{number}")
        hr = make_user(session, now, "人力")
        self.hr: Actor = make_actor(hr, unit_grant(Role.HR_MANAGER, self.firm))

    def login(self, user: User, name: str) -> None:
        key = f"staff:{name.casefold()}"
        self.session.add(
            LoginName(user_id=user.id, kind="staff", name=name, name_key=key, created_at=self.now)
        )
        self.session.flush()

    @property
    def unit(self):
        return queries.get_unit(self.session, self.firm.id, self.now)

    def merge(self, at=None) -> PersonMerge:
        at = at or self.now + HOUR
        public_id = merge_persons(
            self.session, self.hr, unit=self.unit, kept_id=self.kept.id,
            merged_id=self.merged.id, now=at,
        )  # fmt: skip
        return persons.get_merge(self.session, self.unit, public_id, at)

    def undo(self, merge: PersonMerge, at=None) -> None:
        undo_merge(self.session, self.hr, merge, now=at or self.now + 2 * HOUR)

    def owners(self, table: type) -> list[int]:
        return list(self.session.scalars(select(table.user_id).order_by(table.id)))

    def snapshot(self) -> dict[str, list[object]]:
        self.session.expire_all()
        tables = [t for t in metadata.sorted_tables if t.name not in UNTOUCHED]
        return {t.name: sorted(map(repr, self.session.execute(select(t)).all())) for t in tables}


@pytest.fixture
def office(session: Session, now) -> Office:
    return Office(session, now)


@pytest.fixture
def stage(session: Session, now) -> None:
    """Make the only competition with the only assessment."""
    make_stage(session, now)


def enter(session: Session, now, user: User) -> None:
    entered = Entry(
        public_id=new_public_id(),
        competition_id=session.scalars(select(Competition.id)).one(),
        user_id=user.id,
        participant_name="张伟",
        unit_name="示例企业",
        entered_at=now,
    )
    session.add(entered)
    session.flush()


def take_part(session: Session, now, user: User) -> None:
    """Let a person of the office enter the contest and leave a scored attempt."""
    enter(session, now, user)
    assessment_id = session.scalars(select(Assessment.id)).one()
    add_scored_attempt(session, assessment_id, user.id, started_at=now)


def test_every_owner_column_is_found_and_no_other_reference_is_taken_for_one() -> None:
    stakes = {stake.table.name for stake in find_stakes(metadata)}

    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.name == OWNER:
                assert table.name in stakes, f"{table.name}.user_id refers to nobody"
            elif refers_to(column) == "users":
                assert column.name.endswith(("_by", "kept_id", "merged_id")), (
                    f"{table.name}.{column.name}: call the owner user_id, or who acted …_by"
                )
    assert {"attempts", "entries", "memberships", "login_names", "certificates"} <= stakes


def test_a_merge_moves_names_places_and_closes_the_other_record(office: Office) -> None:
    token = make_login_session(office.session, office.now, office.merged)
    assert token

    merge = office.merge()

    office.session.expire_all()
    assert set(office.owners(LoginName)) == {office.kept.id}
    assert set(office.owners(Membership)) == {office.kept.id}
    assert office.merged.disabled_at == office.now + HOUR
    assert office.session.scalars(select(LoginSession)).one().revoked_at == office.now + HOUR
    assert (merge.kept_id, merge.merged_id) == (office.kept.id, office.merged.id)
    entry = office.session.scalars(
        select(AuditEntry).where(AuditEntry.act == "person.merged")
    ).one()
    assert set(json.loads(entry.details)["moves"]) == {"login_names", "memberships"}


def test_of_two_places_in_one_unit_that_without_a_number_ends(office: Office) -> None:
    place = office.session.scalars(select(Membership).where(Membership.staff_no == "0001")).one()
    place.staff_no = place.staff_no_key = ""
    office.session.flush()

    office.merge()

    found = queries.list_memberships(office.session, office.kept.id, office.now + 2 * HOUR)
    assert [m.staff_no for m in found] == ["0002"]


def test_a_post_held_twice_is_held_once(office: Office) -> None:
    post = Post(
        public_id="P" * 26, organisation_id=office.firm.id, name="检验员", name_key="检验员",
        created_at=office.now,
    )  # fmt: skip
    office.session.add(post)
    office.session.flush()
    for user in (office.kept, office.merged):
        office.session.add(
            PostHolding(
                user_id=user.id, post_id=post.id, unit_id=office.firm.id,
                valid_from=office.now, recorded_at=office.now,
            )
        )  # fmt: skip
    office.session.flush()

    office.merge()

    rows = office.session.scalars(select(PostHolding).order_by(PostHolding.id)).all()
    assert [row.valid_to is None for row in rows] == [True, False]


@pytest.mark.usefixtures("stage")
def test_entries_and_attempts_move_and_scores_stay_word_for_word(office: Office) -> None:
    take_part(office.session, office.now, office.merged)
    scores = office.session.execute(select(ScoreRow)).all()

    office.merge()

    assert office.owners(Entry) == [office.kept.id]
    assert office.owners(Attempt) == [office.kept.id]
    assert office.session.execute(select(ScoreRow)).all() == scores


@pytest.mark.usefixtures("stage")
def test_when_both_took_part_the_others_entry_and_attempts_stay_behind_together(
    office: Office,
) -> None:
    for user in (office.kept, office.merged):
        take_part(office.session, office.now, user)

    plan = plan_merge(office.session, office.kept.id, office.merged.id, office.now + HOUR)
    office.merge()

    assert set(plan.held) == {"entries", "attempts"}
    assert set(office.owners(Entry)) == {office.kept.id, office.merged.id}
    assert set(office.owners(Attempt)) == {office.kept.id, office.merged.id}


@pytest.mark.usefixtures("stage")
def test_attempts_of_a_double_entry_stay_even_if_the_kept_person_never_began(
    office: Office,
) -> None:
    take_part(office.session, office.now, office.merged)
    enter(office.session, office.now, office.kept)

    plan = plan_merge(office.session, office.kept.id, office.merged.id, office.now + HOUR)

    assert set(plan.held) == {"entries", "attempts"}


@pytest.mark.usefixtures("stage")
def test_an_open_attempt_must_end_first(office: Office) -> None:
    take_part(office.session, office.now, office.merged)
    attempt = office.session.scalars(select(Attempt)).one()
    attempt.submitted_at = attempt.finished_at = attempt.finish_kind = None
    office.session.flush()

    with pytest.raises(Conflict, match="merge_busy"):
        office.merge()


@pytest.mark.usefixtures("stage")
def test_undoing_moves_the_same_rows_back(office: Office) -> None:
    take_part(office.session, office.now, office.merged)
    before = office.snapshot()
    merge = office.merge()
    assert office.snapshot() != before

    office.undo(merge)

    assert office.snapshot() == before
    assert merge.undone_at == office.now + 2 * HOUR
    with pytest.raises(Conflict, match="merge_undone"):
        office.undo(merge)
    office.merge(office.now + 3 * HOUR)


@pytest.mark.usefixtures("stage")
def test_undoing_leaves_what_came_later_with_the_kept_person(office: Office) -> None:
    merge = office.merge()
    take_part(office.session, office.now, office.kept)

    office.undo(merge)

    assert office.owners(Entry) == [office.kept.id]
    assert set(office.owners(LoginName)) == {office.kept.id, office.merged.id}


def test_undoing_is_refused_when_a_moved_row_has_gone_elsewhere(office: Office) -> None:
    merge = office.merge()
    other = make_user(office.session, office.now)
    name = office.session.scalars(select(LoginName).where(LoginName.name == "SL/0002")).one()
    name.user_id = other.id
    office.session.flush()

    with pytest.raises(Conflict, match="merge_row_changed"):
        office.undo(merge)

    assert office.merged.disabled_at is not None


def test_undoing_is_refused_when_an_ended_places_number_was_given_to_another(
    office: Office,
) -> None:
    merge = office.merge()
    other = make_user(office.session, office.now)
    make_membership(office.session, office.now, other, office.firm, staff_no="0002")

    with pytest.raises(Conflict, match="merge_undo_conflict"), office.session.begin_nested():
        office.undo(merge)


def test_undoing_is_refused_after_thirty_days_and_while_the_kept_record_is_merged_itself(
    office: Office,
) -> None:
    merge = office.merge()
    with pytest.raises(Conflict, match="merge_too_old"):
        office.undo(merge, office.now + timedelta(days=31))
    third = make_user(office.session, office.now, "张伟")
    make_membership(office.session, office.now, third, office.firm, staff_no="0003")
    first, office.kept, office.merged = office.merged, third, office.kept
    office.merge(office.now + 2 * HOUR)

    with pytest.raises(Conflict, match="merge_kept_merged"):
        office.undo(merge, office.now + 3 * HOUR)
    assert first.disabled_at is not None


@pytest.mark.parametrize("code", ["same", "own", "elsewhere", "role", "closed"])
def test_who_may_not_be_merged(office: Office, code: str) -> None:
    session, now = office.session, office.now
    actor, kept, merged = office.hr, office.kept.id, office.merged.id
    if code == "same":
        merged = kept
    elif code == "own":
        actor = make_actor(office.kept, unit_grant(Role.HR_MANAGER, office.firm))
    elif code == "elsewhere":
        make_membership(session, now, office.merged, make_unit(session, now, name="另一企业"))
    elif code == "role":
        grant_role(session, now, office.merged, Role.OPERATOR)
    else:
        office.merged.disabled_at = now
        session.flush()
    expected = {
        "same": "merge_same_person",
        "own": "merge_own_account",
        "elsewhere": "merge_elsewhere",
        "role": "merge_elsewhere",
        "closed": "merge_closed",
    }[code]

    with pytest.raises(Conflict, match=expected):
        check_pair(session, actor, office.unit, kept, merged, now=now)


def test_a_merge_makes_a_checked_roster_stale(office: Office) -> None:
    before = fingerprint(office.session, office.firm.id)

    merge = office.merge()
    between = fingerprint(office.session, office.firm.id)
    office.undo(merge)

    assert len({before, between, fingerprint(office.session, office.firm.id)}) == 3


def test_people_of_one_name_are_listed_and_a_merged_one_no_longer(office: Office) -> None:
    make_membership(
        office.session, office.now, make_user(office.session, office.now, "王芳"), office.firm
    )
    found = persons.list_doubles(office.session, office.unit, office.now)

    assert [[p.user_id for p in group] for group in found] == [[office.kept.id, office.merged.id]]
    assert persons.count_double_names(office.session, office.unit, office.now) == 1
    office.merge()
    assert persons.list_doubles(office.session, office.unit, office.now) == []


def test_a_person_elsewhere_looks_like_nobody(office: Office) -> None:
    stranger = make_user(office.session, office.now)
    make_membership(office.session, office.now, stranger, make_unit(office.session, office.now))

    for raw in (stranger.public_id, "x", "\x00", "张" * 10_000):
        with pytest.raises(NotFound):
            persons.get_person(office.session, office.unit, raw, office.now)


@pytest.mark.parametrize(
    ("kind", "name", "shown"),
    [
        ("phone", "+8613812345678", "138****5678"),
        ("phone", "+49301234567", "+49****4567"),
        ("email", "li.ming@example.com", "l***@example.com"),
        ("staff", "SL/0012", "SL/0012"),
    ],
)
def test_log_in_names_are_masked(kind: str, name: str, shown: str) -> None:
    assert masked_login_name(kind, name) == shown
