"""Papers put together from pieces look as the template draws them; they are made ready before."""

import itertools
from dataclasses import replace
from decimal import Decimal

import pytest
from markupsafe import Markup

from learning.attempts.routes import assembled, preparing
from learning.attempts.routes.views import SectionHeading
from learning.attempts.rules import FormPosition
from learning.question_bank import presentation
from learning.question_bank.queries import forget_versions
from learning.question_bank.rules import Item, Option
from learning.web.readiness import prepare
from tests.factories.items import ALL_KINDS, make_item
from tests.statements import StatementLog, work_of

HEADING = SectionHeading("单项选择题 <1>", "每题 4 分", 1, 20)


def _drawn(app, item: Item, place: FormPosition, number: int) -> str:
    points = Decimal(place.points_milli) / 1000
    view = presentation.view(item.document, place.option_order, position=number, points=points)
    return app.jinja_env.get_template("attempts/item.html").render(item=view, section=HEADING)


@pytest.mark.parametrize("kind", ALL_KINDS)
@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_an_item_from_pieces_is_what_the_template_draws_of_it(app, kind, lang: str) -> None:
    item = make_item("x-1", kind)
    ids = [option.id for option in item.document.options]
    orders = list(itertools.permutations(ids))[:6]

    with app.test_request_context(f"/?lang={lang}"):
        for number, order in enumerate(orders, start=7):
            place = FormPosition(1, tuple(order), 4500, 0)

            [html] = assembled.items_html([(number, place, item.document, HEADING)])

            assert isinstance(html, Markup)
            assert html == _drawn(app, item, place, number)


def test_what_an_author_writes_is_never_taken_for_a_number_or_a_letter(app) -> None:
    item = make_item("x-1")
    text = "<\x01><\x02><\x03> \x01 &lt;\x02&gt; {{ item }}"
    options = (Option("a", text), Option("b", "其他"))
    odd = Item(replace(item.document, stem=text, options=options), item.key)
    place = FormPosition(1, ("b", "a"), 1000, 0)

    with app.test_request_context("/"):
        [html] = assembled.items_html([(3, place, odd.document, HEADING)])

        assert html == _drawn(app, odd, place, 3)


def test_an_order_that_hides_an_option_is_refused(app) -> None:
    document = make_item("x-1").document

    with app.test_request_context("/"), pytest.raises(ValueError, match="no order"):
        assembled.items_html([(1, FormPosition(1, ("a", "b"), 1000, 0), document, None)])


def test_a_paper_that_was_made_ready_is_opened_without_reading_its_items(
    app, database, backend, device, now, request, monkeypatch
) -> None:
    monkeypatch.setattr(preparing, "_ready", set())
    forget_versions()
    server = request.getfixturevalue("postgres_server") if backend == "postgresql" else None
    begun = device.seat.started_at

    made = prepare(app, begun)
    again = prepare(app, begun)
    log = StatementLog(database, server)
    with log.watching() as statements:
        device.open_room()

    assert made == 25
    assert again == 0
    assert not any("item_versions" in statement for statement in work_of(statements))


def test_a_paper_of_a_later_day_is_not_made_ready_yet(app, device, monkeypatch) -> None:
    monkeypatch.setattr(preparing, "_ready", set())
    long_before = device.seat.started_at - preparing.AHEAD * 10

    assert prepare(app, long_before) == 0
