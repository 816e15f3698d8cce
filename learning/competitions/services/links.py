"""Links by which staff enter for their unit: made, ended, followed."""

from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from learning.accounts.services.registration import Invitation
from learning.competitions.models import EntryLink
from learning.competitions.queries import (
    CompetitionView,
    find_entry,
    get_published,
    get_ticket,
)
from learning.competitions.queries.desks import Desk, get_desk
from learning.competitions.queries.links import LinkTarget, get_link, get_target, is_member
from learning.competitions.rules import EntryRules, Phase, entry_refusal, list_places
from learning.competitions.rules.entry import Place, choose_place
from learning.competitions.rules.links import (
    MAX_LINKS,
    LinkState,
    TypedLink,
    check_link,
    check_staff_no,
)
from learning.competitions.services.correcting import move_entry
from learning.competitions.services.holding import refuse_sealed
from learning.competitions.services.participation import Source, Wish, insert_entry
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor

PUBLIC_PREFIX = "contest-"  # of the codes of invitations to the public


def create_link(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_unit_id: str,
    typed: TypedLink,
    now: datetime,
) -> str:
    """Make a link for a unit; return its public id.

    Raises NotFound, Invalid (places label, expires_at, max_uses), Conflict("closed" | "too_many").
    """
    desk = get_desk(session, actor, raw_public_id, raw_unit_id, now)
    competition = desk.competition
    refusal = entry_refusal(competition.state, competition.closes_at, now)
    if refusal:
        raise Conflict(refusal)
    plan, problems = check_link(typed, closes_at=competition.closes_at, now=now)
    if plan is None:
        raise Invalid(problems)
    count = session.scalar(
        select(func.count())
        .select_from(EntryLink)
        .where(EntryLink.competition_id == competition.id, EntryLink.unit_id == desk.unit_id)
    )
    if (count or 0) >= MAX_LINKS:
        raise Conflict("too_many")
    row = EntryLink(
        public_id=new_public_id(),
        competition_id=competition.id,
        unit_id=desk.unit_id,
        token=new_public_id(),
        label=plan.label,
        expires_at=plan.expires_at,
        max_uses=plan.max_uses,
        uses=0,
        created_by=actor.user_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    _log(session, actor, "competition.link_created", desk, row.public_id, now)
    return row.public_id


def revoke_link(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    raw_unit_id: str,
    raw_link_id: str,
    now: datetime,
) -> None:
    """End a link at once; who entered by it stays. Raises NotFound, Conflict("sealed")."""
    desk = get_desk(session, actor, raw_public_id, raw_unit_id, now)
    refuse_sealed(session, desk.competition.id)
    link = get_link(session, desk, raw_link_id, now)
    ended = session.scalar(
        update(EntryLink)
        .where(EntryLink.public_id == link.public_id, EntryLink.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=actor.user_id)
        .returning(EntryLink.id)
        .execution_options(synchronize_session=False)
    )
    if ended is not None:
        _log(session, actor, "competition.link_revoked", desk, link.public_id, now)


def _log(session: Session, actor: Actor, act: str, desk: Desk, link: str, now: datetime) -> None:
    audit.log(
        session,
        act,
        desk.competition.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"unit": desk.unit_public_id, "link": link},
    )


def places_by_link(rules: EntryRules, target: LinkTarget) -> list[Place]:
    """Return the places that the link's organisation offers: the divisions that fit it."""
    return list_places(rules, [target.organisation], {target.organisation.id})


def enter_by_link(
    session: Session,
    actor: Actor,
    raw_token: str,
    *,
    wish: Wish,
    raw_staff_no: str,
    now: datetime,
) -> bool:
    """Enter a person for the link's unit; tell whether it is new, or was corrected to it.

    Entering again uses the link up by nothing, and of parallel entries no more get through than
    the link allows. Raises NotFound, Conflict("closed" | "not_eligible" | "choose_place" |
    "link_gone"), Invalid(staff_no) from whoever is not on the unit's roster and says none.
    """
    target = get_target(session, raw_token, now)
    ticket = get_ticket(session, actor.user_id, target.competition)  # holds off a close or an edit
    competition = get_published(session, target.competition)
    refusal = entry_refusal(competition.state, competition.closes_at, now)
    if refusal:
        raise Conflict(refusal)
    if ticket.entry_id is not None and not _may_move(session, actor, competition, target):
        return False
    place = choose_place(places_by_link(competition.entry, target), wish.place)
    if isinstance(place, str):
        raise Conflict(place)
    belongs = is_member(session, actor.user_id, target.organisation.id, now)
    staff_no = check_staff_no(raw_staff_no, is_member=belongs)
    if staff_no is None:
        raise Invalid([Problem("", None, "staff_no", "staff_no", "staff_no")])
    source = Source(link_id=target.id, staff_no=staff_no)
    if ticket.entry_id is not None:
        is_moved = move_entry(
            session,
            actor,
            competition,
            ticket.entry_id,
            place=place,
            wish=wish,
            source=source,
            now=now,
        )
        if is_moved:
            _use(session, target.id, now)
        return is_moved
    _use(session, target.id, now)
    if not insert_entry(
        session, actor, competition.id, place=place, wish=wish, source=source, now=now
    ):
        _give_back(session, target.id)  # the same person, this very moment
        return False
    return True


def _may_move(
    session: Session, actor: Actor, competition: CompetitionView, target: LinkTarget
) -> bool:
    """Tell whether following a link is meant to correct an entry: for another unit."""
    entry = find_entry(session, competition.id, actor.user_id)
    moves = entry is not None and entry.unit_id != target.organisation.id
    return moves and competition.correction_days > 0


def _use(session: Session, link_id: int, now: datetime) -> None:
    """Count an entry by a link; Conflict("link_gone") where no more are let through."""
    used = session.scalar(
        update(EntryLink)
        .where(
            EntryLink.id == link_id,
            EntryLink.revoked_at.is_(None),
            EntryLink.expires_at > now,
            or_(EntryLink.max_uses.is_(None), EntryLink.uses < EntryLink.max_uses),
        )
        .values(uses=EntryLink.uses + 1)
        .returning(EntryLink.id)
        .execution_options(synchronize_session=False)
    )
    if used is None:
        raise Conflict("link_gone")


def _give_back(session: Session, link_id: int) -> None:
    session.execute(
        update(EntryLink).where(EntryLink.id == link_id).values(uses=EntryLink.uses - 1)
    )


def find_contest_invitation(session: Session, raw_code: str, now: datetime) -> Invitation | None:
    """Return what a link's token, or `contest-<competition>`, invites a stranger to, or None.

    The second opens where the organiser takes entries of the public.
    """
    try:
        if raw_code.startswith(PUBLIC_PREFIX):
            view = get_published(session, raw_code.removeprefix(PUBLIC_PREFIX))
            is_open = view.entry.registers and view.phase(now) in {Phase.UPCOMING, Phase.RUNNING}
            landing = f"/competitions/{view.public_id}"
            return Invitation(raw_code, "", "", "", view.title, landing) if is_open else None
        target = get_target(session, raw_code, now)
    except NotFound:
        return None
    if target.state is not LinkState.OPEN:
        return None
    title = get_published(session, target.competition).title
    name = target.organisation.name
    return Invitation(target.token, name, name, "", title, f"/competitions/join/{target.token}")
