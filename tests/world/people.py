"""Units, people and what they ask of each other, for one side of a furnished world."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.rules import make_claim
from learning.accounts.services import add_login_name
from learning.accounts.services.links import request_reset_link
from learning.kernel.permissions import Actor, Role
from learning.organisations import queries
from learning.organisations.models import JoinCode, Unit
from learning.organisations.rules.corrections import CorrectionField, CorrectionWish, Evidence
from learning.organisations.rules.joining import UnitWish
from learning.organisations.services import assign_post, create_post
from learning.organisations.services.corrections import file_correction
from learning.organisations.services.joining import Asker, create_join_code, join_by_code
from learning.organisations.services.merging import merge_persons
from learning.organisations.services.rosters import save_check
from learning.organisations.services.unit_requests import request_unit
from tests.factories.people import grant_role, make_actor, make_membership, make_unit, make_user
from tests.organisations.rosters import check

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99="
    b"\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)
NAMES = {
    "A": {
        "learner": "王㛃",
        "colleague": "李𠅤",
        "joiner": "阿卜杜热西提·买买提明",
        "hr": "陈𬭎",
        "examiner": "龘龘",
        "manager": "赵䶮",
    },
    "B": {
        "learner": "马骉",
        "colleague": "张伟",
        "joiner": "张伟",
        "hr": "㐱某",
        "examiner": "欧阳示例",
        "manager": "示例干事",
    },
}
PLACES = {"A": ("甲", "320000", 1), "B": ("乙", "440000", 2)}


@dataclass
class Side:
    """One half of the world: its people by role, its units, and public ids by kind."""

    letter: str
    association: Unit
    enterprise: Unit
    department: Unit
    people: dict[str, User]
    objects: dict[str, str] = field(default_factory=dict)

    def phone(self, role: str) -> str:
        """Return the phone number with which a person of the side logs in."""
        return f"138{PLACES[self.letter][2]}000000{list(self.people).index(role)}"

    def actor(self, session: Session, role: str, now: datetime) -> Actor:
        """Return a person of the side with the roles that the product would find."""
        user = self.people[role]
        grants = queries.list_grants(session, user.id, now)
        return replace(make_actor(user, *grants), session_expires_at_ms=2**52)


def furnish_people(session: Session, now: datetime, letter: str) -> Side:
    """Make the units and people of a side, and the requests between them."""
    side = _units(session, now, letter)
    _roles(session, now, side)
    _joining(session, now, side)
    _requests(session, now, side)
    _rosters(session, now, side)
    _doubles(session, now, side)
    return side


def _units(session: Session, now: datetime, letter: str) -> Side:
    word, region, _digit = PLACES[letter]
    association = make_unit(
        session, now, kind="association", name=f"示例{word}质量协会", region=region
    )
    enterprise = make_unit(
        session,
        now,
        name=f"示例{word}精密制造有限公司",
        code=f"QY{letter}",
        region=region,
        parent=association,
    )
    enterprise.headcount = 20
    made = [
        make_unit(session, now, kind="department", name=name, parent=enterprise)
        for name in ("质量管理部", "生产部", "待撤部门")
    ]
    people = {role: make_user(session, now, name) for role, name in NAMES[letter].items()}
    side = Side(letter, association, enterprise, made[0], people)
    for role, user in people.items():
        add_login_name(session, user, "phone", side.phone(role), now=now)
    address = f"learner-{letter.lower()}@example.com"
    add_login_name(session, people["learner"], "email", address, now=now)
    claim = make_claim(address, network="127.0.0.0/24", device_token="", secret="")
    link = request_reset_link(session, claim, now=now)
    assert link
    side.objects |= {
        "association": association.public_id,
        "enterprise": enterprise.public_id,
        "department": made[0].public_id,
        "other_department": made[1].public_id,
        "spare_department": made[2].public_id,
        "person": people["learner"].public_id,
        "colleague": people["colleague"].public_id,
        "reset_token": link.token,
    }
    return side


def _roles(session: Session, now: datetime, side: Side) -> None:
    people, enterprise = side.people, side.enterprise
    grant_role(session, now, people["hr"], Role.HR_MANAGER, enterprise)
    grant_role(session, now, people["hr"], Role.MANAGER, enterprise)
    grant_role(session, now, people["examiner"], Role.EXAMINER, side.association)
    grant_role(session, now, people["manager"], Role.ASSOCIATION_MANAGER, side.association)
    grant_role(session, now, people["manager"], Role.DECIDER, side.association)
    for number, role in enumerate(("learner", "colleague", "hr"), 1):
        make_membership(
            session,
            now,
            people[role],
            side.department,
            organisation=enterprise,
            staff_no=f"00{number}",
        )
    post = create_post(session, None, enterprise.id, name="质检员", is_key_post=True, now=now)
    learner = people["learner"].id
    assign_post(session, None, learner, post_id=post.id, unit_id=side.department.id, now=now)


def _joining(session: Session, now: datetime, side: Side) -> None:
    hr = side.actor(session, "hr", now)
    view = queries.get_unit(session, side.enterprise.id, now)
    until = now + timedelta(days=30)
    kept, spare = (
        create_join_code(session, hr, view, valid_until=until, max_uses=50, now=now)
        for _ in range(2)
    )
    code = session.query(JoinCode.code).filter_by(public_id=kept).scalar()
    asks = {
        role: join_by_code(session, _asker(side.people[role]), code, staff_no=number, now=now)
        for role, number in (("learner", ""), ("joiner", "009"))
    }
    side.objects |= {
        "join_code": kept,
        "spare_join_code": spare,
        "join_code_text": code,
        "own_join_request": asks["learner"],
        "join_request": asks["joiner"],
    }


def _asker(user: User) -> Asker:
    return Asker(user.id, user.public_id)


def _requests(session: Session, now: datetime, side: Side) -> None:
    learner, colleague = (side.actor(session, role, now) for role in ("learner", "colleague"))
    word = PLACES[side.letter][0]
    evidence = Evidence("身份证.png", "image/png", PNG)
    wishes = [
        UnitWish(name=f"示例{word}{what}有限公司", region="320000")
        for what in ("铸造", "锻造", "冲压")
    ]
    named = CorrectionWish(CorrectionField.NAME, "王㛃㛃", "户口本如此。", evidence)
    posted = CorrectionWish(CorrectionField.POST, "检验班长", "已转岗。", None)
    side.objects |= {
        "unit_request": request_unit(session, learner, wishes[0], now=now),
        "own_unit_request": request_unit(session, learner, wishes[1], now=now),
        "spare_unit_request": request_unit(session, colleague, wishes[2], now=now),
        "correction": file_correction(session, colleague, named, now=now),
        "own_correction": file_correction(session, learner, posted, now=now),
    }


def _rosters(session: Session, now: datetime, side: Side) -> None:
    hr = side.actor(session, "hr", now)
    view = queries.get_unit(session, side.enterprise.id, now)
    sound = ("新员工", "011", None, None, "质量管理部", "检验员")
    faulty = ("新员工乙", "012", "1.38E+10", None, "质量管理部", None)
    renamed = ("别人", "001", None, None, "质量管理部", None)
    for kind, rows in {"roster": [sound], "faulty_roster": [sound, faulty, renamed]}.items():
        side.objects[kind] = save_check(
            session,
            hr,
            view,
            check(session, now, side.enterprise, *rows),
            file_name="名册.xlsx",
            sha256="0" * 64,
            creates_departments=False,
            now=now,
        )


def _doubles(session: Session, now: datetime, side: Side) -> None:
    """Two pairs of records of one person each; one pair has been merged."""
    hr = side.actor(session, "hr", now)
    view = queries.get_unit(session, side.enterprise.id, now)
    doubles = [make_user(session, now, name) for name in ("重复者", "重复者", "已并者", "已并者")]
    for number, user in enumerate(doubles):
        place = {"organisation": side.enterprise, "staff_no": f"D{number}"}
        make_membership(session, now, user, side.department, **place)
    kept, merged = doubles[2:]
    side.objects |= {
        "double": doubles[0].public_id,
        "other_double": doubles[1].public_id,
        "merge": merge_persons(
            session, hr, unit=view, kept_id=kept.id, merged_id=merged.id, now=now
        ),
    }
