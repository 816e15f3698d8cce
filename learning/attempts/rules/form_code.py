"""The code of a form that is printed on paper, and typed from it again.

A code is the form's label and one check character, so that a slip of the hand names no other form.
The alphabet has 31 characters, a prime number: with the value of a character times its place from
the right, summed to 0 modulo 31, every single wrong character and every exchange of two is found.
Letters that are read as others (I, L, O, U, Z) are not in it; typed all the same they mean what
they look like.

A form's label follows from what the form is: another form has another one, also where a sitting was
written anew after its papers had been printed.

Worked number: label A has value 10, place 2, so 20; the check character at place 1 makes it 31: its
value is 11, B. The code is A-B.
"""

import hashlib
import unicodedata

from learning.attempts.rules.form import Form

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXY"
MAX_LABEL = 12
DRAWN = 5  # characters of the label of a form that was drawn
PARALLEL = 3  # behind the letter of a parallel form
_LOOK_ALIKES = str.maketrans("ILOUZ", "110V2")
_SEPARATORS = dict.fromkeys(map(ord, " -_.\u2010\u2011\u2012\u2013\u2014\u2212"))


def label_of(form: Form) -> str:
    """Return a form's label: five characters; of a parallel form its letter and three."""
    letter = form.seed if len(form.seed) == 1 else ""
    rest = int.from_bytes(hashlib.sha256(form.to_json().encode()).digest()[:16])
    found = ""
    for _ in range(PARALLEL if letter else DRAWN):
        rest, value = divmod(rest, len(ALPHABET))
        found += ALPHABET[value]
    return letter + found


def form_code(label: str) -> str:
    """Return the code of a form as it is printed: label, hyphen, check character.

    `label` is 1 to 12 characters of the alphabet. Raises ValueError for another.
    """
    if not 0 < len(label) <= MAX_LABEL or not set(label) <= set(ALPHABET):
        raise ValueError(label)
    rest = _weighted(label, first=2) % len(ALPHABET)
    return f"{label}-{ALPHABET[-rest % len(ALPHABET)]}"


def read_form_code(text: str) -> str | None:
    """Return the label that a typed code names, None where it is no code.

    Case, width, spaces and hyphens do not matter. Whether a form has the label is another question.
    """
    if len(text) > 2 * MAX_LABEL:
        return None
    plain = unicodedata.normalize("NFKC", text).strip().upper().translate(_SEPARATORS)
    code = plain.translate(_LOOK_ALIKES)
    if not 1 < len(code) <= MAX_LABEL + 1 or not set(code) <= set(ALPHABET):
        return None
    return code[:-1] if _weighted(code, first=1) % len(ALPHABET) == 0 else None


def _weighted(text: str, *, first: int) -> int:
    """Return the sum of values times places; the last character stands at place `first`."""
    return sum(
        place * ALPHABET.index(character)
        for place, character in enumerate(reversed(text), start=first)
    )
