"""Writers of the bulk demo: people, entries with scored attempts, results, certificates."""

import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.rules import pinyin_sort_key
from learning.attempts.models import Attempt, ScoreRow
from learning.certification.models import AwardDecision, Certificate, SchemeSerial
from learning.certification.queries import SchemeView
from learning.certification.rules import (
    Facts,
    document_sha256,
    local_date,
    number_of,
    valid_until,
)
from learning.competitions.models import Competition, Entry, Round
from learning.competitions.rules import public_name
from learning.exams.models import Admission, ResultRow, Sitting
from learning.organisations.models import Membership, PostHolding
from learning.organisations.rules.names import staff_key

DAY = timedelta(days=1)
EMPTY_FORM = '{"p":[],"seed":"scale"}'
PASS_MILLI, MAX_MILLI = 70_000, 100_000
FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 28
_PUBLIC = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True)
class Place:
    """Where people of the bulk work: unit row ids, a post, and what boards say of the place."""

    unit_id: int
    organisation_id: int
    post_id: int
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the bulk."""

    number: int
    user_id: int
    name: str
    place: Place


def write_people(
    session: Session, places: list[Place], numbers: range, now: datetime
) -> list[Person]:
    """Write users, memberships and posts."""
    since = now - 300 * DAY
    by_kind = (
        [place for place in places if place.unit_id == place.organisation_id],
        [place for place in places if place.unit_id != place.organisation_id],
    )
    people = [
        Person(
            number, 0, _name(number), by_kind[number % 2][number // 2 % len(by_kind[number % 2])]
        )
        for number in numbers
    ]
    public_ids = _public_ids(len(people))
    session.execute(
        insert(User),
        [
            {
                "public_id": next(public_ids),
                "display_name": person.name,
                "sort_key": pinyin_sort_key(person.name),
                "locale": "",
                "created_at": since,
            }
            for person in people
        ],
    )
    first = session.scalar(select(func.max(User.id))) or 0
    people = [
        Person(p.number, first - len(people) + 1 + n, p.name, p.place) for n, p in enumerate(people)
    ]
    dated = {"valid_from": since, "recorded_at": since}
    session.execute(insert(Membership), [_membership(person) | dated for person in people])
    session.execute(
        insert(PostHolding),
        [
            {"user_id": p.user_id, "post_id": p.place.post_id, "unit_id": p.place.unit_id} | dated
            for p in people
        ],
    )
    return people


def _name(number: int) -> str:
    return f"演示{FAMILY[number % len(FAMILY)]}{number:06d}"


def _membership(person: Person) -> dict[str, Any]:
    staff_no = f"S{person.number:07d}"
    return {
        "user_id": person.user_id,
        "unit_id": person.place.unit_id,
        "organisation_id": person.place.organisation_id,
        "staff_no": staff_no,
        "staff_no_key": staff_key(staff_no),
    }


def write_entries(
    session: Session,
    competition: Competition,
    people: list[Person],
    rng: random.Random,
    now: datetime,
) -> None:
    """Enter nine of ten; each entry has one scored attempt."""
    entered = [person for person in people if person.number % 10]
    public_ids = _public_ids(len(entered))
    session.execute(
        insert(Entry),
        [
            {
                "public_id": next(public_ids),
                "competition_id": competition.id,
                "user_id": person.user_id,
                "unit_id": person.place.organisation_id,
                "participant_name": person.name,
                "public_name": public_name(person.name, is_shown=False),
                "shows_name": False,
                "unit_name": person.place.name,
                "region": person.place.region,
                "province": person.place.region[:2],
                "division": "company",
                "entered_at": now - 3 * DAY,
            }
            for person in entered
        ],
    )
    assessment_id = session.scalars(
        select(Round.assessment_id).where(Round.competition_id == competition.id)
    ).one()
    points = [min(25, max(4, round(rng.gauss(18, 4)))) * 4_000 for _ in entered]
    _attempts(session, assessment_id, entered, points, rng, now - 2 * DAY)


def _attempts(
    session: Session,
    assessment_id: int,
    people: list[Person],
    points: list[int],
    rng: random.Random,
    day: datetime,
) -> list[int]:
    """Write finished attempts with their scores; return their row ids."""
    public_ids = _public_ids(len(people))
    rows = []
    for person in people:
        started = day + timedelta(milliseconds=rng.randrange(20 * 3_600_000))
        ended = started + timedelta(milliseconds=rng.randrange(300_000, 3_400_000))
        rows.append(
            {
                "public_id": next(public_ids),
                "assessment_id": assessment_id,
                "user_id": person.user_id,
                "number": 1,
                "form": EMPTY_FORM,
                "item_count": 25,
                "epoch": 1,
                "device_hash": "",
                "started_at": started,
                "deadline_at": started + timedelta(hours=1),
                "extra_s": 0,
                "submitted_at": ended,
                "finished_at": ended,
                "finish_kind": "submitted",
            }
        )
    session.execute(insert(Attempt), rows)
    last = session.scalar(select(func.max(Attempt.id))) or 0
    ids = list(range(last - len(rows) + 1, last + 1))
    session.execute(
        insert(ScoreRow),
        [
            {
                "attempt_id": attempt_id,
                "version": 1,
                "points_milli": milli,
                "max_milli": MAX_MILLI,
                "answers": "[]",
                "answers_sha256": "0" * 64,
                "items": "[]",
                "scored_at": row["finished_at"],
            }
            for attempt_id, milli, row in zip(ids, points, rows, strict=True)
        ],
    )
    return ids


def write_certificates(
    session: Session,
    sitting: Sitting,
    scheme: SchemeView,
    people: list[Person],
    rng: random.Random,
    now: datetime,
) -> None:
    """Admit people to the sitting, write results, and certificates for who passed."""
    issued_at = now - timedelta(days=rng.randrange(280, 360))
    admitted = {
        "sitting_id": sitting.id,
        "admitted_by": sitting.created_by,
        "admitted_at": issued_at - DAY,
    }
    session.execute(
        insert(Admission),
        [
            {
                "user_id": p.user_id,
                "candidate_name": p.name,
                "unit_name": p.place.name,
                "staff_no": f"S{p.number:07d}",
                **admitted,
            }
            for p in people
        ],
    )
    points = [min(100, max(30, round(rng.gauss(80, 12)))) * 1_000 for _ in people]
    attempts = _attempts(session, sitting.assessment_id, people, points, rng, issued_at - DAY)
    results = list(zip(people, points, attempts, strict=True))
    session.execute(
        insert(ResultRow),
        [
            {
                "sitting_id": sitting.id,
                "user_id": person.user_id,
                "attempt_id": attempt_id,
                "attempt_number": 1,
                "points_milli": milli,
                "max_milli": MAX_MILLI,
                "passed": milli >= PASS_MILLI,
                "decided_at": issued_at,
            }
            for person, milli, attempt_id in results
        ],
    )
    passed = [person for person, milli, _attempt in results if milli >= PASS_MILLI]
    _issue(session, sitting, scheme, passed, issued_at)


def _issue(
    session: Session,
    sitting: Sitting,
    scheme: SchemeView,
    people: list[Person],
    issued_at: datetime,
) -> None:
    year = local_date(issued_at, scheme.zone).year
    serial = session.get(SchemeSerial, (scheme.id, year))
    if serial is None:
        serial = SchemeSerial(scheme_id=scheme.id, year=year, last=0)
        session.add(serial)
    first = serial.last + 1
    serial.last += len(people)
    public_ids = _public_ids(2 * len(people))
    session.execute(
        insert(AwardDecision),
        [
            {
                "public_id": next(public_ids),
                "scheme_id": scheme.id,
                "user_id": person.user_id,
                "source_kind": "sitting",
                "source_id": sitting.id,
                "outcome": "granted",
                "basis": "{}",
                "decided_at": issued_at,
            }
            for person in people
        ],
    )
    last = session.scalar(select(func.max(AwardDecision.id))) or 0
    rows = []
    for offset, person in enumerate(people):
        row = _certificate(scheme, person, year, first + offset, issued_at)
        row["public_id"] = next(public_ids)
        row["decision_id"] = last - len(people) + 1 + offset
        rows.append(row)
    session.execute(insert(Certificate), rows)


def _certificate(
    scheme: SchemeView, person: Person, year: int, serial: int, issued_at: datetime
) -> dict[str, Any]:
    plan = scheme.plan
    facts = Facts(
        number=number_of(scheme.number_prefix, year, serial),
        scheme=plan.code,
        title=plan.title,
        title_en=plan.title_en,
        holder_name=person.name,
        unit_name=person.place.name,
        issuer_name=scheme.issuer_name,
        issued_at=issued_at,
        valid_from=issued_at,
        valid_until=valid_until(issued_at, plan.validity_months, scheme.zone),
    )
    bits = secrets.randbits(5 * CODE_LENGTH)
    code = "".join(CODE_ALPHABET[bits >> 5 * n & 31] for n in range(CODE_LENGTH))
    return {
        "scheme_id": scheme.id,
        "user_id": person.user_id,
        "year": year,
        "serial": serial,
        "number": facts.number,
        "code": code,
        "holder_name": facts.holder_name,
        "unit_name": facts.unit_name,
        "title": facts.title,
        "title_en": facts.title_en,
        "issuer_name": facts.issuer_name,
        "zone": scheme.zone,
        "issued_at": issued_at,
        "valid_from": facts.valid_from,
        "valid_until": facts.valid_until,
        "document_sha256": document_sha256(facts),
    }


def _public_ids(count: int) -> Iterator[str]:
    """Yield random public ids; many at a time, from one number of random bits each."""
    for _ in range(count):
        bits = secrets.randbits(130)
        yield "".join(_PUBLIC[bits >> 5 * n & 31] for n in range(26))
