"""Texts from outside that a query compares with."""

NOWHERE = "\x7f"  # in no code, name or stem: the loader refuses control characters


def storable(text: str) -> str:
    """Return a text from outside, or one that nothing has when no database could hold it."""
    return text if text.isprintable() else NOWHERE
