"""Who of a place that runs short could still earn the scheme in time, and what they lack."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.attempts.models import Assessment
from learning.certification.models import AwardRule, Holding, Scheme
from learning.certification.queries.files import HeldCertificate, find_held, list_done
from learning.certification.queries.terms import find_terms
from learning.certification.rules.terms import (
    Purpose,
    Terms,
    renewal_closes,
    standing_of,
)
from learning.compliance.queries.coverage import read_coverage
from learning.compliance.queries.goals import units_above
from learning.compliance.queries.requirements import AsOf
from learning.compliance.rules.training import (
    ORDER,
    Chance,
    Exam,
    Progress,
    chance_of,
    progress_of,
)
from learning.exams.models import Admission, ResultRow, Sitting
from learning.exams.queries import is_offered
from learning.exams.queries.views import as_view, view_query
from learning.kernel.bulk import among
from learning.organisations.queries import staff_numbers, subtree

CHUNK = 1_000  # people read at once


@dataclass(frozen=True, slots=True)
class Place:
    """A post of a unit and a scheme asked there, by row ids; the organisation, its zone."""

    unit_id: int
    post_id: int
    scheme_id: int
    organisation_id: int
    zone: str


@dataclass(frozen=True, slots=True)
class Trainee:
    """Somebody of the place who does not hold the scheme at the instant, and what is in the way.

    `held_until` is when what they hold ends, None when they hold nothing; `exams` the sittings in
    time, those to which they are admitted alone where there are any; `progress` None: not known.
    """

    public_id: str
    name: str
    sort_key: str
    staff_no: str
    held_until: datetime | None
    chance: Chance
    progress: Progress | None
    exams: tuple[Exam, ...]


def list_trainees(session: Session, place: Place, now: datetime, until: datetime) -> list[Trainee]:
    """Return the people asked at a place who will not hold the scheme, the nearest to it first.

    `until` is the instant from which on too few are left. Who is on leave or exempt is not asked.
    """
    people = _asked(session, place, now)
    ends = _ends(session, place.scheme_id, people, now)
    lacking = [one for one in people if one not in ends or ends[one] <= until]
    found: list[Trainee] = []
    for start in range(0, len(lacking), CHUNK):
        found += _judged(session, place, lacking[start : start + CHUNK], ends, now, until)
    return sorted(found, key=lambda one: (ORDER.index(one.chance), one.sort_key, one.public_id))


def _asked(session: Session, place: Place, now: datetime) -> list[int]:
    found = read_coverage(session, place.unit_id, AsOf(now, now)).obligations
    is_here = (
        (found.unit_ids[found.unit] == place.unit_id)
        & (found.pair_posts[found.pair] == place.post_id)
        & (found.pair_schemes[found.pair] == place.scheme_id)
    )
    return sorted(set(found.user_id[is_here].tolist()))


def _ends(
    session: Session, scheme_id: int, user_ids: Sequence[int], now: datetime
) -> dict[int, datetime]:
    """Return until when people hold the scheme now or will hold it, by what is known."""
    rows = session.execute(
        select(Holding.user_id, func.max(Holding.held_until))
        .where(
            Holding.scheme_id == scheme_id,
            among(Holding.user_id, user_ids),
            Holding.known_from <= now,
            Holding.known_until > now,
            Holding.held_until > now,
        )
        .group_by(Holding.user_id)
    )
    return {row[0]: row[1] for row in rows}


def _judged(
    session: Session,
    place: Place,
    user_ids: Sequence[int],
    ends: dict[int, datetime],
    now: datetime,
    until: datetime,
) -> list[Trainee]:
    people = session.execute(
        select(User.id, User.public_id, User.display_name, User.sort_key).where(
            among(User.id, user_ids)
        )
    ).all()
    numbers = staff_numbers(session, [place.organisation_id], user_ids, now)
    who = {row.id: (*row[1:], numbers.get((place.organisation_id, row.id), "")) for row in people}
    if session.get_one(Scheme, place.scheme_id).kind != "own":
        return [Trainee(*who[one], ends.get(one), Chance.OUTSIDE, None, ()) for one in who]
    terms = find_terms(session, place.scheme_id, now).terms
    done = list_done(session, place.scheme_id, user_ids)
    held = find_held(session, place.scheme_id, user_ids)
    sittings = _sittings(session, place, now, until)
    admitted, results = _places(session, list(sittings), user_ids)
    found = []
    for row in people:
        purpose, since = _purpose(terms, held.get(row.id), now)
        standing = standing_of(
            terms.groups(purpose),
            done[row.id],
            hold_months=terms.hold_months,
            zone=place.zone,
            now=now,
            since=since,
        )
        its = results.get(row.id, {})
        progress = progress_of(standing, has_passed=any(its.values()))
        open_to = {key: exam for key, exam in sittings.items() if key not in its}
        own = [exam for key, exam in open_to.items() if key in admitted.get(row.id, ())]
        exams = (own or list(open_to.values())) if progress.lacks_exam else []
        chance = chance_of(progress, own, list(open_to.values()))
        found.append(Trainee(*who[row.id], ends.get(row.id), chance, progress, tuple(exams)))
    return found


def _purpose(
    terms: Terms, held: HeldCertificate | None, now: datetime
) -> tuple[Purpose, datetime | None]:
    """Return what a person works for, and since when what they did counts; None: always."""
    if held is None or not terms.renewal or held.valid_until is None:
        return Purpose.FIRST, None
    if now > renewal_closes(held.valid_until, terms.grace_days):
        return Purpose.FIRST, None
    return Purpose.RENEWAL, held.issued_at


def _sittings(session: Session, place: Place, now: datetime, until: datetime) -> dict[int, Exam]:
    """Return the sittings of the scheme that end in time, by row id, the soonest first.

    Those of the organisation or above it, and those that anybody can apply to: others are not told.
    """
    tree = subtree([place.organisation_id], now)
    rows = session.execute(
        view_query()
        .add_columns(
            or_(
                Sitting.organiser_id.in_(tree), Sitting.organiser_id.in_(units_above(tree, now))
            ).label("is_near")
        )
        .join(AwardRule, AwardRule.sitting_id == Sitting.id)
        .where(
            AwardRule.scheme_id == place.scheme_id,
            AwardRule.ended_at.is_(None),
            Sitting.state == "open",
            Assessment.closes_at > now,
            Assessment.closes_at <= until,
        )
        .order_by(Assessment.closes_at, Sitting.id)
    ).mappings()
    found = {}
    for row in rows:
        view = as_view(row)
        if row["is_near"] or is_offered(view, now):
            found[view.id] = Exam(view.title, view.closes_at)
    return found


def _places(
    session: Session, sitting_ids: Sequence[int], user_ids: Sequence[int]
) -> tuple[dict[int, set[int]], dict[int, dict[int, bool]]]:
    """Return by person the sittings they are admitted to, and whether they passed those taken."""
    admitted: dict[int, set[int]] = {}
    for user_id, sitting_id in session.execute(
        select(Admission.user_id, Admission.sitting_id).where(
            among(Admission.sitting_id, sitting_ids), among(Admission.user_id, user_ids)
        )
    ):
        admitted.setdefault(user_id, set()).add(sitting_id)
    results: dict[int, dict[int, bool]] = {}
    for user_id, sitting_id, passed in session.execute(
        select(ResultRow.user_id, ResultRow.sitting_id, ResultRow.passed).where(
            among(ResultRow.sitting_id, sitting_ids), among(ResultRow.user_id, user_ids)
        )
    ):
        results.setdefault(user_id, {})[sitting_id] = passed
    return admitted, results
