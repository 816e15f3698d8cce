"""The labelled lines of a question: answer, explanation, difficulty, area, source, points."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from learning.question_bank.formats.paste.blocks import Field, Question
from learning.question_bank.formats.paste.headings import kind_of
from learning.question_bank.formats.paste.lines import fold, joined

_DIFFICULTIES = {
    "很易": "0.2",
    "容易": "0.2",
    "简单": "0.2",
    "较易": "0.35",
    "偏易": "0.35",
    "中等": "0.5",
    "一般": "0.5",
    "适中": "0.5",
    "较难": "0.65",
    "偏难": "0.65",
    "困难": "0.8",
    "很难": "0.8",
    "易": "0.2",
    "中": "0.5",
    "难": "0.8",
    "低": "0.2",
    "高": "0.8",
    "A": "0.2",
    "B": "0.5",
    "C": "0.8",
}
_LEVELS = {"掌握": "master", "熟悉": "familiar", "了解": "aware", "理解": "familiar"}
_NOTHING = frozenset({"略", "无", "暂无", "", "暂无解析", "见教材", "从略"})
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
MAX_AREA = 120


@dataclass(slots=True)
class Facts:
    """What the labels say; `remarks` are codes and messages about them."""

    answer: str = ""
    explanations: list[str] = field(default_factory=list)
    kind: str = ""
    difficulty: str = ""
    area: str = ""
    source: str = ""
    points: str = ""
    level: str = ""
    remarks: list[tuple[str, str]] = field(default_factory=list)


def facts_of(question: Question) -> Facts:
    """Read all fields of a question."""
    facts = Facts()
    for each in question.fields:
        _READERS[each.name](facts, each)
    return facts


def _answer(facts: Facts, each: Field) -> None:
    text = each.text
    # "(答案：A)" and "[答案]A": a bracket that opened before the label closes behind the answer.
    text = re.sub(r"^([^(（]{1,12})[)）\]】]", r"\1", text)
    if not text.strip():
        return
    if facts.answer and _bare(facts.answer) != _bare(text):
        if _bare(text).startswith(_bare(facts.answer)):
            facts.answer = text
            return
        message = f"给了两个答案“{facts.answer[:20]}”和“{text[:20]}”，采用前一个"
        facts.remarks.append(("key_conflict", message))
        return
    facts.answer = text


def _bare(text: str) -> str:
    return re.sub(r"[\s。.,，、;；]", "", fold(text))


def _explanation(facts: Facts, each: Field) -> None:
    text = joined(each.text.split("\n"))
    if text.strip(" 。.") not in _NOTHING:
        facts.explanations.append(text)


def _difficulty(facts: Facts, each: Field) -> None:
    text = fold(each.text).strip(" 。.")
    word = next((w for w in _DIFFICULTIES if text.startswith(w)), "")
    number = _NUMBER.match(text)
    stars = text.count("★") + text.count("⭐")
    if word:
        facts.difficulty = _DIFFICULTIES[word]
    elif number and Decimal(number.group()) <= 1:
        facts.difficulty = number.group()
    elif 1 <= stars <= 5:
        facts.difficulty = ("0.2", "0.35", "0.5", "0.65", "0.8")[stars - 1]
    elif text:
        facts.remarks.append(("difficulty", f"看不懂难度“{text[:20]}”"))


def _area(facts: Facts, each: Field) -> None:
    facts.area = each.text.replace("\n", " ")[:MAX_AREA]


def _source(facts: Facts, each: Field) -> None:
    facts.source = joined(each.text.split("\n"))


def _points(facts: Facts, each: Field) -> None:
    found = _NUMBER.search(fold(each.text))
    facts.points = found.group() if found else ""


def _kind(facts: Facts, each: Field) -> None:
    facts.kind = kind_of(fold(each.text))
    if not facts.kind:
        facts.remarks.append(("kind_unknown", f"没有“{each.text[:20]}”这种题型"))


def _level(facts: Facts, each: Field) -> None:
    facts.level = next((_LEVELS[word] for word in _LEVELS if word in each.text), "")


def _other(facts: Facts, each: Field) -> None:
    if each.text:
        facts.remarks.append(("note", f"未采用的内容：“{each.text[:40]}”"))


_READERS = {
    "answer": _answer,
    "explanation": _explanation,
    "difficulty": _difficulty,
    "area": _area,
    "source": _source,
    "points": _points,
    "kind": _kind,
    "level": _level,
    "other": _other,
}
