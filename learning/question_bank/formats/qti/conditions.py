"""What QTI 1.2 says is right: conditions over responses, each with a score and feedback.

Only what the shapes of real files need is understood: a value equal, one of several, all of several
and not the others, a number within limits.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from xml.etree.ElementTree import Element

from learning.question_bank.formats.gathering import Notes
from learning.question_bank.formats.wording import number, quantity

_LOW, _HIGH = {"vargte", "vargt"}, {"varlte", "varlt"}
MAX = Decimal(10) ** 9  # "SCORE.max": more than any number in a file


@dataclass(slots=True)
class Rule:
    """One condition: the values it asks for and forbids, and what it is worth."""

    equals: list[tuple[str, str]] = field(default_factory=list)
    nots: list[tuple[str, str]] = field(default_factory=list)
    low: Decimal | None = None
    high: Decimal | None = None
    score: Decimal = Decimal(0)
    feedback: list[str] = field(default_factory=list)

    def values(self, response: str) -> list[str]:
        """Return the values asked of a response; responses without a name are the only one."""
        return [value for name, value in self.equals if name in {response, ""} or not response]


def read_rules(item: Element) -> list[Rule]:
    """Return the conditions of an item in order."""
    return [_rule(each) for each in item.iter("respcondition")]


def _rule(condition: Element) -> Rule:
    rule = Rule()
    for variable in condition.findall("conditionvar"):
        _collect(variable, rule, is_wanted=True)
    for setvar in condition.iter("setvar"):
        rule.score = _score(setvar)
    for shown_feedback in condition.findall("displayfeedback"):
        rule.feedback.append(shown_feedback.get("linkrefid", ""))
    return rule


def _collect(element: Element, rule: Rule, *, is_wanted: bool) -> None:
    for child in element:
        name, text = child.get("respident", ""), "".join(child.itertext()).strip()
        if child.tag == "not":
            _collect(child, rule, is_wanted=not is_wanted)
        elif child.tag in {"and", "or"}:
            _collect(child, rule, is_wanted=is_wanted)
        elif child.tag in {"varequal", "varsubset", "varinside"}:
            (rule.equals if is_wanted else rule.nots).append((name, text))
        elif child.tag in _LOW and is_wanted:
            rule.low = number(text)
        elif child.tag in _HIGH and is_wanted:
            rule.high = number(text)


def _score(setvar: Element) -> Decimal:
    text = (setvar.text or "").strip()
    if text.lower().endswith(".max"):
        return MAX
    value = number(text) or Decimal(0)
    return -abs(value) if setvar.get("action", "").lower() == "subtract" else value


def scored(rules: Sequence[Rule]) -> list[Rule]:
    """Return the rules that earn something."""
    return [rule for rule in rules if rule.score > 0 and (rule.equals or rule.low is not None)]


def choice_keys(
    rules: Sequence[Rule], response: str, notes: Notes, *, is_single: bool
) -> list[str]:
    """Return the values of a choice that are right."""
    good = [rule for rule in scored(rules) if rule.values(response)]
    if any(rule.score < 0 for rule in rules):
        notes.lose("错选倒扣分，没有带入")
    if not good:
        return []
    combined = [rule for rule in good if len(rule.equals) > 1 or rule.nots]
    if combined and not is_single:
        best = max(combined, key=lambda rule: rule.score)
        if len({frozenset(rule.equals) for rule in combined}) > 1:
            notes.lose("几种答案组合各得不同的分，只带入了得分最高的一种")
        return best.values(response)
    if len({rule.score for rule in good}) > 1:
        notes.lose(
            "部分正确的选项可得部分分，没有带入" if is_single else "各正确选项的分值不同，没有带入"
        )
    top = max(rule.score for rule in good)
    kept = [rule for rule in good if rule.score == top] if is_single else good
    return list(dict.fromkeys(value for rule in kept for value in rule.values(response)))


def wordings(rules: Sequence[Rule], response: str, notes: Notes) -> list[str]:
    """Return the accepted wordings of a text entry."""
    good = [rule for rule in scored(rules) if rule.values(response)]
    top = max((rule.score for rule in good), default=Decimal(0))
    if any(rule.score < top for rule in good):
        notes.lose("部分正确的答案可得部分分，没有带入")
    best = [value for rule in good if rule.score == top for value in rule.values(response)]
    return list(dict.fromkeys(filter(None, best)))


def number_line(rules: Sequence[Rule], notes: Notes) -> tuple[str, ...]:
    """Write the answer line of a number: a value with limits around it, or limits alone."""
    lines = list(dict.fromkeys(filter(None, map(_line, scored(rules)))))
    if len(lines) > 1:
        notes.lose(f"另外的答案 {'；'.join(lines[1:4])} 没有带入")
    return tuple(lines[:1])


def _line(rule: Rule) -> str:
    value = next(filter(None, (number(text) for _name, text in rule.equals)), None)
    zero = any(number(text) == 0 for _name, text in rule.equals)
    if value is None and zero:
        value = Decimal(0)
    if rule.low is None or rule.high is None or rule.high < rule.low:
        return quantity(value, "", None) if value is not None else ""
    middle = value if value is not None else (rule.low + rule.high) / 2
    return quantity(middle, "", max(rule.high - middle, middle - rule.low))


def feedback_of(item: Element, rules: Sequence[Rule]) -> Iterator[tuple[str, list[str], Element]]:
    """Yield each feedback with its name and the values after which it is shown."""
    for feedback in item.iter("itemfeedback"):
        name = feedback.get("ident", "")
        values = [value for rule in rules if name in rule.feedback for _n, value in rule.equals]
        yield name, values, feedback
