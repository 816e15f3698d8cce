r"""Author's Markdown in, safe HTML out; the only module that knows the Markdown library and nh3.

It must not fail on any text, must not let a tag, handler, style or foreign address of the author
reach a page, and must not know items or lessons. The way: Markdown → nh3 with the allow-list below
→ formulas set as MathML *after* the sanitiser, because nh3 would drop them (trap T2).

What authors may write, beside plain Markdown: tables, footnotes, admonitions, task lists, fences.
- **Raw HTML is text**: `<b>` shows as `<b>`, so a stem may say `a < b` without care.
- **Maths** is `$…$` in a line and `$$…$$` for display; nothing else opens maths.
  The opening `$` has no white space after it, the closing one none before it and no digit after
  it: “$5 and $6” and “$5-$6” stay prices. Where that does not suffice, write `\$`.
- **A gap** is four or more underscores, also alone in a line: `<span class="gap">____</span>`.
- **Links** go to http, https, mailto, or a place of this site; **images** only to a path of this
  site (`assets/x.svg`), which the caller may put under a prefix. A formula that cannot be set is
  shown as its source, `<code class="math-error">`, and named by `formula_errors`.

Class names used: `arithmatex`, `math-error`, `gap`, `admonition …`, `admonition-title`,
`footnote`, `footnote-ref`, `footnote-backref`, `task-list`, `task-list-item`,
`task-list-control`, `task-list-indicator`, and those of `learning.kernel.mathml`.
"""

import html
import re
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import lru_cache

import nh3
from markdown import Markdown
from markdown.blockprocessors import HRProcessor
from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString
from markupsafe import Markup, escape
from pymdownx.arithmatex import ArithmatexExtension

from learning.kernel.mathml import FormulaError, to_mathml

MAX_LENGTH = 100_000
# The library searches the rest of a paragraph once for every open bracket (5 000 of them: 2.6 s)
# and every footnote once for every mark (5 000 marks: 20 s).
MAX_OPEN_BRACKETS = 30
MAX_FOOTNOTE_MARKS = 300

_ADMONITIONS = frozenset(
    "admonition admonition-title note tip info warning danger example case mistake tab".split()
)
_CLASSES: dict[str, set[str]] = {
    "div": {"arithmatex", "footnote", *_ADMONITIONS},
    "span": {"arithmatex", "gap", "task-list-indicator"},
    "p": {"admonition-title"},
    "ul": {"task-list"},
    "li": {"task-list-item"},
    "label": {"task-list-control"},
    "a": {"footnote-ref", "footnote-backref"},
}
_TAGS = frozenset(
    "a blockquote br code del div em h2 h3 h4 h5 h6 hr img input label li ol p pre span strong sub "
    "sup table tbody td th thead tr ul".split()
)
_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "input": {"disabled", "checked"},
    "ol": {"start"},
    "li": {"id"},
    "sup": {"id"},
}
_FOOTNOTE_ID = re.compile(r"fn(?:ref)?\d*:[\w.-]{1,60}")
_LINK = re.compile(r"(?:https?:|mailto:|#)\S*|/(?![/\\])[^\s:]*|[\w.~%-][^\s:]*")
_LOCAL_IMAGE = re.compile(r"/?(?!/)[\w\-./~%]+")
_MATHS = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">\\(?P<open>[(\[])(?P<formula>.*?)\\[)\]]</(?P=tag)>',
    re.DOTALL,
)
# Twin of pymdownx's RE_SMART_DOLLAR_INLINE: here the closing dollar has no digit after it, and
# neither stands beside another dollar.
_DOLLARS = (
    r"(?:(?<!\\)((?:\\{2})+)(?=\$)"
    r"|(?<![\\$])(\$)(?![\s$])((?:\\.|[^\\$\x02\x03])+?)(?<!\s)(?:\$)(?![\d$]))"
)
_BRACKET = re.compile(r"[\[\]()]")
_PAIRED_DOLLARS = r"(?<![\\$])\$\$(?!\$)((?:\\.|[^\\$\x02\x03])+?)\$\$(?!\$)"
_EXTENSIONS = ("tables", "footnotes", "admonition", "sane_lists", "fenced_code")
_BLOCK_ONLY = (
    "admonition arithmatex-block code empty footnote hashheader hr indent olist quote reference "
    "setextheader table ulist"
).split()
_per_thread = threading.local()


class _Gap(InlineProcessor):
    """Turn a run of four or more underscores into a gap to be filled in."""

    def handleMatch(  # type: ignore[override] # noqa: N802 - the library's name
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element, int, int]:
        del data
        gap = ET.Element("span", {"class": "gap"})
        gap.text = AtomicString("____")
        return gap, m.start(0), m.end(0)


class _Display(InlineProcessor):
    """Mark `$$…$$` inside a paragraph as a displayed formula, like arithmatex does for blocks."""

    def handleMatch(  # type: ignore[override] # noqa: N802 - the library's name
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element, int, int]:
        del data
        formula = ET.Element("span", {"class": "arithmatex"})
        formula.text = AtomicString(f"\\[{m.group(1)}\\]")
        return formula, m.start(0), m.end(0)


class _Rule(HRProcessor):
    """A rule is drawn by --- or ***; a line of underscores is a gap."""

    RE = r"^[ ]{0,3}(?=(?P<atomicgroup>(-+[ ]{0,2}){3,}|(\*+[ ]{0,2}){3,}))(?P=atomicgroup)[ ]*$"
    SEARCH_RE = re.compile(RE, re.MULTILINE)


def render(text: str, *, assets: str = "") -> Markup:
    """Turn Markdown into safe block HTML; never fails, equal texts are converted once.

    `assets` is put before the address of every image that is relative, e.g. "/courses/re/".
    """
    return _render_block(text, assets)


def render_inline(text: str) -> Markup:
    """Turn one short text (an option, a title) into safe HTML that fits inside a line.

    Lists, headings and tables are not looked for: “1. 计划” stays as it was typed.
    """
    return _render_line(text)


def render_abroad(
    text: str, formula: Callable[[str, bool], str], *, is_inline: bool = False
) -> str:
    """Turn Markdown into safe HTML for another system, every formula as `formula` writes it.

    `formula` takes its LaTeX and whether it is displayed, and returns HTML; never fails otherwise.
    """

    def written(match: re.Match[str]) -> str:
        return formula(*_source(match))

    safe = _MATHS.sub(written, _sanitised(text, is_inline=is_inline)).strip()
    if not is_inline:
        return safe
    return safe.removeprefix("<p>").removesuffix("</p>").replace("</p>\n<p>", "<br>")


def render_unset(text: str) -> str:
    """Return what `render` does with formulas still as their source, for who looks at the rest."""
    return _sanitised(text, is_inline=False)


def formula_errors(text: str) -> tuple[FormulaError, ...]:
    """List every formula of the text that cannot be set, in order of appearance."""
    if "$" not in text:  # nothing else opens maths, and most texts of a bank have none
        return ()
    errors: list[FormulaError] = []
    for match in _MATHS.finditer(_sanitised(text, is_inline=False)):
        source, is_display = _source(match)
        try:
            to_mathml(source, is_display=is_display)
        except FormulaError as error:
            errors.append(error)
    return tuple(errors)


@lru_cache(maxsize=2048)
def _render_block(text: str, assets: str) -> Markup:
    safe = _with_mathml(_sanitised(text, is_inline=False))
    if assets:
        prefix = str(escape(assets))
        safe = re.sub(r'(<img [^>]*?src=")(?!/)', lambda found: found.group(1) + prefix, safe)
    return Markup(safe)  # noqa: S704 - sanitised above; MathML is built from a fixed vocabulary


@lru_cache(maxsize=8192)
def _render_line(text: str) -> Markup:
    safe = _with_mathml(_sanitised(text, is_inline=True)).strip()
    inner = safe.removeprefix("<p>").removesuffix("</p>")
    return Markup(inner.replace("</p>\n<p>", "<br>"))  # noqa: S704 - sanitised above


@lru_cache(maxsize=64)  # a check asks for formulas, then for figures of the same text
def _sanitised(text: str, *, is_inline: bool) -> str:
    """Convert and sanitise, formulas still as source; text beyond all measure stays text."""
    if _is_beyond_measure(text):
        return f"<p>{escape(text[:MAX_LENGTH])}</p>"
    try:
        converted = _converter(is_inline=is_inline).reset().convert(text)
    except RecursionError:
        vars(_per_thread).clear()  # it was left in the middle of a list or a quotation
        return f"<p>{escape(text)}</p>"
    # The page's own title is the only h1.
    demoted = converted.replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    return _cleaner.clean(demoted)


def _is_beyond_measure(text: str) -> bool:
    return (
        len(text) > MAX_LENGTH
        or text.count("[^") > MAX_FOOTNOTE_MARKS
        or _open_brackets(text) > MAX_OPEN_BRACKETS
    )


def _open_brackets(text: str) -> int:
    """Count the most brackets open at once within one paragraph."""
    most = 0
    for paragraph in text.split("\n\n"):
        depth = 0
        for bracket in _BRACKET.findall(paragraph):
            depth = depth + 1 if bracket in "[(" else max(0, depth - 1)
            most = max(most, depth)
    return most


def _with_mathml(sanitised: str) -> str:
    return _MATHS.sub(_set_formula, sanitised)


def _set_formula(match: re.Match[str]) -> str:
    source, is_display = _source(match)
    try:
        mathml = to_mathml(source, is_display=is_display)
    except FormulaError:
        dollars = "$$" if is_display else "$"
        return f'<code class="math-error">{dollars}{escape(source)}{dollars}</code>'
    # A displayed formula scrolls where it is too wide: the keyboard must reach it.
    reach = ' tabindex="0"' if match["tag"] == "div" else ""
    return f'<{match["tag"]} class="arithmatex"{reach}>{mathml}</{match["tag"]}>'


def _source(match: re.Match[str]) -> tuple[str, bool]:
    return html.unescape(match["formula"]).strip(), match["open"] == "["


def _converter(*, is_inline: bool) -> Markdown:
    """Find this thread's converter: the library keeps state, so it cannot be shared."""
    name = "inline" if is_inline else "block"
    found: Markdown | None = getattr(_per_thread, name, None)
    if found is None:
        found = _build(is_inline=is_inline)
        setattr(_per_thread, name, found)
    return found


def _build(*, is_inline: bool) -> Markdown:
    maths = ArithmatexExtension(generic=True, inline_syntax=["dollar"], block_syntax=["dollar"])
    built = Markdown(
        extensions=[maths, "pymdownx.tasklist", *_EXTENSIONS],
        extension_configs={
            "tables": {"use_align_attribute": True},
            "footnotes": {"BACKLINK_TITLE": "返回正文第 {} 处"},
            "pymdownx.tasklist": {"custom_checkbox": False},
        },
        output_format="html",
    )
    built.inlinePatterns["arithmatex-inline"].compiled_re = re.compile(_DOLLARS, re.DOTALL)
    built.preprocessors.deregister("html_block")
    built.inlinePatterns.deregister("html")
    built.inlinePatterns.register(_Display(_PAIRED_DOLLARS), "dollar-pair", 189.95)
    built.inlinePatterns.register(_Gap(r"(_{4,})"), "gap", 75)
    built.parser.blockprocessors.register(_Rule(built.parser), "hr", 50)
    if is_inline:
        built.preprocessors.deregister("fenced_code_block")
        for processor in _BLOCK_ONLY:
            built.parser.blockprocessors.deregister(processor, strict=False)
    return built


def _allowed(tag: str, attribute: str, value: str) -> str | None:
    """Keep ids of footnotes, plain links, images of this site; the rest is the lists' matter."""
    if attribute == "id":
        return value if _FOOTNOTE_ID.fullmatch(value) else None
    if attribute == "href":
        return value if _LINK.fullmatch(value) else None
    if (tag, attribute) == ("img", "src"):
        is_local = _LOCAL_IMAGE.fullmatch(value) and ".." not in value
        return value if is_local else None
    return value


_cleaner = nh3.Cleaner(
    tags=set(_TAGS),
    clean_content_tags={"script", "style"},
    attributes=_ATTRIBUTES,
    attribute_filter=_allowed,
    allowed_classes=_CLASSES,
    tag_attribute_values={
        "input": {"type": {"checkbox"}},
        **{tag: {"align": {"left", "center", "right"}} for tag in ("td", "th")},
    },
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer",
)
