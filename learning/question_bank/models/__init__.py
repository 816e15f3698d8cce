"""Tables of the bank. Keys live in a table of their own."""

from learning.question_bank.models.imports import ItemImport, ItemImportRow, MediaFile
from learning.question_bank.models.items import BankRow, ItemKeyRow, ItemRow, ItemVersionRow
from learning.question_bank.models.work import (
    ItemDraftRow,
    ItemExposure,
    ItemReview,
    ItemStatistics,
    ItemTag,
    SavedFilter,
)

__all__ = [
    "BankRow",
    "ItemDraftRow",
    "ItemExposure",
    "ItemImport",
    "ItemImportRow",
    "ItemKeyRow",
    "ItemReview",
    "ItemRow",
    "ItemStatistics",
    "ItemTag",
    "ItemVersionRow",
    "MediaFile",
    "SavedFilter",
]
