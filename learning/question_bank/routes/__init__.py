"""HTTP of the bank: items and their review, banks, pictures."""

from learning.question_bank.routes import editor, items, listing, twins
from learning.question_bank.routes.blueprint import bp

__all__ = ["bp", "editor", "items", "listing", "twins"]
