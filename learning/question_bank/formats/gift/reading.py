"""GIFT in: every question as a draft, and what a draft cannot hold by name."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from learning.question_bank.drafts import DraftOption, ItemDraft
from learning.question_bank.formats import kept_draft
from learning.question_bank.formats.contract import (
    Entry,
    Parsed,
    Progress,
    SourceProblem,
    Unreadable,
    Upload,
)
from learning.question_bank.formats.gathering import Album, Notes
from learning.question_bank.formats.gift.answers import (
    FULL,
    Answer,
    Braces,
    read_braces,
    read_number,
)
from learning.question_bank.formats.gift.blocks import (
    MAX_QUESTION,
    Block,
    blocks_of,
    category_name,
    set_aside,
    unescaped,
)
from learning.question_bank.formats.gift.texts import Texts, plain
from learning.question_bank.formats.gift.writing import body_of
from learning.question_bank.formats.intake import decode, decode_start
from learning.question_bank.formats.markup import one_line
from learning.question_bank.formats.wording import (
    LETTERS,
    accepted,
    code,
    explanation,
    number,
    pair,
    quantity,
    with_gap,
)
from learning.question_bank.item_types import count_gaps

NAME = "gift"
MAX_QUESTIONS = 100_000
_TITLE = re.compile(r"\s*::(.{0,1000}?)::", re.DOTALL)
_SIGNS = re.compile(
    r"^::[^\n]{1,300}?::|^\s*\$CATEGORY\s*:|^\[(?:html|moodle|plain|markdown)\][^\n]",
    re.MULTILINE,
)
_FOREIGN = re.compile(rb"PK|\s*<|\s*[\[{]\s*[\"\[{\]}]")  # a package, XML, JSON
_BRACES = re.compile(
    r"(?<![\\$\w}])\{\s*(?:[=~]|#\s*[-=\d]|(?:T|F|TRUE|FALSE)\s*[}#])[^{}]{0,5000}|"
    r"[^\s\\{}$][ \t]*\{\s*(?:[=~]\s*%?[^\s]|#\s*[-=\d.]|(?:T|F|TRUE|FALSE)\s*[}#])",
    re.IGNORECASE,
)
_ESSAY = re.compile(r"^[^\\${}\n]*[^\\${}\w\n]\s*\{\s*\}\s*$", re.MULTILINE)
# \frac{T}{6\\sigma}, C_{T}: braces of formulas, in papers that are no GIFT.
_LATEX = re.compile(r"\\[A-Za-z]{2,20}(?:\{[^{}\n]{0,200}\}){1,3}|[_^]\{[A-Za-z]{1,9}\}")
_EVERY = 200
_LATIN = "\u2e7f"  # Chinese and its signs stand above it, and need no space before a gap


class GiftImporter:
    """The way in."""

    NAME = NAME

    def detect(self, upload: Upload) -> int:
        """Be sure of titles and categories with braces, less of braces alone."""
        if _FOREIGN.match(upload.content):
            return 0
        start = decode_start(upload.content)
        has_answers = _BRACES.search(_LATEX.sub("", start)) is not None
        if _SIGNS.search(start):
            return 95 if has_answers or "{" in start or "$CATEGORY" in start.upper() else 0
        if has_answers:
            return 85
        return 60 if _ESSAY.search(start) else 0

    def parse(self, upload: Upload, progress: Progress) -> Parsed:
        """Read all questions; raises Unreadable when the text holds nothing of the format."""
        album = Album()
        entries: list[Entry] = []
        problems: list[SourceProblem] = []
        text = decode(upload.content)
        if text.count("{") - text.count("\\{") > MAX_QUESTIONS:
            message = f"题目超过 {MAX_QUESTIONS} 道，请分成几个文件导入。"
            raise Unreadable("too_large", message)
        for block in blocks_of(text):
            if "{" not in block.text:
                problems += _no_question(block)
                continue
            entries.append(_entry(len(entries) + 1, block, album))
            if len(entries) % _EVERY == 0:
                progress(len(entries), 0)
        if not entries and not problems and "$CATEGORY" not in text.upper():
            raise Unreadable("unreadable", "没有找到 GIFT 格式的题目。")
        progress(len(entries), len(entries))
        return Parsed(NAME, tuple(entries), tuple(problems), album.assets)


def _no_question(block: Block) -> Iterator[SourceProblem]:
    where = f"第 {block.line} 行"
    if block.is_too_long:
        message = f"这道题长于 {MAX_QUESTION} 字，没有读取。"
        yield SourceProblem(where, "too_large", message)
    elif block.text:
        shown = one_line(unescaped(block.text[:200]))[:30]
        message = f"“{shown}…”没有花括号，只是说明文字，没有导入。"
        yield SourceProblem(where, "not_representable", message, is_loss=True)


@dataclass(slots=True)
class _Source:
    """One question while it is read."""

    notes: Notes
    texts: Texts
    stem: str
    braces: Braces
    feedback: list[tuple[str, str]] = field(default_factory=list)


def _entry(number_: int, block: Block, album: Album) -> Entry:
    title = _TITLE.match(block.text)
    name = one_line(unescaped(title[1]))[:40] if title else ""
    where = f"第 {block.line} 行" + (f"（{name}）" if name else "")
    kept = kept_draft.read(block.kept)
    if (
        kept
        and set_aside(body_of(kept)) == block.text
        and kept.area == category_name(block.category)
    ):
        return Entry(number_, where, kept)
    notes = Notes(where)
    draft = _draft(block, notes, album)
    return Entry(number_, where, draft, notes.problems)


def _draft(block: Block, notes: Notes, album: Album) -> ItemDraft:
    title = _TITLE.match(block.text)
    text = block.text[title.end() :] if title else block.text
    before, _, rest = text.partition("{")
    inside, closing, after = rest.partition("}")
    if not closing:
        notes.add("unreadable", "花括号没有闭合，题目可能不完整。")
    if "{" in after:
        notes.add("not_representable", "一道题里有几处花括号，只读了第一处，请补全。")
        after = after.partition("{")[0]
    texts = Texts(notes, album)
    braces = read_braces(inside)
    source = _Source(notes, texts, _stem(texts, before, after, braces.kind), braces)
    draft = _READERS[braces.kind](source)
    parts = [("", texts.of(braces.general)), *source.feedback]
    draft = replace(
        draft,
        explanation=explanation(parts),
        area=category_name(block.category),
        code=_code(block, title, notes),
    )
    if block.tags:
        notes.lose(f"标签“{'”“'.join(tag[:30] for tag in block.tags[:10])}”没有带入")
    return draft


def _stem(texts: Texts, before: str, after: str, kind: str) -> str:
    """Put the stem together: a gap where the braces stood, if there is text behind them."""
    if not after.strip():
        return texts.stem(before)
    has_gap = kind in {"choice", "short", "numeric", "cloze"} and not count_gaps(before)
    is_apart = not has_gap or before[-1:].isspace() or before[-1:] > _LATIN  # 。，汉字
    lead = before if is_apart else before + " "
    return texts.stem(f"{lead}____{after}" if has_gap else f"{before.rstrip()} {after.strip()}")


def _code(block: Block, title: re.Match[str] | None, notes: Notes) -> str:
    if title and re.fullmatch(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+", title[1]):
        return code(title[1])
    for identity in block.ids[:1]:
        found = code(identity)
        if identity.isdecimal():  # the number that Moodle's own database gave
            return ""
        if found:
            return found
        notes.lose(f"编号“{identity[:40]}”没有带入")
    return ""


def _essay(source: _Source) -> ItemDraft:
    return ItemDraft(kind="essay", stem=source.stem)


def _true_false(source: _Source) -> ItemDraft:
    # The first feedback is for those who answer wrongly, the second for the others.
    for label, raw in zip(("答错", "答对"), source.braces.feedback, strict=False):
        source.feedback.append((label, source.texts.of(raw)))
    word = "对" if source.braces.is_true else "错"
    return ItemDraft(kind="true_false", stem=source.stem, answers=(word,))


def _choice(source: _Source) -> ItemDraft:
    answers = source.braces.answers
    is_single = any(answer.sign == "=" for answer in answers)
    keys = _single_keys(answers, source) if is_single else _several_keys(answers, source)
    options = []
    for place, answer in enumerate(answers):
        options.append(DraftOption(source.texts.line(answer.text), place in keys))
        source.feedback.append((LETTERS[place % 26], source.texts.of(answer.feedback)))
    if is_single and len(keys) > 1:
        source.notes.lose("原题选任何一个正确选项都得满分，带入后成为多选")
    kind = "multiple" if len(keys) > 1 or not (is_single or keys) else "single"
    return ItemDraft(kind=kind, stem=source.stem, options=tuple(options))


def _single_keys(answers: tuple[Answer, ...], source: _Source) -> set[int]:
    partial = [answer for answer in answers if 0 < answer.worth < FULL]
    if partial:
        shown = "；".join(f"{plain(a.text)[:20]} {a.worth:f}%" for a in partial[:5])
        source.notes.lose(f"部分正确的选项可得部分分（{shown}），没有带入")
    if any(answer.worth < 0 for answer in answers):
        source.notes.lose("选错倒扣分，没有带入")
    return {place for place, answer in enumerate(answers) if answer.worth >= FULL}


def _several_keys(answers: tuple[Answer, ...], source: _Source) -> set[int]:
    right = [answer.worth for answer in answers if answer.worth > 0]
    wrong = {answer.worth for answer in answers if answer.worth <= 0}
    if right and max(right) - min(right) > Decimal("0.01"):
        shown = "、".join(f"{worth:f}%" for worth in right[:8])
        source.notes.lose(f"各正确选项的分值不同（{shown}），没有带入")
    if wrong - {Decimal(0), -FULL}:
        source.notes.lose("错选倒扣分，没有带入")
    return {place for place, answer in enumerate(answers) if answer.worth > 0}


def _short(source: _Source) -> ItemDraft:
    good = []
    for answer in source.braces.answers:
        text = plain(answer.text)
        source.feedback.append((f"答“{text}”", source.texts.of(answer.feedback)))
        if answer.worth >= FULL and "*" in text:
            source.notes.lose(f"答案“{text[:40]}”里的 * 可代表任何文字，带入后只当作星号")
        if answer.worth >= FULL:
            good.append(text)
        elif answer.worth > 0:
            source.notes.lose(f"答“{text[:40]}”得 {answer.worth:f}% 的分，没有带入")
    lines = (accepted(good),) if good else ()
    return ItemDraft(kind="blank", stem=with_gap(source.stem), answers=lines)


def _numeric(source: _Source) -> ItemDraft:
    lines: list[str] = []
    for answer in source.braces.answers:
        text = plain(answer.text)
        label = "其他答案" if text in {"", "*"} else f"答“{text}”"
        source.feedback.append((label, source.texts.of(answer.feedback)))
        if answer.worth >= FULL:
            lines += _quantity(text, source)
        elif answer.worth > 0:
            source.notes.lose(f"答“{text[:40]}”得 {answer.worth:f}% 的分，没有带入")
    if len(lines) > 1:
        source.notes.lose(f"另外的答案 {'；'.join(lines[1:4])} 没有带入")
    return ItemDraft(kind="numeric", stem=source.stem, answers=tuple(lines[:1]))


def _quantity(text: str, source: _Source) -> list[str]:
    first, second, third = read_number(text)
    if third:
        low, high = number(second), number(third)
        if low is not None and high is not None and low <= high:
            return [quantity((low + high) / 2, "", (high - low) / 2)]
    else:
        value, tolerance = number(first), number(second or "0")
        if value is not None and tolerance is not None:
            return [quantity(value, "", abs(tolerance))]
    source.notes.add("key_unknown", f"答案“{text[:40]}”不是数，也不是数的范围。")
    return []


def _matching(source: _Source) -> ItemDraft:
    lines = []
    for answer in source.braces.answers:
        left, _, right = answer.text.partition("->")
        lines.append(pair(source.texts.line(left), source.texts.line(right)))
        source.feedback.append((source.texts.line(left), source.texts.of(answer.feedback)))
    return ItemDraft(kind="matching", stem=source.stem, answers=tuple(lines))


def _cloze(source: _Source) -> ItemDraft:
    source.notes.add(
        "not_representable", "这是完形填空（Cloze），GIFT 里读不出，请用 Moodle XML 导入。"
    )
    return ItemDraft(kind="blank", stem=with_gap(source.stem))


_READERS: dict[str, Callable[[_Source], ItemDraft]] = {
    "essay": _essay,
    "truefalse": _true_false,
    "choice": _choice,
    "short": _short,
    "numeric": _numeric,
    "matching": _matching,
    "cloze": _cloze,
}
