"""Formulas in a browser that does not set MathML: readable as text, also those that come later."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from learning.kernel.markdown import render
from tests.journeys.exam_room.conftest import ARGS, CHROMIUM

pytestmark = pytest.mark.browser
SITE = "http://formulas.test"
STATIC = Path(__file__).parent.parent.parent / "learning" / "static" / "js"
FORMULAS = {
    r"$R(t)=e^{-\lambda t}$": "R(t)=e^(−λt)",
    r"$\frac{2T}{\chi^2_{0.90}(2r+2)}$": "2T/(χ_0.90^2(2r+2))",
    r"$\sqrt{a+b}$": "√(a+b)",
    r"$\frac{1}{2}$": "1/2",
    r"$x_{n-1}$": "x_(n−1)",
}


# What a browser without MathML does: the elements are there and laid out as plain text.
UNSET = "<style>math, math * { display: inline !important }</style>"


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = browser.new_page()
        page.route(f"{SITE}/**", serve)
        yield page
        browser.close()


def serve(route: Route) -> None:
    is_old = "old" in route.request.url
    name = route.request.url.removeprefix(SITE).rsplit("/", 1)[1]
    if name.endswith(".js"):
        route.fulfill(body=(STATIC / name).read_text("utf-8"), content_type="text/javascript")
        return
    body = "".join(f"<section>{render(source)}</section>" for source in FORMULAS)
    script = '<script type="module" src="/js/page.js"></script>'
    route.fulfill(
        body=f"<!doctype html><meta charset=utf-8>{UNSET if is_old else ''}<body>{body}{script}",
        content_type="text/html",
    )


def squeezed(text: str) -> str:
    return "".join(text.split()).replace("\u2061", "").replace("\u2062", "")


def test_formulas_stay_formulas_where_they_are_set(page: Page):
    page.goto(f"{SITE}/new")
    page.wait_for_timeout(200)

    assert page.locator("math").count() == len(FORMULAS)


def test_formulas_are_readable_text_where_they_are_not_set(page: Page):
    page.goto(f"{SITE}/old")
    page.wait_for_function("!document.querySelector('math')")

    shown = [squeezed(text) for text in page.locator("section").all_inner_texts()]
    assert shown == list(FORMULAS.values())


def test_a_formula_that_comes_later_is_text_as_well(page: Page):
    page.goto(f"{SITE}/old")
    page.wait_for_function("!document.querySelector('math')")

    late = f"<div id=late>{render('$a^2$')}</div>"
    page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", late)
    page.wait_for_function("!document.querySelector('#late math')")

    assert squeezed(page.locator("#late").inner_text()) == "a^2"
