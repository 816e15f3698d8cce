"""HTTP of the bank: items and their review, banks, imports and exports, pictures."""

from learning.question_bank.routes import (
    banks,
    editor,
    exports,
    imports,
    items,
    life,
    listing,
    review,
    twins,
)
from learning.question_bank.routes.blueprint import bp
from learning.question_bank.routes.media import media_bp

__all__ = [
    "banks",
    "bp",
    "editor",
    "exports",
    "imports",
    "items",
    "life",
    "listing",
    "media_bp",
    "review",
    "twins",
]
