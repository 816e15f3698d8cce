"""All variants of a parametric item, computed once when it is checked.

A variant that breaks a requirement is refused, and so is one in which two options become the same;
anything that cannot be computed in one that is not refused is a fault of the item. A remark is made
where a candidate who computes with the numbers as shown (rounded) would miss the tolerance.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from learning.question_bank.rules import AnswerKey, Item
from learning.question_bank.variants.drawing import (
    VARIANTS,
    Scope,
    computed_names,
    document_names,
    drawer,
)
from learning.question_bank.variants.expressions import (
    Expression,
    ExpressionError,
    Value,
    parse_expression,
)
from learning.question_bank.variants.numbers import CONTEXT
from learning.question_bank.variants.realising import key_names, key_value
from learning.question_bank.variants.templates import Hole, Template, parse_template, value_text

MAX_REFUSED_RATIO = 0.5
MAX_EXACT_DIGITS = 6
"""Without a tolerance, nobody can be asked to meet more significant digits than these."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the item, or (`is_remark`) only worth a look."""

    code: str
    message: str
    is_remark: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """The numbers of the variants that are refused, and what is wrong."""

    refused: tuple[int, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything of an item that is computed, read once."""

    item: Item
    lets: Mapping[str, Expression]
    require: tuple[tuple[str, Expression], ...]
    asked: tuple[Hole, ...]
    shown: tuple[Hole, ...]
    choices: tuple[tuple[Template, ...], ...]


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What became of one set of drawn values."""

    is_refused: bool = False
    fault: Fault | None = None


def survey(item: Item) -> Survey:
    """Compute all variants of a parametric item whose expressions can be read.

    The first fault ends it: the others would be the same one with other numbers.
    """
    plan = _plan(item)
    draw = item.document.draw
    assert draw is not None  # noqa: S101 - asked for parametric items alone
    refused: list[int] = []
    known: dict[tuple[Value, ...], _Verdict] = {}
    remarks: list[Fault] = []
    values_of = drawer(draw, item.document.code)
    for variant in range(VARIANTS):
        drawn = values_of(variant)
        values = tuple(drawn.values())
        if values not in known:
            known[values] = _judged(plan, drawn)
        verdict = known[values]
        if verdict.is_refused:
            refused.append(variant)
        elif verdict.fault is not None:
            if not verdict.fault.is_remark:
                return Survey((), (verdict.fault,))
            remarks.append(verdict.fault)
    faults = (*remarks[:1], *_refusal_faults(len(refused)), *_stranger_faults(item))
    return Survey(tuple(refused), faults)


def _stranger_faults(item: Item) -> Iterator[Fault]:
    """Remark braces that look like a value and name nothing declared; refuse an answer told."""
    if any("value" in hole.expression.names for hole in _told(item)):
        yield Fault("value_told", "题干和选项里不能用 value：那是答案")
    for template in (*_asked_templates(item), *_key_templates(item)):
        for content in template.strangers:
            message = f"“{{{content[:40]}}}”不是已声明的名字组成的式子，原样显示"
            yield Fault("placeholder_unknown", message, is_remark=True)


def _refusal_faults(count: int) -> Iterator[Fault]:
    if count == VARIANTS:
        yield Fault("draw_refused", "没有一组抽到的数满足 [require]，或选项总有相同的")
    elif count > VARIANTS * MAX_REFUSED_RATIO:
        message = f"{VARIANTS} 组抽到的数里有 {count} 组不能用（不满足 [require] 或选项相同）"
        yield Fault("draw_refused", f"{message}，应少于一半")


def _judged(plan: _Plan, drawn: Mapping[str, Value]) -> _Verdict:
    scope = Scope(drawn, plan.lets)
    try:
        if not _is_satisfied(plan, scope):
            return _Verdict(is_refused=True)
        _compute_all(plan, scope)
        if _has_equal_choices(plan, scope):
            return _Verdict(is_refused=True)
        return _Verdict(fault=_tolerance_fault(plan, scope))
    except ExpressionError as error:
        given = "，".join(f"{name} = {value_text(value)}" for name, value in drawn.items())
        message = f"抽到 {given} 时算不出来：{error.message}"
        return _Verdict(fault=Fault("draw_value", message))


def _is_satisfied(plan: _Plan, scope: Scope) -> bool:
    verdicts = [condition.evaluate(scope) for _name, condition in plan.require]
    if not all(isinstance(verdict, bool) for verdict in verdicts):
        raise ExpressionError("[require] 里要写条件（比较）")
    return all(verdicts)


def _compute_all(plan: _Plan, scope: Scope) -> None:
    for name in plan.lets:
        scope[name]
    key = plan.item.key
    if key.formula and not key_value(scope) and key.tolerance_kind == "relative":
        raise ExpressionError("答案为 0，只能用绝对容差")
    if key.formula and not key_value(scope) and key.setting("figures"):
        raise ExpressionError("答案为 0，没有有效数字")
    for hole in (*plan.asked, *plan.shown):
        if isinstance(hole.expression.evaluate(scope), bool):
            raise ExpressionError("条件不能写进文字")


def _has_equal_choices(plan: _Plan, scope: Scope) -> bool:
    filled = [["".join(each.fill(scope).split()) for each in group] for group in plan.choices]
    return any(len(set(texts)) < len(texts) for texts in filled)


def _tolerance_fault(plan: _Plan, scope: Scope) -> Fault | None:
    """Judge the tolerance of a numeric item at one variant."""
    key = plan.item.key
    if not key.formula or key.setting("figures"):
        return None
    value = key_value(scope)
    if not key.tolerance:
        if len(value.as_tuple().digits) <= MAX_EXACT_DIGITS:
            return None
        message = f"答案有多位小数（如 {value_text(value)}…），须写容差 tolerance"
        return Fault("tolerance_missing", message)
    allowed = key.tolerance * (abs(value) if key.tolerance_kind == "relative" else 1)
    off = _shown_error(plan, scope, value)
    if off > allowed:
        message = "题干里的数是舍入后的，照它计算会超出容差：放宽容差，或多显示几位"
        return Fault("tolerance_tight", message, is_remark=True)
    return None


def _shown_error(plan: _Plan, scope: Scope, value: Decimal) -> Decimal:
    """Return how far the answer moves when the numbers of the stem are taken as shown.

    Names that stand alone in braces are put in as shown; of other expressions the relative rounding
    is taken for that of the answer.
    """
    moved: dict[str, Value] = {}
    ratio = Decimal(0)
    for hole in plan.asked:
        exact = hole.expression.evaluate(scope)
        if not isinstance(exact, Decimal) or not exact:
            continue
        seen = _as_shown(hole, exact)
        if seen == exact:
            continue
        name = hole.expression.text.strip()
        if name in scope:
            moved[name] = seen
        else:
            ratio = max(ratio, abs(seen - exact) / abs(exact))
    off = abs(value) * ratio
    if not moved:
        return off
    drawn = {name: each for name, each in scope.items() if name not in plan.lets}
    rest = {name: each for name, each in plan.lets.items() if name not in moved}
    try:
        return max(off, abs(key_value(Scope(drawn | moved, rest)) - value))
    except ExpressionError:
        return max(off, abs(value))


def _as_shown(hole: Hole, exact: Decimal) -> Decimal:
    text = value_text(exact, hole.places, is_formula=False)
    mantissa, _sign, _power = text.partition("×")
    return exact if _sign else CONTEXT.create_decimal(mantissa)


def _plan(item: Item) -> _Plan:
    document, key = item.document, item.key
    assert document.draw is not None  # noqa: S101 - asked for parametric items alone
    names = document_names(document.draw)
    return _Plan(
        item=item,
        lets=computed_names(document.draw, key.formula),
        require=tuple((name, parse_expression(text)) for name, text in key.require),
        asked=tuple(parse_template(document.stem, names).holes),
        shown=tuple(hole for each in _key_templates(item) for hole in each.holes),
        choices=tuple(
            tuple(parse_template(each.text, names) for each in group)
            for group in (document.options, document.prompts)
            if group
        ),
    )


def _asked_templates(item: Item) -> Iterator[Template]:
    document = item.document
    assert document.draw is not None  # noqa: S101 - asked for parametric items alone
    names = document_names(document.draw)
    for text in (document.stem, *(each.text for each in (*document.options, *document.prompts))):
        yield parse_template(text, names)


def _told(item: Item) -> Iterator[Hole]:
    """Yield the holes of what is asked as if the answer might stand there."""
    document = item.document
    assert document.draw is not None  # noqa: S101 - asked for parametric items alone
    names = document_names(document.draw) | {"value"}
    for text in (document.stem, *(each.text for each in (*document.options, *document.prompts))):
        yield from parse_template(text, names).holes


def _key_templates(item: Item) -> Iterator[Template]:
    key: AnswerKey = item.key
    names = key_names(item.document, key)
    blanks = (text for texts in key.blanks for text in texts)
    for text in (key.explanation, *blanks, *(each.text for each in key.rubric)):
        yield parse_template(text, names)
