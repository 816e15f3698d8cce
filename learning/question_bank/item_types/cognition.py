"""What an item asks of the mind: an attribute of any kind, `认知 应用`, kept with the key.

Neither level nor difficulty says it: 掌握 is asked of a plain definition too, and recalling a rare
name is hard. It stands with the key, so that no candidate reads it.
"""

import re
from dataclasses import replace

from learning.question_bank.item_types.parts import ItemBlock, ItemParts, Written
from learning.question_bank.rules import AnswerKey

SETTING = "cognition"
WORDS = {"识记": "recall", "理解": "understand", "应用": "apply", "分析": "analyse"}
ATTRIBUTES = re.compile(rf"认知 (?:{'|'.join(WORDS)})")


def without(block: ItemBlock) -> tuple[ItemBlock, str]:
    """Take the attribute out of a block: the block a kind reads, and what was said, or ""."""
    found = [word for word in block.attributes if ATTRIBUTES.fullmatch(word)]
    if not found:
        return block, ""
    kept = tuple(word for word in block.attributes if word not in found)
    return replace(block, attributes=kept), WORDS[found[-1].partition(" ")[2]]


def marked(parts: ItemParts, value: str) -> ItemParts:
    """Note what was said."""
    if not value:
        return parts
    return replace(parts, key_settings=tuple(sorted((*parts.key_settings, (SETTING, value)))))


def written(written: Written, key: AnswerKey) -> Written:
    """Write the attribute behind those of the kind."""
    value = key.setting(SETTING)
    words = [word for word, known in WORDS.items() if known == value]
    return replace(written, attributes=(*written.attributes, *(f"认知 {word}" for word in words)))
