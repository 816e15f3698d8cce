"""The auditor's report of coverage as PDF: what held on a day, as known on a day."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from learning.kernel.printing import ROOT, Typesetter, printable

TEMPLATE = ROOT / "templates" / "compliance" / "report.typ"
_typesetter = Typesetter(TEMPLATE)


def sealed(facts: Mapping[str, Any]) -> tuple[str, str]:
    """Return the facts as the JSON text that is printed, and the SHA-256 of it in hexadecimal.

    The hash is over the facts without itself, with sorted keys and no spaces: who has the facts can
    compute it again.
    """
    plain = json.dumps(_printable(facts), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(plain.encode()).hexdigest()
    return json.dumps({**_printable(facts), "hash": digest}, ensure_ascii=False), digest


def as_pdf(inputs: str) -> bytes:
    """Return the report as PDF; `inputs` is what `sealed` returned."""
    data = _typesetter.compile(inputs, "pdf")
    _typesetter.forget()  # a report of 5,000 people would stay in memory for ten more
    return data


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: _printable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(one) for one in value]
    return value
