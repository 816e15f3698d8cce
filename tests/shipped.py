"""The banks that are shipped, each read once a test process: reading one takes seconds.

Nothing is read where tests are only collected, which every process does for all of them.
"""

import re
from functools import cache
from pathlib import Path

from learning.question_bank.loader import LoadedBank, load_bank
from learning.question_bank.rules import Item

BANKS = Path(__file__).parents[1] / "question_bank"
_DRAWING = re.compile(r"^## (\S+)[^\n]*\n```toml\n\[draw\]", re.MULTILINE)


def list_banks() -> list[str]:
    """Return the codes of the shipped banks, in order."""
    return sorted(path.parent.name for path in BANKS.glob("*/bank.toml"))


@cache
def shipped_bank(code: str) -> LoadedBank:
    """Return what is read of a shipped bank; nobody may change it."""
    return load_bank(BANKS / code)


@cache
def shipped_items(code: str) -> dict[str, Item]:
    """Return the items of a shipped bank by their codes; nobody may change it."""
    return {item.document.code: item for item in shipped_bank(code).items}


def list_parametric() -> list[str]:
    """Return the codes of the items that draw, found in the text of the files alone."""
    texts = [file.read_text("utf-8") for file in sorted(BANKS.glob("*/*.md"))]
    return [found[1] for text in texts for found in _DRAWING.finditer(text)]
