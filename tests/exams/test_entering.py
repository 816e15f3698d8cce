"""Who may begin when, from where, with how much time: the rules, the start, the waiting page."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from learning.attempts.models import Assessment, Attempt
from learning.exams import queries, services
from learning.exams.models import Admission, Sitting
from learning.exams.rules import (
    Accommodation,
    Door,
    Hindrance,
    Presence,
    SittingSettings,
    hindrance_of,
    is_same_code,
    next_look_s,
    parse_networks,
)
from learning.exams.services import Arrival
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, NotFound, Throttled
from tests.exams.halls import candidate_of, hall_of
from tests.factories.exams import make_candidate, make_examiner, make_hall
from tests.statements import StatementLog, work_of

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def door(now, **changes) -> Door:
    """A door one hour after the opening, eight before the end, that nothing bars."""
    facts = {
        "settings": SittingSettings(),
        "opens_at": now - HOUR,
        "closes_at": now + 8 * HOUR,
        "begun_at": None,
        "presence": Presence.UNKNOWN,
        "last_finished_at": None,
        "address": "10.1.2.3",
    }
    return Door(**{**facts, **changes})


class TestHindrances:
    @pytest.mark.parametrize(
        ("settings", "changes", "found"),
        [
            ({}, {}, None),
            ({"waits_for_signal": True}, {}, Hindrance.NO_SIGNAL),
            ({"needs_check_in": True}, {}, Hindrance.NOT_CHECKED_IN),
            ({"needs_check_in": True}, {"presence": Presence.PRESENT}, None),
            ({"needs_check_in": True}, {"presence": Presence.ABSENT}, Hindrance.ENTRY_REFUSED),
            ({"needs_check_in": True}, {"presence": Presence.REFUSED}, Hindrance.ENTRY_REFUSED),
            ({}, {"presence": Presence.ABSENT}, None),  # noted, but this sitting does not ask
            ({}, {"presence": Presence.REFUSED}, Hindrance.ENTRY_REFUSED),
            ({"networks": ("10.0.0.0/8",)}, {}, None),
            ({"networks": ("10.0.0.0/8",)}, {"address": "::ffff:10.9.9.9"}, None),
            ({"networks": ("10.0.0.0/8",)}, {"address": "192.0.2.1"}, Hindrance.NETWORK),
            ({"networks": ("10.0.0.0/8",)}, {"address": ""}, Hindrance.NETWORK),
            ({"networks": ("2001:db8::/32",)}, {"address": "10.1.2.3"}, Hindrance.NETWORK),
            ({"start_minutes": 61}, {}, None),
            ({"start_minutes": 60}, {}, Hindrance.TOO_LATE),
        ],
    )
    def test_what_stands_in_the_way(self, now, settings, changes, found) -> None:
        asked = door(now, settings=SittingSettings(**settings), **changes)

        assert hindrance_of(asked, now) is found

    def test_time_comes_first(self, now) -> None:
        early = door(now, opens_at=now + HOUR, settings=SittingSettings(waits_for_signal=True))
        late = door(now, closes_at=now)

        assert hindrance_of(early, now) is Hindrance.NOT_OPEN
        assert hindrance_of(late, now) is Hindrance.CLOSED

    def test_the_latest_start_counts_from_the_signal(self, now) -> None:
        settings = SittingSettings(waits_for_signal=True, start_minutes=30)
        begun = door(now, settings=settings, begun_at=now - 29 * MINUTE)

        assert hindrance_of(begun, now) is None
        assert hindrance_of(begun, now + MINUTE) is Hindrance.TOO_LATE

    def test_the_next_attempt_waits_after_the_last_hand_in(self, now) -> None:
        settings = SittingSettings(retry_minutes=30)
        again = door(now, settings=settings, last_finished_at=now - 29 * MINUTE)

        assert hindrance_of(again, now) is Hindrance.RETRY_WAIT
        assert hindrance_of(again, now + MINUTE) is None


class TestAccommodation:
    @pytest.mark.parametrize(
        ("percent", "minutes", "extra"),
        [(0, 0, 0), (30, 0, 27), (25, 0, 23), (0, 15, 15), (50, 5, 50)],
    )
    def test_extra_time_is_rounded_up_to_minutes(self, percent, minutes, extra) -> None:
        """Of 90 minutes, 25 per cent are 22.5: the candidate gets 23."""
        assert Accommodation(percent, minutes).added_to(90 * MINUTE) == extra * MINUTE

    @given(st.integers(0, 200), st.integers(1, 1440))
    def test_extra_time_is_never_less_than_promised(self, percent, limit) -> None:
        extra = Accommodation(percent).added_to(limit * MINUTE)

        assert limit * percent / 100 <= extra / MINUTE < limit * percent / 100 + 1


class TestNetworks:
    def test_addresses_are_networks_and_wrong_lines_are_named(self) -> None:
        networks, wrong = parse_networks(
            "10.8.3.7/16\n\n192.0.2.5\n考场\n2001:db8::1/64\n300.1.1.1"
        )

        assert networks == ("10.8.0.0/16", "192.0.2.5/32", "2001:db8::/64")
        assert wrong == (4, 6)

    @given(st.text(max_size=60))
    def test_whatever_is_typed_gives_networks_or_line_numbers(self, text) -> None:
        networks, _ = parse_networks(text)

        assert all(ip_network(network) for network in networks)


class TestWaitingPages:
    def test_pages_sleep_until_the_opening_and_come_one_after_another(self, now) -> None:
        asked = door(now, opens_at=now + 2 * MINUTE)

        assert next_look_s(asked, 10, now, spread=0.0) == 120
        assert next_look_s(asked, 10, now, spread=0.99) == pytest.approx(125, abs=0.1)
        assert next_look_s(asked, 5000, now, spread=0.99) == pytest.approx(169.5, abs=0.1)
        assert next_look_s(door(now, opens_at=now + HOUR), 10, now, spread=0.0) == 300

    def test_an_early_signal_is_heard_within_its_hour(self, now) -> None:
        settings = SittingSettings(waits_for_signal=True)
        soon = door(now, opens_at=now + HOUR, settings=settings)
        later = door(now, opens_at=now + 2 * HOUR, settings=settings)

        assert next_look_s(soon, 10, now, spread=0.5) == 10
        assert next_look_s(later, 10, now, spread=0.0) == 300

    @given(st.integers(1, 20_000), st.floats(0, 1, exclude_max=True))
    def test_waiting_for_a_signal_never_becomes_a_storm(self, candidates, spread) -> None:
        """On the average of the spread, all pages together look at most a hundred times a second."""
        now = datetime(2026, 11, 28, tzinfo=UTC)
        asked = door(now, settings=SittingSettings(waits_for_signal=True))

        mean = (
            next_look_s(asked, candidates, now, spread=spread)
            + next_look_s(asked, candidates, now, spread=1 - spread)
        ) / 2

        assert candidates / mean <= 100.0001
        assert mean >= 10


class TestAccessCodes:
    @pytest.mark.parametrize(
        ("typed", "same"),
        [
            ("Spring7", True),
            (" sPRING 7", True),
            ("ｓｐｒｉｎｇ７", True),
            ("Spring", False),
            ("", False),
        ],
    )
    def test_case_width_and_spaces_do_not_matter(self, typed, same) -> None:
        assert is_same_code(typed, "Spring7") is same


def set_up(session, now, hall, **changes) -> None:
    services.change_settings(session, hall.actor, hall.public_id, changes=changes, now=now)


def start(session, hall, actor, now, **arrival) -> str:
    return services.start_sitting(
        session, actor, hall.public_id, device_token="d", now=now, arrival=Arrival(**arrival)
    )


class TestStart:
    def test_an_accommodation_enters_the_deadline_of_the_start(self, session, now) -> None:
        hall = make_hall(session, now)  # 60 minutes
        actor = make_candidate(session, now, hall)
        session.execute(update(Admission).values(extra_percent=25, extra_minutes=5))

        public_id = start(session, hall, actor, now)

        attempt = session.scalars(select(Attempt).where(Attempt.public_id == public_id)).one()
        assert attempt.extra_s == 20 * 60
        assert attempt.deadline_at == now + HOUR + 20 * MINUTE

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"waits_for_signal": True}, "no_signal"),
            ({"needs_check_in": True}, "not_checked_in"),
            ({"networks": ("192.0.2.0/24",)}, "wrong_network"),
            ({"start_minutes": 60}, "too_late_to_start"),
            ({"access_code": "Spring7"}, "access_code"),
        ],
    )
    def test_what_the_settings_ask_stops_the_start(self, session, now, changes, code) -> None:
        hall = make_hall(session, now)
        actor = make_candidate(session, now, hall)
        set_up(session, now, hall, **changes)

        with pytest.raises(Conflict) as refused:
            start(session, hall, actor, now, address="10.0.0.1")

        assert refused.value.code == code

    def test_who_has_begun_goes_on_whatever_the_door_says(self, session, now) -> None:
        hall = make_hall(session, now)
        actor = make_candidate(session, now, hall)
        first = start(session, hall, actor, now)
        set_up(session, now, hall, access_code="Spring7", start_minutes=1, needs_check_in=True)

        assert start(session, hall, actor, now + MINUTE) == first

    def test_wrong_codes_are_throttled_for_the_person_alone(self, session, now) -> None:
        hall = make_hall(session, now)
        actor, other = (make_candidate(session, now, hall, name) for name in ("甲", "乙"))
        set_up(session, now, hall, access_code="Spring7")
        for _ in range(6):
            services.note_wrong_code(session, actor, hall.public_id, now=now)
        session.flush()

        with pytest.raises(Throttled):
            start(session, hall, actor, now, access_code="Spring7")
        assert start(session, hall, other, now, access_code="spring7")
        assert start(session, hall, actor, now + 16 * MINUTE, access_code="Spring7")

    def test_the_signal_lets_everybody_begin_and_opens_the_window(self, session, now) -> None:
        hall = make_hall(session, now, opens_at=now + HOUR)
        actor = make_candidate(session, now, hall)
        set_up(session, now, hall, waits_for_signal=True)
        with pytest.raises(Conflict, match="not_open"):
            start(session, hall, actor, now)

        for _ in range(2):
            services.give_signal(session, hall.actor, hall.public_id, now=now)

        assert start(session, hall, actor, now)
        assert session.scalars(select(Assessment.opens_at)).one() == now
        acts = list(session.scalars(select(AuditEntry.act)))
        assert acts.count("sitting.signal_given") == 1

    def test_a_signal_nobody_waits_for_and_a_foreign_one_are_refused(self, session, now) -> None:
        hall = make_hall(session, now)
        _, _, stranger = make_examiner(session, now, "另一协会")

        with pytest.raises(Conflict, match="no_signal_awaited"):
            services.give_signal(session, hall.actor, hall.public_id, now=now)
        with pytest.raises(NotFound):
            services.give_signal(session, stranger, hall.public_id, now=now)

    def test_the_audit_trail_names_a_changed_code_and_never_shows_it(self, session, now) -> None:
        hall = make_hall(session, now)

        set_up(session, now, hall, access_code="Spring7", start_minutes=30)

        details = session.scalars(
            select(AuditEntry.details).where(AuditEntry.act == "sitting.settings_changed")
        ).one()
        assert '"start_minutes":"30"' in details.replace(" ", "")
        assert "access_code" in details
        assert "Spring7" not in details

    def test_a_setting_that_there_is_not_is_refused(self, session, now) -> None:
        hall = make_hall(session, now)

        for changes in ({"no_such": 1}, {"start_minutes": "30"}):
            with pytest.raises((TypeError, ValueError)):
                set_up(session, now, hall, **changes)
        assert session.scalars(select(Sitting.settings)).one() == "{}"


class TestPages:
    def test_a_start_costs_at_most_four_statements(
        self, database, now, open_browser, backend, request
    ) -> None:
        hall = hall_of(database, now)
        candidate = candidate_of(database, now, hall)
        with database.transaction() as session:
            set_up(session, now, hall, access_code="Spring7", needs_check_in=True)
            session.execute(update(Admission).values(presence="present", extra_percent=25))
        browser = open_browser(candidate)
        token = browser.token()
        server = request.getfixturevalue("postgres_server") if backend == "postgresql" else None

        with StatementLog(database, server).watching() as statements:
            form = {"confirm": "y", "access_code": "spring7"}
            reply = browser.post(f"/sittings/{hall.public_id}/start", form, token=token)

        assert reply.status_code == 303
        assert "/attempts/" in reply.headers["Location"]
        assert len(work_of(statements)) <= 4, statements  # who is logged in among them

    def test_a_wrong_code_is_counted_and_the_page_says_so(
        self, database, now, open_browser
    ) -> None:
        hall = hall_of(database, now)
        candidate = candidate_of(database, now, hall)
        with database.transaction() as session:
            set_up(session, now, hall, access_code="Spring7")
        browser = open_browser(candidate)
        address = f"/sittings/{hall.public_id}"

        replies = [
            browser.post(f"{address}/start", {"confirm": "y", "access_code": f"no{n}"})
            for n in range(7)
        ]

        assert [r.status_code for r in replies] == [303] * 5 + [429] * 2
        assert "Spring7" not in browser.get(address).text

    def test_the_waiting_page_hears_of_the_signal(self, database, now, open_browser) -> None:
        hall = hall_of(database, now)
        candidate = candidate_of(database, now, hall)
        with database.transaction() as session:
            set_up(session, now, hall, waits_for_signal=True)
        browser, examiner = open_browser(candidate), open_browser(hall.examiner)
        address = f"/sittings/{hall.public_id}"

        before = browser.get(f"{address}/lobby").json
        page = browser.get(address).text
        told = examiner.post(f"{address}/begin")
        after = browser.get(f"{address}/lobby").json

        assert before["state"] == "no_signal"
        assert 7_000 < before["again_ms"] < 13_000
        assert 'data-state="no_signal"' in page
        assert "开始考试</button>" not in page
        assert told.status_code == 303
        assert after["state"] == "open"
        assert "开始考试</button>" in browser.get(address).text

    def test_the_lobby_of_a_foreign_sitting_looks_missing(
        self, database, now, open_browser
    ) -> None:
        hall = hall_of(database, now)

        assert (
            open_browser(hall.examiner).get(f"/sittings/{hall.public_id}/lobby").status_code == 404
        )

    def test_an_examiner_changes_the_settings(self, database, now, open_browser) -> None:
        hall = hall_of(database, now)
        browser = open_browser(hall.examiner)
        address = f"/sittings/{hall.public_id}/settings"
        form = {"access_code": "春天", "networks": "10.0.0.0/8", "start_minutes": "30"}
        form |= {"resit_of": "", "resit_wait_days": "0", "resit_barred_months": "0"}
        form |= {"resit_attempts": "0", "resit_months": "12", "resit_failed": "y"}
        form |= {"resit_absent": "y", "appeal_days": "15", "answer_days": "20"}

        saved = browser.post(address, {**form, "retry_minutes": "0"})
        wrong = browser.post(address, {**form, "networks": "考场", "retry_minutes": "0"})

        with database.session(write=False) as session:
            settings = queries.get_managed(session, hall.actor, hall.public_id, now).settings
        assert (saved.status_code, wrong.status_code) == (303, 400)
        assert "第 1 行" in wrong.text
        assert settings == SittingSettings(
            access_code="春天", networks=("10.0.0.0/8",), start_minutes=30
        )
