"""Authorisations: what they are worth, what an act needs, where a form takes its facts. Pure."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from learning.certification.rules.holdings import FOREVER
from learning.compliance.rules.authorisations import (
    Act,
    authorisation_state,
    card_number,
    missing_of,
    problems_of_act,
)
from learning.compliance.rules.card_forms import (
    STANDARD_FORM,
    Spot,
    form_json,
    problems_of_form,
    read_form,
)

DAY = timedelta(days=1)
TODAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 4, tzinfo=UTC)


def an_act(now: datetime, **changes) -> Act:
    first = now.astimezone(UTC).date() + DAY
    return replace(Act(first, None, "", "", ""), **changes)


class TestRules:
    @pytest.mark.parametrize(
        ("state", "changes"),
        [
            ("in_force", {}),
            ("not_yet", {"now": AT - 2 * DAY}),
            ("over", {"now": AT + 9 * DAY}),
            ("lapsed", {"is_broken": True}),
            ("lapsed", {"cause": "post"}),
            ("revoked", {"cause": "revoked", "is_broken": True}),
            ("not_yet", {"now": AT - 2 * DAY, "is_broken": True}),
            ("over", {"now": AT + 9 * DAY, "is_broken": True}),
        ],
    )
    def test_what_it_is_worth(self, state, changes) -> None:
        values = {"cause": "", "is_broken": False, "now": AT, **changes}

        assert authorisation_state(AT - DAY, AT + 9 * DAY, **values) == state

    def test_the_last_day_counts_to_its_end_on_the_organisations_calendar(self) -> None:
        act = Act(TODAY, TODAY, "", "", "")

        assert act.starts_at("Asia/Shanghai") == datetime(2026, 3, 1, 16, tzinfo=UTC)
        assert act.ends_at("Asia/Shanghai") == datetime(2026, 3, 2, 16, tzinfo=UTC)
        assert replace(act, last=None).ends_at("Asia/Shanghai") == FOREVER

    @pytest.mark.parametrize(
        ("code", "changes"),
        [
            ("first", {"first": TODAY - DAY}),
            ("first", {"first": TODAY + 500 * DAY}),
            ("last", {"last": TODAY - DAY}),
            ("last", {"last": date(2099, 1, 1)}),
            ("equipment_no", {"equipment_no": "x" * 61}),
            ("override_reason", {"override_reason": "因" * 501, "last": TODAY}),
            ("override_last", {"override_reason": "人手不足"}),
        ],
    )
    def test_each_bad_value_is_named(self, code, changes) -> None:
        act = replace(Act(TODAY, None, "", "", ""), **changes)

        assert [problem.code for problem in problems_of_act(act, TODAY, has_post=True)] == [code]

    def test_without_a_post_an_equipment_is_wanted(self) -> None:
        act = Act(TODAY, None, "", "", "")

        assert [p.code for p in problems_of_act(act, TODAY, has_post=False)] == ["equipment"]
        assert problems_of_act(replace(act, equipment="行车"), TODAY, has_post=False) == []

    def test_on_a_leap_day_the_year_ahead_is_no_error(self) -> None:
        leap = date(2028, 2, 29)

        assert problems_of_act(Act(leap, None, "", "", ""), leap, has_post=True) == []

    def test_what_is_spared_is_not_missing(self) -> None:
        assert missing_of({1, 2, 3}, {2}, {3}) == [1]

    def test_the_number_is_printed_with_year_and_six_digits(self) -> None:
        assert card_number(2026, 123) == "SQ-2026-000123"


class TestForms:
    def test_the_standard_form_is_sound_and_survives_being_kept(self) -> None:
        assert problems_of_form(STANDARD_FORM) == []
        assert read_form(form_json(STANDARD_FORM)) == STANDARD_FORM

    @pytest.mark.parametrize(
        ("place", "changes"),
        [
            ("width", {"width": 20.0, "spots": (("qr", Spot(1, 1, 10, 10)),)}),
            ("height", {"height": 421.0}),
            ("dx", {"dx": 31.0}),
            ("spots", {"spots": ()}),
            ("name", {"spots": (("name", Spot(80.0, 1.0, 20.0, 4.0)),)}),
            ("post", {"spots": (("post", Spot(1.0, 1.0, 20.0, 25.0)),)}),
            ("salary", {"spots": (("salary", Spot(1.0, 1.0, 20.0, 5.0)),)}),
        ],
    )
    def test_each_bad_value_is_named_by_its_place(self, place, changes) -> None:
        assert [p.place for p in problems_of_form(replace(STANDARD_FORM, **changes))] == [place]
