"""What was granted to people in earlier sittings of a series, for the resit that carries it on."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment
from learning.exams.models import Admission, Sitting
from learning.exams.queries.people import in_chunks
from learning.exams.queries.views import SittingView
from learning.exams.rules import Accommodation, State, to_local


@dataclass(frozen=True, slots=True)
class EarlierAccommodation:
    """What a person was granted in the last sitting before; `holds` tells whether it is carried."""

    sitting_id: int
    title: str
    accommodation: Accommodation
    holds: bool


def find_earlier_accommodation(
    session: Session, sitting: SittingView, user_id: int
) -> EarlierAccommodation | None:
    """Return what one person was granted before, or None."""
    return earlier_accommodations(session, sitting, [user_id]).get(user_id)


def earlier_accommodations(
    session: Session, sitting: SittingView, user_ids: Iterable[int]
) -> dict[int, EarlierAccommodation]:
    """Return by user id what people were granted in the series before a resit.

    The last sitting to which a person was admitted decides: what was taken back there is not
    carried. Nobody is named where the sitting is no resit. One read a chunk of people.
    """
    if sitting.resit_of_id is None:
        return {}
    day = to_local(sitting.opens_at, sitting.zone).date()
    last: dict[int, EarlierAccommodation] = {}
    for chunk in in_chunks(user_ids):
        rows = session.execute(
            select(
                Admission.user_id,
                Sitting.id,
                Sitting.title,
                Admission.extra_percent,
                Admission.extra_minutes,
                Admission.accommodation,
                Admission.accommodation_review_on,
            )
            .join(Sitting, Sitting.id == Admission.sitting_id)
            .join(Assessment, Assessment.id == Sitting.assessment_id)
            .where(
                Admission.user_id.in_(chunk),
                or_(Sitting.id == sitting.resit_of_id, Sitting.resit_of_id == sitting.resit_of_id),
                Sitting.id != sitting.id,
                Sitting.state != State.DRAFT.value,
                Assessment.opens_at < sitting.opens_at,
            )
            .order_by(Assessment.opens_at, Sitting.id)
        )
        for user_id, sitting_id, title, percent, minutes, note, review_on in rows:
            found = Accommodation(percent, minutes, note, review_on)
            last[user_id] = EarlierAccommodation(sitting_id, title, found, found.holds_on(day))
    return {user_id: one for user_id, one in last.items() if one.accommodation.is_granted}
