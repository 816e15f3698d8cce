"""What a faulty cell of a roster should probably say.

A proposal is made only where what was meant can be read off what stands there: zeros that Excel
dropped, widths that were mixed, marks around a phone number. Digits that are lost (1.38E+10) are
lost: no proposal. Nothing here is applied by itself; a person takes a proposal or does not.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from learning.accounts.rules import normalise_email, normalise_phone
from learning.kernel.errors import Invalid
from learning.organisations.rules.names import fold_width
from learning.organisations.rules.roster import Path, RosterProblem, RosterRow

MIN_NUMBERS = 3  # staff numbers from which a common width is believed
MAX_WIDTH = 15
MIN_SLIP, LONG_NAME, MAX_SLIPS = 3, 4, 2  # characters: a slip in 3 or 4 is one, beyond that two
_FULL_WIDTH = {0xFF01 + n: 0x21 + n for n in range(94)}
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ]")
_WIDE_MARKS = re.compile("[！-～　]")  # in numbers and addresses marks count as well
_TRAILING_ZEROS = re.compile(r"([0-9]+)\.0+\Z")
_SCIENTIFIC = re.compile(r"([0-9])\.([0-9]+)E\+?([0-9]{1,2})\Z", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s\-.()]")
_MOBILE = re.compile(r"(?<![0-9])(?:\+?86|0)?(1[3-9][0-9]{9})(?![0-9])")
# What tells one department from its sister: 一车间 is no misspelt 二车间.
_ORDINALS = re.compile("[0-9a-z零〇一二三四五六七八九十百甲乙丙丁东南西北中上下前后左右内外新老]")


def width_mend(place: str, text: str) -> str:
    """Return a text with letters and digits in ordinary width, "" when they are so already.

    In numbers and addresses all marks are folded; in names and departments only letters and
    digits: “质量部（一）” is right as it stands.
    """
    if place in {"staff_no", "phone", "email"}:
        return fold_width(text) if _WIDE_MARKS.search(text) else ""
    if not _WIDE.search(text):
        return ""
    return _WIDE.sub(lambda found: found.group().translate(_FULL_WIDTH), text)


def phone_mend(text: str) -> str:
    """Return the one mobile number that a text holds, as people write it; "" when unclear."""
    folded = fold_width(text)
    if whole := _whole_number(folded):
        folded = whole
    numbers = set(_MOBILE.findall(_SEPARATORS.sub("", folded)))
    if len(numbers) != 1:
        return ""
    number: str = numbers.pop()
    return number if _is_valid(normalise_phone, number) else ""


def _whole_number(text: str) -> str:
    """Return the digits of 13812345678.0 or 1.3812345678E+10; "" when some of them are lost."""
    if found := _TRAILING_ZEROS.match(text):
        return found.group(1)
    if found := _SCIENTIFIC.match(text):
        first, rest, exponent = found.groups()
        return first + rest if len(rest) == int(exponent) else ""
    return ""


def email_mend(text: str) -> str:
    """Return an address without spaces and with the marks an address has; "" when unclear."""
    address = "".join(fold_width(text).split()).rstrip(".,;")
    address = address.replace("。", ".").replace("、", ".").replace(",", ".").replace(";", ".")
    return address if _is_valid(normalise_email, address) else ""


def staff_no_mend(text: str) -> str:
    """Return a staff number without the “.0” of a decimal; "" when there is none."""
    found = _TRAILING_ZEROS.match(fold_width(text))
    return found.group(1) if found else ""


def _is_valid(normalise: Callable[[str], str], text: str) -> bool:
    try:
        normalise(text)
    except Invalid:
        return False
    return True


def common_width(numbers: Iterable[str]) -> int:
    """Return how many digits every one of the staff numbers has; 0 when they differ or are few."""
    widths: set[int] = set()
    count = 0
    for number in numbers:
        if not (number.isascii() and number.isdigit()):
            return 0
        widths.add(len(number))
        count += 1
        if len(widths) > 1:
            return 0
    width = widths.pop() if widths else 0
    return width if count >= MIN_NUMBERS and width <= MAX_WIDTH else 0


def width_of_file(rows: Sequence[RosterRow], problems: Sequence[RosterProblem]) -> int:
    """Return the width of the numbers that the file holds as text, when zeros lead one of them."""
    numbers = {p.line for p in problems if p.code == "staff_no_number"}
    texts = [row.staff_no for row in rows if row.staff_no and row.line not in numbers]
    return common_width(texts) if any(text.startswith("0") for text in texts) else 0


def zeros_mend(number: str, width: int) -> str:
    """Return a staff number with the zeros that all others have; "" when it lacks none."""
    if not (number.isascii() and number.isdigit() and len(number) < width):
        return ""
    return number.zfill(width)


def closest_department(
    path: Path, known: Mapping[Path, Path], aliases: Mapping[str, Path]
) -> Path | None:
    """Return the names of the known department that a folded path probably means; None if unclear.

    In this order: another name of a department, the one department so called anywhere, the one
    that differs by a slip and by no ordinal.
    """
    if path[-1] in aliases:
        return known.get(aliases[path[-1]])
    same_end = [key for key in known if key and key[-1] == path[-1]]
    if len(same_end) == 1:
        return known[same_end[0]]
    near = [key for key in known if _is_slipped_path(path, key)]
    if not near:
        near = [key for key in known if key and _is_slip(path[-1], key[-1])]
    return known[near[0]] if len(near) == 1 else None


def _is_slipped_path(one: Path, other: Path) -> bool:
    if len(one) != len(other):
        return False
    differing = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    return len(differing) == 1 and _is_slip(*differing[0])


def _is_slip(one: str, other: str) -> bool:
    """Tell whether one name is probably the other mistyped. 质检部 is no misspelt 质量部."""
    shorter = min(len(one), len(other))
    if shorter < MIN_SLIP or abs(len(one) - len(other)) > MAX_SLIPS:
        return False
    if sorted(_ORDINALS.findall(one)) != sorted(_ORDINALS.findall(other)):
        return False
    if shorter == MIN_SLIP and len(one) == len(other):
        return one[:-1] == other[:-1] and one != other
    return 0 < distance(one, other) <= (MAX_SLIPS if shorter > LONG_NAME else 1)


def distance(one: str, other: str) -> int:
    """Return the Levenshtein distance (1966): inserts, deletions, replacements from one to another.

    `distance("质量管理部", "质量管里部")` is 1.
    """
    above = list(range(len(other) + 1))
    for number, character in enumerate(one, 1):
        line = [number]
        for column, against in enumerate(other, 1):
            line.append(
                min(
                    above[column] + 1,
                    line[column - 1] + 1,
                    above[column - 1] + (character != against),
                )
            )
        above = line
    return above[-1]
