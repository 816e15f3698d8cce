"""Authorising people for posts and equipment, and revoking it."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import put_notice
from learning.certification.rules import CODE_ALPHABET, CODE_LENGTH, local_date
from learning.compliance.models import (
    Authorisation,
    AuthorisationGround,
    AuthorisationSerial,
)
from learning.compliance.queries.authorisations import (
    PERMISSION,
    get_revocable,
    scheme_titles,
)
from learning.compliance.queries.authorising import (
    Asked,
    Candidate,
    list_candidates,
    list_schemes_in_reach,
)
from learning.compliance.rules.authorisations import (
    MAX_ACT_REASON,
    MAX_PEOPLE,
    Act,
    AuthorisationState,
    Lacking,
    authorised_letter,
    card_number,
    problems_of_act,
    revoked_letter,
)
from learning.compliance.services.lapses import end_authorisation
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.kernel.printing import printable
from learning.organisations.models import Post
from learning.organisations.queries import (
    UnitView,
    get_unit_in_reach,
    organisation_of_unit,
    units_in_reach,
)
from learning.organisations.queries.units import storable

MAX_SCHEMES = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody chose: raw public ids, and the words of the equipment."""

    raw_unit: str
    raw_post: str = ""
    raw_scheme: str = ""
    equipment: str = ""
    equipment_no: str = ""


def resolve(
    session: Session, actor: Actor, wish: Wish, now: datetime
) -> tuple[Asked, str, UnitView]:
    """Return what is meant, the post's name, the organisation. Raises NotFound out of reach."""
    unit = get_unit_in_reach(session, actor, PERMISSION, wish.raw_unit, now)
    post_id, post = None, ""
    if wish.raw_post:
        reach = units_in_reach(session, actor, PERMISSION, now)
        found = session.execute(
            select(Post.id, Post.name).where(
                Post.public_id == storable(wish.raw_post), Post.organisation_id.in_(reach)
            )
        ).one_or_none()
        if found is None:
            raise NotFound("post")
        post_id, post = found
    schemes: tuple[int, ...] = ()
    if wish.raw_scheme:
        known = list_schemes_in_reach(session, actor, now, limit=MAX_SCHEMES)
        scheme_id = next((one for one, raw, *_titles in known if raw == wish.raw_scheme), None)
        if scheme_id is None:
            raise NotFound("scheme")
        schemes = (scheme_id,)
    organisation = organisation_of_unit(session, unit.id, now)
    equipment, equipment_no = printable(wish.equipment), printable(wish.equipment_no)
    asked = Asked(unit, organisation.id, post_id, schemes, equipment, equipment_no)
    return asked, post, organisation


def authorise(
    session: Session,
    actor: Actor,
    wish: Wish,
    act: Act,
    *,
    people: Sequence[str],
    now: datetime,
) -> list[str]:
    """Authorise some people, all of them or nobody; return the public ids of the acts.

    `people` are raw public ids. Each must be in the post on the first day and hold what it
    requires, or there is a reason to authorise them nevertheless. Who is authorised for the
    same already is left out. Raises NotFound for a unit, post or person out of reach, Invalid for
    bad values or with who lacks what, Conflict("authorised_already") when nobody is left.
    """
    asked, post, organisation = resolve(session, actor, wish, now)
    zone = organisation.timezone
    problems = problems_of_act(act, local_date(now, zone), has_post=asked.post_id is not None)
    if not 0 < len(set(people)) <= MAX_PEOPLE:
        problems.append(Problem("", None, "person", "person", "person"))
    if problems:
        raise Invalid(problems)
    on = max(now, act.starts_at(zone))
    chosen = tuple(dict.fromkeys(storable(raw) for raw in people))
    asked = Asked(**{**_fields(asked), "people": chosen})
    # Held, so that of two acts at once the later one sees what the earlier has given.
    session.execute(
        select(User.id).where(User.public_id.in_(chosen)).order_by(User.id).with_for_update()
    )
    found = list_candidates(session, asked, on, now, limit=2 * MAX_PEOPLE)
    if {one.public_id for one in found} != set(chosen):
        raise NotFound("person")
    _refuse_lacking(session, found, act)
    new = [one for one in found if not one.has_one]
    if not new:
        raise Conflict("authorised_already")
    return _write(
        session, actor, asked, act, new, what=_what(post, asked), organisation=organisation, now=now
    )


def _fields(asked: Asked) -> dict[str, Any]:
    return {name: getattr(asked, name) for name in Asked.__dataclass_fields__}


def _what(post: str, asked: Asked) -> str:
    equipment = " ".join(part for part in (asked.equipment, asked.equipment_no) if part)
    return " · ".join(part for part in (post, equipment) if part)


def _refuse_lacking(session: Session, found: Sequence[Candidate], act: Act) -> None:
    """Refuse who lacks something and has no reason to be authorised nevertheless."""
    lacking = [one for one in found if one.missing and not one.has_one]
    if not lacking or act.override_reason:
        return
    titles = scheme_titles(session, {scheme for one in lacking for scheme in one.missing})
    raise Invalid(
        [
            Lacking(
                "", None, "person", "lacking", one.name, tuple(titles[key] for key in one.missing)
            )
            for one in lacking
        ]
    )


def _write(
    session: Session,
    actor: Actor,
    asked: Asked,
    act: Act,
    people: Sequence[Candidate],
    *,
    what: str,
    organisation: UnitView,
    now: datetime,
) -> list[str]:
    zone = organisation.timezone
    year = local_date(now, zone).year
    last = _take_serials(session, organisation.id, year, len(people))
    rows: list[dict[str, Any]] = [
        {
            "public_id": new_public_id(),
            "organisation_id": organisation.id,
            "user_id": one.user_id,
            "unit_id": one.unit_id,
            "post_id": asked.post_id,
            "equipment": asked.equipment,
            "equipment_no": asked.equipment_no,
            "year": year,
            "serial": serial,
            "number": card_number(year, serial),
            "code": "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)),
            "starts_at": act.starts_at(zone),
            "ends_at": act.ends_at(zone),
            "basis": json.dumps({"held": one.held, "missing": one.missing, "spared": one.spared}),
            "override_reason": printable(act.override_reason) if one.missing else "",
            "authorised_by": actor.user_id,
            "authorised_at": now,
        }
        for serial, one in enumerate(people, last - len(people) + 1)
    ]
    session.execute(insert(Authorisation), rows)
    ids = dict(
        session.execute(
            select(Authorisation.public_id, Authorisation.id).where(
                Authorisation.public_id.in_([row["public_id"] for row in rows])
            )
        ).all()
    )
    grounds = [
        {"authorisation_id": ids[row["public_id"]], "scheme_id": scheme_id, "is_spared": is_spared}
        for row, one in zip(rows, people, strict=True)
        for schemes, is_spared in ((one.held, False), (one.spared, True))
        for scheme_id in schemes
    ]
    if grounds:
        session.execute(insert(AuthorisationGround), grounds)
    for row, one in zip(rows, people, strict=True):
        _tell(session, actor, row, one, what=what, now=now)
    return [row["public_id"] for row in rows]


def _tell(
    session: Session,
    actor: Actor,
    row: dict[str, Any],
    one: Candidate,
    *,
    what: str,
    now: datetime,
) -> None:
    audit.log(
        session,
        "authorisation.given",
        row["public_id"],
        actor_id=actor.user_id,
        now=now,
        details={
            "number": row["number"],
            "person": one.public_id,
            "what": what,
            "held": list(one.held),
            "missing": list(one.missing),
            "spared": list(one.spared),
            "override_reason": row["override_reason"],
        },
    )
    put_notice(
        session,
        one.user_id,
        authorised_letter(what, row["number"]),
        now,
        link=_link(row["public_id"]),
        key=f"authorised:{row['public_id']}",
    )


def _link(public_id: str) -> Link:
    return Link("authorisations.detail", {"raw_public_id": public_id})


def _take_serials(session: Session, organisation_id: int, year: int, count: int) -> int:
    """Count up and hold the row until the transaction ends; return the last of the numbers."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(AuthorisationSerial).values(
        organisation_id=organisation_id, year=year, last=count
    )
    last: int = session.scalar(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "year"],
            set_={"last": AuthorisationSerial.last + count},
        ).returning(AuthorisationSerial.last)
    )
    return last


def revoke(
    session: Session, actor: Actor, raw_public_id: str, *, reason: str, now: datetime
) -> None:
    """Revoke an authorisation, with a reason that the person reads.

    Raises NotFound out of reach, Invalid without a reason, Conflict("authorisation_ended") for one
    that has ended.
    """
    one = get_revocable(session, actor, raw_public_id, now)
    reason = printable(reason)
    if not 0 < len(reason) <= MAX_ACT_REASON:
        raise Invalid([Problem("", None, "reason", "reason", "reason")])
    if one.cause or one.state is AuthorisationState.OVER:
        raise Conflict("authorisation_ended")
    if not end_authorisation(session, one.id, "revoked", reason, actor.user_id, now):
        raise Conflict("authorisation_ended")
    audit.log(
        session,
        "authorisation.revoked",
        one.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"number": one.number, "reason": reason},
    )
    put_notice(
        session,
        one.user_id,
        revoked_letter(one.what, one.number),
        now,
        link=_link(one.public_id),
        key=f"authorisation-ended:{one.public_id}",
    )
