"""An item's own draft inside a file of another format, so that it comes back exactly.

Formats of other systems have no place for a relative tolerance, a pool or the author's Markdown.
Our exports carry the draft beside what the format can say. It is believed only where the format's
own fields still say the same: whoever reads checks that.
"""

from learning.question_bank.drafts import Defaults, ItemDraft, check, draft_from_json, draft_to_json
from learning.question_bank.rules import Item

MAX_LENGTH = 200_000


def write(draft: ItemDraft) -> str:
    """Write a draft for `read`."""
    return draft_to_json(draft)


def read(text: str | None) -> ItemDraft | None:
    """Return the draft that `write` wrote; None for anything else, however it was made."""
    if not text or len(text) > MAX_LENGTH:
        return None
    try:
        draft = draft_from_json(text)
        return draft if not draft.draw and item_of(draft) else None
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return None


def item_of(draft: ItemDraft) -> Item | None:
    """Return the item that the draft makes, None if it makes none."""
    return check(draft, Defaults(draft.code)).item
