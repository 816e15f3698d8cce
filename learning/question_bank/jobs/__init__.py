"""What the worker does for the bank: reads large imports, finds items that are alike."""

from learning.question_bank.jobs.imports import CLAIMS, OLD_IMPORTS, READ
from learning.question_bank.jobs.twins import TWINS

__all__ = ["CLAIMS", "OLD_IMPORTS", "READ", "TWINS"]
