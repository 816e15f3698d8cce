"""What a form of a bulk act asks for: the act, whom it means, the aim."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from learning.compliance.routes import grid_words as words
from learning.compliance.words import _
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Permission

ACTS = {
    "track": Permission.TRACK_ASSIGN,
    "task": Permission.ASSIGNMENT_MANAGE,
    "exempt": Permission.COMPLIANCE_MANAGE,
    "leave": Permission.COMPLIANCE_MANAGE,
    "return": Permission.COMPLIANCE_MANAGE,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form asks for: the act, its people (None: all of the filter), the aim."""

    act: str
    wanted: Any
    people: list[str] | None
    aim: str


def read_wish(act: str = "") -> Wish:
    """Return what was sent; NotFound for an act that is none."""
    given = request.form
    act = act or given.get("act", "")
    if act not in ACTS:
        raise NotFound("act")
    filtered = {name: given.get(name, "") for name in ("unit", "post", "scheme", "lacks", "q")}
    wanted = words.grid_filter(MultiDict({**filtered, "days": given.get("days", "")}))
    people = None if given.get("who") == "all" else given.getlist("person")
    return Wish(act, wanted, people, given.get("aim", "")[:100])


def typed_numbers() -> str:
    """Return the staff numbers that were typed, all of them, a space between two."""
    return " ".join(request.form.get("numbers", "").split())


def title_of(act: str) -> str:
    """Return what an act is called."""
    return {
        "track": _("选定培养方向"),
        "task": _("派培训任务"),
        "exempt": _("批量豁免"),
        "leave": _("批量登记离岗"),
        "return": _("批量登记返岗"),
    }[act]


def back_url(wish: Wish) -> str:
    """Return the address of the grid by the same filter."""
    kept, address = words.kept_of(wish.wanted), url_for("compliance.grid")
    return f"{address}?{urlencode(kept)}" if kept else address
