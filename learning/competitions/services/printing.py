"""Certificates of prizes in bulk: asked for, made by the worker part by part, joined to one zip."""

import io
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import BinaryIO
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from learning.competitions.models import AwardPlan, AwardPrinting, AwardPrintingPart
from learning.competitions.presentation import PrizeSheet, prize_pdf
from learning.competitions.queries import CompetitionView, get_managed, get_published
from learning.competitions.queries.awards import PlanView, get_announced
from learning.competitions.queries.printing import (
    PrintingView,
    Winner,
    count_winners,
    find_plan_competition,
    find_printing,
    list_held_ids,
    list_winners,
    list_winning_units,
    read_parts,
)
from learning.competitions.rules.awards import AwardState
from learning.kernel import audit
from learning.kernel.db import WAKES
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Actor
from learning.kernel.printing import pack_pdfs, zipped
from learning.organisations.queries import unit_name_at

PART = 50  # certificates: some 2 MB
KEPT = timedelta(days=7)  # parts, from the last one on


def ask_for_certificates(
    session: Session, actor: Actor, raw_public_id: str, *, address: str, now: datetime
) -> None:
    """Have the certificates of all who hold a prize now made, instead of any made before.

    `address` is that of an award's public page with `{award}` for its id. Raises NotFound,
    Conflict("awards_state") before the prizes are final, Conflict("printing") while it runs.
    """
    competition = get_managed(session, actor, raw_public_id, now)
    plan = get_announced(session, competition.id)
    if plan.state is not AwardState.FINAL:
        raise Conflict("awards_state")
    session.execute(select(AwardPlan.id).where(AwardPlan.id == plan.id).with_for_update())
    held = find_printing(session, plan.id)
    if held is not None and held.finished_at is None and not held.error:
        raise Conflict("printing")
    if held is not None:
        _remove(session, held.id)
    total = count_winners(session, plan.id)
    session.add(
        AwardPrinting(
            plan_id=plan.id, address=address, asked_by=actor.user_id, asked_at=now, total=total
        )
    )
    session.info[WAKES] = True
    audit.log(
        session,
        "competition.certificates_asked",
        competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"certificates": total},
    )


@dataclass(frozen=True, slots=True)
class PrintedPart:
    """A zip of some certificates, how many are in it, and up to which row ids they go."""

    body: bytes
    count: int
    after_award_id: int
    after_unit_id: int


def make_part(session: Session, printing: PrintingView) -> PrintedPart:
    """Return the next part: people first, then units.

    Reads only; setting the pages takes the time, so no transaction that writes is open.
    """
    plan_id = printing.plan_id
    people = list_winners(session, plan_id, after=printing.after_award_id, limit=PART)
    room = PART - len(people)
    units = list_winning_units(session, plan_id, after=printing.after_unit_id, limit=room)
    winners = [*people, *units]
    competition = get_published(session, find_plan_competition(session, printing.plan_id))
    plan = get_announced(session, competition.id)
    sheets = sheets_of(session, competition, plan, winners, address=printing.address)
    return PrintedPart(
        pack_pdfs(((f"{sheet.number}.pdf", sheet) for sheet in sheets), prize_pdf),
        len(winners),
        people[-1].award_id if people else printing.after_award_id,
        units[-1].award_id if units else printing.after_unit_id,
    )


def sheets_of(
    session: Session,
    competition: CompetitionView,
    plan: PlanView,
    winners: Sequence[Winner],
    *,
    address: str,
) -> list[PrizeSheet]:
    """Return what the certificates of some winners print."""
    finalised = plan.finalised_at
    day = finalised.astimezone(ZoneInfo(competition.zone)).date() if finalised else date.min
    organiser = unit_name_at(session, competition.organiser_id, finalised) if finalised else ""
    return [
        PrizeSheet(
            number=winner.public_id,
            holder=winner.holder,
            unit=winner.unit,
            contest=competition.title,
            prize=plan.rules.title_of(winner.prize),
            organiser=organiser,
            day=day,
            address=address.replace("{award}", winner.public_id),
        )
        for winner in winners
    ]


def keep_part(session: Session, printing: PrintingView, part: PrintedPart, now: datetime) -> None:
    """Keep a part and how far it goes, in one transaction; the last one ends the work.

    Nothing is kept where another worker did the same part, or the work was asked for anew.
    """
    ended = now if part.count < PART else None
    kept = session.scalar(
        update(AwardPrinting)
        .where(
            AwardPrinting.id == printing.id,
            AwardPrinting.after_award_id == printing.after_award_id,
            AwardPrinting.after_unit_id == printing.after_unit_id,
            AwardPrinting.finished_at.is_(None),
        )
        .values(
            done=AwardPrinting.done + part.count,
            after_award_id=part.after_award_id,
            after_unit_id=part.after_unit_id,
            finished_at=ended,
        )
        .returning(AwardPrinting.done)
        .execution_options(synchronize_session=False)
    )
    if kept is not None and part.count:
        session.add(AwardPrintingPart(printing_id=printing.id, number=kept, body=part.body))


def note_printing_failed(session: Session, printing_id: int, code: str) -> None:
    """Note what stopped the work, so that its organiser sees it and others get their turn."""
    session.execute(
        update(AwardPrinting).where(AwardPrinting.id == printing_id).values(error=code[:40])
    )


def join_parts(session: Session, printing: PrintingView) -> BinaryIO:
    """Return all certificates as one zip in a file of its own, which goes when it is closed.

    A certificate whose prize was taken away meanwhile is left out. Memory: one part.
    """
    held = list_held_ids(session, printing.plan_id)
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the caller sends it and closes it
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as whole:
        for body in read_parts(session, printing.id):
            with zipfile.ZipFile(io.BytesIO(body)) as part:
                for name in part.namelist():
                    if name.removesuffix(".pdf") in held:
                        whole.writestr(zipped(name), part.read(name))
    target.seek(0)
    return target


def forget_printings(session: Session, now: datetime) -> int:
    """Remove the oldest certificates that were made and lay for `KEPT`; return 1 or 0."""
    old = session.scalar(
        select(AwardPrinting.id).where(AwardPrinting.finished_at < now - KEPT).limit(1)
    )
    if old is not None:
        _remove(session, old)
    return int(old is not None)


def _remove(session: Session, printing_id: int) -> None:
    part = AwardPrintingPart
    session.execute(delete(part).where(part.printing_id == printing_id))
    session.execute(delete(AwardPrinting).where(AwardPrinting.id == printing_id))
