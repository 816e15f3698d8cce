"""Every bank of this repository is written back as it is; that none has a problem, `make content` says."""

from pathlib import Path

import pytest

from learning.question_bank.loader import dump
from tests.shipped import list_banks, shipped_bank


@pytest.mark.parametrize("code", list_banks())
def test_a_bank_is_written_back_byte_for_byte(code: str) -> None:
    bank = shipped_bank(code)

    assert bank.bank.id == code
    assert bank.items
    for file in bank.files:
        assert dump(file.items, bank.bank, intro=file.intro) == Path(file.path).read_text("utf-8")


def test_codes_are_unique_over_all_banks() -> None:
    codes = [item.document.code for bank in list_banks() for item in shipped_bank(bank).items]

    assert len(codes) == len(set(codes))
