"""Every bank of this repository is written back as it is; that none has a problem, `make content` says."""

import functools
from pathlib import Path

import pytest

from learning.question_bank.loader import LoadedBank, dump, load_bank

ROOT = Path(__file__).parents[2] / "question_bank"
BANKS = sorted(path.parent for path in ROOT.glob("*/bank.toml"))


@functools.cache
def loaded(folder: Path) -> LoadedBank:
    """Return a bank; all variants of its parametric items are looked at, which takes a while."""
    return load_bank(folder)


@pytest.mark.parametrize("folder", BANKS, ids=lambda path: path.name)
def test_a_bank_is_written_back_byte_for_byte(folder: Path) -> None:
    bank = loaded(folder)

    assert bank.bank.id == folder.name
    assert bank.items
    for file in bank.files:
        assert dump(file.items, bank.bank, intro=file.intro) == Path(file.path).read_text("utf-8")


def test_codes_are_unique_over_all_banks() -> None:
    codes = [item.document.code for folder in BANKS for item in loaded(folder).items]

    assert len(codes) == len(set(codes))
