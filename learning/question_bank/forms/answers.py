"""What stands behind `=` in item files, as fields: each kind's lines taken apart and put together.

Taking apart and putting together again gives lines that mean the same. A line that does not fit the
kind's fields is kept whole in one of them, so that nothing an author or a file said is lost.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from learning.question_bank.forms.fields import CHOICES, FormItem, Row
from learning.question_bank.item_types.quantities import split_quantity, unit_folded

FREE = "不计顺序"
VERDICTS = {
    "t": "对",
    "f": "错",
}
_VERDICT_OF = {"对": "t", "正确": "t", "√": "t", "错": "f", "错误": "f", "×": "f"}
_FIGURES = re.compile(r"(\d{1,2}) ?位有效数字")
_POINTS = re.compile(r"(\d{1,4}(?:\.\d{1,3})?) *分 +(.*)", re.DOTALL)
_TOLERANCE = re.compile(r"(?P<relative>相对)? *(?P<number>[^%％]*?) *(?P<percent>[%％])?")
_NOISE = re.compile(r"\s|相对")


@dataclass(frozen=True, slots=True)
class Fields:
    """What a kind makes of answer lines and attributes; `rest` are lines it has no place for."""

    values: dict[str, str] = field(default_factory=dict)
    rows: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines and attributes that fields stand for, and the field's name of each line."""

    answers: tuple[str, ...]
    names: tuple[str, ...]
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Codec:
    """How a kind's lines become fields and back; `place` is the field of lines as a whole."""

    place: str
    apart: Callable[[tuple[str, ...], tuple[str, ...]], Fields]
    together: Callable[[FormItem], Lines]


def rows_of(column: str, texts: Iterable[str]) -> tuple[Row, ...]:
    """Make rows of one column."""
    return tuple(Row(str(n), {column: text}) for n, text in enumerate(texts))


def one_line(text: str) -> str:
    """Bring a text into one line, as an answer line is."""
    return " ".join(text.split("\n")).strip()


def named(form: FormItem, name: str, column: str, *, keep_gaps: bool = False) -> Lines:
    """Read the rows of one column as lines; empty ones count only between others, if at all."""
    rows = list(form.list(name))
    while rows and rows[-1].is_empty:
        rows.pop()
    kept = [row for row in rows if keep_gaps or not row.is_empty]
    return Lines(
        tuple(one_line(row.get(column)) for row in kept),
        tuple(f"{form.prefix}{name}.{row.token}.{column}" for row in kept),
    )


def _choice_apart(answers: tuple[str, ...], attributes: tuple[str, ...]) -> Fields:
    return Fields(attributes=attributes, rest=answers)


def _nothing(form: FormItem) -> Lines:
    del form
    return Lines((), ())


def _verdict_apart(answers: tuple[str, ...], attributes: tuple[str, ...]) -> Fields:
    verdict = _VERDICT_OF.get(answers[0].strip()) if answers else None
    if verdict is None:
        return Fields(attributes=attributes, rest=answers)
    return Fields({"verdict": verdict}, attributes=attributes, rest=answers[1:])


def _verdict_together(form: FormItem) -> Lines:
    word = VERDICTS.get(form.get("verdict"))
    return Lines((word,), (f"{form.prefix}verdict",)) if word else Lines((), ())


def _blank_apart(answers: tuple[str, ...], attributes: tuple[str, ...]) -> Fields:
    others = tuple(word for word in attributes if word != FREE)
    values = {"free": "1"} if FREE in attributes else {}
    return Fields(values, {"a": rows_of("text", answers)}, others)


def _blank_together(form: FormItem) -> Lines:
    lines = named(form, "a", "text", keep_gaps=True)
    return Lines(lines.answers, lines.names, (FREE,) if form.get("free") else ())


def _lines_apart(answers: tuple[str, ...], attributes: tuple[str, ...]) -> Fields:
    return Fields({}, {"a": rows_of("text", answers)}, attributes)


def _lines_together(form: FormItem) -> Lines:
    return named(form, "a", "text")


def _number_apart(answers: tuple[str, ...], attributes: tuple[str, ...]) -> Fields:
    values = _number_values(answers[0]) if answers else {}
    others = []
    for word in attributes:
        found = _FIGURES.fullmatch(word)
        if found and "figures" not in values:
            values["figures"] = found[1]
        else:
            others.append(word)
    return Fields(values, attributes=tuple(others), rest=answers[1:])


def _number_values(line: str) -> dict[str, str]:
    quantity, sign, tolerance = (part.strip() for part in line.partition("±"))
    found, parted = split_quantity(quantity), _TOLERANCE.fullmatch(tolerance)
    if found is None or parted is None:
        return {"value": line}
    number, unit = _parted(quantity, found[1])
    kind = "" if not sign else "relative" if parted["percent"] else "absolute"
    values = {
        "value": number,
        "unit": unit,
        "tolerance": parted["number"],
        "tolerance_kind": kind,
    }
    is_same = _NOISE.sub("", _number_line(values)) == _NOISE.sub("", line.replace("％", "%"))
    return values if is_same else {"value": line}


def _parted(quantity: str, rest: str) -> tuple[str, str]:
    """Split a quantity where its unit begins; `rest` is the folded text behind the number."""
    for at in range(len(quantity), -1, -1):
        if unit_folded(quantity[at:]) == unit_folded(rest):
            while at and quantity[at - 1].isspace():
                at -= 1  # noqa: PLW2901 - the white space before the unit belongs to neither
            return quantity[:at].strip(), quantity[at:].strip()
    return quantity, ""


def _number_line(values: dict[str, str]) -> str:
    unit, tolerance = values.get("unit", ""), values.get("tolerance", "")
    line = f"{values.get('value', '')} {unit}".strip()
    match values.get("tolerance_kind"):
        case "absolute":
            return f"{line} ± {tolerance}"
        case "relative":
            mark = "相对 " if unit_folded(unit) == "%" else ""
            return f"{line} ± {mark}{tolerance} %"
        case _:
            return line


def _number_together(form: FormItem) -> Lines:
    names = ("value", "unit", "tolerance", "tolerance_kind")
    values = {name: one_line(form.get(name)) for name in names}
    figures = one_line(form.get("figures"))
    attributes = (f"{figures} 位有效数字",) if figures else ()
    if not (values["value"] or values["unit"]):
        return Lines((), (), attributes)
    return Lines((_number_line(values),), (f"{form.prefix}value",), attributes)


def _pairs_apart(answers: tuple[str, ...], attributes: tuple[str, ...]) -> Fields:
    rows = []
    for n, line in enumerate(answers):
        left, _, right = line.partition("->")
        rows.append(Row(str(n), {"left": left.strip(), "right": right.strip()}))
    return Fields({}, {"m": tuple(rows)}, attributes)


def _pairs_together(form: FormItem) -> Lines:
    rows = [row for row in form.list("m") if not row.is_empty]
    texts = [f"{one_line(row.get('left'))} -> {one_line(row.get('right'))}" for row in rows]
    names = tuple(f"{form.prefix}m.{row.token}.right" for row in rows)
    return Lines(tuple(text.strip() for text in texts), names)


def _rubric_apart(answers: tuple[str, ...], attributes: tuple[str, ...]) -> Fields:
    rows = []
    for n, line in enumerate(answers):
        found = _POINTS.fullmatch(line)
        points, text = (found[1], found[2]) if found else ("", line)
        rows.append(Row(str(n), {"points": points, "text": text}))
    return Fields({}, {"r": tuple(rows)}, attributes)


def _rubric_together(form: FormItem) -> Lines:
    rows = [row for row in form.list("r") if not row.is_empty]
    texts = []
    for row in rows:
        points, text = one_line(row.get("points")), one_line(row.get("text"))
        texts.append(f"{points} 分 {text}".strip() if points else text)
    return Lines(tuple(texts), tuple(f"{form.prefix}r.{row.token}.text" for row in rows))


_CHOICE = Codec("o", _choice_apart, _nothing)
_LINES = Codec("a", _lines_apart, _lines_together)
_CODECS = {
    **dict.fromkeys(CHOICES, _CHOICE),
    "true_false": Codec("verdict", _verdict_apart, _verdict_together),
    "blank": Codec("a", _blank_apart, _blank_together),
    "numeric": Codec("value", _number_apart, _number_together),
    "matching": Codec("m", _pairs_apart, _pairs_together),
    "essay": Codec("r", _rubric_apart, _rubric_together),
    "case": Codec("p", _choice_apart, _nothing),
}


def codec_of(kind: str) -> Codec:
    """Return the codec of a kind; one that has no fields of its own is written in plain lines."""
    return _CODECS.get(kind, _LINES)
