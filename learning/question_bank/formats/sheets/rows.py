"""One row of a table as a draft."""

import re
from dataclasses import dataclass, field, replace

from learning.question_bank.drafts import DraftOption, ItemDraft, read_enemies
from learning.question_bank.formats.contract import SourceProblem
from learning.question_bank.formats.sheets import vocabulary
from learning.question_bank.formats.sheets.answers import (
    criteria_of,
    gap_answers,
    keys_of,
    number_answer,
    pairs_of,
    split_options,
    steps_of,
    verdict,
    without_labels,
)
from learning.question_bank.formats.sheets.headings import Headings
from learning.question_bank.formats.sheets.tables import Note, Table
from learning.question_bank.item_types import count_gaps
from learning.question_bank.item_types.quantities import split_quantity
from learning.question_bank.rules import ItemKind

_CODE = re.compile(r"(?=.{1,60}$)[a-z0-9]+(?:-[a-z0-9]+)*")
_ORDINAL = re.compile(r"\d{1,6}")
_SHORT_GAP = re.compile(r"(?<!_)_{2,3}(?!_)|＿{2,}|﹍{2,}")
_EMPTY_BRACKETS = re.compile(r"[(（【\[][ 　\xa0_]*[)）】\]]")
_POINTS = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)\s*分?")


@dataclass(slots=True)
class Row:
    """A row with the meaning of its columns; problems gather while it is read."""

    table: Table
    headings: Headings
    number: int
    problems: list[SourceProblem] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return the text of a field, "" if it has no column or the cell is empty."""
        column = self.headings.columns.get(name)
        return self.table.rows[self.number].get(column, "") if column else ""

    def shown(self, name: str) -> str:
        """Return the text of a field with the pictures in its cell; the stem has all others."""
        columns = self.headings.columns
        own = [columns[name]] if name in columns else []
        if name == "stem":
            others = {*self.headings.options.values(), columns.get("explanation", 0)}
            places = (place for place in sorted(self.table.pictures) if place[0] == self.number)
            own = [column for _, column in places if column not in others]
        return "\n\n".join(filter(None, [self.get(name), *self._pictures(own)]))

    def _pictures(self, columns: list[int]) -> list[str]:
        taken = (self.table.pictures.pop((self.number, column), []) for column in columns)
        return [picture for pictures in taken for picture in pictures]

    def report(self, name: str, note: Note) -> None:
        """Note a problem at the cell of a field."""
        column = self.headings.columns.get(name, 1)
        self.problems.append(self.table.problem((self.number, column), note))

    def options(self) -> list[str]:
        """Return the options: from their columns up to the last that holds any, or from one."""
        cells = self.table.rows[self.number]
        places = self.headings.options
        filled = [place for place, column in places.items() if column in cells]
        columns = [places.get(n, 0) for n in range(max(filled, default=-1) + 1)]
        texts = [" ".join([cells.get(c, ""), *self._pictures([c])]).strip() for c in columns]
        if not texts:
            return split_options(self.get("options"))
        return texts if self.headings.is_ours else without_labels(texts)


def read_row(row: Row, kind_default: str) -> ItemDraft:
    """Make the draft of a row; problems with their cells are left in `row.problems`."""
    _cell_notes(row)
    options = row.options()
    kind = _kind(row, options, kind_default)
    draft = _common(row)
    reader = _READERS.get(kind, _read_unknown)
    return reader(row, replace(draft, kind=kind), options)


def _cell_notes(row: Row) -> None:
    columns = {*row.headings.columns.values(), *row.headings.options.values()}
    columns.discard(row.headings.columns.get("ignored", 0))
    for column in sorted(columns):
        note = row.table.notes.get((row.number, column))
        if note:
            row.problems.append(row.table.problem((row.number, column), note))


def _common(row: Row) -> ItemDraft:
    points = _POINTS.fullmatch(row.get("points"))
    tracks = row.get("tracks")
    if row.get("points") and not points:
        message = f"分值“{row.get('points')[:20]}”不是数，没有导入。"
        row.report("points", Note("points", message, is_loss=True))
    return ItemDraft(
        stem=row.shown("stem"),
        explanation=row.shown("explanation"),
        source=row.get("source"),
        code=_code(row),
        level=vocabulary.level_of(row.get("level")),
        difficulty=vocabulary.difficulty_of(row.get("difficulty")),
        area=row.get("area"),
        pool=vocabulary.pool_of(row.get("pool")),
        tracks=_tracks(tracks) if tracks else None,
        excludes=read_enemies(row.get("excludes").casefold()),
        attributes=tuple(a for a in re.split(r"\s*[·•\n]\s*", row.get("attributes")) if a),
        draw=row.get("draw"),
        weight=row.get("weight"),
        points=points[1] if points else "",
    )


def _tracks(text: str) -> tuple[str, ...]:
    names = tuple(name for name in re.split(r"\s*[、,，;；\n]\s*", text) if name)
    return () if names == ("无",) else names


def _code(row: Row) -> str:
    text = row.get("code").casefold()
    if not text or (_ORDINAL.fullmatch(text) and not row.headings.is_ours):
        return ""
    if _CODE.fullmatch(text):
        return text
    message = f"题号“{text[:40]}”应由小写字母、数字和短横组成，没有导入，将另外编号。"
    row.report("code", Note("not_representable", message, is_loss=True))
    return ""


def _kind(row: Row, options: list[str], default: str) -> str:
    text, _ = vocabulary.without_part_mark(row.get("kind"))
    known = vocabulary.kind_of(text)
    if text and not known:
        return text[:40]
    known = known or default or _likely(row, options)
    if known == vocabulary.CHOICE:
        keys = keys_of(row.get("answer"), options) or []
        return ItemKind.MULTIPLE.value if len(keys) > 1 else ItemKind.SINGLE.value
    is_number = split_quantity(row.get("answer")[:40]) is not None
    if (
        known == ItemKind.NUMERIC.value
        and row.get("answer")
        and not is_number
        and not row.get("draw")
    ):
        return ItemKind.ESSAY.value if not row.headings.is_ours else known
    return known


def _likely(row: Row, options: list[str]) -> str:
    """Guess the kind of a row that does not name one."""
    answer = row.get("answer")
    if len(options) > 1 and verdict(answer, options) and all(map(vocabulary.verdict_of, options)):
        return ItemKind.TRUE_FALSE.value
    if len(options) > 1:
        return vocabulary.CHOICE
    if answer and vocabulary.verdict_of(answer) and answer not in {"1", "0"}:
        return ItemKind.TRUE_FALSE.value
    if count_gaps(_with_gaps(row.get("stem"))):
        return ItemKind.BLANK.value
    return (
        ItemKind.NUMERIC.value if answer and split_quantity(answer[:40]) else ItemKind.ESSAY.value
    )


def _read_choice(row: Row, draft: ItemDraft, options: list[str]) -> ItemDraft:
    answer = row.get("answer")
    keys = keys_of(answer, options) if answer else []
    if keys is None or any(key >= len(options) for key in keys):
        message = f"答案“{answer[:40]}”不是选项中的任何一项。"
        row.report("answer", Note("key_unknown", message))
        keys = [key for key in keys or () if key < len(options)]
    marked = tuple(DraftOption(text, n in keys) for n, text in enumerate(options))
    return replace(draft, options=marked)


def _read_verdict(row: Row, draft: ItemDraft, options: list[str]) -> ItemDraft:
    answer = row.get("answer")
    word = verdict(answer, options)
    if answer and not word:
        message = f"判断题的答案应为“对”或“错”，现为“{answer[:40]}”。"
        row.report("answer", Note("key_unknown", message))
    return replace(draft, answers=(word,) if word else ())


def _read_blank(row: Row, draft: ItemDraft, options: list[str]) -> ItemDraft:
    if row.headings.is_ours:
        return replace(draft, answers=tuple(_lines(row.get("answer"))))
    stem = _with_gaps(draft.stem)
    count = count_gaps(stem)
    if options and not row.get("answer"):  # the answers stand in the columns of the options
        texts = [text for text in options if text]
        answers = tuple(texts) if count == len(texts) else (" | ".join(texts),)
        return replace(draft, stem=stem, answers=answers)
    return replace(draft, stem=stem, answers=gap_answers(row.get("answer"), count))


def _with_gaps(stem: str) -> str:
    stem = _SHORT_GAP.sub("____", stem)
    return stem if count_gaps(stem) else _EMPTY_BRACKETS.sub("____", stem)


def _read_number(row: Row, draft: ItemDraft, options: list[str]) -> ItemDraft:
    if draft.draw and options:
        return _read_choice(row, draft, options)
    answer = row.get("answer")
    if row.headings.is_ours:
        return replace(draft, answers=tuple(_lines(answer)))
    text = number_answer(answer, row.get("unit"), row.get("tolerance")) if answer else ""
    return replace(draft, answers=(text,) if text else ())


def _read_pairs(row: Row, draft: ItemDraft, options: list[str]) -> ItemDraft:
    del options
    answer = row.get("answer")
    pairs = tuple(_lines(answer)) if row.headings.is_ours else pairs_of(answer)
    return replace(draft, answers=pairs)


def _read_steps(row: Row, draft: ItemDraft, options: list[str]) -> ItemDraft:
    answer = row.get("answer")
    steps = tuple(_lines(answer)) if row.headings.is_ours else steps_of(answer, options)
    return replace(draft, answers=steps)


def _read_essay(row: Row, draft: ItemDraft, options: list[str]) -> ItemDraft:
    del options
    if row.headings.is_ours:
        return replace(draft, answers=tuple(_lines(row.get("answer"))))
    criteria, model = criteria_of(row.get("answer"))
    explanation = "\n\n".join(
        part for part in (f"参考答案：{model}" if model else "", draft.explanation) if part
    )
    return replace(draft, answers=criteria, explanation=explanation)


def _read_stimulus(row: Row, draft: ItemDraft, options: list[str]) -> ItemDraft:
    del options
    if row.get("answer"):
        row.report("answer", Note("case_line", "案例题的答案应写在下面的小题里。"))
    return draft


def _read_unknown(row: Row, draft: ItemDraft, options: list[str]) -> ItemDraft:
    answer = row.get("answer")
    keys = keys_of(answer, options) or [] if options else []
    marked = tuple(DraftOption(text, n in keys) for n, text in enumerate(options))
    return replace(draft, options=marked, answers=() if keys else tuple(_lines(answer)))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


_READERS = {
    ItemKind.SINGLE.value: _read_choice,
    ItemKind.MULTIPLE.value: _read_choice,
    ItemKind.TRUE_FALSE.value: _read_verdict,
    ItemKind.BLANK.value: _read_blank,
    ItemKind.NUMERIC.value: _read_number,
    ItemKind.MATCHING.value: _read_pairs,
    ItemKind.ORDERING.value: _read_steps,
    ItemKind.ESSAY.value: _read_essay,
    ItemKind.CASE.value: _read_stimulus,
}
