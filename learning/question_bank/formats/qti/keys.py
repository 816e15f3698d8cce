"""What an item of QTI 2 or 3 declares as right: correct responses, mappings, tolerances."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from xml.etree.ElementTree import Element

from learning.question_bank.formats.gathering import Notes
from learning.question_bank.formats.wording import number, points, quantity, shown

_NUMBERS = {"float", "integer"}


@dataclass(frozen=True, slots=True)
class Declaration:
    """A response variable: `mapped` are values with what they are worth."""

    identifier: str
    cardinality: str = "single"
    base_type: str = "identifier"
    correct: tuple[str, ...] = ()
    mapped: tuple[tuple[str, Decimal], ...] = field(default=())

    @property
    def is_number(self) -> bool:
        """Tell whether the response is compared as a number."""
        return self.base_type in _NUMBERS

    @property
    def values(self) -> tuple[str, ...]:
        """Return what is right: the correct response, else whatever is worth most or anything."""
        if self.correct:
            return self.correct
        top = max((value for _key, value in self.mapped), default=Decimal(0))
        floor = top if self.cardinality == "single" else Decimal("1e-9")
        return tuple(key for key, value in self.mapped if value > 0 and value >= floor)

    @property
    def accepted(self) -> tuple[str, ...]:
        """Return all wordings that earn as much as the best one."""
        top = max((value for _key, value in self.mapped), default=Decimal(0))
        best = [key for key, value in self.mapped if value == top and value > 0]
        return tuple(dict.fromkeys([*self.correct, *best]))

    def note_weights(self, notes: Notes) -> None:
        """Name what a mapping says that an item cannot hold."""
        worth = {value for _key, value in self.mapped if value > 0}
        if len(worth) > 1:
            notes.lose("部分正确的答案可得部分分，没有带入")
        if any(value < 0 for _key, value in self.mapped):
            notes.lose("错选倒扣分，没有带入")


def read_declarations(root: Element) -> dict[str, Declaration]:
    """Return the response declarations by name; keys given only by comparisons are added."""
    found = {}
    compared = dict(_compared(root))
    for element in root.iter("responseDeclaration"):
        declaration = _declaration(element, compared)
        found[declaration.identifier] = declaration
    return found


def _declaration(element: Element, compared: dict[str, list[str]]) -> Declaration:
    identifier = element.get("identifier", "")
    correct = [_text(value) for value in element.findall("correctResponse/value")]
    mapped = []
    for entry in element.findall("mapping/mapEntry"):
        worth = number(entry.get("mappedValue", ""))
        if worth is not None:
            mapped.append((entry.get("mapKey", "").strip(), worth))
    if not correct and not mapped:
        correct = compared.get(identifier, [])
    return Declaration(
        identifier,
        element.get("cardinality", "single"),
        element.get("baseType", "identifier"),
        tuple(filter(None, correct)),
        tuple(mapped),
    )


def _compared(root: Element) -> Iterator[tuple[str, list[str]]]:
    """Yield what response processing compares a variable with, for items without declared keys."""
    processing = root.find("responseProcessing")
    if processing is None:
        return
    found: dict[str, list[str]] = {}
    for element in processing.iter():
        variable, value = element.find("variable"), element.find("baseValue")
        is_comparison = element.tag in {"match", "equal", "stringMatch", "equalRounded"}
        if is_comparison and variable is not None and value is not None:
            found.setdefault(variable.get("identifier", ""), []).append(_text(value))
    yield from found.items()


def numeric_line(root: Element, declaration: Declaration, notes: Notes) -> tuple[str, ...]:
    """Write the answer line of a number with the tolerance that response processing allows."""
    values = declaration.accepted
    if not values:
        return ()
    value = number(values[0])
    if value is None:
        notes.lose(f"答案“{values[0][:40]}”不是数，没有带入")
        return ()
    if len(values) > 1:
        notes.lose(f"另外的答案 {'；'.join(values[1:4])} 没有带入")
    mode, tolerance = _tolerance(root, declaration.identifier)
    if mode == "relative" and tolerance and value:
        return (f"{shown(value)} ± {shown(tolerance)} %",)
    return (quantity(value, "", tolerance),)


def _tolerance(root: Element, identifier: str) -> tuple[str, Decimal | None]:
    for equal in root.iter("equal"):
        variables = [each.get("identifier") for each in equal.iter("variable")]
        limits = (equal.get("tolerance") or "").split()
        if identifier in variables and limits and equal.get("toleranceMode") != "exact":
            return equal.get("toleranceMode", "absolute"), number(limits[0])
    return "", None


def item_points(root: Element) -> str:
    """Return the most that an item is worth, "" if it does not say."""
    for name in ("MAXSCORE", "SCORE"):
        for outcome in root.iter("outcomeDeclaration"):
            if outcome.get("identifier", "").upper() == name:
                said = outcome.get("normalMaximum") or (
                    outcome.findtext("defaultValue/value") if name == "MAXSCORE" else ""
                )
                if found := points(said or ""):
                    return found
    return ""


def _text(value: Element) -> str:
    return " ".join("".join(value.itertext()).split())
