"""The photograph on a certificate: frozen at the issue, gone when the person leaves."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from learning.accounts.events import CLOSED
from learning.certification.jobs import LEAVING, PHOTOS
from learning.certification.models import (
    Certificate,
    CertificatePhoto,
    Fulfilment,
    HolderPhoto,
)
from learning.certification.queries import find_by_code
from learning.certification.queries.templates import list_holder_photos, list_printed
from learning.certification.rules import Source
from learning.certification.rules.certificates import canonical
from learning.certification.rules.templates import STANDARD
from learning.certification.rules.terms import sitting_key
from learning.certification.services.issuing import Award, decide_and_issue
from learning.certification.services.photos import PHOTO_SIZE, forget_photos
from learning.certification.services.templates import write_template
from learning.exams.models import ApplicationFile, SittingApplication
from learning.kernel import events
from learning.kernel.ids import new_public_id
from learning.kernel.pictures import picture_size
from learning.kernel.printing import redrawn
from tests.factories.certification import make_certificate, make_office, make_sitting
from tests.factories.people import make_user
from tests.factories.pictures import make_png

PORTRAIT = make_png(400, 500)


def put(session, now, office, holder, content: bytes) -> None:
    session.add(
        HolderPhoto(
            user_id=holder.id,
            sha256=hashlib.sha256(content).hexdigest(),
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
    with database.transaction() as session:
        put(session, now, office, holder, b"new")
    events.deliver(database, PHOTOS, now, 10)
    with database.transaction() as session:
        kept = session.get_one(CertificatePhoto, certificate.id)
        assert (kept.content, kept.emptied_at) == (b"old", None)
        events.record(session, CLOSED, {"user_id": holder.id}, now)

    events.deliver(database, LEAVING, now, 10)

    with database.session(write=False) as session:
        kept = session.get_one(CertificatePhoto, certificate.id)
        assert (kept.content, kept.emptied_at) == (b"", now)
        assert kept.sha256
        assert list_holder_photos(session, [holder.id]) == {}


def print_photos(session, now, office) -> None:
    write_template(
        session,
        office.actor,
        office.scheme,
        look=replace(STANDARD, photo=True),
        seal=b"",
        based_on=0,
        now=now - timedelta(days=1),
    )


def apply_with_photo(session, now, sitting, holder, content: bytes, state="accepted") -> None:
    row = SittingApplication(
        public_id=new_public_id(),
        sitting_id=sitting.id,
        user_id=holder.id,
        state=state,
        applied_by=holder.id,
        applied_at=now,
    )
    session.add(row)
    session.flush()
    session.add(
        ApplicationFile(
            public_id=new_public_id(),
            application_id=row.id,
            kind="photo",
            name="",
            media_type="image/png",
            content=content,
            added_at=now,
        )
    )


@pytest.fixture
def passed(database, now):
    """Issue to somebody who applied with a photograph; return what was kept with it."""

    def issue(
        *, state="accepted", prints=True, hr=b"", by_file=False, photo=PORTRAIT, then=None
    ) -> CertificatePhoto | None:
        with database.transaction() as session:
            office = make_office(session, now)
            if prints:
                print_photos(session, now, office)
            holder, sitting = make_user(session, now, "张伟"), make_sitting(session, now, office)
            apply_with_photo(session, now, sitting, holder, photo, state)
            other = make_sitting(session, now, office, "别的场次")
            apply_with_photo(session, now, other, holder, make_png(4, 4), "accepted")
            if hr:
                put(session, now, office, holder, hr)
            if by_file:
                issued = decide_on_file(session, now, office, holder, sitting)
            else:
                issued = make_certificate(session, now, office, holder, sitting=sitting).id
        if then:
            with database.transaction() as session:
                assert not list_printed(session, [issued])[issued].photo  # not drawn anew yet
                then(session, holder)
        events.deliver(database, PHOTOS, now, 10)
        with database.session(write=False) as session:
            return session.get(CertificatePhoto, issued)

    return issue


def decide_on_file(session, now, office, holder, sitting) -> int:
    """A certificate that somebody decided on a file, resting on the pass at the sitting."""
    deed = Fulfilment(
        public_id=new_public_id(),
        scheme_id=office.scheme_id,
        user_id=holder.id,
        kind="exam",
        source_key=sitting_key(sitting.id),
        measure="{}",
        achieved_at=now,
        recorded_at=now,
    )
    session.add(deed)
    session.flush()
    issued = decide_and_issue(
        session,
        scheme_id=office.scheme_id,
        user_id=holder.id,
        source=Source(999, (), "file"),
        now=now,
        award=Award(evidence=(deed.id,)),
    )
    return session.scalars(
        select(Certificate.id).where(Certificate.public_id == issued.public_id)
    ).one()


@pytest.mark.parametrize("by_file", [False, True])
def test_the_photograph_accepted_for_the_sitting_is_kept_drawn_anew(passed, by_file) -> None:
    kept = passed(by_file=by_file)

    assert kept is not None
    assert picture_size(kept.content) == PHOTO_SIZE
    assert kept.sha256 == hashlib.sha256(kept.content).hexdigest()


def test_what_who_keeps_the_staff_put_in_goes_before_it(passed) -> None:
    kept = passed(hr=b"by hr")

    assert kept is not None
    assert kept.content == b"by hr"


@pytest.mark.parametrize(
    "case",
    [
        {"state": "submitted"},
        {"state": "withdrawn"},
        {"prints": False},
    ],
)
def test_none_is_kept_that_nobody_accepted_or_that_no_certificate_prints(passed, case) -> None:
    kept = passed(**case)

    assert kept is None


def test_of_a_broken_one_the_hash_alone_is_kept(passed) -> None:
    kept = passed(photo=b"\x89PNG broken")

    assert kept is not None
    assert (kept.content, kept.is_drawn) == (b"", True)
    assert kept.emptied_at is not None


def test_what_is_changed_before_the_worker_comes_is_not_what_is_kept(passed) -> None:
    def change(session, holder) -> None:
        session.execute(update(ApplicationFile).values(content=make_png(4, 4)))

    kept = passed(then=change)

    assert kept is not None
    assert kept.content == redrawn(PORTRAIT, *PHOTO_SIZE, fit="cover")


def test_who_leaves_before_the_worker_comes_leaves_no_photograph(passed, now) -> None:
    kept = passed(then=lambda session, holder: forget_photos(session, holder.id, now))

    assert kept is not None
    assert (kept.content, kept.emptied_at) == (b"", now)


def test_the_certificates_hash_covers_the_photograph_and_older_ones_go_on_verifying(
    session, now
) -> None:
    office = make_office(session, now)
    holder, other = make_user(session, now, "张伟"), make_user(session, now, "李娜")
    put(session, now, office, holder, b"face")
    with_photo, without = (make_certificate(session, now, office, one) for one in (holder, other))

    assert with_photo.photo_sha256 == hashlib.sha256(b"face").hexdigest()
    assert "photo" not in canonical(find_by_code(session, without.code, now).facts)
    assert find_by_code(session, with_photo.code, now).is_intact
    assert find_by_code(session, without.code, now).is_intact

    with_photo.photo_sha256 = hashlib.sha256(b"another").hexdigest()
    without.photo_sha256 = with_photo.photo_sha256
    session.flush()

    assert not find_by_code(session, with_photo.code, now).is_intact
    assert not find_by_code(session, without.code, now).is_intact


def test_another_photograph_in_its_place_is_not_printed(session, now) -> None:
    office = make_office(session, now)
    print_photos(session, now, office)
    holder = make_user(session, now, "张伟")
    put(session, now, office, holder, b"face")
    one = make_certificate(session, now, office, holder)
    assert list_printed(session, [one.id])[one.id].photo == b"face"

    session.execute(update(CertificatePhoto).values(content=b"another"))

    assert list_printed(session, [one.id])[one.id].photo == b""
