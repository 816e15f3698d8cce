"""HTTP of the bank: items and their review, banks, imports and exports, pictures."""

from learning.question_bank.routes import (
    editor,
    exports,
    imports,
    items,
    listing,
    twins,
)
from learning.question_bank.routes.blueprint import bp
from learning.question_bank.routes.media import media_bp

__all__ = [
    "bp",
    "editor",
    "exports",
    "imports",
    "items",
    "listing",
    "media_bp",
    "twins",
]
