"""Writing a contest's public page: pictures are taken in by their bytes, or not at all."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from learning.competitions.models import ContestPage, ContestPartner, ContestPicture
from learning.competitions.queries import CompetitionView, get_page, list_page_pictures
from learning.competitions.rules import (
    BANNER_BYTES,
    LOGO_BYTES,
    Page,
    State,
    is_shortened,
    picture_problem,
    problems_of_page,
)
from learning.competitions.services.holding import hold
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Actor
from learning.kernel.pictures import picture_type


def write_page(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    page: Page,
    banner: bytes | None = None,
    logos: Mapping[int, bytes] = {},
    now: datetime,
) -> None:
    """Write a contest's page; `banner` and `logos` (by partner) are uploads that replace pictures.

    Raises NotFound; Invalid for what is wrong, hostile files among it; Conflict("window_shortened")
    where an open contest's enrolment would be shorter than published. Nothing half is written.
    """
    competition = hold(session, actor, raw_public_id, now)
    page, pictures = _with_pictures(session, competition, page, banner, logos)
    problems = problems_of_page(page, competition.closes_at)
    if problems:
        raise Invalid(problems)
    old = get_page(session, competition.id)
    if competition.state is not State.DRAFT and is_shortened(old, page, competition.closes_at):
        raise Conflict("window_shortened")
    _write_pictures(session, competition, page, pictures)
    _write_rows(session, competition, page)
    audit.log(
        session,
        "competition.page_written",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={
            "banner": page.banner,
            "partners": [[p.role.value, p.name, p.logo] for p in page.partners],
            "enrols_from": _text(page.enrols_from),
            "enrols_until": _text(page.enrols_until),
            "final_at": _text(page.final_at),
        },
    )


def _text(instant: datetime | None) -> str:
    return "" if instant is None else instant.isoformat()


def _with_pictures(
    session: Session,
    competition: CompetitionView,
    page: Page,
    banner: bytes | None,
    logos: Mapping[int, bytes],
) -> tuple[Page, dict[str, bytes]]:
    """Return the page with its uploads by hash, and their bytes; unknown hashes are dropped."""
    known = list_page_pictures(session, competition.id)
    problems: list[Problem] = []
    taken: dict[str, bytes] = {}

    def take(content: bytes, limit: int, place: str) -> str:
        fault = picture_problem(content, limit)
        if fault:
            problems.append(Problem("", None, place, fault, fault))
            return ""
        name = hashlib.sha256(content).hexdigest()
        taken[name] = content
        return name

    def kept(name: str) -> str:
        return name if name in known else ""

    partners = tuple(
        replace(
            partner,
            name=partner.name.strip(),
            logo=take(logos[number], LOGO_BYTES, f"partners-{number}-logo")
            if number in logos
            else kept(partner.logo),
        )
        for number, partner in enumerate(page.partners)
    )
    shown = kept(page.banner) if banner is None else take(banner, BANNER_BYTES, "banner")
    if problems:
        raise Invalid(problems)
    alt = page.banner_alt.strip() if shown else ""
    return replace(page, banner=shown, banner_alt=alt, partners=partners), taken


def _write_pictures(
    session: Session, competition: CompetitionView, page: Page, taken: Mapping[str, bytes]
) -> None:
    """Keep what the page shows, and nothing else."""
    shown = {page.banner, *(partner.logo for partner in page.partners)} - {""}
    session.execute(
        delete(ContestPicture).where(
            ContestPicture.competition_id == competition.id, ContestPicture.sha256.not_in(shown)
        )
    )
    known = list_page_pictures(session, competition.id)
    rows = [
        {
            "competition_id": competition.id,
            "sha256": name,
            "media_type": picture_type(content),
            "content": content,
        }
        for name, content in taken.items()
        if name not in known
    ]
    if rows:
        session.execute(insert(ContestPicture), rows)


def _write_rows(session: Session, competition: CompetitionView, page: Page) -> None:
    for table in (ContestPage, ContestPartner):
        session.execute(delete(table).where(table.competition_id == competition.id))
    session.execute(
        insert(ContestPage).values(
            competition_id=competition.id,
            banner=page.banner,
            banner_alt=page.banner_alt,
            enrols_from=page.enrols_from,
            enrols_until=page.enrols_until,
            final_at=page.final_at,
            final_place=page.final_place.strip(),
        )
    )
    if page.partners:
        session.execute(
            insert(ContestPartner),
            [
                {
                    "competition_id": competition.id,
                    "number": number,
                    "role": partner.role.value,
                    "name": partner.name,
                    "logo": partner.logo,
                }
                for number, partner in enumerate(page.partners, start=1)
            ],
        )
