"""Parametric items: a variant of one is a plain item, with its numbers drawn.

A variant is a number from 0 to 999, pinned in the form: the same number gives the same item for
ever, on every machine and every release of Python, so that a score can be recomputed. Values are
drawn by hashing the item's code, the variant and the name of the variable: an item under another
code draws other numbers. Pure.
"""

from learning.question_bank.variants.drawing import VARIANTS, read_value
from learning.question_bank.variants.expressions import (
    NAME,
    RESERVED,
    Expression,
    ExpressionError,
    parse_expression,
)
from learning.question_bank.variants.numbers import plain
from learning.question_bank.variants.realising import (
    list_variants,
    realised,
    realised_item,
    realised_key,
)
from learning.question_bank.variants.survey import Fault, Survey, survey

__all__ = [
    "NAME",
    "RESERVED",
    "VARIANTS",
    "Expression",
    "ExpressionError",
    "Fault",
    "Survey",
    "list_variants",
    "parse_expression",
    "plain",
    "read_value",
    "realised",
    "realised_item",
    "realised_key",
    "survey",
]
