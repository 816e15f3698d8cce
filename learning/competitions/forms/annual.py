"""The form of the words of an annual report."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length, Optional

from learning.competitions.forms.paper import plain_text
from learning.competitions.rules.annual import AnnualText

MOST = 5_000
_rules = [Optional(), Length(max=MOST), plain_text]


class AnnualForm(FlaskForm):
    """Plan, what was done, problems and what is next; a line a paragraph."""

    plan = TextAreaField(_l("工作计划"), validators=_rules, render_kw={"rows": 5})
    done = TextAreaField(_l("做了哪些工作"), validators=_rules, render_kw={"rows": 6})
    problems = TextAreaField(_l("存在的问题"), validators=_rules, render_kw={"rows": 4})
    outlook = TextAreaField(_l("下一步打算"), validators=_rules, render_kw={"rows": 4})

    def text(self) -> AnnualText:
        """Return what was written."""
        return AnnualText(
            self.plan.data or "",
            self.done.data or "",
            self.problems.data or "",
            self.outlook.data or "",
        )
