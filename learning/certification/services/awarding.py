"""What events of sittings earn: a certificate at once, or a fulfilment in the person's file.

A certificate tells its holder that the sitting was passed: before the sitting's results are
released nothing is decided. The sitting's close then asks for what is owed, so that a result, an
award rule and the close may come in any order: the last of the three issues.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.rules.letters import Link
from learning.accounts.services.telling import put_notice
from learning.certification.events import AWARD_DUE, DOUBTED, AwardDue, CertificateChanged
from learning.certification.models import AwardFile, AwardRule, Certificate
from learning.certification.queries import (
    Pass,
    find_pass,
    find_revoked_source,
    find_sitting_id,
    find_terms,
    has_released_results,
    list_fallen_schemes,
    list_open_rules,
    list_undecided,
    list_unsupported,
)
from learning.certification.rules import Source, certificate_doubted
from learning.certification.rules.terms import NeedKind, sitting_key
from learning.certification.services.files import (
    Deed,
    record_deed,
    settle,
    withdraw_other_percent,
    withdraw_pass,
)
from learning.certification.services.issuing import Award, decide_and_issue
from learning.kernel import audit, events
from learning.kernel.events import Event

AWARD_BATCH = 100  # certificates in one transaction: some 100 ms


def take_result(session: Session, event: Event, now: datetime) -> int:
    """Issue what the result of a sitting earns by the sitting's open rules; return how many.

    What is decided on is the result as recorded now, not as the event told it; a result that is no
    pass, or not released yet, earns nothing and decides nothing. Any order, any number of times.
    """
    told = event.payload
    if not told["passed"]:
        doubt_fallen(session, event, now)
        return 0
    return _award_owed(session, told["sitting_id"], told["user_id"], now)


def take_revocation(session: Session, event: Event, now: datetime) -> int:
    """Issue anew what was revoked for a result that had become a pass meanwhile; return how many.

    The result's own event may have come before the revocation and found a certificate in force.
    """
    found = find_revoked_source(session, event.payload["certificate"])
    if found is None:
        return 0
    if found.kind == "file":
        return int(settle(session, found.scheme_id, found.user_id, now) is not None)
    return _award_owed(session, found.source_id, found.user_id, now)


def take_lift(session: Session, event: Event, now: datetime) -> int:
    """Decide on the open file of whose suspension was lifted: met meanwhile, it was left alone.

    Returns how many certificates a rule issued for it.
    """
    row = session.execute(
        select(Certificate.scheme_id, Certificate.user_id)
        .join(
            AwardFile,
            (AwardFile.scheme_id == Certificate.scheme_id)
            & (AwardFile.user_id == Certificate.user_id)
            & AwardFile.closed_at.is_(None),
        )
        .where(Certificate.public_id == event.payload["certificate"])
    ).one_or_none()
    return 0 if row is None else int(settle(session, row.scheme_id, row.user_id, now) is not None)


def _award_owed(session: Session, sitting_id: int, user_id: int, now: datetime) -> int:
    """Issue what open rules earn, and again what was revoked because the result had fallen.

    The latter also where the rule has ended since: the pass was earned while it was open.
    """
    rules = {rule.scheme_id: rule.id for rule in list_open_rules(session, sitting_id)}
    owed = {**dict.fromkeys(list_fallen_schemes(session, sitting_id, user_id)), **rules}
    if not owed or not has_released_results(session, sitting_id, now):
        return 0
    found = find_pass(session, sitting_id, user_id)
    if found is None:
        return 0
    return sum(_award(session, scheme_id, owed[scheme_id], found, now) for scheme_id in owed)


def doubt_fallen(session: Session, event: Event, now: datetime) -> int:
    """Tell of certificates whose result fell below the cut or was withdrawn; return how many.

    None is revoked by a rule: they stand out on their scheme's page until a person decides.
    """
    told = event.payload
    if not told.get("had_passed"):
        return 0
    withdraw_pass(session, told["sitting_id"], told["user_id"], now)
    fallen = list_unsupported(session, told["sitting_id"], told["user_id"], now)
    for one in fallen:
        audit.log(
            session,
            "certificate.doubted",
            one.public_id,
            actor_id=None,
            now=now,
            details={
                "number": one.facts.number,
                "sitting": told["sitting"],
                "points_milli": told["points_milli"],
                "cause": told.get("cause", ""),
            },
        )
        changed = CertificateChanged(one.public_id, one.facts.scheme, one.facts.number, one.user_id)
        events.record(session, DOUBTED, changed.payload(), now)
        put_notice(
            session,
            one.user_id,
            certificate_doubted(one.facts.number),
            now,
            link=Link("certificates.detail", {"raw_public_id": one.public_id}),
            key=f"doubt:{event.public_id}:{one.public_id}",
        )
    return len(fallen)


def take_close(session: Session, event: Event, now: datetime) -> int:
    """Ask for what the sitting's open rules owe, now that its results are out; return how many."""
    sitting_id = find_sitting_id(session, event.payload["sitting"])
    rules = list_open_rules(session, sitting_id) if sitting_id is not None else []
    for rule in rules:
        events.record(session, AWARD_DUE, AwardDue(rule.id).payload(), now)
    return len(rules)


def award_earlier_passes(session: Session, event: Event, now: datetime) -> int:
    """Issue a batch of what a rule owes for passes recorded before; return how many.

    Asks for the next batch by another event, so that no transaction grows with the sitting. Before
    the release nothing is owed: the close asks again.
    """
    due = AwardDue(**event.payload)
    rule = session.get(AwardRule, due.rule_id)
    if rule is None or rule.ended_at is not None:
        return 0
    if not has_released_results(session, rule.sitting_id, now):
        return 0
    passes = list_undecided(session, rule, due.after_user_id, AWARD_BATCH)
    issued = sum(_award(session, rule.scheme_id, rule.id, found, now) for found in passes)
    if len(passes) == AWARD_BATCH:
        following = AwardDue(rule.id, passes[-1].user_id)
        events.record(session, AWARD_DUE, following.payload(), now)
    return issued


def _award(
    session: Session, scheme_id: int, rule_id: int | None, found: Pass, now: datetime
) -> bool:
    """Issue what the pass earns, or put it into the person's file where more is asked."""
    terms = find_terms(session, scheme_id, now)
    basis = {
        "rule": "sitting_passed",
        "award_rule": rule_id,
        "sitting": found.sitting_public_id,
        "points_milli": found.points_milli,
        "max_milli": found.max_milli,
        "cut_score_milli": found.cut_score_milli,
    }
    if not terms.terms.is_plain:
        withdraw_other_percent(
            session, scheme_id, found.user_id, found.sitting_id, found.percent, now
        )
        deed = Deed(
            scheme_id=scheme_id,
            user_id=found.user_id,
            kind=NeedKind.EXAM,
            source_key=sitting_key(found.sitting_id),
            achieved_at=found.decided_at,
            measure={**basis, "percent": found.percent},
        )
        return record_deed(session, deed, now)
    source = Source(found.sitting_id, tuple(basis.items()))
    return decide_and_issue(
        session,
        scheme_id=scheme_id,
        user_id=found.user_id,
        source=source,
        now=now,
        award=Award(version_id=terms.version_id),
    ).is_new
