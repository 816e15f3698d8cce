"""The banks that are shipped, each read once a test process: reading one takes seconds."""

from functools import cache
from pathlib import Path

from learning.question_bank.loader import LoadedBank, load_bank

BANKS = Path(__file__).parents[1] / "question_bank"


def list_banks() -> list[str]:
    """Return the codes of the shipped banks, in order."""
    return sorted(path.parent.name for path in BANKS.glob("*/bank.toml"))


@cache
def shipped_bank(code: str) -> LoadedBank:
    """Return what is read of a shipped bank; nobody may change it."""
    return load_bank(BANKS / code)
