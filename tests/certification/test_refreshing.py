"""After any history of acts, holdings are what a recomputation from all acts gives."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from learning.certification.models import (
    CertificateReplacement,
    Holding,
    Revocation,
    Suspension,
)
from learning.certification.services.holdings import refresh_holdings
from tests.factories.certification import make_certificate, make_office, make_sitting
from tests.factories.people import make_user

DAY = timedelta(days=1)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["suspend", "lift", "revoke", "replace", "nothing"]), st.integers(1, 400)
    ),
    max_size=10,
)


class History:
    """One certificate, the acts on it, and what they make of each day by hand."""

    def __init__(self, session, now) -> None:
        self.session, self.first = session, now
        office = make_office(session, now)
        user = make_user(session, now)
        sitting = make_sitting(session, now, office)
        self.certificate = make_certificate(session, now, office, user, sitting=sitting)
        other = make_certificate(session, now, office, make_user(session, now), sitting=sitting)
        self.other_id, self.actor_id = other.id, office.examiner.id
        self.end = self.certificate.valid_until

    def begin(self) -> None:
        for table in (Holding, Revocation, Suspension, CertificateReplacement):
            self.session.execute(delete(table))
        self.at, self.acts = self.first, []
        refresh_holdings(self.session, self.certificate.id, self.at)

    def act(self, kind: str, days: int) -> None:
        self.at += days * DAY
        done = {name for name, _at in self.acts}
        paused = self.worth_at(self.at, upto=self.at)[1]
        possible = {
            "suspend": not paused,
            "lift": paused,
            "revoke": "revoke" not in done,
            "replace": "replace" not in done,
            "nothing": True,
        }
        if not possible[kind]:
            return
        getattr(self, f"_{kind}")()
        self.acts.append((kind, self.at))
        self.session.flush()
        refresh_holdings(self.session, self.certificate.id, self.at)

    def _suspend(self) -> None:
        self.session.add(
            Suspension(
                certificate_id=self.certificate.id,
                reason="待查",
                suspended_by=self.actor_id,
                suspended_at=self.at,
            )
        )

    def _lift(self) -> None:
        row = self.session.scalars(select(Suspension).where(Suspension.lifted_at.is_(None))).one()
        row.lifted_at, row.lifted_by, row.lift_reason = self.at, self.actor_id, "查清"

    def _revoke(self) -> None:
        self.session.add(
            Revocation(
                certificate_id=self.certificate.id,
                reason="冒名",
                revoked_by=self.actor_id,
                revoked_at=self.at,
            )
        )

    def _replace(self) -> None:
        self.session.add(
            CertificateReplacement(
                certificate_id=self.certificate.id,
                successor_id=self.other_id,
                replaced_at=self.at,
            )
        )

    def _nothing(self) -> None:
        """An act that changes no worth: refreshing is idempotent."""

    def worth_at(self, on, *, upto) -> tuple[bool, bool]:
        """Return (held, paused) at an instant by walking through the acts known until another."""
        paused = ended = False
        for kind, at in self.acts:
            if at > upto or at > on:
                break
            paused = {"suspend": True, "lift": False}.get(kind, paused)
            ended = ended or kind in {"revoke", "replace"}
        return self.first <= on <= self.end and not paused and not ended, paused

    def held(self, on, known_at) -> bool:
        return any(
            row.held_from <= on < row.held_until and row.known_from <= known_at < row.known_until
            for row in self.rows
        )

    def check(self) -> None:
        # Plain rows: the identity map would remember what was deleted between two histories.
        columns = (Holding.held_from, Holding.held_until, Holding.known_from, Holding.known_until)
        self.rows = self.session.execute(select(*columns)).all()
        moments = [self.first, self.end, self.end + DAY, *(at for _kind, at in self.acts)]
        for known_at in [moment for moment in moments if moment <= self.at]:
            for on in [near for moment in moments for near in (moment, moment + DAY / 2)]:
                expected = self.worth_at(on, upto=known_at)[0]
                assert self.held(on, known_at) is expected, (on, known_at, self.acts)


def test_after_random_histories_holdings_equal_a_recomputation(session, now) -> None:
    history = History(session, now)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(acts=ACTS)
    def check(acts) -> None:
        history.begin()
        for kind, days in acts:
            history.act(kind, days)
        history.check()

    check()
