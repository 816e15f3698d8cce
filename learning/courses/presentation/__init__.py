"""A lesson as HTML: what the theme needs around sanitised Markdown, and the table of contents.

Works on the output of `learning.kernel.markdown` alone, whose tags are known: headings get ids and
numbers, tables a frame that scrolls, pictures that stand alone become figures at the address of
their content. No key, no rule.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from markupsafe import Markup, escape

from learning.courses.presentation.recordings import DeckWords, LessonFiles, deck_pages
from learning.courses.rules import LessonDocument
from learning.kernel.markdown import render

_HEADING = re.compile(r"<h([23])>(.*?)</h\1>", re.DOTALL)
_FIGURE = re.compile(r"<p>\s*(<img [^>]*>)\s*</p>")
_IMAGE = re.compile(r"<img [^>]*>")
_ATTRIBUTE = re.compile(r'(src|alt|title)="([^"]*)"')
_TAG = re.compile(r"<[^>]+>")
_WHOLE_TAG = re.compile(r'<(/?[a-zA-Z](?:[^"<>]|"[^"]*")*)>')
_TABLE = re.compile(r"<table>(.*?)</table>", re.DOTALL)
# A browser may break a line after a formula even before a comma, and between a number and its unit.
_CLOSED_FORMULA = re.compile(
    r'(<span class="arithmatex"><math(?:(?!</span>).)*</math></span>)([，。、；：！？）》”]+)',
    re.DOTALL,
)
_LOOSE_UNIT = re.compile(r"(<[^>]*>)|(?<=\d) (?=%|‰|℃|°|[A-Za-zμΩ]{1,4}(?![A-Za-z])|\d{3}(?!\d))")
_NO_BREAK_SPACE = "\u00a0"
__all__ = [
    "DeckWords",
    "Heading",
    "LessonHtml",
    "Trace",
    "plain",
    "plain_text_of",
    "preview_lesson",
    "render_lesson",
    "trace",
]
_WAVE = (-9, 6, -4, 9, -6, 3, -8, 5, -3, 8)  # the control chart of progress: any course, same hand


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry of the table of contents; `anchor` is the id in the page, `level` 2 or 3."""

    anchor: str
    level: int
    number: str
    text: str


@dataclass(frozen=True, slots=True)
class LessonHtml:
    """A lesson ready for its page: before and after the self-check, and its headings in order."""

    body: Markup
    rest: Markup
    headings: tuple[Heading, ...]

    def find_heading(self, anchor: str) -> Heading | None:
        """Return the heading of an anchor; None when this version has none such."""
        return next((heading for heading in self.headings if heading.anchor == anchor), None)


@lru_cache(maxsize=256)
def render_lesson(
    document: LessonDocument,
    assets_url: str,
    files_url: str = "",
    deck_words: DeckWords = DeckWords(),  # noqa: B008 - frozen, and part of the cache's key
) -> LessonHtml:
    """Return a lesson as HTML; the addresses go before the hash of each figure and each file."""
    numbering = _Numbering()
    urls = {f"assets/{name}": assets_url + sha256 for name, sha256 in document.figures}
    files = LessonFiles(document, files_url)
    body = _dressed(document.body, numbering, urls, files)
    drawn = deck_pages(document, files_url, deck_words)
    pages = Markup(drawn)  # noqa: S704 - fixed tags, hashes, numbers and escaped text
    rest = _dressed(document.rest, numbering, urls, files)
    count = document.deck.pages if document.deck else 0
    numbering.headings += [
        Heading(f"p{n}", 4, "", deck_words.page.format(n=n)) for n in range(1, count + 1)
    ]
    return LessonHtml(body=body + pages, rest=rest, headings=tuple(numbering.headings))


def preview_lesson(
    document: LessonDocument, assets_url: str, files_url: str, deck_words: DeckWords
) -> LessonHtml:
    """Return what `render_lesson` does, kept for nobody: a draft is another one with every key."""
    return render_lesson.__wrapped__(document, assets_url, files_url, deck_words)


class _Numbering:
    """Numbers headings and figures through both halves of a lesson."""

    def __init__(self) -> None:
        self.headings: list[Heading] = []
        self._chapter = 0
        self._section = 0
        self.figures = 0

    def heading(self, found: re.Match[str]) -> str:
        level, inner = int(found[1]), found[2]
        if level == 2:
            self._chapter, self._section = self._chapter + 1, 0
        else:
            self._section += 1
        number = str(self._chapter) + (f".{self._section}" if level > 2 else "")
        anchor = "s" + number.replace(".", "-")
        self.headings.append(Heading(anchor, level, number, plain(inner)))
        return f'<h{level} id="{anchor}"><span class="num">{number}</span>{inner}</h{level}>'


def plain_text_of(document: LessonDocument) -> str:
    """Return what stands in the text of a lesson, before its self-check, without tags."""
    return plain(str(render_lesson(document, "").body))


def plain(html: str) -> str:
    """Return the text of sanitised HTML without tags; a formula stays as its own text."""
    return unescape(_TAG.sub("", html)).strip()


def _dressed(text: str, numbering: _Numbering, urls: dict[str, str], files: LessonFiles) -> Markup:
    if not text.strip():
        return Markup()
    html = _settled(str(render(text)))
    html = _HEADING.sub(numbering.heading, html)
    html = _FIGURE.sub(lambda found: _figure(found[1], numbering, urls, files), html)
    html = _IMAGE.sub(lambda found: _image(found[0], urls), html)
    html = files.linked(_TABLE.sub(_table, html))
    html = html.replace("<pre>", '<pre tabindex="0">')  # it may scroll: by the keyboard too
    html = _CLOSED_FORMULA.sub(r'<span class="nowrap">\1\2</span>', html)
    html = _LOOSE_UNIT.sub(lambda found: found[1] or _NO_BREAK_SPACE, html)
    return Markup(html)  # noqa: S704 - sanitised Markdown; only fixed tags and escaped text added


def _settled(html: str) -> str:
    """Escape angle brackets inside attribute values.

    HTML allows them there, so an alt text may read `<h2>`; after this a bracket always is a tag's.
    """

    def settle(found: re.Match[str]) -> str:
        return f"<{found[1].replace('<', '&lt;').replace('>', '&gt;')}>"

    return _WHOLE_TAG.sub(settle, html)


def _attributes(image: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(image)}


def _figure(image: str, numbering: _Numbering, urls: dict[str, str], files: LessonFiles) -> str:
    """Return a figure with its number; the caption is the title, else the alt text's first part.

    A recording has no number: nobody refers to it by one.
    """
    named = _attributes(image)
    player = files.player(named.get("src", ""), named.get("alt", ""))
    if player is not None:
        caption = named.get("title") or re.split("[：:。]", named.get("alt", ""), maxsplit=1)[0]
        words = f"<figcaption>{escape(caption)} <span data-watched></span></figcaption>"
        return f'<figure class="qa-fig qa-recording">{player}{words}</figure>'
    numbering.figures += 1
    caption = named.get("title") or re.split("[：:。]", named.get("alt", ""), maxsplit=1)[0]
    number = f'<span class="num">图 {numbering.figures}</span>'
    words = f"<figcaption>{number}　{escape(caption)}</figcaption>"
    return f'<figure class="qa-fig">{_image(image, urls)}{words}</figure>'


def _image(image: str, urls: dict[str, str]) -> str:
    if image.startswith("<img data-figure "):  # dressed already
        return image
    named = _attributes(image)
    url, alt = urls.get(named.get("src", "")), escape(named.get("alt", ""))
    if url is None:  # no figure of this lesson: then only its words
        return f"<span>{alt}</span>"
    return f'<img data-figure src="{escape(url)}" alt="{alt}" decoding="async">'


def _table(found: re.Match[str]) -> str:
    inner = found[1].replace("<th>", '<th scope="col">').replace("<th ", '<th scope="col" ')
    return f'<div class="qa-tablewrap" tabindex="0"><table class="qa-table">{inner}</table></div>'


@dataclass(frozen=True, slots=True)
class Trace:
    """Progress drawn as a control chart; coordinates in a box `width` × 50."""

    width: int
    path: str
    points: tuple[tuple[int, int, str], ...]  # x, y, state: done, now, next


def trace(states: tuple[str, ...], width: int = 560) -> Trace:
    """Return the trace of lessons in order; each state is done, now or next."""
    count = len(states)
    step = (width - 40) / max(1, count - 1)
    points = []
    for index, state in enumerate(states):
        y = 25 if state == "next" else 25 + _WAVE[index % len(_WAVE)]
        points.append((round(20 + step * index), y, state))
    reached = [f"{x} {y}" for x, y, state in points if state != "next"]
    path = "M" + " L".join(reached) if len(reached) > 1 else ""
    return Trace(width, path, tuple(points))
