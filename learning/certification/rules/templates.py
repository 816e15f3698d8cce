"""How a scheme's certificates look: what an issuer may choose, and its limits. Pure.

A look is kept as a version of the scheme's template and never changed: a certificate prints with
the version in force at its issue, one issued before the first version with `STANDARD`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from learning.kernel.errors import Problem

LAYOUTS = ("double", "line", "bar")  # double rule, single rule, a bar without a frame
ORIENTATIONS = ("landscape", "portrait")
ACCENTS = ("seal", "ink", "jade", "plum", "graphite")
SEALS = ("drawn", "picture", "none")
SHOWN = ("unit", "title_en", "issued", "valid_until", "band")  # the number and the code always are
MAX_HEADING = 20
MAX_LINE = 60
MAX_LATIN = 120
MAX_SIGNATORY = 40
SEAL_BYTES = 2 * 1024 * 1024
SEAL_SIDE = 600  # pixels: 24 mm at 600 dots an inch

# Names that show whether the page holds: common, rare, in three scripts, as long as they come.
SAMPLES = (
    "张伟",
    "李𠅤",
    "赵䶮",
    "王㛃",
    "欧阳示例",
    "阿卜杜热西提·买买提明",
    "阿依努尔·示例木拉提·阿布都热合曼·伊斯拉木江",
    "Konstantinos Papadopoulos-Alexandrou",
)


@dataclass(frozen=True, slots=True)
class Look:
    """What an issuer chooses of the printed page; texts are one line each, "" leaves it out."""

    layout: str = "double"
    orientation: str = "landscape"
    accent: str = "seal"
    heading: str = "能力证书"
    heading_en: str = "CERTIFICATE OF COMPETENCE"
    before: str = "经考试合格，具备"
    before_en: str = ""
    after: str = "所要求的知识与能力，特发此证。"
    after_en: str = ""
    shown: tuple[str, ...] = SHOWN
    photo: bool = False
    seal: str = "drawn"
    signatory_title: str = ""
    signatory: str = ""


STANDARD = Look()
_LIMITS = {
    "heading": MAX_HEADING,
    "heading_en": MAX_LINE,
    "before": MAX_LINE,
    "before_en": MAX_LATIN,
    "after": MAX_LINE,
    "after_en": MAX_LATIN,
    "signatory_title": MAX_SIGNATORY,
    "signatory": MAX_SIGNATORY,
}


def problems_of_look(look: Look) -> list[Problem]:
    """Return everything wrong with a look; `place` is the field. Twin of the form's limits."""
    checks = {name: len(getattr(look, name)) <= limit for name, limit in _LIMITS.items()}
    checks["heading"] = checks["heading"] and bool(look.heading)
    checks["layout"] = look.layout in LAYOUTS
    checks["orientation"] = look.orientation in ORIENTATIONS
    checks["accent"] = look.accent in ACCENTS
    checks["seal"] = look.seal in SEALS
    checks["shown"] = set(look.shown) <= set(SHOWN)
    return [Problem("", None, place, place, place) for place, holds in checks.items() if not holds]


def look_json(look: Look) -> str:
    """Return a look as canonical JSON."""
    return json.dumps(asdict(look), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_look(text: str) -> Look:
    """Return the look that `look_json` wrote; what a later version added has its standard value."""
    values: Mapping[str, Any] = json.loads(text)
    known = {field.name for field in fields(Look)}
    kept = {name: value for name, value in values.items() if name in known}
    return Look(**{**kept, "shown": tuple(kept.get("shown", SHOWN))})
