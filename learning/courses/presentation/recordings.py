"""Recordings, documents and pages of a deck as HTML of a lesson. Called by `presentation` alone.

All attributes are made of hashes, numbers and escaped text; what stands around is sanitised.
"""

import re
from dataclasses import dataclass
from html import unescape

from markupsafe import escape

from learning.courses.rules import FileUse, LessonDocument, LessonFile

_LINK = re.compile(r'<a href="(assets/[^"]+)"([^>]*)>')
_LANGUAGES = ((".en.vtt", "en", "English"), (".vtt", "zh-CN", "中文"))


@dataclass(frozen=True, slots=True)
class DeckWords:
    """What stands around the pages of a deck, in the reader's language: {n} of {total}."""

    language: str = "zh-CN"  # as HTML says it; the lesson around is Chinese
    page: str = "第 {n} 页"
    page_of: str = "第 {n} 页，共 {total} 页"
    text: str = "第 {n} 页的文字"

    @property
    def lang(self) -> str:
        """Return the attribute that says the language where it is not the lesson's."""
        return "" if self.language == "zh-CN" else f' lang="{escape(self.language)}"'


class LessonFiles:
    """The files of one lesson version; `url` goes before the hash of each."""

    def __init__(self, document: LessonDocument, url: str) -> None:
        self._url = url
        self._played = {f"assets/{f.name}": f for f in document.used_as(FileUse.PLAYED)}
        self._captions = {f.name: f for f in document.used_as(FileUse.CAPTIONS)}
        self._documents = {f"assets/{f.name}": f for f in document.used_as(FileUse.DOWNLOAD)}

    def player(self, src: str, alt: str) -> str | None:
        """Return the player of a recording; None for what is none of this lesson's."""
        file = self._played.get(src)
        if file is None:
            return None
        tag = "video" if file.media_type.startswith("video/") else "audio"
        inline = " playsinline" if tag == "video" else ""
        return (
            f'<{tag} controls preload="metadata"{inline} src="{escape(self._url + file.sha256)}"'
            f' data-file="{file.sha256}" aria-label="{escape(alt)}">{self._tracks(file)}</{tag}>'
        )

    def _tracks(self, file: LessonFile) -> str:
        stem = file.name[: file.name.rindex(".")]
        made = []
        for suffix, language, label in reversed(_LANGUAGES):
            captions = self._captions.get(stem + suffix)
            if captions is not None:
                default = " default" if language == "zh-CN" else ""
                made.append(
                    f'<track kind="captions" srclang="{language}" label="{label}"'
                    f' src="{escape(self._url + captions.sha256)}"{default}>'
                )
        return "".join(made)

    def linked(self, html: str) -> str:
        """Return HTML in which links to documents of the course lead to their download."""

        def link(found: re.Match[str]) -> str:
            file = self._documents.get(unescape(found[1]))
            if file is None:
                return found[0]
            return f'<a href="{escape(self._url + file.sha256)}" download{found[2]}>'

        return _LINK.sub(link, html)


def deck_pages(document: LessonDocument, url: str, words: DeckWords) -> str:
    """Return the pages of a lesson's deck, one below the other; "" for a lesson without one.

    Each has a heading that is read and not seen: the place that is kept, and the way from page to
    page by a screen reader. What its author says is on a page describes the picture, and unfolds
    below it for everybody.
    """
    deck = document.deck
    if deck is None:
        return ""
    texts = dict(enumerate(document.page_texts, 1))
    return "".join(
        _page(deck, url, number, texts.get(number, ""), words)
        for number in range(1, deck.pages + 1)
    )


def _page(deck: LessonFile, url: str, number: int, text: str, words: DeckWords) -> str:
    lang = words.lang
    page, page_of, unfold = (
        escape(said.format(n=number, total=deck.pages))
        for said in (words.page, words.page_of, words.text)
    )
    described = f' aria-describedby="p{number}-text"' if text else ""
    unfolded = (
        f'<details class="qa-decktext"><summary{lang}>{unfold}</summary>'
        f'<p id="p{number}-text">{escape(text)}</p></details>'
        if text
        else ""
    )
    lazy = "" if number == 1 else ' loading="lazy"'
    return (
        f'<figure class="qa-deckpage">'
        f'<h2 class="visually-hidden" id="p{number}"{lang}>{page}</h2>'
        f'<img{lang} src="{escape(url)}{deck.sha256}/pages/{number}" width="1280"'
        f' alt="{page_of}" decoding="async"{lazy}{described}>'
        f'<figcaption class="num">{number} / {deck.pages}</figcaption>{unfolded}</figure>'
    )
