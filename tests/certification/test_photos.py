"""The photograph on a certificate: frozen at the issue, gone when the person leaves."""

from learning.accounts.events import CLOSED
from learning.certification.jobs import LEAVING, PHOTOS
from learning.certification.models import CertificatePhoto, HolderPhoto
from learning.certification.queries.templates import list_holder_photos
from learning.kernel import events
from tests.factories.certification import make_certificate, make_office
from tests.factories.people import make_user


def put(session, now, office, holder, content: bytes) -> None:
    session.add(
        HolderPhoto(
            user_id=holder.id,
            sha256=content.hex().ljust(64, "0"),
            content=content,
            added_by=office.examiner.id,
            added_at=now,
        )
    )
    session.flush()


def test_it_is_kept_as_it_was_at_the_issue_and_emptied_when_the_person_leaves(
    database, now
) -> None:
    with database.transaction() as session:
        office = make_office(session, now)
        holder = make_user(session, now, "张伟")
        put(session, now, office, holder, b"old")
        certificate = make_certificate(session, now, office, holder)
    events.deliver(database, PHOTOS, now, 10)
    with database.transaction() as session:
        put(session, now, office, holder, b"new")
        kept = session.get_one(CertificatePhoto, certificate.id)
        assert (kept.content, kept.emptied_at) == (b"old", None)
        events.record(session, CLOSED, {"user_id": holder.id}, now)

    events.deliver(database, LEAVING, now, 10)

    with database.session(write=False) as session:
        kept = session.get_one(CertificatePhoto, certificate.id)
        assert (kept.content, kept.emptied_at) == (b"", now)
        assert kept.sha256
        assert list_holder_photos(session, [holder.id]) == {}
