"""The form of how teams work."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.validators import InputRequired

from learning.competitions.forms.desks import DeskForm
from learning.competitions.rules.teams import TeamFormula, TeamRules
from learning.competitions.words.teams import formula_words

_required = InputRequired(message=_l("请填写这一项。"))


class TeamRulesForm(DeskForm):
    """Least and most members, the formula, how many count."""

    least = IntegerField(_l("每队至少（人）"), [_required])
    most = IntegerField(_l("每队至多（人）"), [_required])
    formula = SelectField(_l("团队得分"))
    best = IntegerField(_l("计入前几人"), [_required])
    same_unit = BooleanField(_l("队员须为同一单位报名"))
    until_start = BooleanField(_l("答题期间也可以组队，到各人开始答题为止"))

    def offer(self) -> None:
        """Set the formulas."""
        self.formula.choices = [(f.value, formula_words(f)) for f in TeamFormula]

    def rules(self) -> TeamRules:
        """Return what a valid form says."""
        return TeamRules(
            least=self.least.data,
            most=self.most.data,
            formula=TeamFormula(self.formula.data),
            best=self.best.data,
            same_unit=self.same_unit.data,
            until_start=self.until_start.data,
        )
