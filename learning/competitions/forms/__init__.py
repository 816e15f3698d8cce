"""The forms of competitions: shape and limits; what they mean together is decided by rules."""

from learning.competitions.forms.awards import AwardsForm, rules_values
from learning.competitions.forms.competition import (
    CompetitionForm,
    default_values,
    plain_text,
    problem_words,
    sensible_year,
    values_of,
)

__all__ = [
    "AwardsForm",
    "CompetitionForm",
    "default_values",
    "plain_text",
    "problem_words",
    "rules_values",
    "sensible_year",
    "values_of",
]
