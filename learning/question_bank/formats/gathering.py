"""What readers of other systems' files gather beside the draft: losses, remarks, pictures."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field

from learning.question_bank.formats.contract import Asset, SourceProblem, Unreadable
from learning.question_bank.formats.intake import picture_type

MAX_QUESTIONS = 50_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_DATA = re.compile(r"data:image/[a-z+.-]{1,20};base64,", re.IGNORECASE)


@dataclass(slots=True)
class Notes:
    """The problems of one question, each said once; `where` is its place in the source."""

    where: str
    _found: dict[SourceProblem, None] = field(default_factory=dict)

    def lose(self, what: str) -> None:
        """Note that the source says something an item cannot; the item is good without it."""
        self._found.setdefault(SourceProblem(self.where, "not_representable", what, is_loss=True))

    def add(self, code: str, message: str) -> None:
        """Note something that has to be put right."""
        self._found.setdefault(SourceProblem(self.where, code, message))

    def lose_markup(self, losses: tuple[str, ...]) -> None:
        """Note what a text lost on its way from HTML."""
        if losses:
            self.lose(f"文字里的{'、'.join(losses)}没有带入")

    def take(self, others: "Notes") -> None:
        """Take over what was noted of a question that became a part of this one."""
        self._found |= dict.fromkeys(others.problems)

    def forget(self) -> None:
        """Drop everything: the question turned out to hold nothing that is lost."""
        self._found.clear()

    @property
    def problems(self) -> tuple[SourceProblem, ...]:
        """Return all of them, in the order in which they were noted."""
        return tuple(self._found)


class Album:
    """The pictures of a file, each kept once and found true before a text may show it."""

    def __init__(self) -> None:
        self._assets: dict[str, Asset] = {}

    @property
    def assets(self) -> tuple[Asset, ...]:
        """Return the pictures in the order in which texts showed them."""
        return tuple(self._assets.values())

    def add(self, name: str, content: bytes, alt: str) -> str | None:
        """Keep a picture; return the Markdown that shows it, None for what is no picture."""
        media_type = picture_type(content)
        if media_type is None:
            return None
        kept = self._named(name.rpartition("/")[2], media_type, content)
        return f"![{alt}](asset:{kept})"

    def add_encoded(self, source: str, alt: str) -> str | None:
        """Keep a picture that is written into its own address (`data:`)."""
        head = _DATA.match(source)
        content = decoded(source[head.end() :]) if head else None
        return None if content is None else self.add("", content, alt)

    def _named(self, name: str, media_type: str, content: bytes) -> str:
        known = self._assets.get(name)
        if not _NAME.fullmatch(name) or (known and known.content != content):
            name = f"{hashlib.sha256(content).hexdigest()[:20]}.{_SUFFIXES[media_type]}"
        self._assets.setdefault(name, Asset(name, media_type, content))
        return name


def check_count(questions: int) -> None:
    """Refuse a file of more than 50,000 questions: Unreadable too_large."""
    if questions > MAX_QUESTIONS:
        message = f"文件里的题目超过 {MAX_QUESTIONS} 道，请分成几个文件导入。"
        raise Unreadable("too_large", message)


def decoded(text: str) -> bytes | None:
    """Read Base64 with white space in it; None for what is none."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
