"""What an item declares and how a delivery engine scores it.

Where one of the standard's templates does, it is named; else every response that is right adds what
it is worth.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement

from learning.question_bank.formats.wording import shown

SOLUTION = "SOLUTION"
"""The outcome that shows a sub-item's explanation: set by scoring alone, never before an answer."""


@dataclass(slots=True)
class Response:
    """A response variable as written, and what getting it right is worth."""

    identifier: str
    worth: Decimal
    cardinality: str = "single"
    base_type: str = "identifier"
    correct: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    tolerance: tuple[str, str] | None = None
    is_scored: bool = True


@dataclass(slots=True)
class Paper:
    """An item being written."""

    responses: list[Response] = field(default_factory=list)
    has_solutions: bool = False

    def respond(self, **said: object) -> str:
        """Add a response variable; return its name."""
        place = len(self.responses) + 1
        identifier = "RESPONSE" if place == 1 else f"RESPONSE_{place}"
        self.responses.append(Response(identifier, **said))  # type: ignore[arg-type]
        return identifier


def declared(response: Response) -> Element:
    """Declare a response variable with its key."""
    declaration = Element(
        "responseDeclaration",
        identifier=response.identifier,
        cardinality=response.cardinality,
        baseType=response.base_type,
    )
    if response.correct:
        correct = SubElement(declaration, "correctResponse")
        for value in response.correct:
            SubElement(correct, "value").text = value
    if response.accepted:
        mapping = SubElement(declaration, "mapping", defaultValue="0")
        for text in dict.fromkeys(response.accepted):
            SubElement(mapping, "mapEntry", mapKey=text, mappedValue="1", caseSensitive="false")
    return declaration


def outcomes(paper: Paper, *, has_feedback: bool) -> Iterator[Element]:
    """Declare the score and, where there is an explanation, that it is shown afterwards."""
    total = sum((response.worth for response in paper.responses), Decimal(0))
    score = Element(
        "outcomeDeclaration",
        identifier="SCORE",
        cardinality="single",
        baseType="float",
        normalMaximum=shown(total),
    )
    SubElement(SubElement(score, "defaultValue"), "value").text = "0"
    yield score
    if has_feedback:
        # A modal feedback is shown after scoring only, so its outcome may stand from the beginning.
        feedback = _word("FEEDBACK")
        SubElement(SubElement(feedback, "defaultValue"), "value").text = "EXPLANATION"
        yield feedback
    if paper.has_solutions:
        yield _word(SOLUTION)


def processing(paper: Paper, templates: str) -> Iterator[Element]:
    """Return the response processing: a template of the standard where one does."""
    scored = [response for response in paper.responses if response.is_scored]
    if not scored and not paper.has_solutions:
        return
    only = paper.responses[0]
    is_plain = len(paper.responses) == 1 and only.worth == 1 and only.tolerance is None
    if is_plain and not paper.has_solutions:
        name = "map_response" if only.accepted else "match_correct"
        suffix = ".xml" if "v3p0" in templates else ""
        yield Element("responseProcessing", template=f"{templates}{name}{suffix}")
        return
    rules = Element("responseProcessing")
    for response in scored:
        condition = SubElement(SubElement(rules, "responseCondition"), "responseIf")
        condition.append(_test(response))
        outcome = SubElement(condition, "setOutcomeValue", identifier="SCORE")
        total = SubElement(outcome, "sum")
        SubElement(total, "variable", identifier="SCORE")
        SubElement(total, "baseValue", baseType="float").text = shown(response.worth)
    if paper.has_solutions:
        shown_then = SubElement(rules, "setOutcomeValue", identifier=SOLUTION)
        SubElement(shown_then, "baseValue", baseType="identifier").text = "EXPLANATION"
    yield rules


def _word(identifier: str) -> Element:
    return Element(
        "outcomeDeclaration", identifier=identifier, cardinality="single", baseType="identifier"
    )


def _test(response: Response) -> Element:
    if response.accepted:
        test = Element("gt")
        SubElement(test, "mapResponse", identifier=response.identifier)
        SubElement(test, "baseValue", baseType="float").text = "0"
        return test
    if response.tolerance:
        mode, limits = response.tolerance
        test = Element("equal", toleranceMode=mode, tolerance=limits)
    else:
        test = Element("equal" if response.base_type == "float" else "match")
        if response.base_type == "float":
            test.set("toleranceMode", "exact")
    SubElement(test, "variable", identifier=response.identifier)
    SubElement(test, "correct", identifier=response.identifier)
    return test
