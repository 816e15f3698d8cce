"""A list of people as somebody types it, one a line: a name, with a staff or phone number. Pure."""

import re

from learning.accounts.rules import normalise_phone
from learning.kernel.errors import Invalid
from learning.organisations.rules.names import clean_person_name, clean_text, fold_width
from learning.organisations.rules.roster import RosterProblem, RosterRow

COLUMNS = dict.fromkeys(("name", "staff_no", "phone"), "#")  # a line is named by its number: #3
_PARTS = re.compile(r"[\s,，、;；:：]+")
_TITLES = frozenset({"姓名", "工号", "手机号", "手机", "序号", "name"})
_ORDINAL = re.compile(r"[0-9]{1,4}[.．]?")
_PHONE_DIGITS = 11


def read_people(text: str) -> tuple[list[RosterRow], list[RosterProblem]]:
    """Return whom the lines of a text name, and the lines without a name.

    What holds a digit is a number; one before the name that counts the lines is left out, and so
    is a line of headings. Lines are numbered from 1.
    """
    rows, problems = [], []
    for line, raw in enumerate(text.splitlines(), 1):
        parts = [part for part in _PARTS.split(clean_text(fold_width(raw))) if part]
        if not parts or _TITLES.issuperset(part.casefold() for part in parts):
            continue
        if len(parts) > 1 and _ORDINAL.fullmatch(parts[0]):
            parts = parts[1:]
        words = [part for part in parts if not _has_digit(part)]
        gap = " " if all(word.isascii() for word in words) else ""  # 李　明 is one name
        name = clean_person_name(gap.join(words))
        numbers = [part for part in parts if _has_digit(part)]
        if not name:
            problems.append(RosterProblem(line, f"#{line}", raw[:60], "name_missing", place="name"))
            continue
        phone = next((found for part in numbers if (found := _phone(part))), "")
        staff_no = next((part for part in numbers if not _phone(part)), "")
        rows.append(RosterRow(line, name, staff_no, phone, "", (), ""))
    return rows, problems


def _has_digit(part: str) -> bool:
    return any(character.isdigit() for character in part)


def _phone(part: str) -> str:
    """Return a phone number in its canonical form, "" for what is none."""
    if sum(character.isdigit() for character in part) < _PHONE_DIGITS:
        return ""
    try:
        return normalise_phone(part)
    except Invalid:
        return ""
