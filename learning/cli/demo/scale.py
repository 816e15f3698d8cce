"""`flask demo --scale`: many people, entries, results and certificates at once, written in bulk.

For benchmarks and for looking at full pages. Rows are made as the services would leave them but
without their work: nobody answered, and attempts hold an empty form. What is made hangs together:
the contest is closed by its own service from the scores written here, and certificates keep their
hash, serial and decision. One enterprise takes half of the people, a hundred others the rest.
"""

import random
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from learning.accounts.models import User
from learning.accounts.services import find_user_by_login_name
from learning.certification.models import SchemeSerial
from learning.certification.queries import SchemeView, get_scheme
from learning.cli.demo.bulk import (
    Person,
    Place,
    write_certificates,
    write_entries,
    write_people,
)
from learning.cli.demo.people import POSTS
from learning.cli.demo.shapes import CONTEST
from learning.cli.demo.story import DAY
from learning.competitions.jobs import close_due
from learning.competitions.models import Competition, EnterpriseEnrolment
from learning.competitions.rules import (
    Belonging,
    Contest,
    Division,
    EntryRules,
)
from learning.competitions.services import create_competition, open_competition
from learning.exams.models import Sitting
from learning.kernel.db import Database
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Role, ScopeKind
from learning.organisations.models import Unit
from learning.organisations.queries import list_grants
from learning.organisations.rules.units import UnitDraft, UnitKind
from learning.organisations.services import create_post, create_unit, grant_role

SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}
SLICE = 10_000  # people in one transaction: some seconds of the writers' turn
ENTERPRISES = 100
DEPARTMENTS = 40
MANAGER, HR, EXAMINER = "association@demo.example", "hr@demo.example", "examiner@demo.example"


def fill(database: Database, size: int, now: datetime, *, tell: Callable[[str], None]) -> None:
    """Add `size` people with everything that hangs on them; says what it has done by `tell`."""
    rng = random.Random(size)
    with database.transaction() as session:
        places = _places(session, now - 400 * DAY)
        competition = _contest(session, now)
        sitting, scheme = _sitting_and_scheme(session)
        _enrol(session, competition, places, size, now)
    people: list[Person] = []
    for start in range(0, size, SLICE):
        with database.transaction() as session:
            part = write_people(session, places, range(start, min(start + SLICE, size)), now)
        with database.transaction() as session:
            write_entries(session, competition, part, rng, now)
        with database.transaction() as session:
            write_certificates(session, sitting, scheme, part[::3], rng, now)
        people += part
        tell(f"  {len(people):,} / {size:,}")
    tell("  closing the contest from its scores …")
    close_due(database, now)


def _places(session: Session, since: datetime) -> list[Place]:
    """Make one large enterprise with departments and a hundred smaller ones."""
    mark = secrets.token_hex(2).upper()
    group = _enterprise(session, f"演示集团（{mark}）", f"G{mark}", "310000", since)
    hr = find_user_by_login_name(session, HR)
    if hr is not None:
        grant_role(
            session,
            None,
            hr.id,
            role=Role.HR_MANAGER,
            scope_kind=ScopeKind.UNIT,
            scope_value=str(group.id),
            now=since,
        )
    posts = [create_post(session, None, group.id, name=name, now=since).id for name in POSTS]
    places = []
    for number in range(DEPARTMENTS):
        draft = UnitDraft(kind=UnitKind.DEPARTMENT, name=f"演示车间{number + 1:02d}")
        unit = create_unit(session, None, draft, parent_id=group.id, now=since)
        post = posts[number % len(posts)]
        places.append(Place(unit.id, group.id, post, f"演示集团（{mark}）", "310000"))
    for number in range(ENTERPRISES):
        name, region = f"演示企业{mark}-{number + 1:03d}", f"{11 + number % 30:02d}0000"
        unit = _enterprise(session, name, f"E{mark}{number:03d}", region, since)
        post = create_post(session, None, unit.id, name=POSTS[0], now=since).id
        places.append(Place(unit.id, unit.id, post, name, region))
    return places


def _enterprise(session: Session, name: str, code: str, region: str, since: datetime) -> Unit:
    body = f"91{region}DE{code[1:5]}{code[5:] or '000'}"  # of no registered enterprise
    draft = UnitDraft(
        kind=UnitKind.ENTERPRISE,
        name=name,
        code=code,
        uscc=body + uscc.calc_check_digit(body),
        region=region,
    )
    return create_unit(session, None, draft, parent_id=None, now=since)


def _contest(session: Session, now: datetime) -> Competition:
    """Open a contest whose window is over, so that it can be closed from the scores."""
    manager = find_user_by_login_name(session, MANAGER)
    if manager is None:
        raise NotFound("demo")
    actor = _actor(session, manager, now)
    organiser = session.scalar(select(Unit).where(Unit.kind == UnitKind.ASSOCIATION.value))
    contest = Contest(
        title="全面质量管理知识竞赛（大规模演示）",
        description="数据为批量生成，仅供查看大榜单与压力测试。",
        opens_at=now - 3 * DAY,
        closes_at=now - timedelta(hours=1),
        rules=CONTEST,
        entry=EntryRules(
            divisions=(
                Division("company", "企业员工组", Belonging.ENTERPRISE),
                Division("public", "个人组", Belonging.NONE),
            )
        ),
    )
    announced = now - 4 * DAY
    public_id = create_competition(
        session,
        actor,
        raw_organiser_id=organiser.public_id if organiser else "",
        contest=contest,
        now=announced,
    )
    open_competition(session, actor, public_id, now=announced)
    return session.scalars(select(Competition).where(Competition.public_id == public_id)).one()


def _sitting_and_scheme(session: Session) -> tuple[Sitting, SchemeView]:
    """Return the demo's oldest sitting and scheme: bulk certificates follow the real ones."""
    sitting = session.scalars(select(Sitting).order_by(Sitting.id)).first()
    serial = session.scalars(select(SchemeSerial).order_by(SchemeSerial.scheme_id)).first()
    if sitting is None or serial is None:
        raise NotFound("demo")
    return sitting, get_scheme(session, serial.scheme_id)


def _enrol(
    session: Session, competition: Competition, places: list[Place], size: int, now: datetime
) -> None:
    organisations = list(dict.fromkeys(place.organisation_id for place in places))
    each = size // len(places)
    session.execute(
        insert(EnterpriseEnrolment),
        [
            {
                "competition_id": competition.id,
                "unit_id": organisation,
                "headcount": None if number % 9 == 8 else each + number,
                "enrolled_by": competition.created_by,
                "enrolled_at": now - 4 * DAY,
            }
            for number, organisation in enumerate(organisations)
        ],
    )


def _actor(session: Session, user: User, now: datetime) -> Actor:
    return Actor(
        user_id=user.id,
        public_id=user.public_id,
        display_name=user.display_name,
        login_session_id="",
        locale="",
        grants=list_grants(session, user.id, now),
    )
