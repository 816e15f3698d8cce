"""Banks that are made on the web, and the codes of their items."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from learning.kernel import audit
from learning.kernel.errors import Conflict, Forbidden, Invalid, Problem
from learning.kernel.permissions import Actor, Permission, ScopeKind
from learning.organisations.queries import get_unit_in_reach
from learning.question_bank.models import BankRow, ItemRow
from learning.question_bank.queries import require
from learning.question_bank.rules import Pool
from learning.question_bank.services.records import user_id_of

MAX_CODE = 40  # a number with its dash still fits an item's code
MAX_ITEM_CODE = 60
BATCH = 500  # codes looked for at once
MAX_TITLE = 200
MAX_DESCRIPTION = 2000
MAX_TRACKS = 20
MAX_TRACK = 60
RESERVED = frozenset(
    "banks bulk editor export filters import imports media new review search twins".split()
)
"""Addresses of pages: a bank of such a name would hide them."""
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class BankSettings:
    """What a person says of a bank; `pool` is what its items are for unless they say otherwise."""

    title: str
    title_en: str = ""
    description: str = ""
    pool: Pool = Pool.CONTEST
    tracks: tuple[str, ...] = ()


def create_bank(
    session: Session,
    actor: Actor | None,
    code: str,
    settings: BankSettings,
    *,
    raw_unit_id: str = "",
    now: datetime,
) -> BankRow:
    """Make a bank on the web, owned by a unit, or by the platform when no unit is given.

    Raises Invalid for what is wrong with code or settings, NotFound for a unit out of reach,
    Forbidden where the platform's need a grant for all of it, Conflict("bank_code_taken").
    """
    problems = [*_code_problems(code), *_settings_problems(settings)]
    if problems:
        raise Invalid(problems)
    unit_id = None
    if raw_unit_id and actor:
        unit_id = get_unit_in_reach(session, actor, Permission.BANK_MANAGE, raw_unit_id, now).id
    elif not is_everywhere(actor):
        raise Forbidden("permission", permission=Permission.BANK_MANAGE.value)
    bank = BankRow(
        code=code,
        origin="web",
        unit_id=unit_id,
        created_by=user_id_of(actor),
        created_at=now,
        **_columns(settings),
    )
    try:
        with session.begin_nested():
            session.add(bank)
            session.flush()  # a code that is taken shows here
    except IntegrityError as error:
        raise Conflict("bank_code_taken") from error
    _log(session, actor, "bank.created", bank, now)
    return bank


def change_settings(
    session: Session, actor: Actor | None, bank: BankRow, settings: BankSettings, now: datetime
) -> None:
    """Change what is said of a bank on the web; items that are there stay in their pools.

    A bank becomes secure, or ceases to be, only while it is empty: Conflict("bank_not_empty").
    Raises Invalid, and as `require` does.
    """
    require(session, actor, Permission.BANK_MANAGE, bank.code, now)
    problems = list(_settings_problems(settings))
    if problems:
        raise Invalid(problems)
    # Whoever writes its first item holds the row too (`allot_codes`).
    session.refresh(bank, with_for_update=True)
    was_secure, is_secure = bank.pool == Pool.SECURE.value, settings.pool is Pool.SECURE
    if was_secure is not is_secure and _has_items(session, bank):
        raise Conflict("bank_not_empty")
    for name, value in _columns(settings).items():
        setattr(bank, name, value)
    session.flush()  # a page that follows reads the row
    _log(session, actor, "bank.changed", bank, now)


def allot_codes(session: Session, bank: BankRow, wishes: Sequence[str]) -> list[str]:
    """Return a code for each wish: itself where it is free and well formed, or a new one.

    "" wishes for nothing. New codes are the bank's own and a number. The bank's row is held until
    the transaction ends, so that two who write at once get different ones.
    """
    session.flush()  # rows of this transaction take codes too
    held = select(BankRow.next_number, BankRow.pool).where(BankRow.id == bank.id)
    number, pool = session.execute(held.with_for_update()).one()
    if pool != bank.pool:  # it became secure, or ceased to be, while this was begun
        raise Conflict("bank_changed", bank=bank.code)
    known = number + len(wishes)  # looked up at once: an import may need fifty thousand
    likely = [_code(bank, each) for each in range(number, known)]
    used = _codes_in_use(session, bank, [*filter(is_code, wishes), *likely])
    given: list[str] = []
    for wish in wishes:
        code = wish
        if not is_code(wish) or wish in used:
            code, number = _next_free(session, bank, number, used, known)
        used.add(code)
        given.append(code)
    session.execute(
        update(BankRow)
        .where(BankRow.id == bank.id)
        .values(next_number=number)
        .execution_options(synchronize_session=False)
    )
    set_committed_value(bank, "next_number", number)
    return given


def is_code(text: str) -> bool:
    """Tell whether a text may be the code of an item."""
    return len(text) <= MAX_ITEM_CODE and _CODE.fullmatch(text) is not None


def _code(bank: BankRow, number: int) -> str:
    return f"{bank.code}-{number:04d}"


def _next_free(
    session: Session, bank: BankRow, number: int, used: set[str], known: int
) -> tuple[str, int]:
    """Return the first code from the number on that nobody has, and the number after it.

    Below the number `known` all codes in use are among `used`.
    """
    while True:
        code = _code(bank, number)
        number += 1
        is_known = number <= known
        if code not in used and (is_known or not _codes_in_use(session, bank, [code])):
            return code, number


def _codes_in_use(session: Session, bank: BankRow, codes: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for at in range(0, len(codes), BATCH):
        found.update(
            session.scalars(
                select(ItemRow.code).where(
                    ItemRow.bank == bank.code, ItemRow.code.in_(codes[at : at + BATCH])
                )
            )
        )
    return found


def is_everywhere(actor: Actor | None) -> bool:
    """Tell whether somebody manages the banks of the whole platform; the system itself does."""
    if actor is None:
        return True
    grants = actor.grants_for(Permission.BANK_MANAGE)
    return any(grant.scope_kind is ScopeKind.PLATFORM for grant in grants)


def _has_items(session: Session, bank: BankRow) -> bool:
    return session.scalar(select(ItemRow.id).where(ItemRow.bank == bank.code).limit(1)) is not None


def _columns(settings: BankSettings) -> dict[str, Any]:
    return {
        "title": settings.title,
        "title_en": settings.title_en,
        "description": settings.description,
        "pool": settings.pool.value,
        "tracks": json.dumps(settings.tracks, ensure_ascii=False),
    }


def _code_problems(code: str) -> Iterator[Problem]:
    if len(code) > MAX_CODE or not _CODE.fullmatch(code):
        message = f"代码应由小写字母、数字和短横组成，不超过 {MAX_CODE} 字"
        yield Problem("", None, "code", "code", message)
    elif code in RESERVED:
        yield Problem("", None, "code", "code_reserved", f"“{code}”不能作题库的代码")


def _settings_problems(settings: BankSettings) -> Iterator[Problem]:
    if not settings.title.strip() or len(settings.title) > MAX_TITLE:
        yield Problem("", None, "title", "title", f"名称应有 1～{MAX_TITLE} 字")
    if len(settings.title_en) > MAX_TITLE:
        yield Problem("", None, "title_en", "title", f"英文名称不超过 {MAX_TITLE} 字")
    if len(settings.description) > MAX_DESCRIPTION:
        message = f"说明不超过 {MAX_DESCRIPTION} 字"
        yield Problem("", None, "description", "description", message)
    if len(settings.tracks) > MAX_TRACKS or any(len(t) > MAX_TRACK for t in settings.tracks):
        message = f"培养方向不超过 {MAX_TRACKS} 个，每个不超过 {MAX_TRACK} 字"
        yield Problem("", None, "tracks", "tracks", message)


def _log(session: Session, actor: Actor | None, act: str, bank: BankRow, now: datetime) -> None:
    audit.log(
        session,
        act,
        bank.code,
        actor_id=user_id_of(actor),
        now=now,
        details={"title": bank.title, "pool": bank.pool, "unit_id": bank.unit_id},
    )
