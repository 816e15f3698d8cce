"""Log-ins that ended, and old notices, are forgotten after the time that the notice promises."""

from datetime import timedelta

from sqlalchemy import select

from learning.accounts.jobs import forget_notices, prune_sessions
from learning.accounts.models import LoginSession, PersonalNotice
from learning.accounts.rules import KEPT_FIELDS
from learning.accounts.rules.letters import Letter
from learning.accounts.services import prune_login_sessions
from learning.accounts.services.telling import NOTICES_KEPT, put_notice
from learning.accounts.services.waiting import SESSIONS_KEPT
from learning.kernel.audit import AuditEntry
from tests.factories.people import make_user


def add(session, user, number, *, expires_at, revoked_at=None):
    session.add(
        LoginSession(
            id=f"{number:064}",
            user_id=user.id,
            created_at=expires_at - timedelta(hours=12),
            expires_at=expires_at,
            revoked_at=revoked_at,
        )
    )


def test_only_sessions_that_ended_90_days_ago_go(session, now):
    user = make_user(session, now)
    ago = timedelta(days=90)
    second = timedelta(seconds=1)
    add(session, user, 1, expires_at=now - ago - second)
    add(session, user, 2, expires_at=now - ago)
    add(session, user, 3, expires_at=now + timedelta(days=1), revoked_at=now - ago - second)
    add(session, user, 4, expires_at=now + timedelta(days=1), revoked_at=now - ago)
    add(session, user, 5, expires_at=now + timedelta(days=1))
    session.flush()

    assert prune_login_sessions(session, now) == 2

    kept = session.scalars(select(LoginSession.id).order_by(LoginSession.id)).all()
    assert [int(i) for i in kept] == [2, 4, 5]


def test_the_job_takes_a_bounded_slice_a_turn_until_nothing_is_left(database, now):
    with database.transaction() as session:
        user = make_user(session, now)
        for number in range(1001):
            add(session, user, number, expires_at=now - timedelta(days=100))

    assert prune_sessions(database, now) == 1000
    assert prune_sessions(database, now) == 1
    assert prune_sessions(database, now) == 0


def test_the_notice_promises_what_the_job_does():
    device = next(field for field in KEPT_FIELDS if field.code == "device")

    assert device.kept == "登录结束后九十天"
    assert timedelta(days=90) == SESSIONS_KEPT


def tell(session, user, at, key):
    letter = Letter("题目", "Title", "正文", "Text")
    put_notice(session, user.id, letter, at, key=key)


def test_notices_go_after_a_year_read_or_not_and_the_trail_says_how_many(database, now):
    with database.transaction() as session:
        user = make_user(session, now)
        tell(session, user, now - NOTICES_KEPT - timedelta(seconds=1), "old")
        tell(session, user, now - NOTICES_KEPT, "kept")
        tell(session, user, now, "new")

    assert [forget_notices(database, now) for _ in range(2)] == [1, 0]

    with database.session(write=False) as session:
        left = session.scalars(select(PersonalNotice.source).order_by(PersonalNotice.id))
        assert left.all() == ["kept", "new"]
        told = session.scalars(select(AuditEntry.details).where(AuditEntry.act == "notices.pruned"))
        assert len(told.all()) == 1
