"""HTTP of the bank: items and their review, banks, pictures."""

from learning.question_bank.routes import items
from learning.question_bank.routes.blueprint import bp

__all__ = ["bp", "items"]
