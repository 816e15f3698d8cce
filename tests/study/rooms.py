"""A class with one meeting, its people and its HR, for tests of classroom training."""

import io
from datetime import timedelta

from sqlalchemy import func, select

from learning.kernel.documents import Column, read_sheet, write_workbook
from learning.organisations.loader import parse_roster
from learning.study.models import StudyClass, StudyMark, StudySession
from learning.study.queries.classes import get_class, get_session
from learning.study.rules.classes import SessionPlan, Turn, code_at
from learning.study.rules.hours import Field
from learning.study.services import lists
from learning.study.services.attendance import confirm_session, scan, sign
from learning.study.services.classes import ClassPlan, make_class
from tests.factories.people import make_membership, make_user
from tests.study.hours import ZONE, Office

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


class Room:
    """A class of two hours that began an hour ago, 90 minutes of them credited."""

    def __init__(self, session, now, *, needs_sign_out=False) -> None:
        self.office = Office(session, now)
        self.session, self.now = session, now
        self.start, self.end = now - HOUR, now + HOUR
        plan = ClassPlan(
            "质量工具面授", "三号会议室", "示例培训师", Field.PROFESSIONAL,
            needs_sign_out=needs_sign_out, units=(self.office.firm.public_id,),
        )  # fmt: skip
        first = SessionPlan(self.start, self.end, 90)
        self.id = make_class(session, self.office.hr, plan, first, now=now)
        self.meeting = session.scalars(select(StudySession)).one().public_id
        self.key = session.scalars(select(StudyClass)).one().key

    def code(self, at, turn=Turn.IN) -> str:
        return code_at(self.key, self.meeting, turn, at)

    def sign(self, actor, *, at=None, turn=Turn.IN, code="") -> bool:
        at = at or self.now
        code = code or self.code(at, turn)
        *_, ticket = scan(self.session, actor, self.meeting, turn, code, now=at)
        return sign(self.session, actor, self.meeting, turn, ticket, now=at + 5 * SECOND)

    def confirm(self, *, actor=None, at=None) -> tuple[int, int]:
        return confirm_session(
            self.session, actor or self.office.hr, self.id, self.meeting, zone=ZONE,
            now=at or self.end + MINUTE,
        )  # fmt: skip

    @property
    def found(self):
        view = get_class(self.session, self.office.hr, self.id, self.now)
        return get_session(self.session, view.id, self.meeting)

    @property
    def marks(self) -> int:
        return self.session.scalar(select(func.count()).select_from(StudyMark))

    def colleague(self, name="同事甲", staff_no="0013"):
        user = make_user(self.session, self.now, name)
        make_membership(self.session, self.now, user, self.office.firm, staff_no=staff_no)
        return user

    def checked(self, *rows, header=("姓名", "工号", "手机号")) -> str:
        columns = [Column(title, 12, is_text=True) for title in header]
        data = write_workbook(
            columns, rows, sheet_name="s", notes=[], notes_name="n", timezone=ZONE
        )
        parsed = parse_roster(read_sheet(io.BytesIO(data).getvalue()), organisation_code="")
        return lists.check_list(
            self.session, self.office.hr, self.id, self.meeting, parsed, file_name="名单.xlsx",
            now=self.now,
        )  # fmt: skip

    def kept(self, made):
        view = get_class(self.session, self.office.hr, self.id, self.now)
        meeting = get_session(self.session, view.id, self.meeting)
        return lists.get_list(self.session, meeting, made)

    def act(self, service, made, at=None):
        return service(
            self.session, self.office.hr, self.id, self.meeting, made, now=at or self.now
        )
