"""Reads of a contest's page: what stands on it, and its pictures."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.competitions.models import ContestPage, ContestPartner, ContestPicture
from learning.competitions.rules import Page, Partner, PartnerRole
from learning.kernel.errors import NotFound

_SHA256 = re.compile(r"[0-9a-f]{64}")


def get_page(session: Session, competition_id: int) -> Page:
    """Return what stands on a contest's page, an empty one where nothing does."""
    row = session.execute(
        select(
            ContestPage.banner,
            ContestPage.banner_alt,
            ContestPage.enrols_from,
            ContestPage.enrols_until,
            ContestPage.final_at,
            ContestPage.final_place,
        ).where(ContestPage.competition_id == competition_id)
    ).one_or_none()
    if row is None:
        return Page()
    partners = session.execute(
        select(ContestPartner.role, ContestPartner.name, ContestPartner.logo)
        .where(ContestPartner.competition_id == competition_id)
        .order_by(ContestPartner.number)
    )
    found = tuple(Partner(PartnerRole(role), name, logo) for role, name, logo in partners)
    return Page(*row, partners=found)


def get_page_picture(session: Session, competition_id: int, sha256: str) -> tuple[str, bytes]:
    """Return (media type, bytes) of a picture that stands on the page; raise NotFound."""
    if not _SHA256.fullmatch(sha256):
        raise NotFound("picture")
    row = session.execute(
        select(ContestPicture.media_type, ContestPicture.content).where(
            ContestPicture.competition_id == competition_id, ContestPicture.sha256 == sha256
        )
    ).one_or_none()
    if row is None:
        raise NotFound("picture")
    return row[0], row[1]


def list_page_pictures(session: Session, competition_id: int) -> set[str]:
    """Return the pictures that a contest has, by SHA-256."""
    query = select(ContestPicture.sha256).where(ContestPicture.competition_id == competition_id)
    return set(session.scalars(query))
