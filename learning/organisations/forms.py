"""The forms of units and rosters: shape and lengths; what they mean is the rules' matter."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    IntegerField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from learning.kernel.errors import Problem
from learning.kernel.permissions import ScopeKind
from learning.organisations import words
from learning.organisations.queries import UnitView
from learning.organisations.queries.picking import PickedUnit
from learning.organisations.rules.roles import OFFERED
from learning.organisations.rules.units import NAME_LENGTH, UnitDraft, UnitKind
from learning.organisations.words.roles import giving_words, role_words, scope_kind_words

MAX_HEADCOUNT = 10_000_000
MAX_ALIAS_TEXT = 5_000
SPLIT_PARTS = 4

_name = Length(max=NAME_LENGTH, message=_l("最多 200 个字。"))
_required = InputRequired(_l("请填写这一项。"))
_code = Length(max=40, message=_l("太长了。"))


class UnitFormBase(FlaskForm):
    """A form that shows what services found beside its fields."""

    def show(self, problems: Sequence[Problem]) -> None:
        """Put problems beside their fields, others above the form."""
        for problem in problems:
            field = self._fields.get(problem.place)
            if field is None:
                self.refuse(words.field_words(problem))
            else:
                field.errors = [*field.errors, words.field_words(problem)]

    def name_ids(self, prefix: str) -> None:
        """Make the fields' ids differ from those of other forms on the same page."""
        for field in self:
            field.id = f"{prefix}-{field.name}"

    def refuse(self, text: str) -> None:
        """Put a sentence above the form."""
        self.form_errors.append(text)


class DetailsForm(UnitFormBase):
    """What a unit is, apart from its name and kind."""

    code = StringField(_l("单位代码"), [_code])
    uscc = StringField(_l("统一社会信用代码"), [_code])
    region = StringField(_l("行政区划代码"), [_code])
    industry = StringField(_l("行业代码"), [_code])
    headcount = IntegerField(_l("申报人数"), [Optional(), NumberRange(0, MAX_HEADCOUNT)])
    aliases = TextAreaField(
        _l("别名"), [Length(max=MAX_ALIAS_TEXT)], render_kw={"rows": 3, "maxlength": MAX_ALIAS_TEXT}
    )

    def draft(self, kind: UnitKind, name: str) -> UnitDraft:
        """Return what a valid form says."""
        return UnitDraft(
            kind=kind,
            name=name,
            code=self.code.data or "",
            uscc=self.uscc.data or "",
            region=self.region.data or "",
            industry=self.industry.data or "",
            headcount=self.headcount.data,
            aliases=tuple((self.aliases.data or "").splitlines()),
        )


class NewUnitForm(DetailsForm):
    """A unit to be made."""

    kind = SelectField(_l("类型"))
    name = StringField(_l("名称"), [_required, _name])

    def offer(self, *, below_a_unit: bool) -> None:
        """Set the kinds; a department only below something."""
        kinds = [k for k in UnitKind if below_a_unit or k is not UnitKind.DEPARTMENT]
        self.kind.choices = [SelectChoice(k.value, words.kind_words(k.value)) for k in kinds]


class DatedForm(UnitFormBase):
    """An act that may hold from an earlier day on."""

    effective_on = DateField(_l("生效日期"), [Optional()])

    def effective_at(self, unit: UnitView, now: datetime) -> datetime:
        """Return the beginning of the day in the unit's zone; now when empty or today."""
        day = self.effective_on.data
        zone = ZoneInfo(unit.timezone)
        if day is None or day == now.astimezone(zone).date():
            return now
        if not 1900 <= day.year <= now.year + 1:
            return datetime.combine(now.date().replace(year=1900), time(), zone)
        return datetime.combine(day, time(), zone)


class RenameForm(DatedForm):
    """A unit's new name."""

    name = StringField(_l("新名称"), [_required, _name])


class MoveForm(DatedForm):
    """A unit's new parent, in words."""

    target = StringField(_l("新的上级单位"), [_required, Length(max=400)])


class MergeForm(DatedForm):
    """The unit into which this one goes, in words."""

    target = StringField(_l("并入"), [_required, Length(max=400)])


class CloseForm(DatedForm):
    """The end of an empty unit."""


def split_form(children: Sequence[UnitView]) -> type[DatedForm]:
    """Return the form of a split: up to four new units, and which of them each child unit joins."""
    fields: dict[str, object] = {}
    for number in range(SPLIT_PARTS):
        label = str(number + 1)
        check = [_required, _name] if number < 2 else [_name]
        fields[f"parts-{number}-name"] = StringField(_l("第 %(n)s 个单位的名称", n=label), check)
        fields[f"parts-{number}-code"] = StringField(_l("单位代码"), [_code])
        fields[f"parts-{number}-uscc"] = StringField(_l("统一社会信用代码"), [_code])
    for child in children:
        choices = [
            SelectChoice(str(n), _l("第 %(n)s 个", n=str(n + 1))) for n in range(SPLIT_PARTS)
        ]
        fields[f"child-{child.public_id}"] = SelectField(child.name, choices=choices, default="0")
    return type("SplitForm", (DatedForm,), fields)


class RosterForm(FlaskForm):
    """A roster to be checked."""

    file = FileField(_l("花名册（.xlsx）"))
    creates_departments = BooleanField(_l("自动新建表中没有的部门"))


class JoinCodeForm(UnitFormBase):
    """A join code to be made: until the end of which day, for how many people."""

    valid_on = DateField(_l("有效期至"), [InputRequired(_l("请选择日期。"))])
    max_uses = IntegerField(_l("可用人次"), [InputRequired(_l("请填写人次。"))])

    def valid_until(self, unit: UnitView) -> datetime:
        """Return the last second of the day in the unit's zone, so that it shows as that day.

        A far instant for a day out of range, which the rules refuse.
        """
        day = self.valid_on.data
        zone = ZoneInfo(unit.timezone)
        if day is None or not 1900 <= day.year <= 9000:
            return datetime(1900, 1, 1, tzinfo=zone)
        return datetime.combine(day, time(), zone) + timedelta(days=1, seconds=-1)


class TypeCodeForm(FlaskForm):
    """A join code as typed."""

    code = StringField(_l("加入码"), [_required, Length(max=100, message=_l("太长了。"))])


class JoinForm(UnitFormBase):
    """Asking to join: the staff number, and the department where there is a choice."""

    staff_no = StringField(_l("工号"), [_code])
    unit = SelectField(_l("部门"))

    def offer(self, places: Sequence[PickedUnit]) -> None:
        """Set the places that can be chosen, each below its parent."""
        self.unit.choices = [
            SelectChoice(place.public_id, "\u2003" * place.depth + place.name) for place in places
        ]


class MissingUnitForm(UnitFormBase):
    """A unit that somebody did not find."""

    name = StringField(_l("单位全称"), [_required, _name])
    uscc = StringField(_l("统一社会信用代码"), [_code])
    province = SelectField(_l("所在地区"))
    staff_no = StringField(_l("工号"), [_code])
    note = TextAreaField(
        _l("说明"), [Length(max=500, message=_l("最多 500 个字。"))], render_kw={"rows": 3}
    )

    def offer(self) -> None:
        """Set the provinces."""
        self.province.choices = province_choices(_l("不填"))


class PickForm(FlaskForm):
    """Words and a region to find one's unit by; sent with GET."""

    class Meta:
        """A search changes nothing."""

        csrf = False

    q = StringField(_l("单位名称"))
    region = SelectField(_l("地区"), validate_choice=False)

    def offer(self) -> None:
        """Set the provinces."""
        self.region.choices = province_choices(_l("不限"))


class RefusalForm(UnitFormBase):
    """Why something is refused."""

    reason = TextAreaField(
        _l("不予通过的原因"),
        [Length(max=500, message=_l("最多 500 个字。"))],
        render_kw={"rows": 2, "maxlength": 500},
    )


class ExistingUnitForm(UnitFormBase):
    """The unit, in words, that somebody did not find though it is there."""

    target = StringField(_l("已有单位"), [_required, Length(max=400)])


def province_choices(none_label: str) -> list[SelectChoice]:
    """Return the provinces for a select field, the empty choice first under its label."""
    named = [SelectChoice(f"{prefix}0000", name) for prefix, name in words.provinces().items()]
    return [SelectChoice("", none_label), *named]


class GiveRoleForm(FlaskForm):
    """Whom to give which role, and for where."""

    login = StringField(
        _l("登录名"),
        [_required, Length(max=200, message=_l("太长了。"))],
        render_kw={"maxlength": 200, "autocomplete": "off"},
    )
    role = SelectField(_l("授予的角色"))
    scope_kind = SelectField(_l("范围"))
    scope = StringField(_l("单位或代码"), [_name], render_kw={"maxlength": NAME_LENGTH})

    def offer(self) -> None:
        """Set the roles and the kinds of scopes."""
        self.role.choices = [(role.value, role_words(role)) for role in OFFERED]
        # The widest is the last: nobody gives it without choosing it.
        kinds = (ScopeKind.UNIT, ScopeKind.REGION, ScopeKind.INDUSTRY, ScopeKind.PLATFORM)
        self.scope_kind.choices = [(kind.value, scope_kind_words(kind)) for kind in kinds]

    def show(self, problems: Sequence[Problem]) -> None:
        """Put each problem beside its field."""
        for problem in problems:
            field = self._fields[problem.place]
            field.errors = [*field.errors, giving_words(problem.code)]
