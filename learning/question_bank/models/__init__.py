"""Tables of the bank. Keys live in a table of their own."""

from learning.question_bank.models.imports import (
    ItemImport,
    ItemImportRow,
    ItemImportWriter,
    MediaFile,
)
from learning.question_bank.models.items import BankRow, ItemKeyRow, ItemRow, ItemVersionRow
from learning.question_bank.models.work import (
    ItemDraftRow,
    ItemExposure,
    ItemReview,
    ItemSearch,
    ItemStatistics,
    ItemTag,
    ItemTwins,
    ItemWriter,
    SavedFilter,
)

__all__ = [
    "BankRow",
    "ItemDraftRow",
    "ItemExposure",
    "ItemImport",
    "ItemImportRow",
    "ItemImportWriter",
    "ItemKeyRow",
    "ItemReview",
    "ItemRow",
    "ItemSearch",
    "ItemStatistics",
    "ItemTag",
    "ItemTwins",
    "ItemVersionRow",
    "ItemWriter",
    "MediaFile",
    "SavedFilter",
]
