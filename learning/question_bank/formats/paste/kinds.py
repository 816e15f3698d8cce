"""Which kind a question is: what its heading says, corrected by its options and its key."""

import re
from dataclasses import dataclass

from learning.question_bank.formats.paste import gaps
from learning.question_bank.formats.paste.answers import has_empty_brackets
from learning.question_bank.formats.paste.headings import KIND_WORD, kind_of
from learning.question_bank.formats.paste.lines import fold
from learning.question_bank.formats.paste.options import Choice

CHOICES = frozenset({"single", "multiple", "indefinite", "choice"})
WRITTEN = frozenset({"blank", "essay", "numeric", "case"})
_TRUE = frozenset({"对", "正确", "√", "是", "TRUE", "T"})
_FALSE = frozenset({"错", "错误", "×", "否", "FALSE", "F", "不正确", "不对"})
_QUANTITY = re.compile(
    r"\s*(?:约|约为|≈|=)?\s*([-+]?\d[\d, ]*(?:\.\d+)?(?:[eE][-+]?\d+)?)"
    r"\s*([^\d\s。,，;；(（±]{0,12})\s*(±\s*(?:相对)?\s*\d[\d.]*\s*%?)?\s*[。.]?\s*\Z"
)
_ASKS = re.compile(r"[?？]\s*\Z|简述|论述|试述|概述|说明|解释|为什么|什么|如何|怎样")
_NAMES = {
    "single": "单选题",
    "multiple": "多选题",
    "true_false": "判断题",
    "blank": "填空题",
    "choice": "选择题",
    "indefinite": "不定项选择题",
    "essay": "问答题",
    "numeric": "计算题",
    "case": "案例题",
    "ordering": "排序题",
    "matching": "匹配题",
}
__all__ = [
    "CHOICES",
    "KIND_WORD",
    "WRITTEN",
    "Inferred",
    "Material",
    "infer",
    "kind_of",
    "quantity_of",
    "verdict_of",
]


@dataclass(frozen=True, slots=True)
class Material:
    """What is known of a question; `letters` and `verdict` are its key as read, "" if none."""

    hint: str
    stem: str
    choices: tuple[Choice, ...]
    letters: str
    verdict: str
    answer: str


@dataclass(frozen=True, slots=True)
class Inferred:
    """The kind, and what to say where it is not what the heading says."""

    value: str
    remark: str = ""


def infer(material: Material) -> Inferred:
    """Say which kind a question is."""
    kind = _with_options(material) if len(material.choices) >= 2 else _without_options(material)
    stated = {"indefinite": "multiple", "choice": kind, "case": "essay", "matching": kind}.get(
        material.hint, material.hint
    )
    if not stated or stated == kind or material.hint in {"indefinite", "numeric", "case"}:
        return Inferred(kind)
    has_key = material.letters or material.verdict
    because = "答案是" + (material.letters or material.verdict) if has_key else "内容是这样"
    return Inferred(kind, f"标题写的是{_NAMES[material.hint]}，但{because}，按{_NAMES[kind]}导入")


def _with_options(material: Material) -> str:
    hint, letters = material.hint, material.letters
    if hint == "ordering":
        return "ordering"
    if is_verdicts(material.choices) and hint in {"", "true_false", "choice"}:
        return "true_false"
    if len(letters) > 1:
        return "multiple"
    if hint == "multiple" or (hint == "indefinite" and not letters):
        return "multiple"
    return "single"


def _without_options(material: Material) -> str:
    hint = material.hint
    if hint in {"true_false", "blank", "essay", "single", "multiple"}:
        return _corrected(material)
    if hint in {"choice", "indefinite"}:
        return "multiple" if len(material.letters) > 1 else "single"
    if hint == "numeric":
        is_number = quantity_of(material.answer) and gaps.gaps_of(material.stem).count("____") <= 1
        return "numeric" if is_number else "essay"
    if hint in {"case", "matching", "ordering"}:
        return "essay"
    return _unstated(material)


def _corrected(material: Material) -> str:
    if material.hint in {"single", "multiple"} and material.verdict and not material.letters:
        return "true_false"
    return material.hint


def _unstated(material: Material) -> str:
    is_asked = material.stem.rstrip().endswith(("?", "？")) and len(material.answer.strip()) > 6
    if material.verdict and not gaps.has_gaps(material.stem) and not is_asked:
        return "true_false"
    if gaps.has_gaps(material.stem):
        return "blank"
    if has_empty_brackets(material.stem) and material.answer and len(material.answer) <= 60:
        return "single" if re.fullmatch(r"\s*[A-H]\s*", fold(material.answer)) else "blank"
    is_told = not (material.answer or _ASKS.search(material.stem))
    return "blank" if is_told and gaps.is_once_underlined(material.stem) else "essay"


def is_verdicts(choices: tuple[Choice, ...]) -> bool:
    """Tell whether two options say nothing but right and wrong."""
    if len(choices) != 2:
        return False
    words = [fold(choice.text).strip(" 。.").upper() for choice in choices]
    return (words[0] in _TRUE and words[1] in _FALSE) or (words[1] in _TRUE and words[0] in _FALSE)


def verdict_of(material: Material) -> str:
    """Return "T", "F" or "": the verdict stated, or that of the option chosen."""
    if is_verdicts(material.choices) and material.letters in {"A", "B"}:
        chosen = material.choices["AB".index(material.letters)]
        return "T" if fold(chosen.text).strip(" 。.").upper() in _TRUE else "F"
    if material.verdict:
        return material.verdict
    return {"A": "T", "B": "F"}.get(material.letters, "") if not material.choices else ""


def quantity_of(answer: str) -> str:
    """Return the number and unit of an answer that is nothing else, "" if it is more."""
    found = _QUANTITY.match(fold(answer))
    if not found:
        return ""
    number = re.sub(r"[, ]", "", found.group(1))
    return " ".join(part for part in (number, found.group(2), found.group(3) or "") if part)
