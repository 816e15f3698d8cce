"""Courses and lessons as values, their hashes, and what completes a lesson. Pure."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from learning.kernel.errors import Invalid, Problem
from learning.question_bank.rules import ItemKind, Level, Pool

READ_TO_END = 100
MAX_ANCHOR = 40
MAX_ID = 2**53  # what a script can name exactly
FOR_EVERYONE = ("首次使用", "应知应会")  # tracks that a newcomer is sent to, whatever the post
# One self-check attempt: so long that nobody is hurried, short enough that one left open is swept.
CHECK_LIMIT = timedelta(hours=3)
_ANCHOR = re.compile(r"[a-z0-9-]{0,40}")
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Objective:
    """What a learner can do afterwards, and how well."""

    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word the lesson explains, in both languages; `text_en` is "" where nobody wrote it."""

    zh: str
    en: str
    text: str
    text_en: str = ""


@dataclass(frozen=True, slots=True)
class CheckItem:
    """An item of a self-check; `content_hash` pins what it said, key included."""

    code: str
    kind: ItemKind
    content_hash: str


class FileUse(StrEnum):
    """What a lesson does with a file of its course."""

    PLAYED = "played"
    CAPTIONS = "captions"
    DOWNLOAD = "download"
    DECK = "deck"  # its pages are the lesson


@dataclass(frozen=True, slots=True)
class LessonFile:
    """A file that a lesson plays, shows page by page or hands out.

    `sha256` names its content, `size` is in bytes; `duration_ms` is a recording's, `pages` a PDF's.
    `label` is what the lesson calls a download.
    """

    name: str
    use: FileUse
    sha256: str
    media_type: str
    size: int
    duration_ms: int = 0
    pages: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class LessonDocument:
    """One lesson: `body` is Markdown before the self-check, `rest` what follows it.

    `figures` pairs the names of the pictures shown with the SHA-256 of their content. `minutes` is
    the author's estimate of reading and checking. `areas` are the knowledge areas of items that
    the lesson teaches: who is weak there is sent here. `files` are what else it uses, in order of
    use: recordings, captions, downloads, a deck of pages. `page_texts` say what the deck's pages
    show, for who does not see them: in order, "" for a page without words.
    """

    code: str
    title: str
    title_en: str
    minutes: int
    objectives: tuple[Objective, ...]
    terms: tuple[Term, ...]
    sources: tuple[str, ...]
    body: str
    rest: str
    check_items: tuple[CheckItem, ...]
    figures: tuple[tuple[str, str], ...]
    areas: tuple[str, ...] = ()
    files: tuple[LessonFile, ...] = ()
    page_texts: tuple[str, ...] = ()

    def used_as(self, use: FileUse) -> tuple[LessonFile, ...]:
        """Return the files of one use, in order."""
        return tuple(file for file in self.files if file.use is use)

    @property
    def deck(self) -> LessonFile | None:
        """Return the PDF whose pages are the lesson, None for one that is written."""
        return next(iter(self.used_as(FileUse.DECK)), None)

    @property
    def has_check(self) -> bool:
        """Tell whether the lesson ends with a self-check."""
        return bool(self.check_items)

    @property
    def content_hash(self) -> str:
        """Return the SHA-256 of the whole lesson, figures and items of the self-check included."""
        return content_hash(self)


@dataclass(frozen=True, slots=True)
class CourseDocument:
    """What `course.toml` says, and the codes of the lessons in order."""

    code: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    track: str
    bank: str
    pool: Pool
    lessons: tuple[str, ...]


def newcomers_place(document: CourseDocument) -> int:
    """Return where a course stands among those suggested to a newcomer: less is sooner."""
    track = document.track
    return FOR_EVERYONE.index(track) if track in FOR_EVERYONE else len(FOR_EVERYONE)


def to_json(document: CourseDocument | LessonDocument) -> str:
    """Return canonical JSON text.

    A lesson without files, texts of pages or English explanations says nothing of them, as before
    there were any: its hash stays.
    """
    data = asdict(document)
    for key in ("files", "page_texts"):
        if not data.get(key, True):
            del data[key]
    for term in data.get("terms", ()):
        if not term["text_en"]:
            del term["text_en"]
    return _ENCODER.encode(data)


def content_hash(document: CourseDocument | LessonDocument) -> str:
    """Return the SHA-256 of the canonical JSON as 64 hexadecimal characters."""
    return hashlib.sha256(to_json(document).encode()).hexdigest()


def course_from_json(text: str) -> CourseDocument:
    """Read what `to_json` wrote."""
    data = json.loads(text)
    return CourseDocument(
        **{**data, "pool": Pool(data["pool"]), "lessons": tuple(data["lessons"])},
    )


def lesson_from_json(text: str) -> LessonDocument:
    """Read what `to_json` wrote."""
    data: dict[str, Any] = json.loads(text)
    return LessonDocument(
        **{
            **data,
            "objectives": tuple(
                Objective(Level(each["level"]), each["text"]) for each in data["objectives"]
            ),
            "terms": tuple(Term(**term) for term in data["terms"]),
            "sources": tuple(data["sources"]),
            "areas": tuple(data.get("areas", ())),
            "check_items": tuple(
                CheckItem(c["code"], ItemKind(c["kind"]), c["content_hash"])
                for c in data["check_items"]
            ),
            "figures": tuple((name, sha256) for name, sha256 in data["figures"]),
            "files": tuple(
                LessonFile(**{**file, "use": FileUse(file["use"])})
                for file in data.get("files", ())
            ),
            "page_texts": tuple(data.get("page_texts", ())),
        },
    )


def runs_of_kind(items: Iterable[CheckItem]) -> list[tuple[ItemKind, tuple[str, ...]]]:
    """Group neighbouring items of one kind, so that sections keep the author's order."""
    runs: list[tuple[ItemKind, tuple[str, ...]]] = []
    for item in items:
        if runs and runs[-1][0] is item.kind:
            runs[-1] = (item.kind, (*runs[-1][1], item.code))
        else:
            runs.append((item.kind, (item.code,)))
    return runs


def is_complete(read_percent: int, *, has_check: bool, check_done: bool) -> bool:
    """Tell whether a lesson is done: read to the end, and its self-check, if any, handed in.

    What it plays is to be watched besides: see `rules.media.asked_recordings`.
    """
    return read_percent >= READ_TO_END and (check_done or not has_check)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page reports: how far the reader got (0–100) and the heading passed last, or "".

    `version_id` is the lesson version that the page shows, None for one that does not say.
    """

    percent: int
    anchor: str
    version_id: int | None = None


def parse_reading(raw: Any) -> Reading:
    """Read a report of the lesson page; raise Invalid for anything that is none."""
    percent = raw.get("percent") if isinstance(raw, Mapping) else None
    anchor = raw.get("anchor", "") if isinstance(raw, Mapping) else None
    problems = []
    if not isinstance(percent, int) or isinstance(percent, bool) or not 0 <= percent <= 100:
        problems.append(Problem("", None, "percent", "percent", "percent"))
    if not isinstance(anchor, str) or not _ANCHOR.fullmatch(anchor):
        problems.append(Problem("", None, "anchor", "anchor", "anchor"))
    version = raw.get("version") if isinstance(raw, Mapping) else None
    if version is not None and not _is_id(version):
        problems.append(Problem("", None, "version", "version", "version"))
    if problems or not isinstance(percent, int) or not isinstance(anchor, str):
        raise Invalid(problems)
    return Reading(percent, anchor, version)


def version_shown(raw: str) -> int:
    """Read the lesson version that a page names in its address; raise Invalid for none."""
    if not (raw.isascii() and raw.isdigit() and len(raw) <= len(str(MAX_ID)) and _is_id(int(raw))):
        raise Invalid([Problem("", None, "version", "version", "version")])
    return int(raw)


def _is_id(value: object) -> bool:
    return type(value) is int and 0 < value < MAX_ID


class Revision(StrEnum):
    """What became of a lesson since the version that a page shows."""

    NONE = ""
    MINOR = "minor"
    SUBSTANTIAL = "substantial"


def revision_of(shown: int, *, current: int, seen: int | None, is_reopened: bool) -> Revision:
    """Compare lesson versions: the one shown, the current one, the one that progress belongs to.

    Where a substantial change reopened the lesson, progress belongs to what came of it, and a page
    of before counts no longer (`services.learning`).
    """
    if shown == current:
        return Revision.NONE
    return Revision.SUBSTANTIAL if is_reopened and seen != shown else Revision.MINOR


def next_lesson(codes: Iterable[str], done: Iterable[str], last_opened: str | None) -> str | None:
    """Return the lesson to go on with: the one left open, else the first not done, else None."""
    finished = set(done)
    left = [code for code in codes if code not in finished]
    if last_opened in left:
        return last_opened
    return left[0] if left else None


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text that was searched; `is_hit` where it is a word that was looked for."""

    text: str
    is_hit: bool = False


EXCERPT = 90  # characters: two lines on a phone
_LEAD = 24  # of them before the first hit
_MARKUP = re.compile(
    r"""!?\[(?P<words>[^\]\n]*)\]\([^)\s]*[^)\n]*\)  # pictures and links keep their words
    | ^\s{0,3}(?:\#{1,6}\s+|>\s?|:::[^\n]*|```[^\n]*|\|?[-:|\s]{3,}$)  # what opens a line
    | [*`|\\]+ | \$+ | ^!{3}\s\S*""",
    re.MULTILINE | re.VERBOSE,
)


def said_of(document: LessonDocument) -> tuple[str, ...]:
    """Return what a lesson says, without markup: both titles, its text, objectives, terms."""
    terms = (f"{term.zh} {term.en}：{term.text} {term.text_en}" for term in document.terms)
    texts = (document.body, document.rest, *(o.text for o in document.objectives), *terms)
    texts = (*texts, *document.page_texts)
    return (document.title, document.title_en, *(_without_markup(text) for text in texts if text))


def excerpt_of(texts: Iterable[str], words: Iterable[str]) -> tuple[Piece, ...]:
    """Return the place where a word stands first, with every hit in it as a piece of its own.

    Where none stands literally (full-width letters are found by plain ones), the beginning.
    """
    held = list(texts)
    pattern = re.compile("|".join(re.escape(word) for word in words if word), re.IGNORECASE)
    found = ((text, pattern.search(text)) for text in held)
    text, hit = next(((t, m) for t, m in found if m), (held[0] if held else "", None))
    start = max(0, hit.start() - _LEAD) if hit and len(text) > EXCERPT else 0
    part = text[start : start + EXCERPT]
    pieces = [Piece("…")] if start else []
    at = 0
    for each in pattern.finditer(part):
        pieces += [Piece(part[at : each.start()]), Piece(each[0], is_hit=True)]
        at = each.end()
    rest = part[at:] + ("…" if start + EXCERPT < len(text) else "")
    return tuple(piece for piece in (*pieces, Piece(rest)) if piece.text)


def _without_markup(text: str) -> str:
    return " ".join(_MARKUP.sub(lambda found: found["words"] or " ", text).split())
