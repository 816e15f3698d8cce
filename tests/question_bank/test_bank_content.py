"""Every bank of this repository loads without a problem and is written back as it is."""

from pathlib import Path

import pytest

from learning.question_bank.loader import dump, load_bank

ROOT = Path(__file__).parents[2] / "question_bank"
BANKS = sorted(path.parent for path in ROOT.glob("*/bank.toml"))


@pytest.mark.parametrize("folder", BANKS, ids=lambda path: path.name)
def test_a_bank_has_no_problems(folder) -> None:
    loaded = load_bank(folder)

    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.bank.id == folder.name
    assert loaded.items


@pytest.mark.parametrize("folder", BANKS, ids=lambda path: path.name)
def test_a_bank_is_written_back_byte_for_byte(folder) -> None:
    loaded = load_bank(folder)

    for file in loaded.files:
        assert dump(file.items, loaded.bank, intro=file.intro) == Path(file.path).read_text("utf-8")


def test_codes_are_unique_over_all_banks() -> None:
    codes = [item.document.code for folder in BANKS for item in load_bank(folder).items]

    assert len(codes) == len(set(codes))
