"""Enemies 互斥题: the codes of items that no paper may hold together with this one. Pure.

The field calls two items enemies when one gives the other's key away, or when both ask the same.
Whether a code is one of the bank's is for who knows the bank: the loader for files, services for
what is written on the web.
"""

import re
from collections.abc import Iterator, Sequence

MAX_ENEMIES = 40
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_BETWEEN = re.compile(r"[\s,，、;；]+")


def read_enemies(text: str) -> tuple[str, ...]:
    """Read codes with 、, commas, semicolons or spaces between them; each is kept once."""
    return tuple(dict.fromkeys(word for word in _BETWEEN.split(text) if word))


def write_enemies(codes: Sequence[str]) -> str:
    """Write codes so that `read_enemies` reads them."""
    return "、".join(codes)


def enemy_faults(codes: Sequence[str], own: str) -> Iterator[tuple[str, str]]:
    """Yield a code and a message for everything wrong with the enemies of the item `own`."""
    if len(codes) > MAX_ENEMIES:
        yield "excludes_many", f"互斥题至多 {MAX_ENEMIES} 道"
    for code in codes:
        if not _CODE.fullmatch(code):
            yield "excludes_code", f"互斥题“{code[:60]}”不是题号"
        elif code == own:
            yield "excludes_self", "一道题不能与自己互斥"


def unknown_enemy(code: str) -> str:
    """Return the message about a code that the bank does not have."""
    return f"互斥题 {code[:60]} 不在本题库里"
