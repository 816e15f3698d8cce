"""People, their log-in names, and the first operator."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import OneTimeCode
from learning.accounts.queries import find_actor, find_code_holder
from learning.accounts.rules import normalise_code
from learning.accounts.services import (
    add_login_name,
    create_first_operator,
    create_user,
    disable_user,
    enable_user,
    find_user_by_login_name,
    set_locale,
)
from learning.kernel.audit import AuditCheckpoint, AuditEntry
from learning.kernel.errors import Conflict, Invalid
from tests.factories.people import make_actor, make_login_session

from .people import make_person


def test_a_person_is_found_by_every_log_in_name(session: Session, now: datetime) -> None:
    user = make_person(session, now, phone="13800000000", email="A@b.example", staff="ABC/0012")

    for typed in ("138-0000-0000", "a@B.EXAMPLE ", "abc/0012"):
        assert find_user_by_login_name(session, typed) is user
    assert find_user_by_login_name(session, "0012", organisation_code="abc") is user
    assert find_user_by_login_name(session, "12", organisation_code="abc") is None
    assert find_user_by_login_name(session, "0012") is None


def test_a_name_that_looks_the_same_is_taken(session: Session, now: datetime) -> None:
    make_person(session, now, email="zhang@b.example")
    other = create_user(session, display_name="另一个人", now=now)

    with pytest.raises(Conflict) as caught:
        add_login_name(session, other, "email", "ＺＨＡＮＧ\u200b@b.example ", now=now)

    assert caught.value.code == "login_name_taken"


def test_adding_the_same_name_again_changes_nothing(session: Session, now: datetime) -> None:
    user = make_person(session, now, phone="13800000000")

    first = add_login_name(session, user, "phone", "+86 13800000000", now=now)

    assert add_login_name(session, user, "phone", "13800000000", now=now) is first


@pytest.mark.parametrize("name", ["", "   ", "\0\u200b", "x" * 201])
def test_an_unusable_name_of_a_person_is_refused(
    session: Session, now: datetime, name: str
) -> None:
    with pytest.raises(Invalid):
        create_user(session, display_name=name, now=now)


def test_a_name_of_a_person_loses_what_cannot_be_seen(session: Session, now: datetime) -> None:
    user = create_user(session, display_name=" 张\u202e\0 三\r\n", now=now)

    assert user.display_name == "张 三"


def test_a_disabled_person_is_shut_out_at_once_and_stays_out_of_old_sessions(
    session: Session, now: datetime
) -> None:
    user = make_person(session, now)
    operator = make_actor(make_person(session, now))
    token = make_login_session(session, now, user)
    assert find_actor(session, token, now) is not None

    disable_user(session, operator, user, now=now)
    session.flush()
    assert find_actor(session, token, now) is None

    enable_user(session, operator, user, is_merged_away=False, now=now)
    session.flush()
    assert find_actor(session, token, now) is None
    assert session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()[-2:] == [
        "user.disabled",
        "user.enabled",
    ]


@pytest.mark.parametrize(("is_closed", "is_merged_away"), [(True, False), (False, True)])
def test_a_closed_or_merged_record_is_never_enabled(
    session: Session, now: datetime, is_closed: bool, is_merged_away: bool
) -> None:
    user = make_person(session, now)
    user.disabled_at, user.closed_at = now, now if is_closed else None
    operator = make_actor(make_person(session, now))

    with pytest.raises(Conflict) as refused:
        enable_user(session, operator, user, is_merged_away=is_merged_away, now=now)

    assert (refused.value.code, user.disabled_at) == ("user_closed", now)
    assert "user.enabled" not in session.scalars(select(AuditEntry.act)).all()


def test_a_language_is_one_of_ours(session: Session, now: datetime) -> None:
    user = make_person(session, now)

    set_locale(session, make_actor(user), "en")

    assert user.locale == "en"
    with pytest.raises(Invalid):
        set_locale(session, make_actor(user), "xx")


def test_the_first_operator_gets_an_activation_code(session: Session, now: datetime) -> None:
    code = create_first_operator(session, "ops@b.example", "运维", now)

    user = find_user_by_login_name(session, "ops@b.example")
    assert user is not None
    holder = find_code_holder(session, ("email:ops@b.example",), normalise_code(code), now)
    assert holder is not None
    assert holder.user_id == user.id


def test_a_lost_first_code_is_replaced_until_it_is_used(session: Session, now: datetime) -> None:
    lost = create_first_operator(session, "ops@b.example", "运维", now)

    code = create_first_operator(session, "OPS@b.example", "运维", now + timedelta(days=1))

    keys = ("email:ops@b.example",)
    assert find_code_holder(session, keys, normalise_code(lost), now) is None
    assert find_code_holder(session, keys, normalise_code(code), now) is not None


def test_a_trail_that_forgot_the_first_operator_knows_that_there_was_one(
    session: Session, now: datetime
) -> None:
    session.add(AuditCheckpoint(number=9, chain_hash="0" * 64, entries=9, pruned_at=now))
    session.flush()

    with pytest.raises(Conflict, match="operator_exists"):
        create_first_operator(session, "ops@b.example", "运维", now)


def test_there_is_no_second_first_operator(session: Session, now: datetime) -> None:
    create_first_operator(session, "ops@b.example", "运维", now)
    with pytest.raises(Conflict):
        create_first_operator(session, "other@b.example", "另一个", now)
    user = find_user_by_login_name(session, "ops@b.example")
    assert user is not None
    user.password_hash = "set"

    with pytest.raises(Conflict) as caught:
        create_first_operator(session, "ops@b.example", "运维", now)

    assert caught.value.code == "operator_exists"


def test_a_code_is_stored_as_its_hash_only(session: Session, now: datetime) -> None:
    code = create_first_operator(session, "ops@b.example", "运维", now)
    session.flush()

    row = session.scalars(select(OneTimeCode)).one()

    assert normalise_code(code) not in row.code_hash
    assert len(row.code_hash) == 64
