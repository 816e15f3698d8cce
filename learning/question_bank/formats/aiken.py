r"""Aiken: a question on one line, lettered options, `ANSWER: B`. Nothing else can be said in it."""

import re
from collections.abc import Iterator, Sequence

from learning.question_bank.drafts import DraftOption, ItemDraft
from learning.question_bank.formats.contract import (
    Asset,
    Carried,
    Entry,
    Parsed,
    Progress,
    SourceProblem,
    Unreadable,
    Upload,
)
from learning.question_bank.formats.intake import decode, decode_start
from learning.question_bank.rules import Item, ItemKind

_OPTION = re.compile(r"\s*([A-Za-z])\s?[.)]\s+(.*)")
_ANSWER = re.compile(r"\s*ANSWER\s*:\s*(.*)", re.IGNORECASE)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_GIFT = re.compile(r"\{\s*[=~#]")
MAX_CHARACTERS = 8_000_000


class AikenImporter:
    """The way in."""

    NAME = "aiken"

    def detect(self, upload: Upload) -> int:
        """Sure of a text whose every answer line is Aiken's and stands behind options."""
        text = decode_start(upload.content, 40_000)
        answers = len(re.findall(r"^ANSWER: [A-Z]\s*$", text, re.MULTILINE))
        options = len(re.findall(r"^A[.)] ", text, re.MULTILINE))
        return 80 if answers and options >= answers and not _GIFT.search(text) else 0

    def parse(self, upload: Upload, progress: Progress) -> Parsed:
        """Read all questions; lines that belong to none are named."""
        text = decode(upload.content)
        if len(text) > MAX_CHARACTERS:
            raise Unreadable("too_large", f"文字长于 {MAX_CHARACTERS} 字，请分成几个文件")
        reader = _Reader()
        for number, line in enumerate(text.splitlines(), 1):
            reader.take(number, line.strip())
        reader.finish()
        if not reader.entries:
            raise Unreadable("no_questions", "没有认出 Aiken 格式的试题（选项之后应有 ANSWER: 行）")
        progress(len(reader.entries), len(reader.entries))
        return Parsed(self.NAME, tuple(reader.entries), tuple(reader.problems))


class _Reader:
    """Collects a question until its answer line, or until the next one begins."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.problems: list[SourceProblem] = []
        self._line = 0
        self._stem: list[str] = []
        self._options: list[str] = []

    def take(self, number: int, line: str) -> None:
        """Take a line."""
        if not line:
            return
        answer = _ANSWER.fullmatch(line)
        option = _OPTION.fullmatch(line)
        if answer:
            self._end(answer.group(1).strip(), number)
        elif option and option.group(1).upper() == _LETTERS[len(self._options) % 26] and self._stem:
            self._options.append(option.group(2).strip())
        else:
            if self._options:
                self._end("", number)
            self._line = self._line if self._stem else number
            self._stem.append(line)

    def finish(self) -> None:
        """End the file: a question without an answer, or lines that are none."""
        if self._options:
            self._end("", self._line)
        elif self._stem:
            self._stray(" ".join(self._stem))

    def _stray(self, text: str) -> None:
        message = f"不属于任何试题的文字：“{text[:80]}”"
        self.problems.append(SourceProblem(f"第 {self._line} 行", "stray_text", message))

    def _end(self, answer: str, number: int) -> None:
        where = f"第 {self._line or number} 行"
        if not self._options:
            self._line = self._line or number
            self._stray(" ".join([*self._stem, f"ANSWER: {answer}"]))
        else:
            letters = set(re.findall("[A-Z]", answer.upper()))
            problems = list(_problems(where, letters, len(self._options)))
            options = tuple(
                DraftOption(text, letter in letters)
                for letter, text in zip(_LETTERS, self._options, strict=False)
            )
            kind = "multiple" if len(letters) > 1 else "single"
            draft = ItemDraft(kind=kind, stem="\n\n".join(self._stem), options=options)
            self.entries.append(Entry(len(self.entries) + 1, where, draft, tuple(problems)))
        self._stem, self._options, self._line = [], [], 0


def _problems(where: str, letters: set[str], count: int) -> Iterator[SourceProblem]:
    if not letters:
        yield SourceProblem(where, "no_key", "没有答案，只能存为草稿")
    unknown = sorted(letters - set(_LETTERS[:count]))
    if unknown:
        yield SourceProblem(where, "key_unknown", f"答案 {'、'.join(unknown)} 不在选项里")


class AikenExporter:
    """The way out: single choice alone, without explanations."""

    NAME = "aiken"
    SUFFIX = ".txt"
    MEDIA_TYPE = "text/plain"

    def why_not(self, item: Item) -> str:
        """Name the first thing that a line of Aiken cannot say."""
        document = item.document
        if document.kind is not ItemKind.SINGLE or document.draw is not None:
            return "Aiken 格式只有单选题"
        texts = [document.stem, *(option.text for option in document.options)]
        if any("\n" in text.strip() for text in texts):
            return "Aiken 格式的题干和选项都只能有一行"
        if _OPTION.match(document.stem) or _ANSWER.match(document.stem):
            return "题干的开头会被当成选项或答案"
        return ""

    def write(self, items: Sequence[Item], title: str, assets: Sequence[Asset]) -> Carried:
        """Write the single-choice items; explanations and pictures are left out by the format."""
        del title, assets
        blocks: list[str] = []
        left: list[SourceProblem] = []
        for item in items:
            why = self.why_not(item)
            if why:
                left.append(SourceProblem(item.document.code, "not_representable", why))
            else:
                blocks.append(_block(item))
        return Carried(("\n\n".join(blocks) + "\n").encode(), tuple(left))


def _block(item: Item) -> str:
    options = item.document.options
    lines = [item.document.stem.strip()]
    lines += [f"{letter}. {one.text}" for letter, one in zip(_LETTERS, options, strict=False)]
    right = [one.id for one in options].index(item.key.choices[0])
    return "\n".join([*lines, f"ANSWER: {_LETTERS[right]}"])
