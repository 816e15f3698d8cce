"""English pages hold no Chinese but content: what people wrote, and what is marked as Chinese.

Content is known by the database: a whole value of it, or a longer piece of a longer text. The same
pages are read twice: with the real English, and (a deep run) with a made-up translation of every text, which shows
texts that no translation can reach even while some of the English is still to be written.
"""

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from learning.competitions.rules import public_name
from learning.kernel.db import Database
from learning.models import metadata
from tests.crawl.sights import Sight, sights
from tests.crawl.visiting import Crawl, Reply
from tests.web.catalogue import CHINESE, extract_texts, placeholders, read_catalogue

pytestmark = [pytest.mark.sqlite, pytest.mark.wide]  # words do not depend on the database
LONG = 6  # a piece of content this long is no word of ours
PART = 4  # a name this long may stand next to others without a space
SHORT = 60  # names and titles are shorter
COURSEWARE = frozenset(
    {"items", "item_versions", "item_keys", "courses", "course_versions", "lesson_versions"}
)
RUN = re.compile(f"(?:{CHINESE.pattern})+")
SEEN = frozenset({"alt", "aria-label", "aria-description", "content", "placeholder", "title"})
MUTE = frozenset({"script", "style"})
VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
OWN_NAME = "中文"  # a language is called by its own name


class Content:
    """What the database holds in Chinese.

    A run of Chinese on a page is content when it is one of what people wrote, a whole value, a long
    piece of a longer text, or made of such values; a single character when a name has it (a portrait
    shows one).
    """

    def __init__(self, database: Database) -> None:
        written = {text for text in _texts(database, _is_written) if CHINESE.search(text)}
        others = {text for text in _texts(database, _is_course) if CHINESE.search(text)}
        written |= {public_name(text, is_shown=False) for text in written if len(text) < SHORT}
        self._whole = {run for text in written for run in RUN.findall(text)}
        self._whole |= {_squeezed(text) for text in others if 1 < len(text) < SHORT}
        self._parts = sorted((w for w in self._whole if len(w) >= PART), key=len, reverse=True)
        short = {_squeezed(text) for text in written | others if PART <= len(text) < SHORT}
        self._values = sorted(short, key=len, reverse=True)
        self._all = "\n".join(sorted(_squeezed(text) for text in written | others))
        self._characters = {c for text in written if len(text) < SHORT for c in text}

    def strange(self, text: str) -> str:
        """Return the Chinese of a text that is no content, "" for none."""
        squeezed = _squeezed(text)
        if len(squeezed) == 1 and squeezed in self._characters:
            return ""
        if not self._foreign(squeezed):
            return ""
        for value in self._values:
            squeezed = squeezed.replace(value, " ")
        runs = self._foreign(squeezed)
        return " ".join(run for run in map(self._without_parts, runs) if run)

    def _foreign(self, text: str) -> list[str]:
        return [run for run in RUN.findall(text) if not self._is_content(run)]

    def _is_content(self, run: str) -> bool:
        return run in self._whole or (len(run) >= LONG and run in self._all)

    def _without_parts(self, run: str) -> str:
        for part in self._parts:
            run = run.replace(part, "")
        return run


def _is_course(table: str) -> bool:
    return table in COURSEWARE


def _is_written(table: str) -> bool:
    return table not in COURSEWARE and table not in {"audit_entries", "events"}


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _texts(database: Database, wanted: Callable[[str], bool]) -> Iterator[str]:
    with database.session(write=False) as session:
        for table in (table for table in metadata.sorted_tables if wanted(table.name)):
            for row in session.execute(table.select()):
                for value in row:
                    if isinstance(value, str):
                        yield value
                        yield from value.splitlines()
                        yield from _inside(value)


def _inside(value: str) -> Iterator[str]:
    """Yield the texts in a JSON document; nothing for what is none."""
    if value[:1] not in {"{", "["}:
        return
    try:
        waiting = [json.loads(value)]
    except ValueError:
        return
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
            yield from part.splitlines()
        elif isinstance(part, dict):
            waiting += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            waiting += part


class _Reader(HTMLParser):
    """Collects the texts of a page that a reader of English meets."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        outside = self._open[-1][1] if self._open else False
        is_left = outside or tag in MUTE
        if "lang" in named:
            is_left = named["lang"].startswith("zh")
        if not is_left and tag != "html":
            self.texts += [value for name, value in named.items() if name in SEEN]
        if tag not in VOID:
            self._open.append((tag, is_left))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, _is_left = self._open.pop()
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1][1]):
            self.texts.append(data)


def strange_texts(reply: Reply, content: Content) -> set[str]:
    """Return the Chinese of an English page that is neither content nor marked."""
    reader = _Reader()
    reader.feed(reply.text)
    seen = (text for text in reader.texts if CHINESE.search(text))
    return {found for text in seen if (found := content.strange(text)) and found != OWN_NAME}


def read_all(crawl: Crawl, catalogue: Catalog, folder: Path) -> list[str]:
    """Read every page in English with a catalogue; return what is strange on each, once."""
    target = folder / "en" / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_mo(file, catalogue)
    crawl.app.extensions["babel"].translation_directories[:] = [str(folder)]
    content = Content(crawl.world.database)
    found: dict[str, str] = {}
    for sight in _once(crawl):
        reply = crawl.get(sight.persona, sight.in_language("en"))
        assert reply.status < 500 or sight.name == "health.readyz", sight
        if reply.is_page and reply.status != 302:
            assert '<html lang="en"' in reply.text, sight
            for text in strange_texts(reply, content):
                found.setdefault(text, f"{sight.persona.name} {sight.name}: {text}")
    return sorted(found.values())


def _once(crawl: Crawl) -> list[Sight]:
    return list({(s.name, s.path): s for s in reversed(list(sights(crawl)))}.values())


def made_up(folder: Path) -> Catalog:
    """Return a translation of every text of the sources, without a word of Chinese."""
    catalogue = Catalog(locale="en")
    for number, message in enumerate(extract_texts(folder)):
        if message.id:
            is_plural = isinstance(message.id, (list, tuple))
            original = message.id[-1] if is_plural else message.id
            text = " ".join([f"text {number}", *placeholders(original)])
            words = (text, text) if is_plural else text
            catalogue.add(message.id, words, flags=message.flags, context=message.context)
    return catalogue


@pytest.mark.deep  # the English is complete, so that such a text stands out with it as well
def test_no_text_of_ours_is_out_of_a_translators_reach(own_crawl: Crawl, tmp_path: Path) -> None:
    strange = read_all(own_crawl, made_up(tmp_path), tmp_path / "made-up")

    assert not strange, "\n".join(strange)


def test_english_pages_hold_no_chinese_outside_content(own_crawl: Crawl, tmp_path: Path) -> None:
    strange = read_all(own_crawl, read_catalogue("en"), tmp_path / "english")

    assert not strange, "\n".join(strange)


def test_texts_are_told_from_content(world) -> None:
    content = Content(world.database)
    page = """<html lang="en"><body><h1>示例甲精密制造有限公司</h1><p lang="zh-CN">随便什么</p>
      <p>保存 it</p><a title="打开菜单">x</a><img alt="x"><script>"脚本"</script></body></html>"""
    reply = Reply(200, {"content-type": "text/html"}, page.encode())

    assert strange_texts(reply, content) == {"保存", "打开菜单"}
