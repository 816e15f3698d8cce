"""QR codes: the matrix, the drawing, and what is refused."""

import re

import pytest
import segno

from learning.kernel.qr import qr_matrix, qr_path, qr_svg

ADDRESS = "https://qa.example.cn/join/7K3MQ-2ZA9H"
FINDER = ("1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111")


def test_three_corners_of_the_matrix_hold_the_finder_pattern() -> None:
    matrix = qr_matrix(ADDRESS)

    size = len(matrix)
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        corner = tuple(
            "".join("1" if cell else "0" for cell in row[left : left + 7])
            for row in matrix[top : top + 7]
        )
        assert corner == FINDER


def test_the_path_fills_exactly_the_dark_modules() -> None:
    matrix = qr_matrix(ADDRESS)

    filled = set()
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", qr_path(matrix)):
        filled |= {(int(x) + step, int(y)) for step in range(int(width))}
    dark = {(x, y) for y, row in enumerate(matrix) for x, cell in enumerate(row) if cell}
    assert filled == dark


def test_the_same_text_gives_the_same_code() -> None:
    assert qr_svg(ADDRESS) == qr_svg(ADDRESS)


def test_the_drawing_has_a_quiet_zone_and_no_inline_style() -> None:
    svg = qr_svg(ADDRESS, module=3)

    side = len(qr_matrix(ADDRESS)) + 8
    assert f'viewBox="-4 -4 {side} {side}" width="{side * 3}"' in svg
    assert "style" not in svg


@pytest.mark.parametrize("text", ["", "x" * 1_001])
def test_a_text_that_makes_no_readable_code_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="QR"):
        qr_matrix(text)


def test_characters_beyond_latin_are_drawn() -> None:
    assert len(qr_matrix("质量学堂 𠮷")) >= 21


@pytest.mark.parametrize("length", [1, 15, 40, 84, 131, 300, 700])
def test_the_mask_is_the_one_that_the_standard_weighs_lowest(length: int) -> None:
    """The library weighs all eight by itself, slowly: from the smallest version to large ones."""
    for seed in range(5):
        text = "".join(chr(33 + (seed * 31 + n * n * 7) % 90) for n in range(length))

        code = segno.make_qr(text, error="m", boost_error=False)

        assert qr_matrix(text) == tuple(tuple(map(bool, row)) for row in code.matrix)
