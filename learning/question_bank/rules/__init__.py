"""The values of the bank: vocabularies, documents, keys, and their canonical JSON. Pure."""

from learning.question_bank.rules.documents import (
    AnswerKey,
    Criterion,
    Draw,
    ItemDocument,
    ItemView,
    Option,
    OptionView,
    Response,
    ResponseInvalid,
    Settings,
    ToleranceKind,
    Variable,
)
from learning.question_bank.rules.kinds import (
    EASY_MILLI,
    HARD_MILLI,
    Band,
    ItemKind,
    Level,
    Pool,
    band_of,
)
from learning.question_bank.rules.pictures import Picture
from learning.question_bank.rules.records import (
    Item,
    document_from_json,
    document_to_json,
    key_from_json,
    key_to_json,
)

__all__ = [
    "EASY_MILLI",
    "HARD_MILLI",
    "AnswerKey",
    "Band",
    "Criterion",
    "Draw",
    "Item",
    "ItemDocument",
    "ItemKind",
    "ItemView",
    "Level",
    "Option",
    "OptionView",
    "Picture",
    "Pool",
    "Response",
    "ResponseInvalid",
    "Settings",
    "ToleranceKind",
    "Variable",
    "band_of",
    "document_from_json",
    "document_to_json",
    "key_from_json",
    "key_to_json",
]
