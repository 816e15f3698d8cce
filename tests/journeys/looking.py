"""What axe finds on a page, without what nobody asks of it: what passed, and how it was found."""

from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

ANY = frozenset({"minor", "moderate", "serious", "critical"})
GRAVE = frozenset({"serious", "critical"})
# Reading them lets begin what a change of style or of width begins. What takes longer than a second,
# or never ends, is no transition.
# A page that draws no frames (nothing to draw, or behind another) is waited for by the clock: an
# evaluation has no time limit of its own.
SETTLED = """() => Promise.race([
  Promise.allSettled(document.getAnimations()
    .filter((one) => one.playState === "running" && one.timeline === document.timeline)
    .filter((one) => one.effect.getComputedTiming().endTime <= 1000)
    .map((one) => one.finished)),
  new Promise((done) => { setTimeout(done, 1500); }),
]).then(() => {})"""
FRAME = """() => Promise.race([
  new Promise(requestAnimationFrame), new Promise((done) => { setTimeout(done, 250); }),
]).then(() => {})"""
# A finding has its rule's impact, so that rules of other impacts need not be tried.
RUN = """async (impacts) => {
  const others = axe._audit.rules.filter((rule) => rule.impact && !impacts.includes(rule.impact));
  const rules = Object.fromEntries(others.map((rule) => [rule.id, { enabled: false }]));
  const found = await axe.run({ resultTypes: ["violations"], rules });
  return found.violations.flatMap((violation) => violation.nodes.map(
    (node) => [violation.id, violation.impact, node.html]));
}"""


@dataclass(frozen=True)
class Finding:
    """An element that breaks a rule of axe."""

    rule: str
    impact: str
    html: str


def findings(page: Page, impacts: frozenset[str] = ANY) -> list[Finding]:
    """Return what axe finds on a page that has come to rest, of these impacts alone."""
    page.evaluate(SETTLED)
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = [Finding(*one) for one in page.evaluate(RUN, sorted(impacts))]
    return [one for one in found if one.impact in impacts]


def wait_for_transitions(page: Page) -> None:
    """Wait until what moves for a moment has come to rest."""
    page.evaluate(FRAME)  # a change may only be beginning one
    page.evaluate(SETTLED)
