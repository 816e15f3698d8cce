"""When somebody is authorised for a post or an equipment, and what such an act needs. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from learning.accounts.rules.letters import Letter
from learning.certification.rules.holdings import FOREVER
from learning.kernel.errors import Problem

MAX_EQUIPMENT = 100
MAX_EQUIPMENT_NO = 60
MAX_ACT_REASON = 500
MAX_PEOPLE = 500  # in one act
LAST_YEARS = 10  # an authorisation reaches at most so many years ahead
LAPSES = ("certificate", "exemption", "post")  # why one ended by itself


class AuthorisationState(StrEnum):
    """What an authorisation is worth at an instant."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    OVER = "over"  # its time ran out
    LAPSED = "lapsed"  # a certificate or exemption it rests on ended, or the person left the post
    REVOKED = "revoked"


def authorisation_state(
    starts_at: datetime, ends_at: datetime, *, cause: str, is_broken: bool, now: datetime
) -> AuthorisationState:
    """Return the state; `cause` is that of a recorded end or "", `is_broken` what is derived now.

    Twin: `queries.authorisations.in_state`.
    """
    if cause:
        revoked = cause == "revoked"
        return AuthorisationState.REVOKED if revoked else AuthorisationState.LAPSED
    if now >= ends_at:
        return AuthorisationState.OVER
    if now < starts_at:
        return AuthorisationState.NOT_YET
    return AuthorisationState.LAPSED if is_broken else AuthorisationState.IN_FORCE


@dataclass(frozen=True, slots=True)
class Act:
    """What is to be authorised: days on the organisation's calendar, `last` None for no end."""

    first: date
    last: date | None
    equipment: str
    equipment_no: str
    override_reason: str

    def starts_at(self, zone: str) -> datetime:
        """Return the first instant."""
        return datetime.combine(self.first, time(), tzinfo=ZoneInfo(zone))

    def ends_at(self, zone: str) -> datetime:
        """Return the instant after the last one."""
        if self.last is None:
            return FOREVER
        return datetime.combine(self.last + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))


def problems_of_act(act: Act, today: date, *, has_post: bool) -> list[Problem]:
    """Return everything wrong with an act; `place` is the field.

    It begins today at the earliest: nobody was authorised in hindsight. One in spite of what is
    missing has an end.
    """
    checks = {
        "first": today <= act.first <= today.replace(year=today.year + 1, day=1),
        "last": act.last is None
        or (act.first <= act.last and act.last.year <= today.year + LAST_YEARS),
        "equipment": len(act.equipment) <= MAX_EQUIPMENT and (has_post or bool(act.equipment)),
        "equipment_no": len(act.equipment_no) <= MAX_EQUIPMENT_NO,
        "override_reason": len(act.override_reason) <= MAX_ACT_REASON,
        "override_last": not act.override_reason or act.last is not None,
    }
    return [
        Problem("", None, "last" if place == "override_last" else place, place, place)
        for place, holds in checks.items()
        if not holds
    ]


def missing_of(
    required: Collection[int], held: Collection[int], exempt: Collection[int]
) -> list[int]:
    """Return what is required, not held and not spared, in the order of the ids."""
    return sorted(set(required) - set(held) - set(exempt))


@dataclass(frozen=True, slots=True)
class Lacking(Problem):
    """A person, in `message`, lacks schemes of these titles: Chinese, and English or ""."""

    titles: tuple[tuple[str, str], ...] = ()


def card_number(year: int, serial: int) -> str:
    """Return the printed number: 2026, 123 → SQ-2026-000123."""
    return f"SQ-{year:04d}-{serial:06d}"


def authorised_letter(what: str, number: str) -> Letter:
    """Tell a person that they are authorised."""
    return Letter(
        f"已授权上岗：{what}",
        f"Authorised: {what}",
        f"单位已授权您：{what}，上岗证编号 {number}。"
        "所依据的证书到期、豁免结束、离开岗位或调离部门时，授权自动失效。",
        f"Your organisation has authorised you: {what}, card number {number}. "
        "It lapses when a certificate or an exemption it rests on ends, or you leave the post or "
        "the unit.",
    )


def lapsed_letter(who: str, what: str, number: str, cause: str) -> Letter:
    """Tell the person and whoever keeps the staff that an authorisation lapsed."""
    chinese = {
        "certificate": "所依据的证书不再有效",
        "exemption": "所依据的豁免已结束，也没有持证",
        "post": "本人已离开原岗位或原部门",
    }[cause]
    english = {
        "certificate": "a certificate it rests on is no longer valid",
        "exemption": "an exemption it rests on has ended and the certificate is not held",
        "post": "the person has left the post or the unit",
    }[cause]
    return Letter(
        f"授权已失效：{who}，{what}",
        f"Authorisation lapsed: {who}, {what}",
        f"{who} 的授权（{what}，{number}）已失效：{chinese}。恢复后须重新授权。",
        f"The authorisation of {who} ({what}, {number}) has lapsed: {english}. "
        "It has to be given anew.",
    )


def revoked_letter(what: str, number: str) -> Letter:
    """Tell a person that their authorisation was revoked; the reason stands on its page."""
    return Letter(
        f"授权已撤销：{what}",
        f"Authorisation revoked: {what}",
        f"您的授权（{what}，{number}）已撤销，原因见授权页面。请停止相应作业。",
        f"Your authorisation ({what}, {number}) was revoked; its page gives the reason. "
        "Stop the work concerned.",
    )
