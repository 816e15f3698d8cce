"""The forms of a hall: rooms and appointments."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DecimalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, ValidationError

from learning.exams import words
from learning.exams.forms.accommodation import AccommodationForm, accommodation_values
from learning.exams.forms.sittings import MAX_ROLL, MAX_SHOWN_PROBLEMS
from learning.exams.queries import DoorLine, RoomView
from learning.exams.rules import (
    MAX_DAYS,
    MAX_LEAVE,
    MAX_LIMIT_MINUTES,
    MAX_NETWORKS,
    MAX_NOTE,
    MAX_PLACE,
    MAX_RESIT_ATTEMPTS,
    MAX_RESIT_DAYS,
    MAX_RESIT_MONTHS,
    MAX_ROOM_NAME,
    MAX_SEATS,
    MAX_TOLERANCE,
    Duty,
    IncidentReason,
    PlaceChange,
    Presence,
    RoomPlan,
    SeatOrder,
    SittingSettings,
    parse_networks,
)
from learning.exams.words import _
from learning.kernel.errors import Problem
from learning.web.forms import plain_text


class RoomForm(FlaskForm):
    """A room of a sitting."""

    name = StringField(
        _l("考场"), validators=[InputRequired(), Length(max=MAX_ROOM_NAME), plain_text]
    )
    place = StringField(_l("地点"), validators=[Length(max=MAX_PLACE), plain_text])
    seats = IntegerField(
        _l("座位数"), default=30, validators=[InputRequired(), NumberRange(1, MAX_SEATS)]
    )

    def plan(self) -> RoomPlan:
        """Return what a valid form says."""
        name, place = (self.name.data or "").strip(), (self.place.data or "").strip()
        return RoomPlan(name, place, self.seats.data)


class StaffForm(FlaskForm):
    """Whom to appoint to what; only invigilators have a room."""

    roll = TextAreaField(
        _l("工号或登录名"),
        validators=[InputRequired(), Length(max=MAX_ROLL), plain_text],
        render_kw={"rows": 3},
    )
    duty = SelectField(_l("职责"))
    room = SelectField(_l("监考的考场"))

    def offer(self, rooms: Sequence[RoomView]) -> None:
        """Set the duties and the rooms."""
        self.duty.choices = [(duty.value, words.duty_words(duty)) for duty in Duty]
        self.room.choices = [("", _("全部考场")), *((r.public_id, r.name) for r in rooms)]

    def show(self, problems: Sequence[Problem]) -> None:
        """Put what is wrong with the lines beside the list, by their number; the first fifty."""
        texts = [words.line_problem_words(problem) for problem in problems[:MAX_SHOWN_PROBLEMS]]
        self.roll.errors = [*self.roll.errors, *texts]


class SeatingForm(FlaskForm):
    """How candidates are given seats all at once."""

    order = RadioField(_l("排座方式"), default=SeatOrder.TICKET.value)
    seed = StringField(_l("随机种子"), validators=[Length(max=40), plain_text])
    anew = BooleanField(_l("连已排的人也重新排"))

    def offer(self) -> None:
        """Set the orders."""
        self.order.choices = [
            (SeatOrder.TICKET.value, _("按准考证号")),
            (SeatOrder.RANDOM.value, _("随机")),
        ]


class PlaceForm(AccommodationForm):
    """Where one candidate sits, and their accommodation; `seen` names both as they were shown."""

    seen = HiddenField(validators=[Length(max=64)])
    room = SelectField(_l("考场"))
    seat = IntegerField(_l("座位号"), validators=[Optional(), NumberRange(1, MAX_SEATS)])

    def offer(self, rooms: Sequence[RoomView]) -> None:
        """Set the rooms."""
        self.room.choices = [("", _("不排座")), *((r.public_id, r.name) for r in rooms)]

    def change(self) -> PlaceChange:
        """Return what a valid form says of the place and of extra time."""
        return PlaceChange(
            self.seen.data or "", self.room.data or "", self.seat.data, self.granted()
        )


def place_values(line: DoorLine, opens_at: datetime, zone: str) -> dict[str, Any]:
    """Return the values of the form for a candidate as they are placed now."""
    return {
        "seen": line.version,
        "room": line.room_id,
        "seat": line.seat,
        **accommodation_values(line.accommodation, opens_at, zone),
    }


RESIT = (
    "resit_failed",
    "resit_absent",
    "resit_wait_days",
    "resit_attempts",
    "resit_months",
    "resit_barred_months",
)
"""The fields that are settings of a resit under the same name."""


class SettingsForm(FlaskForm):
    """How a sitting is held."""

    waits_for_signal = BooleanField(_l("到时由人宣布开考（考务点“现在开考”前谁也不能开始）"))
    needs_check_in = BooleanField(_l("须先由监考核对身份（缺考、不予入场的不能开考）"))
    access_code = StringField(_l("考场口令"), validators=[Length(max=40), plain_text])
    networks = TextAreaField(
        _l("限定网络"), validators=[Length(max=5_000), plain_text], render_kw={"rows": 3}
    )
    start_minutes = IntegerField(
        _l("最迟开考（开考后多少分钟）"),
        default=0,
        validators=[InputRequired(), NumberRange(0, MAX_LIMIT_MINUTES)],
    )
    retry_minutes = IntegerField(
        _l("两次作答至少间隔（分钟）"),
        default=0,
        validators=[InputRequired(), NumberRange(0, 366 * MAX_LIMIT_MINUTES)],
    )
    resit_of = SelectField(_l("本场是哪一场的补考"))
    resit_failed = BooleanField(_l("未合格的可以补考"))
    resit_absent = BooleanField(_l("缺考的，经考务准许可以补考"))
    resit_wait_days = IntegerField(
        _l("距上次交卷至少（天）"),
        default=0,
        validators=[InputRequired(), NumberRange(0, MAX_RESIT_DAYS)],
    )
    resit_attempts = IntegerField(
        _l("至多作答（次）"),
        default=0,
        validators=[InputRequired(), NumberRange(0, MAX_RESIT_ATTEMPTS)],
    )
    resit_months = IntegerField(
        _l("在几个月以内"),
        default=12,
        validators=[InputRequired(), NumberRange(1, MAX_RESIT_MONTHS)],
    )
    resit_barred_months = IntegerField(
        _l("违纪后几个月内不得补考"),
        default=0,
        validators=[InputRequired(), NumberRange(0, MAX_RESIT_MONTHS)],
    )
    double_marking = BooleanField(_l("双评：每份答卷由两人各自评分"))
    tolerance = DecimalField(
        _l("双评允许相差（分）"),
        default=1,
        places=None,
        validators=[Optional(), NumberRange(0, MAX_TOLERANCE)],
    )

    appeal_days = IntegerField(
        _l("申诉期限（成绩公布或决定告知后多少天内）"),
        default=15,
        validators=[InputRequired(), NumberRange(1, MAX_DAYS)],
    )
    answer_days = IntegerField(
        _l("答复期限（收到申诉后多少天内）"),
        default=20,
        validators=[InputRequired(), NumberRange(1, MAX_DAYS)],
    )
    takes_paper = BooleanField(_l("有考生用纸笔作答（答题卡由两人各录一遍）"))
    paper_totals = BooleanField(_l("允许只录总分"))
    takes_applications = BooleanField(_l("接受报考（考试开始前，本人或单位报名，由考务审核）"))
    agreement = TextAreaField(
        _l("报考协议"), validators=[Length(max=20_000), plain_text], render_kw={"rows": 6}
    )
    fee = StringField(_l("费用说明"), validators=[Length(max=300), plain_text])

    def offer(self, earlier: Sequence[tuple[str, str]]) -> None:
        """Set what the sitting may be a resit of, as (public id, title)."""
        self.resit_of.choices = [("", _("不是补考")), *earlier]

    def validate_resit_absent(self, field: BooleanField) -> None:
        """Refuse a resit that nobody may come to."""
        if self.resit_of.data and not (field.data or self.resit_failed.data):
            raise ValidationError(_("至少要有一种人可以补考。"))

    def validate_networks(self, field: TextAreaField) -> None:
        """Refuse a line that is no address and no network, and too many."""
        networks, wrong = parse_networks(field.data or "")
        if wrong:
            numbers = _("、").join(str(number) for number in wrong[:20])
            raise ValidationError(_("第 %(n)s 行不是网络地址。", n=numbers))
        if len(networks) > MAX_NETWORKS:
            raise ValidationError(_("至多 %(n)s 个网络。", n=MAX_NETWORKS))

    def changes(self) -> dict[str, Any]:
        """Return the settings that a valid form says."""
        return {
            "waits_for_signal": self.waits_for_signal.data,
            "needs_check_in": self.needs_check_in.data,
            "access_code": (self.access_code.data or "").strip(),
            "networks": parse_networks(self.networks.data or "")[0],
            "start_minutes": self.start_minutes.data,
            "retry_minutes": self.retry_minutes.data,
            "takes_applications": self.takes_applications.data,
            "agreement": (self.agreement.data or "").strip(),
            "fee": (self.fee.data or "").strip(),
            **{name: self._fields[name].data for name in RESIT},
            "double_marking": self.double_marking.data,
            "takes_paper": self.takes_paper.data,
            "paper_totals": self.paper_totals.data,
            "tolerance_milli": int((self.tolerance.data or 0) * 1000),
            "appeal_days": self.appeal_days.data,
            "answer_days": self.answer_days.data,
        }


class LeaveForm(FlaskForm):
    """Leave to resit: why; empty takes it back."""

    reason = StringField(_l("准许补考的理由"), validators=[Length(max=MAX_LEAVE), plain_text])


def settings_values(settings: SittingSettings) -> dict[str, Any]:
    """Return the values of the form for the settings as they are."""
    return {
        "waits_for_signal": settings.waits_for_signal,
        "needs_check_in": settings.needs_check_in,
        "access_code": settings.access_code,
        "networks": "\n".join(settings.networks),
        "start_minutes": settings.start_minutes,
        "retry_minutes": settings.retry_minutes,
        "takes_applications": settings.takes_applications,
        "agreement": settings.agreement,
        "fee": settings.fee,
        **{name: getattr(settings, name) for name in RESIT},
        "double_marking": settings.double_marking,
        "takes_paper": settings.takes_paper,
        "paper_totals": settings.paper_totals,
        "tolerance": (Decimal(settings.tolerance_milli) / 1000).normalize(),
        "appeal_days": settings.appeal_days,
        "answer_days": settings.answer_days,
    }


class PresenceForm(FlaskForm):
    """How a candidate was found at the door; the button says which."""

    presence = StringField(validators=[AnyOf([presence.value for presence in Presence])])
    identity = BooleanField(_l("已核对身份证件"))


class IncidentForm(FlaskForm):
    """What happened with a candidate."""

    reason = SelectField(_l("情形"))
    note = TextAreaField(
        _l("经过"), validators=[Length(max=MAX_NOTE), plain_text], render_kw={"rows": 3}
    )

    def offer(self) -> None:
        """Set the reasons."""
        self.reason.choices = [(r.value, words.reason_words(r)) for r in IncidentReason]
