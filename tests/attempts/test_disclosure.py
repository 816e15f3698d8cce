"""Score, responses, keys and explanations are told each by itself, and none before its instant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from learning.attempts.models import Assessment, Attempt
from learning.attempts.queries import list_shown
from learning.attempts.rules import (
    GRACE,
    AttemptRules,
    ByHand,
    Disclosure,
    Part,
    Release,
)
from learning.question_bank.rules import Criterion, Item, ItemKind
from tests.attempts.conftest import Device
from tests.attempts.test_secrecy import EVERYTHING, forms_of
from tests.factories.attempts import make_seat
from tests.factories.items import make_all_kinds

CLOSES = datetime(2026, 11, 22, 10, tzinfo=UTC)
OVER = CLOSES + GRACE + timedelta(seconds=1)
DAY = timedelta(days=1)
EXPLAINED, RUBRIC = "鑫淼焱垚的解析", "垚焱淼鑫的要点"
TYPED = "累计时间"  # a key of an item that is typed

instants = st.none() | st.integers(-48, 48).map(lambda hours: OVER + timedelta(hours=hours))
disclosures = st.builds(
    Disclosure, st.sampled_from(Part), instants, instants, instants, instants, st.booleans()
)
all_rules = st.builds(
    AttemptRules,
    limit_s=st.just(60),
    release=st.sampled_from(Release),
    review=st.booleans(),
    disclosure=disclosures,
)


def told(rules: AttemptRules, now: datetime, *, others: bool = False) -> list[Part]:
    standing = {"finished": True, "closes_at": CLOSES, "others_still_open": others, "now": now}
    return [part for part in Part if rules.is_told(part, **standing)]


class TestRules:
    @given(all_rules, st.integers(-72, 72), st.booleans())
    def test_what_tells_more_is_never_told_without_what_tells_less(
        self, rules: AttemptRules, hours: int, others: bool
    ) -> None:
        now = OVER + timedelta(hours=hours)

        seen = told(rules, now, others=others)

        assert seen == list(Part)[: len(seen)]
        for part in seen:
            own = rules.disclosure.own_instant(part)
            assert own is None or own <= now

    @given(all_rules)
    def test_rules_come_back_from_their_text(self, rules: AttemptRules) -> None:
        assert AttemptRules.from_json(rules.to_json()) == rules

    def test_rules_without_dates_are_written_as_before(self) -> None:
        assert "disclosure" not in AttemptRules(limit_s=60, review=True).to_json()

    def test_without_dates_everything_is_told_together(self) -> None:
        rules = AttemptRules(limit_s=60, review=True)

        assert (told(rules, CLOSES), told(rules, OVER)) == ([], list(Part))
        assert told(replace(rules, release=Release.AT_SUBMIT), CLOSES - DAY) == list(Part)
        assert told(replace(rules, review=False), OVER) == [Part.SCORE]

    def test_each_part_comes_with_its_day(self) -> None:
        days = [OVER + n * DAY for n in range(1, 5)]
        rules = AttemptRules(
            limit_s=60, review=True, disclosure=Disclosure(Part.EXPLANATIONS, *days)
        )

        seen = [len(told(rules, OVER + n * DAY)) for n in range(6)]

        assert seen == [0, 1, 2, 3, 4, 4]

    @pytest.mark.parametrize("depth", list(Part))
    def test_nothing_is_told_beyond_the_depth(self, depth: Part) -> None:
        rules = AttemptRules(limit_s=60, review=True, disclosure=Disclosure(depth))

        assert told(rules, OVER + 100 * DAY)[-1] is depth

    def test_items_wait_for_the_last_one_who_answers_though_the_score_does_not(self) -> None:
        rules = AttemptRules(
            limit_s=60,
            release=Release.AT_SUBMIT,
            review=True,
            disclosure=Disclosure(items_at_close=True),
        )

        assert told(rules, CLOSES - DAY) == [Part.SCORE]
        assert told(rules, OVER, others=True) == [Part.SCORE]
        assert told(rules, OVER) == list(Part)


def seated(app, database, disclosure: Disclosure, **changes: Any) -> Device:
    """Somebody who handed in a paper of all kinds whose window is over."""
    kinds = make_all_kinds(EXPLAINED)
    essay = replace(kinds[7].key, rubric=(Criterion(Decimal(1), RUBRIC),))
    rules = AttemptRules(
        **{"limit_s": 3600, "review": True, "by_hand": ByHand.UNMARKED, **changes},
        disclosure=disclosure,
    )
    seat = make_seat(
        database,
        datetime.now(UTC) - timedelta(minutes=1),
        rules=rules,
        bank={
            "singles": 0,
            "multiples": 0,
            "extra": [*kinds[:7], Item(kinds[7].document, essay), kinds[8]],
        },
        blueprint=replace(
            EVERYTHING,
            sections=tuple(
                replace(each, count=1) if each.kind is ItemKind.NUMERIC else each
                for each in EVERYTHING.sections
            ),
        ),
    )
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = seat.token
    device = Device(client, seat)
    device.open_room()
    assert device.submit().status_code == 200
    ended = datetime.now(UTC) - timedelta(minutes=5)
    with database.transaction() as session:
        session.execute(update(Assessment).values(opens_at=ended - DAY, closes_at=ended))
    return device


def result(device: Device) -> str:
    return device.client.get(f"{device.base}/result").text


def holds(page: str, secret: str) -> bool:
    return any(shape in page.encode() for shape in forms_of(secret))


class TestPage:
    """What is in the bytes of the result page, part by part."""

    def test_responses_alone_bring_items_and_outcomes_and_no_byte_of_a_key(
        self, app, database
    ) -> None:
        page = result(seated(app, database, Disclosure(Part.RESPONSES)))

        assert page.count("qa-review") >= 9
        assert "<li><b>A</b>" in page, "an answer in letters says nothing without the options"
        assert "<dt>答案</dt>" not in page
        assert "/report" not in page, "a fault is reported by who was told the key"
        for secret in (EXPLAINED, RUBRIC, TYPED, "示例出处"):
            assert not holds(page, secret), secret

    def test_keys_come_without_explanations_where_those_are_kept(self, app, database) -> None:
        page = result(seated(app, database, Disclosure(Part.KEYS)))

        assert "<dt>答案</dt>" in page
        assert holds(page, RUBRIC)
        assert not holds(page, EXPLAINED)
        assert not holds(page, "示例出处")

    def test_what_comes_later_is_announced_with_its_day_and_is_not_there(
        self, app, database
    ) -> None:
        day = datetime.now(UTC) + DAY
        page = result(seated(app, database, Disclosure(keys_from=day)))

        assert page.count("答案、解析在全部作答结束后公布，不早于") == 1
        assert "<dt>答案</dt>" not in page
        assert not holds(page, EXPLAINED)

    def test_before_the_day_of_the_score_nothing_is_told(self, app, database) -> None:
        day = datetime.now(UTC) + DAY
        page = result(seated(app, database, Disclosure(score_from=day)))

        assert "qa-review" not in page
        assert "成绩在全部作答结束后公布，不早于" in page
        assert "得分" not in page

    def test_a_score_told_at_hand_in_brings_no_item_while_the_window_is_open(
        self, app, database
    ) -> None:
        rules = {"release": Release.AT_SUBMIT}
        device = seated(app, database, Disclosure(items_at_close=True), **rules)
        after = result(device)
        with database.transaction() as session:
            session.execute(update(Assessment).values(closes_at=datetime.now(UTC) + DAY))

        before = result(device)

        assert "得分" in before
        assert ("qa-review" in before, "qa-review" in after) == (False, True)
        assert not holds(before, EXPLAINED)


class TestPictures:
    """Which items' pictures a person may load, from a finished paper."""

    @pytest.mark.parametrize(
        ("disclosure", "stems", "keys"),
        [
            (Disclosure(), 1, 1),
            (Disclosure(Part.KEYS), 1, 0),
            (Disclosure(explanations_from=CLOSES + DAY), 1, 0),
            (Disclosure(responses_from=CLOSES + DAY), 0, 0),
        ],
    )
    def test_none_before_the_text_that_holds_it(self, database, disclosure, stems, keys) -> None:
        rules = AttemptRules(limit_s=60, review=True, disclosure=disclosure)
        seat = make_seat(database, CLOSES - timedelta(hours=1), rules=rules)
        with database.transaction() as session:
            session.execute(update(Attempt).values(finished_at=CLOSES, submitted_at=CLOSES))

            shown = list_shown(session, seat.user_id, CLOSES)
            later = list_shown(session, seat.user_id, CLOSES + DAY)

        assert [bool(each) for each in shown] == [bool(stems), bool(keys)]
        assert bool(later[0])
