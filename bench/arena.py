"""A contest as it stands before people play it: entered, logged in, its list shown live.

Rows of people are written in bulk; the contest itself is made by the product's own services.
What each of them does then is `pace`.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import insert
from sqlalchemy.orm import Session

import learning.models as all_models
from bench.hall import POOL, browser_of, make_choice, settle, user_row
from bench.pace import Day
from learning.accounts.models import LoginSession, User
from learning.attempts.models import Assessment
from learning.competitions import services
from learning.competitions.models import Entry
from learning.competitions.queries import CompetitionView, get_managed, get_published
from learning.competitions.rules import Showing
from learning.kernel.db import Database
from learning.kernel.ids import digest, new_public_id, new_token
from learning.question_bank.rules import ItemKind
from tests.factories.competitions import BANK, make_association, make_contest
from tests.factories.items import make_bank
from tests.factories.people import make_unit

UNITS = 40
PROVINCES = ("11", "31", "32", "37", "44", "51", "61")
BATCH = 5_000


def seed_contest(
    database: Database, app: Flask, participants: int, day: Day, key: str
) -> dict[str, Any]:
    """Create schema, contest and people; return what the crowd must know of them."""
    all_models.metadata.create_all(database.engine)
    now = datetime.now(UTC)
    with database.transaction() as session:
        view = _make_contest(session, now, day)
    tokens: list[str] = []
    for start in range(0, participants, BATCH):
        count = min(BATCH, participants - start)
        with database.transaction() as session:
            tokens += _enter(session, now, view, range(start, start + count))
    settle(database)
    return {
        "start_path": f"/competitions/{view.public_id}/start",
        "poll_path": f"/competitions/{view.public_id}/board.json",
        "competition": view.public_id,
        "access_code": "",
        "people": [browser_of(app, token, key) for token in tokens],
    }


def _make_contest(session: Session, now: datetime, day: Day) -> CompetitionView:
    singles, multiples = day.singles, day.items - day.singles
    kinds = [ItemKind.SINGLE] * singles * POOL + [ItemKind.MULTIPLE] * multiples * POOL
    extra = [make_choice(f"c-{n:04d}", kind) for n, kind in enumerate(kinds)]
    make_bank(session, now, bank=BANK, singles=0, multiples=0, extra=extra)
    association, _manager, actor = make_association(session, now)
    contest = make_contest(
        now, single_count=singles, multiple_count=multiples, closes_at=now + timedelta(hours=9)
    )
    organiser = association.public_id
    public_id = services.create_competition(
        session, actor, raw_organiser_id=organiser, contest=contest, now=now
    )
    services.open_competition(session, actor, public_id, now=now)
    showing = Showing(is_live=True)
    services.set_showing(session, actor, public_id, showing=showing, now=now)
    return get_managed(session, actor, public_id, now)


def close_in(database: Database, public_id: str, seconds: float) -> None:
    """Let the window end so many seconds from now."""
    closes_at = datetime.now(UTC) + timedelta(seconds=seconds)
    with database.transaction() as session:
        view = get_published(session, public_id)
        session.get_one(Assessment, view.assessment_id).closes_at = closes_at


def _enter(session: Session, now: datetime, view: CompetitionView, numbers: range) -> list[str]:
    units = [make_unit(session, now, name=f"基准企业{n}").id for n in range(UNITS)]
    tokens = [new_token() for _ in numbers]
    ids = [
        user_id
        for (user_id,) in session.execute(
            insert(User).returning(User.id, sort_by_parameter_order=True),
            [user_row(n, now) for n in numbers],
        )
    ]
    logins = [
        {
            "id": digest(token),
            "user_id": user_id,
            "device": "",
            "created_at": now,
            "expires_at": now + timedelta(hours=12),
        }
        for user_id, token in zip(ids, tokens, strict=True)
    ]
    session.execute(insert(LoginSession), logins)
    session.execute(
        insert(Entry),
        [_entry(view, user_id, units[n % UNITS], n, now) for n, user_id in enumerate(ids)],
    )
    return tokens


def _entry(
    view: CompetitionView, user_id: int, unit_id: int, number: int, now: datetime
) -> dict[str, Any]:
    province = PROVINCES[number % len(PROVINCES)]
    return {
        "public_id": new_public_id(),
        "competition_id": view.id,
        "user_id": user_id,
        "unit_id": unit_id,
        "participant_name": f"参赛者{number}",
        "public_name": "参*者",
        "unit_name": "基准企业",
        "region": province + "0100",
        "province": province,
        "entered_at": now,
    }
