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
from learning.question_bank.rules.kinds import ItemKind, Level, Pool
from learning.question_bank.rules.pictures import Picture
from learning.question_bank.rules.records import (
    Item,
    document_from_json,
    document_to_json,
    key_from_json,
    key_to_json,
)

__all__ = [
    "AnswerKey",
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
    "document_from_json",
    "document_to_json",
    "key_from_json",
    "key_to_json",
]
