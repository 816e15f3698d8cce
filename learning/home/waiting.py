"""What waits for a person's decision, over all desks that the person keeps: counts and ways."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from learning.certification.queries.appeals import count_register
from learning.certification.queries.deciding import count_ready
from learning.certification.queries.papers import count_confirmable
from learning.certification.queries.unchecked import count_unchecked
from learning.compliance import queries as compliance
from learning.kernel.permissions import Actor, Permission
from learning.kernel.translation import N_
from learning.organisations.queries.corrections import count_corrections
from learning.organisations.queries.join_requests import count_waiting_requests, select_waiting
from learning.organisations.rules.corrections import CorrectionState
from learning.study.queries.claims import count_claims
from learning.study.queries.tracks import list_tracks
from learning.study.rules.claims import ClaimState

Count = Callable[[Session, Actor, datetime], int]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A desk where something waits: how much of what, and its page."""

    label: str
    number: int
    url: str


def _joining(session: Session, actor: Actor, now: datetime) -> int:
    return count_waiting_requests(session, select_waiting(session, actor, now))


def _corrections(session: Session, actor: Actor, now: datetime) -> int:
    return count_corrections(session, actor, now)[CorrectionState.PENDING]


def _claims(session: Session, actor: Actor, now: datetime) -> int:
    return count_claims(session, actor, now)[ClaimState.PENDING]


def _entries(session: Session, actor: Actor, now: datetime) -> int:
    tracks = [one.code for one in list_tracks(session) if one.needs_hr]
    return sum(compliance.count_waiting(session, actor, tracks, now).values())


def _decisions(session: Session, actor: Actor, now: datetime) -> int:
    return sum(number for *_scheme, number in count_ready(session, actor, now))


def _appeals(session: Session, actor: Actor, now: datetime) -> int:
    return count_register(session, actor, now)[0]


# permission, page, what its address carries, label, what counts
DESKS: tuple[tuple[Permission, str, dict[str, Any], str, Count], ...] = (
    (Permission.CERTIFICATE_DECIDE, "deciding.index", {}, N_("等发证决定的档案"), _decisions),
    (
        Permission.CERTIFICATE_DECIDE,
        "certificate_appeals.register",
        {},
        N_("等答复的证书申诉"),
        _appeals,
    ),
    (
        Permission.FULFILMENT_CONFIRM,
        "confirming.index",
        {},
        N_("等确认的发证条件申报"),
        count_confirmable,
    ),
    (
        Permission.EXTERNAL_MANAGE,
        "external.index",
        {"show": "unchecked"},
        N_("等核对的外发证"),
        count_unchecked,
    ),
    (Permission.STUDY_DECIDE, "study.desk", {}, N_("等审批的学时"), _claims),
    (Permission.TRACK_ASSIGN, "compliance.waiting", {}, N_("等确认的报名条件"), _entries),
    (
        Permission.ORG_JOIN_CONFIRM,
        "organisations.join_requests",
        {},
        N_("等确认的加入申请"),
        _joining,
    ),
    (Permission.PRIVACY_DECIDE, "corrections.index", {}, N_("等答复的更正申请"), _corrections),
)


def list_desks(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """Return the desks of the actor where something waits; those with nothing are left out."""
    return [
        Waiting(gettext(label), number, url_for(endpoint, **carried))
        for permission, endpoint, carried, label, count in DESKS
        if actor.holds(permission) and (number := count(session, actor, now))
    ]
