"""The words of tables for kinds, verdicts, difficulty, level and pool, folded and looked up."""

import re
from decimal import Decimal

from learning.question_bank.item_types.folding import widths_folded
from learning.question_bank.loader.headings import LEVEL_WORDS, POOL_WORDS
from learning.question_bank.rules import ItemKind

CHOICE = "choice"
"""选择: single or multiple, as the number of keys says."""

_KINDS = {
    ItemKind.SINGLE.value: "单选 单项选择 单项 单选选择 最佳选择 single singlechoice "
    "singleselect singleanswer radio",
    ItemKind.MULTIPLE.value: "多选 多项选择 多项 双选 双项选择 multiple multiselect "
    "multipleresponse "
    "multipleanswer multipleanswers checkbox",
    CHOICE: "选择 不定项选择 不定项 choice multiplechoice mc mcq",
    ItemKind.TRUE_FALSE.value: "判断 判断正误 判断对错 是非 对错 正误 truefalse tf judge "
    "judgement boolean",
    ItemKind.BLANK.value: "填空 fillintheblank fillinblank fillin fill blank blanks shortanswer",
    ItemKind.NUMERIC.value: "计算 数值 数字 numeric numerical number calculation",
    ItemKind.MATCHING.value: "匹配 连线 配对 连连看 matching match",
    ItemKind.ORDERING.value: "排序 顺序 ordering order sequence sorting",
    ItemKind.ESSAY.value: "问答 简答 论述 主观 名词解释 简述 分析 综合 应用 essay "
    "openended shortessay text",
    ItemKind.CASE.value: "案例 案例分析 材料 材料分析 组合 复合 阅读理解 综合案例 "
    "共用题干 case casestudy",
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_TRUE = set("对 正确 √ ✓ ✔ 是 t true y yes 1 right correct v 真 同意".split())
_FALSE = set("错 错误 × ✗ ✘ x 否 f false n no 0 wrong incorrect 假 不同意 不正确 不对 非".split())
_DIFFICULTY = {
    "0.2": "易 容易 简单 easy 很易 低",
    "0.35": "较易 较简单 较容易 偏易",
    "0.5": "中 中等 一般 适中 普通 medium normal",
    "0.65": "较难 偏难 较困难",
    "0.8": "难 困难 很难 hard difficult 高",
}
_RATIO_OF = {word: ratio for ratio, words in _DIFFICULTY.items() for word in words.split()}
_FIFTHS = dict(zip("12345", _DIFFICULTY, strict=True))
_LEVELS = {word: level.value for word, level in LEVEL_WORDS.items()}
_LEVELS |= {level.value: level.value for level in LEVEL_WORDS.values()}
_POOLS = {word: pool.value for word, pool in POOL_WORDS.items()}
_POOLS |= {pool.value: pool.value for pool in POOL_WORDS.values()}
_ORDINAL = re.compile(
    r"^(?:第?[一二三四五六七八九十0-9]{1,3}(?:部分|大题)?[、.,)]|[(][一二三四五六七八九十0-9]{1,3}[)])"
)
_ASIDE = re.compile(r"[(\[].*$|[\s/_\-、]+")
_PART = re.compile(r"\s*(?:[└├—–\-·•→]+|子题|小题|(?:案例|材料)\s*[-–—·/:：])\s*")


def kind_of(text: str) -> str:
    """Return the kind that a word names (a value of `rules`, or `choice`), "" if none."""
    word = _ORDINAL.sub("", widths_folded(text[:60]).casefold().strip())
    word = _ASIDE.sub("", word)
    return _KIND_OF.get(word) or _KIND_OF.get(word.removesuffix("题"), "")


def without_part_mark(text: str) -> tuple[str, bool]:
    """Take the mark of a sub-item ("└ 单选") off a kind; say whether there was one."""
    found = _PART.match(text)
    return (text[found.end() :], True) if found else (text, False)


def verdict_of(text: str) -> str:
    """Return 对 or 错 for any word for it, "" for none."""
    word = widths_folded(text[:20]).casefold().strip(" .,;()[]!\n")
    return "对" if word in _TRUE else "错" if word in _FALSE else ""


def difficulty_of(text: str) -> str:
    """Return the difficulty as a ratio; what is none comes back as it is."""
    word = widths_folded(text[:40]).casefold().replace(" ", "")
    if word and not word.strip("★☆*"):
        word = str(word.count("★") + word.count("*"))
    if word.endswith("%") and re.fullmatch(r"\d{1,3}(?:\.\d)?%", word):
        return format(Decimal(word[:-1]).scaleb(-2), "f")
    known = _RATIO_OF.get(word) or _FIFTHS.get(word)
    return known or _RATIO_OF.get(word.removesuffix("度").removesuffix("题"), "") or text


def level_of(text: str) -> str:
    """Return the level of a word; what is none comes back as it is."""
    return _LEVELS.get(text.strip().casefold(), text)


def pool_of(text: str) -> str:
    """Return the pool of a word; what is none comes back as it is."""
    return _POOLS.get(text.strip().casefold(), text)
