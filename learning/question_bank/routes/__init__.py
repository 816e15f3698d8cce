"""HTTP of the bank: items and their review, banks, pictures."""

from learning.question_bank.routes import editor, items
from learning.question_bank.routes.blueprint import bp

__all__ = ["bp", "editor", "items"]
