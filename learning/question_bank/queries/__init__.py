"""Reads of the bank. What shows a person something asks in which banks they may."""

from learning.question_bank.queries.banks import (
    BankLine,
    banks_in_reach,
    find_bank,
    get_bank_for,
    list_bank_lines,
    list_banks,
    list_rights,
    may,
    require,
)
from learning.question_bank.queries.drafts import StoredDraft, find_draft
from learning.question_bank.queries.items import VersionLine, get_item_for, get_line_for
from learning.question_bank.queries.listing import (
    PAGE_SIZE,
    PARAMETRIC,
    ItemFilter,
    ItemLine,
    TwinsLine,
    list_areas,
    list_filters,
    list_items,
    list_tags,
    list_twins,
    select_items,
)
from learning.question_bank.queries.media import get_picture
from learning.question_bank.queries.pools import PoolItem, list_pool
from learning.question_bank.queries.texts import storable
from learning.question_bank.queries.versions import (
    forget_versions,
    get_documents,
    get_keys,
    get_whole,
)

__all__ = [
    "PAGE_SIZE",
    "PARAMETRIC",
    "BankLine",
    "ItemFilter",
    "ItemLine",
    "PoolItem",
    "StoredDraft",
    "TwinsLine",
    "VersionLine",
    "banks_in_reach",
    "find_bank",
    "find_draft",
    "forget_versions",
    "get_bank_for",
    "get_documents",
    "get_item_for",
    "get_keys",
    "get_line_for",
    "get_picture",
    "get_whole",
    "list_areas",
    "list_bank_lines",
    "list_banks",
    "list_filters",
    "list_items",
    "list_pool",
    "list_rights",
    "list_tags",
    "list_twins",
    "may",
    "require",
    "select_items",
    "storable",
]
