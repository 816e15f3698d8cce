"""Which hours open files ask for: who counts hours answers by `services.take_hours`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from learning.certification.queries.files import list_last_issues, list_open_of
from learning.certification.queries.terms import find_terms
from learning.certification.rules.terms import Need, NeedKind, Terms
from learning.exams.rules import months_after


@dataclass(frozen=True, slots=True)
class HoursAsked:
    """A person's open file asks for hours of a field that were earned since an instant."""

    file_id: int
    scheme_id: int
    user_id: int
    need: Need
    since: datetime

    @property
    def key(self) -> str:
        """Return what names the need in the file's progress."""
        return hours_key(self.need)


def hours_key(need: Need) -> str:
    """Return what names a need of hours: the same amount, field and months are the same need."""
    return f"{need.field.value}/{need.hours_milli}/{need.within_months}"


def list_hours_asked(session: Session, user_ids: Sequence[int], now: datetime) -> list[HoursAsked]:
    """Return what the open files of people ask for.

    Hours before the last certificate of a scheme earn no other: neither renewal nor one anew.
    """
    found = []
    in_force: dict[int, Terms] = {}
    files = list_open_of(session, user_ids)
    issued = list_last_issues(session, {file.user_id for file in files})
    for file in files:
        if file.scheme_id not in in_force:
            in_force[file.scheme_id] = find_terms(session, file.scheme_id, now).terms
        terms = in_force[file.scheme_id]
        needs = [
            need
            for group in terms.groups(file.purpose)
            for need in group
            if need.kind is NeedKind.HOURS
        ]
        last = issued.get((file.scheme_id, file.user_id))
        for need in needs:
            since = months_after(now, -need.within_months)
            since = since if last is None else max(since, last)
            found.append(HoursAsked(file.id, file.scheme_id, file.user_id, need, since))
    return found
