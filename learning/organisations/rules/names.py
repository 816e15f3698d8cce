"""How names of people and units are cleaned for keeping and folded for comparing.

What is kept is what was typed: rare characters, ideographic variants and the dots within names stay
as they are. Only what nobody sees goes: marks that hide or reorder text, and padding.
"""

import re
import unicodedata

# Zero-width space, directional marks and overrides, word joiners, byte order mark, soft hyphen.
# The joiners U+200C and U+200D stay: scripts and emoji sequences need them.
_HIDDEN = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_PADDING = re.compile(f"(?<=[{_HAN}])\\s+(?=[{_HAN}])")
_DOTS = re.compile("[\u00b7\u30fb\uff65\u2022\u2027\u2219\u22c5\u0387.]")
_UNSEEN = re.compile("[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def clean_text(raw: str) -> str:
    """Return text without hidden marks, with each run of white space as one space, trimmed."""
    visible = _HIDDEN.sub("", raw)
    return _SPACES.sub(" ", _CONTROL.sub(" ", visible)).strip()


def clean_person_name(raw: str) -> str:
    """Return a person's name for keeping; spaces that align two characters (李　明) are padding."""
    return _PADDING.sub("", clean_text(raw))


def name_key(name: str) -> str:
    """Return what names of units, posts and aliases are compared by: NFKC casefold, no spaces."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", clean_text(name)).casefold())


def person_key(name: str) -> str:
    """Return what tells whether two names may be one person's: the five dots in use are one."""
    return _UNSEEN.sub("", _DOTS.sub("\u00b7", name_key(name)))


def staff_key(staff_no: str) -> str:
    """Return what staff numbers are compared by: NFKC casefold without spaces; zeros count."""
    return name_key(staff_no)


def fold_width(raw: str) -> str:
    """Return a code, number or address in ordinary width, without spaces around it."""
    return unicodedata.normalize("NFKC", clean_text(raw)).strip()
