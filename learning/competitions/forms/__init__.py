"""The forms of competitions: shape and limits; what they mean together is decided by rules."""

from learning.competitions.forms.appeals import ItemAppealForm
from learning.competitions.forms.awards import AwardsForm, rules_values
from learning.competitions.forms.competition import (
    CompetitionForm,
    default_values,
    problem_words,
    values_of,
)
from learning.competitions.forms.pages import PageForm, page_values
from learning.competitions.forms.paper import plain_text, sensible_year
from learning.competitions.forms.rounds import (
    PromotionForm,
    RoundForm,
    WindowForm,
    promotion_values,
    round_values,
)

__all__ = [
    "AwardsForm",
    "CompetitionForm",
    "ItemAppealForm",
    "PageForm",
    "PromotionForm",
    "RoundForm",
    "WindowForm",
    "default_values",
    "page_values",
    "plain_text",
    "problem_words",
    "promotion_values",
    "round_values",
    "rules_values",
    "sensible_year",
    "values_of",
]
