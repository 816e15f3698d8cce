"""The form of a room: shape and limits; what they mean together is `rules.problems_of`."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from learning.kernel.errors import Problem
from learning.live_rounds import words
from learning.live_rounds.rules import (
    MAX_ITEMS,
    MAX_POINTS,
    MAX_SECONDS,
    MAX_STAGES,
    MAX_TEAMS,
    MAX_TITLE,
    MAX_VALUES,
    Help,
    Kind,
    Order,
    RoomRules,
    StageRules,
    Unclaimed,
    parse_results,
    teams_of,
)
from learning.live_rounds.services import MAX_NAME, RoomPlan
from learning.live_rounds.words import _

MAX_ROOM_TITLE = 200
MAX_VALUES_TEXT = 40
MAX_PASTED = 100_000
MOST_NAMED = 10
_BETWEEN = re.compile(r"[,\u3001/;]")


def plain_text(_form: Form, field: Field) -> None:
    """Refuse control characters: no database and no reader has a use for them."""
    if any(ord(c) < 32 and c not in "\r\n\t" for c in field.data or ""):
        raise ValidationError(_("含有不能显示的字符。"))


def whole_numbers(_form: Form, field: Field) -> None:
    """Refuse what is not a list of whole numbers."""
    if not all(_is_number(part) for part in split_numbers(field.data)):
        raise ValidationError(_("填整数，几个分值用逗号隔开。"))


def split_numbers(text: str | None) -> list[str]:
    """Return the parts of a list that people separate by commas of any script, strokes, blanks."""
    folded = unicodedata.normalize("NFKC", text or "")
    return _BETWEEN.sub(" ", folded).split()[: MAX_VALUES + 1]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) <= MAX_POINTS


class StageRow(Form):
    """A stage; a row without a title is none."""

    kind = SelectField(_l("环节类型"), default=Kind.TURNS.value)
    title = StringField(_l("环节名称"), validators=[Length(max=MAX_TITLE), plain_text])
    items = IntegerField(_l("题数"), default=10, validators=[NumberRange(1, MAX_ITEMS)])
    values = StringField(
        _l("分值"), default="10", validators=[Length(max=MAX_VALUES_TEXT), whole_numbers]
    )
    seconds = IntegerField(_l("限时（秒）"), default=30, validators=[NumberRange(1, MAX_SECONDS)])
    penalty = IntegerField(_l("答错扣分"), validators=[Optional(), NumberRange(0, MAX_POINTS)])
    early_penalty = IntegerField(_l("抢跑扣分"), default=0, validators=[NumberRange(0, MAX_POINTS)])
    early_voids = BooleanField(_l("抢跑则该题作废"))
    order = SelectField(_l("顺序"), default=Order.NUMBER.value)
    help = SelectField(_l("谁可以帮助"), default=Help.TEAM.value)
    unclaimed = SelectField(_l("无人抢答"), default=Unclaimed.VOID.value)
    stock = IntegerField(_l("每种分值题数"), default=0, validators=[NumberRange(0, MAX_ITEMS)])
    is_optional = BooleanField(_l("可以放弃"))
    are_distinct = BooleanField(_l("各轮分值不同"))

    @property
    def is_blank(self) -> bool:
        """Tell whether nobody wrote a stage here."""
        return not (self.title.data or "").strip()

    def stage(self) -> StageRules:
        """Return what the row says."""
        return StageRules(
            kind=Kind(self.kind.data),
            title=self.title.data.strip(),
            items=self.items.data,
            values=tuple(int(part) for part in split_numbers(self.values.data)),
            seconds=self.seconds.data,
            penalty=self.penalty.data,
            early_penalty=self.early_penalty.data,
            early_voids=self.early_voids.data,
            order=Order(self.order.data),
            help=Help(self.help.data),
            unclaimed=Unclaimed(self.unclaimed.data),
            stock=self.stock.data,
            is_optional=self.is_optional.data,
            are_distinct=self.are_distinct.data,
        )


class StageRows(FieldList):
    """Rows by number; numbers beyond `max_entries` are none of ours and are not looked at."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        for number in range(self.max_entries):
            if f"{prefix}-{number}-title" in formdata:
                yield number


class RoomForm(FlaskForm):
    """Everything an organiser writes of a room."""

    organiser = SelectField(_l("主办单位"), validate_choice=True)
    title = StringField(
        _l("名称"), validators=[InputRequired(), Length(max=MAX_ROOM_TITLE), plain_text]
    )
    bank = SelectField(_l("题库"))
    teams = TextAreaField(
        _l("参赛队"),
        validators=[InputRequired(), Length(max=MAX_TEAMS * (MAX_NAME + 2)), plain_text],
        render_kw={"rows": 8},
    )
    base = IntegerField(_l("底分"), validators=[InputRequired(), NumberRange(0, MAX_POINTS)])
    stages = StageRows(FormField(StageRow), _l("环节"), max_entries=MAX_STAGES)

    def offer(
        self, *, banks: Sequence[tuple[str, str]], organisers: Sequence[tuple[str, str]]
    ) -> None:
        """Set what can be chosen; without organisers (an edit) that field goes."""
        self.bank.choices = [(code, title) for code, title in banks]
        if organisers:
            self.organiser.choices = list(organisers)
        else:
            del self.organiser
        while len(self.stages.entries) < min(len(self.written()) + 2, MAX_STAGES):
            self.stages.append_entry()
        for entry in self.stages.entries:
            row = entry.form
            row.kind.choices = [(k.value, _(text)) for k, text in words.KINDS.items()]
            row.order.choices = [(k.value, _(text)) for k, text in words.ORDERS.items()]
            row.help.choices = [(k.value, _(text)) for k, text in words.HELPS.items()]
            row.unclaimed.choices = [(k.value, _(text)) for k, text in words.UNCLAIMED.items()]

    def written(self) -> list[StageRow]:
        """Return the rows in which somebody wrote a stage."""
        rows: list[StageRow] = [entry.form for entry in self.stages.entries]
        return [row for row in rows if not row.is_blank]

    def plan(self) -> RoomPlan:
        """Return what a valid form says."""
        lines = (self.teams.data or "").splitlines()
        return RoomPlan(
            title=self.title.data.strip(),
            bank=self.bank.data,
            rules=RoomRules(self.base.data, tuple(row.stage() for row in self.written())),
            teams=tuple(line.strip() for line in lines if line.strip()),
        )

    def show(self, problems: Sequence[Problem]) -> None:
        """Put the problems that the rules found beside their fields."""
        for problem in problems:
            field = self._field_of(problem.place)
            field.errors = [*field.errors, problem_words(problem)]

    def _field_of(self, place: str) -> Field:
        name, _dash, rest = place.partition("-")
        if name != "stages" or not rest:
            return self._fields.get(place, self._fields["title"])
        number, _dash, part = rest.partition("-")
        return self.written()[int(number)]._fields[part]


class HeatsForm(FlaskForm):
    """The results of a written test, and how many go on."""

    results = TextAreaField(
        _l("笔试成绩"),
        validators=[InputRequired(), Length(max=MAX_PASTED), plain_text],
        render_kw={"rows": 12},
    )
    places = IntegerField(_l("几队进入"), default=10, validators=[NumberRange(2, MAX_TEAMS)])
    excellent_from = IntegerField(
        _l("优秀线（分）"), validators=[Optional(), NumberRange(0, MAX_POINTS)]
    )

    def validate_results(self, field: Field) -> None:
        """Name the lines that are no results."""
        results, wrong = parse_results(field.data or "")
        if wrong:
            numbers = _("、").join(str(number) for number in wrong[:MOST_NAMED])
            raise ValidationError(_("这几行读不懂：第 %(numbers)s 行。", numbers=numbers))
        if self.excellent_from.data is not None and not all(result.team for result in results):
            raise ValidationError(_("按优秀率比时，每行末尾要有队名。"))

    def teams(self) -> list[str]:
        """Return who goes on, of a valid form."""
        results, _wrong = parse_results(self.results.data or "")
        return teams_of(results, self.places.data, self.excellent_from.data)


def problem_words(problem: Problem) -> str:
    """Return what is wrong with a field, translated."""
    if problem.code == "shortage":
        return _("题库里可用的竞赛题（单选、多选）不够：%(numbers)s。", numbers=problem.message)
    found = {
        "teams": _("每队一行，队名各不相同，最多 %(n)s 队。", n=MAX_TEAMS),
        "stages": _("至少要有一个环节。"),
        "bank": _("选一个可用的题库。"),
    }
    if problem.code == "too_few_values":
        return _("各轮分值不同时，分值至少要和轮数一样多。")
    if problem.place.endswith("values"):
        return _("风险题可有几个不同的分值，其他环节填一个分值。")
    return found.get(problem.place, _("这一项填得不对。"))


def values_of(plan: RoomPlan) -> dict[str, Any]:
    """Return the fields' values for a room."""
    return {
        "title": plan.title,
        "bank": plan.bank,
        "teams": "\n".join(plan.teams),
        "base": plan.rules.base,
        "stages": [
            {
                "kind": stage.kind.value,
                "title": stage.title,
                "items": stage.items,
                "values": ", ".join(str(value) for value in stage.values),
                "seconds": stage.seconds,
                "penalty": stage.penalty,
                "early_penalty": stage.early_penalty,
                "early_voids": stage.early_voids,
                "order": stage.order.value,
                "help": stage.help.value,
                "unclaimed": stage.unclaimed.value,
                "stock": stage.stock,
                "is_optional": stage.is_optional,
                "are_distinct": stage.are_distinct,
            }
            for stage in plan.rules.stages
        ],
    }
