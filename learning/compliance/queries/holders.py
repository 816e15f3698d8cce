"""Who at work in a tree holds what, with the numbers of certificates: for the auditor."""

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.certification.models import Certificate, ExternalCertificate, Holding
from learning.certification.queries.holdings import held_at
from learning.compliance.queries.coverage import at_work
from learning.compliance.queries.requirements import AsOf
from learning.organisations.models import Post


class Holder(NamedTuple):
    """A person at work who holds a scheme; `number` is the certificate's, also of one on file.

    It is "" for one that another employer of the person has on file.
    """

    user_id: int
    name: str
    unit_id: int
    post_id: int
    scheme_id: int
    number: str


def list_holders(session: Session, root_id: int, at: AsOf, *, limit: int) -> list[Holder]:
    """Return who held what in a tree on an instant, as known, by pinyin; at most `limit`."""
    people = at_work(root_id, at)
    rows = session.execute(
        select(
            User.id,
            User.display_name,
            people.c.unit_id,
            people.c.post_id,
            Holding.scheme_id,
            func.coalesce(Certificate.number, ExternalCertificate.number, ""),
        )
        .join_from(people, User, User.id == people.c.user_id)
        .join(Post, Post.id == people.c.post_id)
        .join(Holding, Holding.user_id == people.c.user_id)
        .outerjoin(
            Certificate,
            (Holding.source_kind == "certificate") & (Certificate.id == Holding.source_id),
        )
        .outerjoin(
            ExternalCertificate,
            (Holding.source_kind == "external")
            & (ExternalCertificate.id == Holding.source_id)
            & (ExternalCertificate.organisation_id == Post.organisation_id),
        )
        .where(held_at(at.on, known_at=at.known_at))
        .order_by(User.sort_key, User.id, people.c.unit_id, people.c.post_id, Holding.scheme_id)
        .limit(limit)
    )
    return [Holder(*row) for row in rows]
