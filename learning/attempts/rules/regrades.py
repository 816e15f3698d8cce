"""A regrade as people prepare it: its states, its rulings as JSON. Pure."""

import json
from collections.abc import Sequence
from enum import StrEnum

from learning.attempts.rules.batch import canonical
from learning.attempts.rules.rulings import Ruling, Treatment
from learning.question_bank.rules import key_from_json, key_to_json

SMALL = 500
"""Up to so many papers are scored anew within a request: half a second; more by the worker."""
MAX_RULINGS = 50
MAX_REGRADE_REASON = 500  # twin of RegradePlan.reason
MAX_EXPLANATION = 4_000


class RegradeState(StrEnum):
    """How a regrade stands. Twin: the CHECK of `regrade_plans`."""

    DRAFT = "draft"
    LOOKING = "looking"
    LOOKED = "looked"
    APPLYING = "applying"
    APPLIED = "applied"
    DROPPED = "dropped"


BUSY = frozenset({RegradeState.LOOKING, RegradeState.APPLYING})
OPEN_REGRADES = frozenset({RegradeState.DRAFT, RegradeState.LOOKED})


def rulings_to_json(rulings: Sequence[Ruling]) -> str:
    """Return rulings as canonical JSON: [[version, treatment, key or "", explanation]]."""
    return canonical(
        [
            [
                each.version_id,
                each.treatment.value,
                key_to_json(each.key) if each.key else "",
                each.explanation,
            ]
            for each in rulings
        ]
    )


def rulings_from_json(text: str) -> tuple[Ruling, ...]:
    """Read what `rulings_to_json` wrote; earlier ones had no explanation."""
    return tuple(
        Ruling(version_id, Treatment(treatment), key_from_json(key) if key else None, *explanation)
        for version_id, treatment, key, *explanation in json.loads(text)
    )
