"""Writing a version of how a scheme's certificates look; those issued before keep theirs."""

import hashlib
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from learning.certification.models import CertificateTemplate, Scheme, SchemeSeal
from learning.certification.queries import SchemeView, get_managed
from learning.certification.queries.templates import find_seal, find_template
from learning.certification.rules.templates import (
    SEAL_BYTES,
    SEAL_SIDE,
    Look,
    look_json,
    problems_of_look,
)
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Actor, Permission
from learning.kernel.pictures import picture_type
from learning.kernel.printing import printable, redrawn


def redrawn_seal(content: bytes) -> bytes:
    """Return an uploaded seal drawn anew, b"" for none. Raises Invalid: no PNG of at most 2 MB."""
    if not content:
        return b""
    if len(content) > SEAL_BYTES or picture_type(content) != "image/png":
        raise _bad_seal("seal_picture")
    try:
        return redrawn(content, SEAL_SIDE, SEAL_SIDE, fit="contain")
    except ValueError as error:
        raise _bad_seal("seal_picture") from error


def cleaned(look: Look) -> Look:
    """Return a look whose texts can be printed. Raises Invalid with every problem."""
    texts = {
        name: printable(getattr(look, name))
        for name in (
            "heading",
            "heading_en",
            "before",
            "before_en",
            "after",
            "after_en",
            "signatory_title",
            "signatory",
        )
    }
    look = replace(look, **texts)  # type: ignore[arg-type] # all are texts
    problems = problems_of_look(look)
    if problems:
        raise Invalid(problems)
    return look


def write_template(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    look: Look,
    seal: bytes,
    based_on: int,
    now: datetime,
) -> int:
    """Write the next version of a scheme's template; return its number.

    `seal` is the picture as `redrawn_seal` gave it, b"" keeps the one there is. The same look and
    seal as before write nothing. Raises NotFound, Invalid, Conflict("template_changed") when
    somebody else wrote a version after `based_on`.
    """
    scheme = get_managed(session, actor, Permission.SCHEME_MANAGE, raw_public_id, now)
    session.execute(select(Scheme.id).where(Scheme.id == scheme.id).with_for_update())
    held = find_template(session, scheme.id)
    if held.number != based_on:
        raise Conflict("template_changed")
    look = cleaned(look)
    sha256 = _keep_seal(session, scheme, seal) if seal else held.seal
    if look.seal == "picture" and not find_seal(session, scheme.id, sha256):
        raise _bad_seal("seal_missing")
    if look == held.look and sha256 == held.seal:
        return held.number
    number = (
        session.scalar(
            select(func.max(CertificateTemplate.number)).where(
                CertificateTemplate.scheme_id == scheme.id
            )
        )
        or 0
    ) + 1
    session.add(
        CertificateTemplate(
            scheme_id=scheme.id,
            number=number,
            look=look_json(look),
            seal=sha256,
            created_by=actor.user_id,
            created_at=now,
        )
    )
    try:
        session.flush()  # on SQLite nothing was locked: the unique number decides
    except IntegrityError as error:
        raise Conflict("template_changed") from error
    audit.log(
        session,
        "scheme.template_written",
        scheme.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"number": number, "look": look_json(look), "seal": sha256},
    )
    return number


def _keep_seal(session: Session, scheme: SchemeView, content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(
        dialect.insert(SchemeSeal)
        .values(scheme_id=scheme.id, sha256=sha256, content=content)
        .on_conflict_do_nothing(index_elements=["scheme_id", "sha256"])
    )
    return sha256


def _bad_seal(code: str) -> Invalid:
    return Invalid([Problem("", None, "seal_file", code, code)])
