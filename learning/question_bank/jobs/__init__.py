"""What the worker does for the bank: reads large imports, forgets old ones."""

from learning.question_bank.jobs.imports import CLAIMS, OLD_IMPORTS, READ

__all__ = ["CLAIMS", "OLD_IMPORTS", "READ"]
