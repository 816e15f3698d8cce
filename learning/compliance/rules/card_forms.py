"""Where an organisation's preprinted form 套打 takes each fact, in millimetres. Pure."""

import json
from dataclasses import asdict, dataclass

from learning.kernel.errors import Problem

FIELDS = (
    "name",
    "number",
    "organisation",
    "unit",
    "post",
    "equipment",
    "first",
    "last",
    "photo",
    "qr",
)
PICTURES = frozenset({"photo", "qr"})
MIN_SIDE, MAX_SIDE = 30.0, 420.0  # of a form: from a small card to A3
MAX_OFFSET = 30.0
MIN_SIZE, MAX_SIZE = 1.5, 20.0  # of letters


@dataclass(frozen=True, slots=True)
class Spot:
    """A fact's place: left and top edge, width, and height of letters (of a picture: its own)."""

    x: float
    y: float
    width: float
    size: float


@dataclass(frozen=True, slots=True)
class FormLayout:
    """A form's page and its spots, all in mm; `dx`, `dy` move everything for a printer that pulls.

    Facts that are not among the spots are not printed.
    """

    width: float
    height: float
    dx: float
    dy: float
    spots: tuple[tuple[str, Spot], ...]


# A card of 90 × 60 mm as stationers sell it: photograph left, lines right.
STANDARD_FORM = FormLayout(
    90.0,
    60.0,
    0.0,
    0.0,
    (
        ("name", Spot(38.0, 14.0, 46.0, 4.5)),
        ("number", Spot(38.0, 22.0, 46.0, 3.2)),
        ("post", Spot(38.0, 29.0, 46.0, 3.6)),
        ("unit", Spot(38.0, 36.0, 46.0, 3.2)),
        ("last", Spot(38.0, 43.0, 30.0, 3.2)),
        ("photo", Spot(6.0, 14.0, 25.0, 35.0)),
        ("qr", Spot(72.0, 42.0, 14.0, 14.0)),
    ),
)


def problems_of_form(layout: FormLayout) -> list[Problem]:
    """Return everything wrong with a form; `place` is the field, of a spot its fact."""
    checks = {
        "width": MIN_SIDE <= layout.width <= MAX_SIDE,
        "height": MIN_SIDE <= layout.height <= MAX_SIDE,
        "dx": abs(layout.dx) <= MAX_OFFSET,
        "dy": abs(layout.dy) <= MAX_OFFSET,
        "spots": bool(layout.spots),
    }
    problems = [
        Problem("", None, place, place, place) for place, holds in checks.items() if not holds
    ]
    for name, spot in layout.spots:
        if name not in FIELDS or not _is_inside(name, spot, layout):
            problems.append(Problem("", None, name, "spot", name))
    return problems


def _is_inside(name: str, spot: Spot, layout: FormLayout) -> bool:
    largest = MAX_SIDE if name in PICTURES else MAX_SIZE
    return (
        spot.x >= 0
        and spot.y >= 0
        and spot.width > 0
        and MIN_SIZE <= spot.size <= largest
        and spot.x + spot.width <= layout.width
        and spot.y + spot.size <= layout.height
    )


def form_json(layout: FormLayout) -> str:
    """Return a form as canonical JSON."""
    values = {**asdict(layout), "spots": [[name, asdict(spot)] for name, spot in layout.spots]}
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def read_form(text: str) -> FormLayout:
    """Return the form that `form_json` wrote."""
    values = json.loads(text)
    spots = tuple((name, Spot(**spot)) for name, spot in values["spots"])
    return FormLayout(values["width"], values["height"], values["dx"], values["dy"], spots)
