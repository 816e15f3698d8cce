"""A sitting as it stands before its candidates click: admitted, checked in, logged in.

Access code, check at the door and, for one in twenty, extra time are on. Rows of people are written
in bulk; the sitting itself is made by the product's own services.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session

import learning.models as all_models
from learning.accounts.models import LoginSession, User
from learning.accounts.rules import CURRENT_NOTICE
from learning.exams.models import Admission, Sitting
from learning.exams.queries import get_managed
from learning.exams.rules import SectionPlan, SittingSettings
from learning.kernel.db import Database
from learning.kernel.ids import digest, new_public_id, new_token
from learning.question_bank.rules import Item, ItemKind, Option
from tests.factories.exams import Hall, make_hall
from tests.factories.items import make_item

CODE = "2468"
POOL = 3  # items to draw from for each item of a paper
STEM = "{code}：某企业对一批产品实施抽样检验，在过程能力指数、接收质量限和检验水平已经确定的条件下，下列说法中正确的是（　）。"
OPTION = "{code} 的第 {n} 种说法：应当先确认测量系统的变差，再判断过程是否受控"


@dataclass(frozen=True, slots=True)
class Seats:
    """Who comes: how many, and what their papers are made of."""

    candidates: int
    singles: int
    multiples: int

    @property
    def items(self) -> int:
        return self.singles + self.multiples


def seed_sitting(database: Database, app: Flask, seats: Seats, key: str) -> dict[str, Any]:
    """Create schema, sitting and people; return what the crowd must know of them."""
    all_models.metadata.create_all(database.engine)
    now = datetime.now(UTC)
    with database.transaction() as session:
        hall = _make_sitting(session, now, seats)
        sitting_id = get_managed(session, hall.actor, hall.public_id, now).id
        tokens = _admit(session, now, hall, sitting_id, seats.candidates)
    settle(database)
    return {
        "start_path": f"/sittings/{hall.public_id}/start",
        "access_code": CODE,
        "people": [browser_of(app, token, key) for token in tokens],
    }


def _make_sitting(session: Session, now: datetime, seats: Seats) -> Hall:
    kinds = [ItemKind.SINGLE] * seats.singles * POOL + [ItemKind.MULTIPLE] * seats.multiples * POOL
    sections = [
        SectionPlan(kind, count, points)
        for kind, count, points in (
            (ItemKind.SINGLE, seats.singles, Decimal(1)),
            (ItemKind.MULTIPLE, seats.multiples, Decimal(2)),
        )
        if count
    ]
    hall = make_hall(
        session,
        now,
        bank_items=[make_choice(f"x-{n:04d}", kind) for n, kind in enumerate(kinds)],
        sections=tuple(sections),
        cut_points=Decimal(seats.items) / 2,
    )
    settings = SittingSettings(access_code=CODE, needs_check_in=True)
    session.execute(
        update(Sitting)
        .where(Sitting.public_id == hall.public_id)
        .values(settings=settings.to_json())
    )
    return hall


def make_choice(code: str, kind: ItemKind) -> Item:
    """Return an item of choices as long as real ones are."""
    item = make_item(code, kind, key=("b",) if kind is ItemKind.SINGLE else ("a", "c"))
    options = tuple(Option(each, OPTION.format(code=code, n=each)) for each in "abcd")
    document = replace(item.document, stem=STEM.format(code=code), options=options)
    return Item(document, item.key)


def _admit(session: Session, now: datetime, hall: Hall, sitting_id: int, count: int) -> list[str]:
    ids = [
        user_id
        for (user_id,) in session.execute(
            insert(User).returning(User.id, sort_by_parameter_order=True),
            [user_row(n, now) for n in range(count)],
        )
    ]
    tokens = [new_token() for _ in ids]
    until = now + timedelta(hours=12)
    pairs = list(zip(ids, tokens, strict=True))
    session.execute(
        insert(LoginSession),
        [
            {
                "id": digest(token),
                "user_id": user_id,
                "device": "",
                "created_at": now,
                "expires_at": until,
            }
            for user_id, token in pairs
        ],
    )
    session.execute(
        insert(Admission),
        [
            {
                "sitting_id": sitting_id,
                "user_id": user_id,
                "candidate_name": f"考生{n}",
                "admitted_by": hall.examiner.id,
                "admitted_at": now,
                "ticket_no": f"B{n:08d}",
                "presence": "present",
                "identity_checked": True,
                "presence_by": hall.examiner.id,
                "presence_at": now,
                "extra_percent": 25 if n % 20 == 0 else 0,
            }
            for n, user_id in enumerate(ids)
        ],
    )
    return tokens


def user_row(number: int, now: datetime) -> dict[str, Any]:
    """Return the columns of a person."""
    return {
        "public_id": new_public_id(),
        "display_name": f"考生{number}",
        "sort_key": f"kaosheng{number:07d}",
        "locale": "zh_CN",
        "notice_version": CURRENT_NOTICE,
        "created_at": now - timedelta(days=100),
    }


def browser_of(app: Flask, token: str, key: str) -> dict[str, str]:
    """Return the cookies and the CSRF token that the product itself would have set."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined] # of Flask's own kind
    raw = secrets.token_hex(20)
    signed = serializer.dumps({"_user_id": token, "csrf_token": raw, "_fresh": True})
    cookies = f"{app.config['SESSION_COOKIE_NAME']}={signed}; qa_device={new_token()}"
    return {
        "headers": f"Cookie: {cookies}\r\n",
        "csrf": URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(raw),
        "page": secrets.token_hex(6),
    }


def settle(database: Database) -> None:
    """Let the database know what it holds, as one that has been running for long does."""
    with database.autocommit.connect() as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM (ANALYZE)"))
