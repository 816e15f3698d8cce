"""Which unit and which dates a page of compliance is about, from its address."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from learning.compliance import queries
from learning.compliance.queries.requirements import AsOf
from learning.compliance.queries.staff import Choice
from learning.compliance.rules.requirements import end_of_day, is_sensible_day
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries import get_unit_in_reach, organisation_of_unit
from learning.organisations.queries.units import UnitView
from learning.study.rules.hours import local_day
from learning.web.forms import refuse_repeated

CHOICES = 500


@dataclass(frozen=True, slots=True)
class Scope:
    """A unit in reach, the day asked about, the day whose knowledge answers, both in its zone."""

    unit: UnitView
    organisation: UnitView
    on: date
    known: date
    at: AsOf
    today: date
    choices: list[Choice]

    @property
    def zone(self) -> str:
        """Return the zone in which its days are told apart."""
        return self.organisation.timezone

    def address(self, endpoint: str, **changed: Any) -> str:
        """Return the address of a page about the same unit and days, some of it changed."""
        given: dict[str, Any] = {"unit": self.unit.public_id}
        if self.on != self.today:
            given["on"] = self.on.isoformat()
        if self.known != self.today:
            given["known"] = self.known.isoformat()
        return url_for(endpoint, **{**given, **changed})

    @property
    def fields(self) -> dict[str, str]:
        """Return it as the hidden fields of a form."""
        return {
            "unit": self.unit.public_id,
            "on": self.on.isoformat(),
            "known": self.known.isoformat(),
        }


def read_scope(
    session: Session,
    actor: Actor,
    given: Any,
    now: datetime,
    *,
    permission: Permission = Permission.COMPLIANCE_READ,
) -> Scope | None:
    """Return what the address names: today and the first unit where it is silent.

    None when nothing is in reach. NotFound for a foreign unit; days that cannot be are today.
    """
    refuse_repeated(given)
    choices = queries.list_units(session, actor, now, limit=CHOICES)
    raw_unit = given.get("unit", "") or (choices[0].public_id if choices else "")
    if not raw_unit:
        return None
    unit = get_unit_in_reach(session, actor, permission, raw_unit, now)
    organisation = organisation_of_unit(session, unit.id, now)
    zone = organisation.timezone
    today = local_day(now, zone)
    on = day_of(given.get("on", ""), now, zone) or today
    known = min(day_of(given.get("known", ""), now, zone) or today, today)
    at = AsOf(
        now if on == today else end_of_day(on, zone),
        now if known == today else end_of_day(known, zone),
    )
    return Scope(unit, organisation, on, known, at, today, choices)


def day_of(raw: str, now: datetime, zone: str) -> date | None:
    """Return a day as typed (2026-12-01); None for what is none or lies out of bounds."""
    try:
        day = date.fromisoformat(raw.strip())
    except ValueError:
        return None
    return day if is_sensible_day(day, now, zone) else None
