"""Cards: what is printed on them, that it fits, and the preprinted forms of an organisation."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import typst

from learning.certification.queries.templates import list_holder_photos
from learning.compliance.presentation.cards import (
    CARDS,
    Card,
    calibration_pdf,
    cards_pdf,
    form_pdf,
)
from learning.compliance.presentation.cards import _inputs as card_inputs
from learning.compliance.queries.authorisations import (
    list_own,
)
from learning.compliance.rules.authorisations import (
    Act,
)
from learning.compliance.rules.card_forms import (
    STANDARD_FORM,
    Spot,
)
from learning.compliance.services.card_forms import find_form, write_form
from learning.compliance.services.photos import put_photo, redrawn_photo
from learning.kernel.errors import Invalid, NotFound
from learning.kernel.pictures import picture_size
from learning.kernel.printing import FONTS, ROOT
from tests.certification.test_printing import printed_text, torture_names
from tests.factories.people import make_actor
from tests.factories.pictures import make_png

DAY = timedelta(days=1)
TODAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 4, tzinfo=UTC)


def an_act(now: datetime, **changes) -> Act:
    first = now.astimezone(UTC).date() + DAY
    return replace(Act(first, None, "", "", ""), **changes)


def card(session, now, given, **changes) -> Card:
    _shop, worker, _public_id = given
    [one] = list_own(session, worker.id, now + 3 * DAY)
    return Card(replace(one, **changes), f"https://academy.example/authorisations/check/{one.code}")


class TestCards:
    def test_eleven_cards_take_two_sheets_or_eleven_pages(self, session, now, given) -> None:
        cards = [card(session, now, given)] * 11

        pages = [
            len(re.findall(rb"/Type\s*/Page\b", cards_pdf(cards, on_sheets=on_sheets)))
            for on_sheets in (True, False)
        ]

        assert pages == [2, 11]

    @pytest.mark.parametrize("name", [*torture_names()[:12], "迪丽热巴·" * 8, "#panic()"])
    def test_a_name_fits_its_place_and_is_text(self, session, now, given, name) -> None:
        one = card(session, now, given, name=name, unit="部" * 60, post="岗" * 60)
        facts = {**json.loads(card_inputs([one], on_sheets=False)), "measured": True}
        measured = json.loads(
            typst.query(
                str(CARDS),
                "<fitted>",
                field="value",
                root=str(ROOT),
                font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)]),
                sys_inputs={"facts": json.dumps(facts)},
            )
        )

        assert len(measured) >= 5
        for text, width, height, room, high in measured:
            assert width <= room + 0.01, text
            assert height <= high + 0.01, text
        drawn = printed_text(cards_pdf([one], on_sheets=False))
        assert {c for c in "㛃𠅤䶮·" if c in name} <= drawn

    def test_a_form_prints_only_the_facts_it_takes(self, session, now, given) -> None:
        one = card(session, now, given, name="龘", unit="焱")
        spots = (("name", Spot(10.0, 10.0, 40.0, 5.0)),)

        text = printed_text(form_pdf([one], replace(STANDARD_FORM, spots=spots)))

        assert "龘" in text
        assert "焱" not in text

    def test_the_calibration_page_has_the_size_of_the_form(self) -> None:
        pdf = calibration_pdf(STANDARD_FORM)

        box = re.search(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", pdf)
        assert box
        assert [round(float(side) * 25.4 / 72) for side in box.groups()] == [90, 60]

    def test_a_form_is_kept_version_by_version_with_the_organisation(
        self, session, now, given
    ) -> None:
        shop, _worker, _public_id = given
        moved = replace(STANDARD_FORM, dx=1.5)

        write_form(session, shop.actor, shop.enterprise.public_id, moved, now)

        assert find_form(session, shop.enterprise.id) == moved
        assert find_form(session, shop.shop.id) == STANDARD_FORM
        with pytest.raises(Invalid):
            write_form(session, shop.actor, shop.enterprise.public_id, replace(moved, dx=99), now)

    def test_a_photograph_is_drawn_anew_printed_and_replaced_by_the_next(
        self, session, now, given
    ) -> None:
        shop, worker, public_id = given
        plain = cards_pdf([card(session, now, given)], on_sheets=False)

        for grey in (30, 200):
            photo = redrawn_photo(make_png(50, 70, grey))
            put_photo(session, shop.actor, public_id, photo, now)

        assert list_holder_photos(session, [worker.id]) == {worker.id: photo}
        assert picture_size(photo) == (295, 413)
        shown = replace(card(session, now, given), photo=photo)
        assert len(cards_pdf([shown], on_sheets=False)) != len(plain)
        with pytest.raises(Invalid):
            redrawn_photo(b"<svg/>")
        with pytest.raises(NotFound):
            put_photo(session, make_actor(worker), public_id, photo, now)
