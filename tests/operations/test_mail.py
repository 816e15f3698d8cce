"""Mail leaves by SMTP when a server is named; one that is down delays and never loses."""

import socket
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from learning.kernel import mail
from learning.kernel.db import Database
from learning.kernel.hours import Hours, parse_hours
from learning.kernel.mail import Message, OutboxMessage
from learning.kernel.smtp import SmtpChannel
from learning.worker import make_channels
from tests.postgres import free_port


class Postbox:
    def __init__(self) -> None:
        self.letters: list[tuple[list[str], str]] = []

    async def handle_DATA(self, _server, _session, envelope) -> str:
        self.letters.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 taken"


@pytest.fixture
def server():
    postbox = Postbox()
    controller = Controller(postbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield postbox, f"smtp://127.0.0.1:{controller.port}?from=noreply@example.org"
    controller.stop()


def test_a_message_arrives_with_sender_subject_and_words(server, now) -> None:
    postbox, url = server

    SmtpChannel(url).send(Message("p" * 26, "zhang@example.org", "重置\r\nBcc: x", "您好", now))

    (recipients, content), *rest = postbox.letters
    assert rest == []
    assert recipients == ["zhang@example.org"]
    assert "From: noreply@example.org" in content
    assert f"Message-ID: <{'p' * 26}@example.org>" in content
    assert not any(line.startswith("Bcc") for line in content.splitlines())


def test_a_server_that_is_down_delays_the_message_longer_each_time(
    settings, database: Database, now
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        channels = {"mail": SmtpChannel(f"smtp://127.0.0.1:{closed.getsockname()[1]}")}
        with database.transaction() as session:
            mail.enqueue(session, "mail", "a@example.org", "s", "b", now=now)

        first = mail.send_pending(database, channels, now)
        too_early = mail.send_pending(database, channels, now + timedelta(seconds=59))
        second = mail.send_pending(database, channels, now + timedelta(seconds=60))

    with database.session(write=False) as session:
        row = session.scalars(select(OutboxMessage)).one()
    assert (first, too_early, second) == (0, 0, 0)
    assert (row.tries, row.sent_at) == (2, None)
    assert "refused" in row.last_error.casefold()


def test_a_server_that_is_down_for_a_weekend_loses_no_message(database: Database, now) -> None:
    class Gone:
        def send(self, message: Message) -> None:
            raise ConnectionRefusedError

    gone, tries = Gone(), []
    with database.transaction() as session:
        mail.enqueue(session, "mail", "a@example.org", "s", "b", now=now)
    at = now
    while at < now + timedelta(days=5):
        with database.session(write=False) as session:
            row = session.scalars(select(OutboxMessage)).one()
            if row.tries == mail.MAX_TRIES:
                break
            at = row.next_try_at
        mail.send_pending(database, {"mail": gone}, at)
        tries.append(at)

    waits = [after - before for before, after in pairwise(tries)]
    assert tries[-1] - now > timedelta(days=3)
    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert max(waits) == timedelta(hours=6)


class Pigeon:
    """Carries messages, and knows in which order."""

    def __init__(self) -> None:
        self.carried: list[str] = []

    def send(self, message: Message) -> None:
        self.carried.append(message.subject)


def test_what_somebody_waits_for_leaves_before_the_digests_of_all(database: Database, now) -> None:
    with database.transaction() as session:
        for n in range(5):
            mail.enqueue(session, mail.BULK, "a@example.org", f"digest {n}", "b", now=now)
        mail.enqueue(session, "mail", "a@example.org", "code", "b", now=now)
    pigeon = Pigeon()

    sent = [mail.send_pending(database, {"mail": pigeon}, now, limit=3) for _ in range(3)]

    assert sent == [3, 3, 0]
    assert pigeon.carried == ["code", *(f"digest {n}" for n in range(5))]


EVENING = datetime(2026, 11, 22, 11, 59, tzinfo=UTC)  # 19:59 in Shanghai
MORNING = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # 08:00 there
SHANGHAI = Hours(8, 20, "Asia/Shanghai")


def digests(database: Database, hours: Hours, names: str) -> None:
    with database.transaction() as session:
        for name in names:
            mail.enqueue(session, mail.BULK, "a@example.org", name, "b", now=EVENING, hours=hours)


def drain(database: Database, carrier: object, now: datetime) -> None:
    for _ in range(50):
        if not mail.send_pending(database, {"mail": carrier}, now, limit=2):
            return
    pytest.fail("work without end")


def test_a_backlog_waits_out_the_quiet_hours_and_leaves_once(database: Database) -> None:
    digests(database, SHANGHAI, "甲乙丙丁戊")
    pigeon = Pigeon()

    mail.send_pending(database, {"mail": pigeon}, EVENING, limit=2)
    for hours in (0, 1, 5, 11.9):
        drain(database, pigeon, EVENING + timedelta(minutes=1, hours=hours))
    assert pigeon.carried == ["甲", "乙"]
    with database.transaction() as session:
        mail.enqueue(session, "mail", "a@example.org", "code", "b", now=EVENING)
    drain(database, pigeon, MORNING - timedelta(seconds=1))
    assert pigeon.carried[2:] == ["code"]
    drain(database, pigeon, MORNING)
    drain(database, pigeon, MORNING + timedelta(days=2))

    assert pigeon.carried[3:] == ["丙", "丁", "戊"]
    with database.session(write=False) as session:
        rows = session.scalars(select(OutboxMessage)).all()
    assert {(row.tries, row.sent_at is None) for row in rows} == {(1, False)}


def test_the_night_of_one_zone_does_not_hold_up_the_day_of_another(
    database: Database, monkeypatch
) -> None:
    monkeypatch.setattr(mail, "PUT_OFF_AT_ONCE", 2)
    digests(database, SHANGHAI, "甲乙丙丁戊")
    digests(database, Hours(8, 20, "Europe/Berlin"), "ab")
    pigeon = Pigeon()

    drain(database, pigeon, EVENING + timedelta(minutes=1))

    assert pigeon.carried == ["a", "b"]


class Deaf:
    def send(self, _message: Message) -> None:
        raise OSError("busy")


def test_what_failed_before_the_quiet_hours_is_tried_again_behind_them(database: Database) -> None:
    digests(database, SHANGHAI, "甲")
    pigeon = Pigeon()

    mail.send_pending(database, {"mail": Deaf()}, EVENING)
    drain(database, pigeon, EVENING + timedelta(minutes=3))
    assert pigeon.carried == []
    drain(database, pigeon, MORNING)

    assert pigeon.carried == ["甲"]


@pytest.mark.parametrize(
    ("hours", "at", "opening"),
    [
        (SHANGHAI, EVENING, MORNING),
        (SHANGHAI, MORNING, MORNING + timedelta(days=1)),
        (SHANGHAI, MORNING - timedelta(microseconds=1), MORNING),
        # The clocks of Berlin are put forward in the night to 29 March.
        (Hours(8, 20, "Europe/Berlin"), datetime(2026, 3, 28, 19, tzinfo=UTC),
         datetime(2026, 3, 29, 6, tzinfo=UTC)),
        (Hours(0, 20, "Asia/Shanghai"), EVENING, datetime(2026, 11, 22, 16, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_hours_open_by_the_clocks_of_their_zone(hours, at, opening) -> None:
    assert hours.next_opening(at) == opening
    assert hours.are_open(opening)
    assert parse_hours(str(hours)) == hours


def test_without_a_server_mail_and_sms_go_into_folders(settings, now) -> None:
    channels = make_channels(settings)

    channels["mail"].send(Message("m" * 26, "a@example.org", "s", "b", now))
    channels["sms"].send(Message("t" * 26, "13800000000", "", "b", now))

    assert (settings.mail_path / f"{'m' * 26}.eml").exists()
    assert (settings.mail_path / "sms" / f"{'t' * 26}.txt").exists()
