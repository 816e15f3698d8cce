"""The TOML of a parametric item: what is drawn, what follows, what is right, what must hold.

    [draw]       n = [50, 80]   early = { from = 0.3, to = 0.7, step = 0.05 }   side = ["左", "右"]
    [let]        total = "n * 500"                   named expressions, each of the names before it
    [answer]     value = "total / n"  unit = "h"     计算 alone; the other kinds use [let] instead
                 tolerance = { relative = 0.01 }     or { absolute = 5 } or { figures = 3 }
    [require]    positive = "value > 0"              variants that break it are never shown

Comments are not kept. A list of numbers in equal steps is written back as from, to, step.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from learning.question_bank.item_types.parts import Finding, ItemBlock, ItemParts, Written
from learning.question_bank.rules import Draw, Item, ItemKind, Settings, ToleranceKind, Variable
from learning.question_bank.variants import (
    NAME,
    RESERVED,
    Expression,
    ExpressionError,
    parse_expression,
    plain,
    read_value,
)

MAX_TOML = 8000
MAX_VARIABLES = 20
MAX_VALUES = 1000
MAX_FIGURES = 10
MAX_DIGITS = 12
MIN_RANGE = 6
_TABLES = ("draw", "let", "answer", "require")
_WORD = re.compile(r"[^\"\\\x00-\x1f\x7f]{1,100}")
# A unit does not go on like the number before it.
_UNIT = re.compile(r"(?![0-9.,+\-^*])[^\x00-\x1f\x7f]{0,40}")


class _Reader:
    """Reads the tables one by one, collecting what is wrong."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.findings: list[Finding] = []
        self.names: dict[str, None] = {}
        self.used: set[str] = set()

    def report(self, code: str, message: str) -> None:
        """Add a finding at the block."""
        self.findings.append(Finding(self.line, code, message))

    def tables(self, text: str) -> dict[str, dict[str, Any]]:
        """Read the TOML; unknown tables and keys outside tables are reported."""
        if len(text) > MAX_TOML:
            self.report("draw", f"参数块长于 {MAX_TOML} 字")
            return {}
        try:
            data = tomllib.loads(text, parse_float=Decimal)
        except (tomllib.TOMLDecodeError, ValueError, RecursionError, ArithmeticError) as error:
            self.report("draw", f"参数块不是正确的 TOML：{str(error)[:100]}")
            return {}
        for name, table in data.items():
            if name not in _TABLES or not isinstance(table, dict):
                known = "、".join(f"[{each}]" for each in _TABLES)
                self.report("draw", f"参数块里没有“{name[:40]}”，只有 {known}")
        return {name: data[name] for name in _TABLES if isinstance(data.get(name), dict)}

    def draw(self, table: Mapping[str, Any]) -> tuple[Variable, ...]:
        """Read the variables."""
        if not 1 <= len(table) <= MAX_VARIABLES:
            self.report("draw", f"[draw] 应有 1～{MAX_VARIABLES} 个变量，现有 {len(table)} 个")
        variables = []
        for name, given in table.items():
            values = _range(given) if isinstance(given, dict) else _list(given)
            if values is None:
                self.report(
                    "draw_values",
                    f"[draw] {name[:40]}：写成数或词的列表，或 {{ from, to, step }}，"
                    f"至多 {MAX_VALUES} 个值",
                )
            if self.declare("draw", name) and values:
                variables.append(Variable(name, values))
        return tuple(variables)

    def declare(self, table: str, name: str) -> bool:
        """Take a name, once."""
        if not NAME.fullmatch(name) or name in RESERVED:
            message = (
                f"[{table}] “{name[:40]}”不能作名字：用字母开头的字母、数字和下划线，且不是保留字"
            )
            self.report("draw_name", message)
            return False
        if name in self.names:
            self.report("draw_name", f"[{table}] “{name}”已经用过")
            return False
        self.names[name] = None
        return True

    def expression(self, table: str, name: str, given: object) -> Expression | None:
        """Read an expression over the names declared so far."""
        text = str(given) if isinstance(given, (int, Decimal)) else given
        place = f"[{table}] {name[:40]}"
        if not isinstance(text, str) or isinstance(given, bool):
            self.report("draw_expression", f"{place}：写成引号里的式子")
            return None
        try:
            expression = parse_expression(text)
        except ExpressionError as error:
            self.report("draw_expression", f"{place}：{error.message}")
            return None
        unknown = sorted(expression.names - set(self.names))
        if unknown:
            self.report("draw_expression", f"{place}：没有声明“{unknown[0][:40]}”")
            return None
        self.used |= expression.names
        return expression

    def expressions(self, table: str, given: Mapping[str, Any]) -> Settings:
        """Read named expressions, in order; those of [let] may be used by the later ones."""
        read = []
        for name, text in given.items():
            expression = self.expression(table, name, text)
            is_named = self.declare(table, name) if table == "let" else True
            if expression is not None and is_named:
                read.append((name, expression.text))
        return tuple(read)

    def answer(self, parts: ItemParts, table: Mapping[str, Any]) -> ItemParts:
        """Read what is right: value, unit, tolerance."""
        strangers = sorted(set(table) - {"value", "unit", "tolerance"})
        if strangers:
            self.report("draw", f"[answer] 里没有“{strangers[0][:40]}”这一项")
        if "value" not in table:
            self.report("draw_answer", "计算题的参数块应有 [answer] value")
            return parts
        formula = self.expression("answer", "value", table["value"])
        unit = table.get("unit", "")
        if not isinstance(unit, str) or not _UNIT.fullmatch(unit):
            self.report("draw_answer", "[answer] unit 应是引号里的单位")
            return parts
        parts = replace(parts, unit=unit.strip(), formula=formula.text if formula else "")
        return self.with_tolerance(parts, table["tolerance"]) if "tolerance" in table else parts

    def with_tolerance(self, parts: ItemParts, given: object) -> ItemParts:
        """Read { relative = 0.01 }, { absolute = 5 } or { figures = 3 }."""
        pair = next(iter(given.items())) if isinstance(given, dict) and len(given) == 1 else ("", 0)
        name, raw = pair
        number = _decimal(raw)
        if name == "figures" and number in set(map(Decimal, range(1, MAX_FIGURES + 1))):
            return replace(parts, key_settings=(("figures", str(number)),))
        kinds: dict[str, ToleranceKind] = {"relative": "relative", "absolute": "absolute"}
        if name in kinds and number is not None and number >= 0:
            return replace(parts, tolerance=number, tolerance_kind=kinds[name])
        message = (
            "[answer] tolerance 写成 { relative = 0.01 }、{ absolute = 5 } 或 { figures = 3 } 之一"
        )
        self.report("tolerance", message)
        return parts


def parse(
    kind: ItemKind, block: ItemBlock, plain: ItemParts
) -> tuple[ItemParts, tuple[Finding, ...]]:
    """Read the TOML of a block whose lines gave `plain`; without a finding it can be computed."""
    reader = _Reader(block.draw_line)
    if kind is ItemKind.CASE:
        reader.report("draw", "案例题不能是参数化试题")
    tables = reader.tables(block.draw)
    if reader.findings:
        return plain, tuple(reader.findings)
    variables = reader.draw(tables.get("draw", {}))
    lets = reader.expressions("let", tables.get("let", {}))
    parts = replace(plain, draw=Draw(variables, lets))
    if kind is ItemKind.NUMERIC:
        parts = reader.answer(parts, tables.get("answer", {}))
        reader.names["value"] = None
    elif "answer" in tables:
        reader.report("draw_answer", "只有计算题写 [answer]，其他题型的式子写在 [let] 里")
    require = reader.expressions("require", tables.get("require", {}))
    return replace(parts, require=require), tuple(reader.findings)


def parse_lines(block: ItemBlock) -> tuple[ItemParts, tuple[Finding, ...]]:
    """Read the lines of a parametric numeric item: there are none, [answer] says what is right."""
    lines = [line.line for line in block.options] + [line.line for line in block.answers]
    findings = [
        Finding(line, "answer_line", "参数化计算题的答案写在 [answer] 里，不写选项和“=”行")
        for line in lines
    ]
    if block.gaps > 1:
        message = f"计算题至多一个空（____），现有 {block.gaps} 个"
        findings.append(Finding(block.line, "gap_count", message))
    if block.attributes:
        message = "参数化计算题的有效数字写在 [answer] tolerance = { figures = 3 } 里"
        findings.append(Finding(block.line, "attribute_unknown", message))
    return ItemParts(blank_count=1), tuple(findings)


def write(item: Item, plain: Written) -> Written:
    """Write the TOML in front of what the kind writes."""
    document, key, draw = item.document, item.key, item.document.draw
    assert draw is not None  # noqa: S101 - asked for parametric items alone
    lines = ["[draw]", *(f"{each.name} = {_values_text(each)}" for each in draw.variables)]
    lines += _table("let", draw.lets)
    if key.formula:
        lines += ["[answer]", f"value = {_quoted(key.formula)}"]
        lines += [f"unit = {_quoted(document.unit)}"] if document.unit else []
        figures = key.setting("figures")
        lines += [f"tolerance = {{ figures = {figures} }}"] if figures else []
        if key.tolerance is not None:
            lines += [f"tolerance = {{ {key.tolerance_kind} = {key.tolerance:f} }}"]
    lines += _table("require", key.require)
    return replace(plain, draw="\n".join(lines))


def _table(name: str, pairs: Settings) -> list[str]:
    return [f"[{name}]", *(f"{key} = {_quoted(text)}" for key, text in pairs)] if pairs else []


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _values_text(variable: Variable) -> str:
    numbers = [read_value(text) for text in variable.values]
    if not all(isinstance(number, Decimal) for number in numbers):
        return f"[{', '.join(map(_quoted, variable.values))}]"
    found = [number for number in numbers if isinstance(number, Decimal)]
    if len(found) >= MIN_RANGE:
        first, last, step = variable.values[0], variable.values[-1], found[1] - found[0]
        again = {"from": Decimal(first), "to": Decimal(last), "step": step}
        if step > 0 and _range(again) == variable.values:
            return f"{{ from = {first}, to = {last}, step = {step:f} }}"
    return f"[{', '.join(variable.values)}]"


def _list(given: object) -> tuple[str, ...] | None:
    if not isinstance(given, list) or not 1 <= len(given) <= MAX_VALUES:
        return None
    if all(isinstance(each, str) and _WORD.fullmatch(each) for each in given):
        return tuple(given)
    numbers = [_decimal(each) for each in given]
    if None in numbers:
        return None
    return tuple(f"{number:f}" for number in numbers)


def _range(given: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return from, from + step, … up to `to`, exactly."""
    if set(given) != {"from", "to", "step"}:
        return None
    first, last, step = (_decimal(given[name]) for name in ("from", "to", "step"))
    if first is None or last is None or step is None or step <= 0 or first > last:
        return None
    count = int((last - first) / step) + 1
    if count > MAX_VALUES:
        return None
    return tuple(f"{plain(first + step * number):f}" for number in range(count))


def _decimal(given: object) -> Decimal | None:
    """Take a number of at most 12 digits on either side of the point."""
    if isinstance(given, bool) or not isinstance(given, (int, Decimal)):
        return None
    number = Decimal(given)
    if not number.is_finite() or len(number.as_tuple().digits) > MAX_DIGITS:
        return None
    return number if not number or -MAX_DIGITS < number.adjusted() < MAX_DIGITS else None
