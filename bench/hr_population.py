"""A large employer for the benchmarks of HR's pages, written in bulk, the same every time.

One enterprise of 2,000 units in four levels, 200 posts, 30 schemes (six of them external), 100,000
people with a place, a post, and an address to be told things at, some 300,000 holdings, what posts
require, exemptions, leave and contractors. Less than a minute on either database.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

import learning.models as all_models
from learning.accounts.models import LoginName, User
from learning.accounts.rules.pinyin import pinyin_sort_key
from learning.certification.models import Holding, Scheme
from learning.certification.rules.holdings import FOREVER
from learning.compliance.models import Exemption, Requirement, StaffStatus
from learning.kernel.bulk import insert_many
from learning.kernel.db import Database
from learning.kernel.permissions import Actor, Grant, Role, ScopeKind
from learning.organisations.models import (
    Membership,
    Post,
    PostHolding,
    RoleAssignment,
    Unit,
    UnitName,
    UnitParent,
)

PEOPLE, UNITS, POSTS, SCHEMES = 100_000, 2_000, 200, 30
PLANTS, WORKSHOPS = 10, 190  # below the enterprise; all other units are teams
ROOT, HR = 1, 1  # row ids: the enterprise, and the person who looks after it
NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=1500)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹单曾仇解查任区"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红鹏辉玲建国晓文志新海燕"
PART = 20_000


@dataclass(frozen=True, slots=True)
class Population:
    """What was written: who reads it, and on which instant."""

    actor: Actor
    organisation: str
    organisation_id: int
    now: datetime


def populate(database: Database, people: int = PEOPLE) -> Population:
    """Create the schema and the employer with so many people; say who reads it and when."""
    all_models.metadata.create_all(database.engine)
    rng = random.Random(2059)
    units = min(UNITS, max(PLANTS + WORKSHOPS + 2, people))
    with database.transaction() as session:
        insert_many(session, User, list(_users(rng, people)))
        insert_many(session, Unit, [_unit(n) for n in range(1, units + 1)])
        insert_many(session, UnitName, [_unit_name(n) for n in range(1, units + 1)])
        insert_many(session, UnitParent, [_unit_parent(n) for n in range(2, units + 1)])
        insert_many(session, Post, [_post(n) for n in range(1, POSTS + 1)])
        insert_many(session, Scheme, [_scheme(n) for n in range(1, SCHEMES + 1)])
        insert_many(session, RoleAssignment, [_role()])
    asked = {post: rng.sample(range(1, SCHEMES + 1), 4) for post in range(1, POSTS + 1)}
    with database.transaction() as session:
        insert_many(session, Requirement, list(_requirements(asked)))
    for low in range(1, people + 1, PART):
        part = range(low, min(low + PART, people + 1))
        with database.transaction() as session:
            _write_part(session, rng, part, units, asked)
    _settle(database)
    grant = Grant(Role.HR_MANAGER, ScopeKind.UNIT, str(ROOT))
    actor = Actor(HR, f"u{HR:025d}", "人力资源", "", "", grants=(grant,))
    return Population(actor, _public("o", ROOT), ROOT, NOW)


def _write_part(
    session: Any, rng: random.Random, part: range, units: int, asked: dict[int, list[int]]
) -> None:
    insert_many(session, LoginName, [_mail(n) for n in part if n % 5])
    places = {n: (_team(rng, units), rng.randint(1, POSTS)) for n in part}
    insert_many(session, Membership, [_membership(n, places[n][0]) for n in part])
    insert_many(session, PostHolding, [_holding_of_post(n, *places[n]) for n in part])
    held = [row for n in part for row in _holdings(rng, n, asked[places[n][1]])]
    insert_many(session, Holding, held)
    exempt = [_exemption(n, asked[places[n][1]][0]) for n in part if n % 97 == 0]
    insert_many(session, Exemption, exempt)
    away = [_status(n, "leave") for n in part if n % 53 == 0]
    hired = [_status(n, "contractor") for n in part if n % 31 == 0]
    insert_many(session, StaffStatus, away + hired)


def _settle(database: Database) -> None:
    """Bring statistics and numbering to the state of a database that has been running for long."""
    with database.autocommit.connect() as connection:
        if database.is_sqlite:
            connection.execute(text("ANALYZE"))
            return
        for table in ("users", "units", "posts", "schemes"):  # their ids were given, not drawn
            drawn = f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"
            connection.execute(text(drawn))
        connection.execute(text("VACUUM (ANALYZE)"))


def _public(kind: str, number: int) -> str:
    return f"{kind}{number:025d}"


def _dated(since: datetime = SINCE, until: datetime | None = None) -> dict[str, Any]:
    return {"valid_from": since, "valid_to": until, "recorded_at": since, "recorded_by": None}


def _users(rng: random.Random, people: int) -> Iterator[dict[str, Any]]:
    keys: dict[str, str] = {}
    for number in range(1, people + 1):
        name = rng.choice(SURNAMES) + "".join(rng.choices(GIVEN, k=rng.choice((1, 2, 2))))
        if name not in keys:
            keys[name] = pinyin_sort_key(name)
        yield {
            "id": number,
            "public_id": _public("u", number),
            "display_name": name,
            "sort_key": keys[name],
            "locale": "",
            "notice_version": 1,
            "created_at": SINCE,
        }


def _mail(number: int) -> dict[str, Any]:
    address = f"u{number}@corp.example"
    return {
        "user_id": number,
        "kind": "email",
        "name": address,
        "name_key": f"email:{address}",
        "created_at": SINCE,
    }


def _unit(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "public_id": _public("o", number),
        "kind": "enterprise" if number == ROOT else "department",
        "code": "BIG" if number == ROOT else None,
        "uscc": None,
        "region": "370000" if number == ROOT else "",
        "industry": "",
        "timezone": "Asia/Shanghai",
        "headcount": None,
        "created_at": SINCE,
    }


def _unit_name(number: int) -> dict[str, Any]:
    if number == ROOT:
        name = "示范机械集团"
    elif number <= 1 + PLANTS:
        name = f"第 {number - 1} 制造厂"
    elif number <= 1 + PLANTS + WORKSHOPS:
        name = f"第 {number - 1 - PLANTS} 车间"
    else:
        name = f"第 {number - 1 - PLANTS - WORKSHOPS} 班组"
    return {"unit_id": number, "name": name, "name_key": name, "initials": "", **_dated()}


def _unit_parent(number: int) -> dict[str, Any]:
    if number <= 1 + PLANTS:
        parent = ROOT
    elif number <= 1 + PLANTS + WORKSHOPS:
        parent = 2 + number % PLANTS
    else:
        parent = 2 + PLANTS + number % WORKSHOPS
    return {"unit_id": number, "parent_id": parent, **_dated()}


def _team(rng: random.Random, units: int) -> int:
    return rng.randint(2 + PLANTS + WORKSHOPS, units)


def _post(number: int) -> dict[str, Any]:
    name = f"岗位 {number:03d}"
    return {
        "id": number,
        "public_id": _public("p", number),
        "organisation_id": ROOT,
        "name": name,
        "name_key": name,
        "is_key_post": number % 10 == 0,
        "created_at": SINCE,
    }


def _scheme(number: int) -> dict[str, Any]:
    is_external = number % 5 == 0
    return {
        "id": number,
        "public_id": _public("s", number),
        "code": f"S{number:03d}",
        "number_prefix": f"S{number:03d}",
        "title": f"认证项目 {number:02d}",
        "title_en": f"Scheme {number:02d}",
        "issuer_id": ROOT,
        "validity_months": 36,
        "kind": "external" if is_external else "own",
        "authority": "市场监督管理局" if is_external else "",
        "created_by": HR,
        "created_at": SINCE,
    }


def _role() -> dict[str, Any]:
    return {
        "user_id": HR,
        "role": Role.HR_MANAGER.value,
        "scope_kind": ScopeKind.UNIT.value,
        "scope_value": str(ROOT),
        **_dated(),
    }


def _requirements(asked: dict[int, list[int]]) -> Iterator[dict[str, Any]]:
    """Yield for each post two schemes asked everywhere, one in a plant alone, one optional."""
    number = 0
    for post, schemes in asked.items():
        plant = 2 + post % PLANTS
        for place, scheme in enumerate(schemes):
            number += 1
            yield {
                "public_id": _public("r", number),
                "unit_id": plant if place == 2 else ROOT,
                "post_id": post,
                "scheme_id": scheme,
                "level": "optional" if place == 3 else "required",
                "holders_needed": 1 if place == 0 else None,
                **_dated(),
            }


def _membership(number: int, unit: int) -> dict[str, Any]:
    staff_no = f"SF{number:06d}"
    return {
        "user_id": number,
        "unit_id": unit,
        "organisation_id": ROOT,
        "staff_no": staff_no,
        "staff_no_key": staff_no.casefold(),
        **_dated(),
    }


def _holding_of_post(number: int, unit: int, post: int) -> dict[str, Any]:
    return {"user_id": number, "post_id": post, "unit_id": unit, **_dated()}


def _holdings(rng: random.Random, number: int, schemes: list[int]) -> Iterator[dict[str, Any]]:
    """Yield what a person holds: mostly what the post asks, an eighth of it run out."""
    wanted = [scheme for scheme in schemes[:3] if rng.random() < 0.92]
    wanted.append(rng.randint(1, SCHEMES))
    for place, scheme in enumerate(dict.fromkeys(wanted)):
        begin = NOW - timedelta(days=rng.randint(1, 1250), seconds=rng.randint(0, 86_000))
        yield {
            "user_id": number,
            "scheme_id": scheme,
            "source_kind": "external" if scheme % 5 == 0 else "certificate",
            "source_id": number * 10 + place,
            "held_from": begin,
            "held_until": FOREVER if scheme == 7 else begin + timedelta(days=1095),
            "known_from": begin,
            "known_until": FOREVER,
        }


def _exemption(number: int, scheme: int) -> dict[str, Any]:
    return {
        "public_id": _public("e", number),
        "organisation_id": ROOT,
        "user_id": number,
        "scheme_id": scheme,
        "reason": "本年度退休",
        **_dated(NOW - timedelta(days=60), NOW + timedelta(days=120)),
    }


def _status(number: int, kind: str) -> dict[str, Any]:
    return {
        "public_id": _public(kind[0].upper(), number),
        "user_id": number,
        "organisation_id": ROOT,
        "kind": kind,
        **_dated(NOW - timedelta(days=30)),
    }
