"""Forms of who looks after units: offices, declared headcounts."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from learning.competitions.rules.desks import MAX_OFFICE_TITLE, SCOPES, TypedHeadcount
from learning.competitions.words.desks import problem_words, scope_kind_words
from learning.kernel.errors import Problem
from learning.organisations.rules.corrections import EVIDENCE_BYTES, EVIDENCE_TYPES

_required = InputRequired(message=_l("请填写这一项。"))


class DeskForm(FlaskForm):
    """A form that shows each problem of a service beside its field."""

    def show(self, problems: Sequence[Problem]) -> None:
        """Put each problem beside its field."""
        for problem in problems:
            field = self._fields[problem.place]
            field.errors = [*field.errors, problem_words(problem.code)]


class OfficeForm(DeskForm):
    """Whom to appoint, under what title, and for which units."""

    person = StringField(
        _l("登录名"), [_required, Length(max=200)], render_kw={"autocomplete": "off"}
    )
    title = StringField(
        _l("名称"),
        [_required, Length(max=MAX_OFFICE_TITLE)],
        render_kw={"maxlength": MAX_OFFICE_TITLE},
    )
    scope_kind = SelectField(_l("范围"))
    scope = StringField(
        _l("地区、行业或单位"), [_required, Length(max=20)], render_kw={"maxlength": 20}
    )

    def offer(self) -> None:
        """Set the kinds of scopes."""
        self.scope_kind.choices = [(kind.value, scope_kind_words(kind)) for kind in SCOPES]


class HeadcountForm(DeskForm):
    """A headcount as of a day, with the paper that proves it."""

    headcount = StringField(
        _l("职工人数"), [_required], render_kw={"maxlength": 9, "inputmode": "numeric"}
    )
    as_of = StringField(_l("截至日期"), [_required], render_kw={"type": "date"})
    evidence = FileField(
        _l("证明材料"), render_kw={"accept": ",".join([*EVIDENCE_TYPES, ".pdf,.png,.jpg,.jpeg"])}
    )

    def typed(self) -> TypedHeadcount:
        """Return what was typed and sent, the file one byte longer than allowed at most."""
        file, name, content = self.evidence.data, "", b""
        if isinstance(file, FileStorage) and file.filename:
            name, content = file.filename, file.stream.read(EVIDENCE_BYTES + 1)
        count, day = self.headcount.data or "", self.as_of.data or ""
        return TypedHeadcount(count, day, name, content)
