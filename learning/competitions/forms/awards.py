"""The form of prizes; what they mean together is `rules.awards.problems_of`."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    DecimalField,
    Form,
    FormField,
    IntegerField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from learning.competitions.forms.paper import LOCAL_FORMATS, plain_text, sensible_year
from learning.competitions.forms.rows import NumberedRows, RowsForm
from learning.competitions.forms.unit_prizes import UnitPrizeRow, unit_prize_values
from learning.competitions.rules import Division, to_local, to_utc
from learning.competitions.rules.awards import (
    MAX_DAYS,
    MAX_PRIZE_CODE,
    MAX_PRIZE_TITLE,
    MAX_PRIZES,
    MAX_RESERVE,
    MAX_SOURCE,
    MAX_WINNERS,
    AwardRules,
    Prize,
)
from learning.competitions.rules.prize_lists import FIRST_LIST, PrizeKind
from learning.competitions.rules.unit_prizes import MAX_UNIT_PRIZES
from learning.competitions.words.competition import _
from learning.kernel.errors import Problem

MAX_POINTS = Decimal(100_000)
LEAST_ROWS = 3
LEAST_UNIT_ROWS = 2


class PrizeRow(Form):
    """A prize; a row without code and title is none."""

    code = StringField(_l("代码"), validators=[Length(max=MAX_PRIZE_CODE), plain_text])
    title = StringField(_l("奖项"), validators=[Length(max=MAX_PRIZE_TITLE), plain_text])
    kind = SelectField(_l("方式"), default=PrizeKind.LOT.value)
    count = IntegerField(_l("名额"), validators=[Optional(), NumberRange(1, MAX_WINNERS)])
    least_points = DecimalField(
        _l("最低得分"), places=None, validators=[Optional(), NumberRange(-MAX_POINTS, MAX_POINTS)]
    )
    most_points = DecimalField(
        _l("最高得分"), places=None, validators=[Optional(), NumberRange(-MAX_POINTS, MAX_POINTS)]
    )
    widened_points = DecimalField(
        _l("不足时降到"), places=None, validators=[Optional(), NumberRange(-MAX_POINTS, MAX_POINTS)]
    )
    by = SelectField(_l("依据的名单"), default=FIRST_LIST)
    division = SelectField(_l("组别"), default="")
    reserve = IntegerField(
        _l("递补"), default=0, validators=[Optional(), NumberRange(0, MAX_RESERVE)]
    )

    is_posted = BooleanField(_l("寄送，领奖时填地址"))

    @property
    def is_blank(self) -> bool:
        """Tell whether nobody wrote anything here."""
        return not ((self.code.data or "").strip() or (self.title.data or "").strip())

    def prize(self) -> Prize:
        """Return what the row says; a missing count is 0, which the rules refuse."""
        return Prize(
            code=(self.code.data or "").strip(),
            title=(self.title.data or "").strip(),
            kind=PrizeKind(self.kind.data),
            count=self.count.data or 0,
            least_milli=_milli(self.least_points.data),
            most_milli=_milli(self.most_points.data),
            widened_milli=_milli(self.widened_points.data),
            division=self.division.data or "",
            reserve=self.reserve.data or 0,
            is_posted=bool(self.is_posted.data),
            by=self.by.data or FIRST_LIST,
        )


class AwardsForm(RowsForm):
    """The prizes in order, and by what public number they are drawn."""

    ROWS, MORE, OTHERWISE = "prizes", ("unit_prizes",), "source"

    unit_prizes = NumberedRows(FormField(UnitPrizeRow), _l("组织奖"), max_entries=MAX_UNIT_PRIZES)
    prizes = NumberedRows(FormField(PrizeRow), _l("奖项"), max_entries=MAX_PRIZES)
    source = StringField(
        _l("公开随机数"), validators=[InputRequired(), Length(max=MAX_SOURCE), plain_text]
    )
    source_at = DateTimeLocalField(
        _l("产生时间"), format=LOCAL_FORMATS, validators=[InputRequired(), sensible_year]
    )
    objection_days = IntegerField(
        _l("公示天数"), default=7, validators=[InputRequired(), NumberRange(1, MAX_DAYS)]
    )
    claim_days = IntegerField(
        _l("领奖天数"), default=30, validators=[InputRequired(), NumberRange(1, MAX_DAYS)]
    )

    def offer(self, divisions: Sequence[Division], lists: Sequence[tuple[str, str]]) -> None:
        """Set what can be chosen, and leave room for two prizes more.

        `lists` are (code, words) of the lists by which prizes may go.
        """
        self.make_room(LEAST_ROWS)
        self.make_room(LEAST_UNIT_ROWS, "unit_prizes")
        for row in self.unit_prizes.entries:
            row.form.offer(divisions)
        for row in self.prizes.entries:
            row.form.kind.choices = [
                (PrizeKind.LOT.value, _("抽取")),
                (PrizeKind.RANK.value, _("按名次")),
                (PrizeKind.ALL.value, _("都得")),
            ]
            row.form.by.choices = list(lists)
            row.form.division.choices = [("", _("全部"))] + [(d.code, d.title) for d in divisions]

    def rows_words(self) -> str:
        """Say above the prizes that one of them is wrong."""
        return _("有一个奖项填得不对。")

    def words_of(self, problem: Problem) -> str:
        """Say what is wrong with a field."""
        return _problem_words(problem)

    def rules(self, zone: str) -> AwardRules:
        """Return what a valid form says."""
        return AwardRules(
            prizes=tuple(row.prize() for row in self.written()),
            source=self.source.data.strip(),
            source_at=to_utc(self.source_at.data, zone),
            objection_days=self.objection_days.data,
            claim_days=self.claim_days.data,
            unit_prizes=tuple(row.prize() for row in self.written("unit_prizes")),
        )


def _problem_words(problem: Problem) -> str:
    found = {
        "prizes": _("至少要有一个奖项。"),
        "code": _("代码用小写字母、数字和短横，各奖项不同。"),
        "title": _("每个奖项都要有名称。"),
        "count": _("名额至少一个；达到条件的都得时，名额留空。"),
        "kind": _("达到条件的都得时，至少填一个条件；按现场决赛的，只能按名次。"),
        "reserve": _("达到条件的都得时没有递补。"),
        "division": _("省份的奖和按现场决赛的奖不分组别。"),
        "least_coverage": _("省份没有参赛率，现场决赛也没有。"),
        "least_participants": _("按现场决赛的，只看名次。"),
        "least_mean": _("按现场决赛的，只看名次。"),
        "most_points": _("最高得分不能低于最低得分。"),
        "widened_points": _("须低于最低得分。"),
    }
    part = problem.code.rpartition("-")[2]
    if not problem.code.startswith("unit"):
        found |= {
            "by": _("没有这份名单，请重选。"),
            "kind": _("这份名单不能这样评：初赛不能都得，晋级的人没有名次，现场决赛不抽取。"),
            "count": _("名额至少一个；都得时留空。"),
            "reserve": _("都得的奖和现场决赛的奖没有递补。"),
            "least_points": _("只有名次表可以限得分。"),
            "most_points": _("只有名次表可以限得分；最高得分不能低于最低得分。"),
            "widened_points": _("须低于最低得分；都得时留空。"),
        }
    return found.get(part, _("这一项填得不对。"))


def _milli(points: Decimal | None) -> int | None:
    return None if points is None else int(points * 1000)


def rules_values(rules: AwardRules, zone: str) -> dict[str, Any]:
    """Return the fields' values for prizes, for the form that edits them."""
    return {
        "prizes": [
            {
                "code": prize.code,
                "title": prize.title,
                "kind": prize.kind.value,
                "count": prize.count or None,
                "least_points": _points(prize.least_milli),
                "most_points": _points(prize.most_milli),
                "widened_points": _points(prize.widened_milli),
                "division": prize.division,
                "reserve": prize.reserve,
                "is_posted": prize.is_posted,
                "by": prize.by,
            }
            for prize in rules.prizes
        ],
        "unit_prizes": [unit_prize_values(prize) for prize in rules.unit_prizes],
        "source": rules.source,
        "source_at": to_local(rules.source_at, zone),
        "objection_days": rules.objection_days,
        "claim_days": rules.claim_days,
    }


def _points(milli: int | None) -> Decimal | None:
    return None if milli is None else (Decimal(milli) / 1000).normalize()
