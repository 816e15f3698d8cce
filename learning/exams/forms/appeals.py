"""The forms of appeals: what a candidate lodges, and the answer."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FileField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from learning.exams import words
from learning.exams.forms.applications import PAPERS
from learning.exams.forms.checks import read_upload
from learning.exams.queries.appeals import HandlerLine
from learning.exams.rules import (
    FILE_BYTES,
    MAX_ITEMS,
    MAX_REPLY,
    MAX_TEXT,
    AppealKind,
    Subject,
    Verdict,
)
from learning.exams.words import _
from learning.organisations.rules.corrections import Evidence, check_evidence
from learning.web.forms import plain_text


class AppealForm(FlaskForm):
    """What a candidate appeals on, why, and a file that shows it."""

    subject = SelectField(_l("申诉什么"))
    position = IntegerField(_l("第几题"), validators=[Optional(), NumberRange(1, MAX_ITEMS)])
    text = TextAreaField(
        _l("事实与理由"),
        validators=[DataRequired(), Length(max=MAX_TEXT), plain_text],
        render_kw={"rows": 6},
    )
    evidence = FileField(_l("证明材料"), render_kw=PAPERS)

    def offer(self, subjects: Sequence[tuple[Subject, str]]) -> None:
        """Set what may be appealed on, each with its words."""
        self.subject.choices = [(subject.code, label) for subject, label in subjects]

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the item where an item is appealed on, beside what each field asks."""
        is_valid = bool(super().validate(extra_validators))
        is_item = (self.subject.data or "").startswith(f"{AppealKind.ITEM.value}-")
        if is_item and not self.position.data and not self.position.errors:
            self.position.errors = [_("请写明是第几题。")]
            return False
        return is_valid

    def file(self) -> Evidence | None:
        """Return the file of the form, None without one or with a wrong one: then it is said."""
        found, problems = check_evidence(*read_upload(self.evidence.data, FILE_BYTES))
        self.evidence.errors = [words.file_problem_words(each) for each in problems]
        return found


class AnswerForm(FlaskForm):
    """What the handler decides, and the reasons that the candidate reads."""

    verdict = RadioField(_l("结论"))
    answer = TextAreaField(
        _l("答复（考生会看到）"),
        validators=[DataRequired(), Length(max=MAX_REPLY), plain_text],
        render_kw={"rows": 6},
    )

    def offer(self) -> None:
        """Set the verdicts."""
        self.verdict.choices = [(each.value, words.verdict_words(each)) for each in Verdict]


class HandlerForm(FlaskForm):
    """Who is to handle an appeal."""

    person = SelectField(_l("处理人"))

    def offer(self, people: Sequence[HandlerLine]) -> None:
        """Set the people who are not involved."""
        self.person.choices = [(each.person, each.name) for each in people]
