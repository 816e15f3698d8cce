"""Sentences that stand one after the other, in whatever language they were translated to."""

from unicodedata import east_asian_width


def run_on(*sentences: str) -> str:
    """Return sentences as one text: a space between them, none after a full-width character.

    Empty ones are left out.
    """
    joined = ""
    for sentence in filter(None, sentences):
        glue = "" if not joined or east_asian_width(joined[-1]) in {"W", "F"} else " "
        joined += glue + sentence
    return joined
