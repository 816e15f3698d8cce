"""Certificates in bulk: made part by part, resumed, downloaded by who reaches the scheme, for a time."""

import io
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.certification.jobs import BUNDLES, OLD_BUNDLES
from learning.certification.models import CertificateBundle, CertificateBundlePart
from learning.certification.services import bundles
from learning.certification.services.bundles import ask_for_bundle, join_bundle
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, NotFound
from tests.factories.certification import PLAN, make_certificate, make_office, make_sitting
from tests.factories.people import make_user

ADDRESS = "https://academy.example/verify/{code}"


@pytest.fixture
def office(database, now, monkeypatch):
    """An office with five certificates, and parts of two."""
    monkeypatch.setattr(bundles, "PART", 2)
    with database.transaction() as session:
        made = make_office(session, now)
        sitting = make_sitting(session, now, made)
        for name in ("张伟", "李/..\\娜", "王㛃", "赵䶮", "钱"):
            make_certificate(session, now, made, make_user(session, now, name), sitting=sitting)
    return made


def ask(database, now, office, search=""):
    with database.transaction() as session:
        return ask_for_bundle(
            session, office.actor, office.scheme, search=search, address=ADDRESS, now=now
        )


def test_all_are_made_part_by_part_each_a_file_named_by_number_and_holder(
    database, now, office
) -> None:
    ask(database, now, office)

    assert [BUNDLES.run(database, now) for _ in range(4)] == [2, 2, 1, 0]

    with database.session(write=False) as session:
        whole, made = join_bundle(session, office.actor, office.scheme, now)
        with whole, zipfile.ZipFile(io.BytesIO(whole.read())) as archive:
            names = archive.namelist()
            assert archive.read(names[0])[:5] == b"%PDF-"
    assert made.done == 5
    assert [name.split("_", 1)[1] for name in names] == [
        "张伟.pdf",
        "李____娜.pdf",
        "王㛃.pdf",
        "赵䶮.pdf",
        "钱.pdf",
    ]


def test_a_few_certificates_do_not_wait_for_all_of_another_scheme(database, now, office) -> None:
    with database.transaction() as session:
        other = make_office(session, now, plan=replace(PLAN, code="QA-Y"), name="又一协会")
        sitting = make_sitting(session, now, other)
        make_certificate(session, now, other, make_user(session, now, "孙"), sitting=sitting)
    ask(database, now, office)
    BUNDLES.run(database, now)
    ask(database, now + timedelta(minutes=1), other)

    assert BUNDLES.run(database, now) == 1

    with database.session(write=False) as session:
        made = session.execute(
            select(CertificateBundle.done, CertificateBundle.finished_at.is_not(None)).order_by(
                CertificateBundle.id
            )
        ).all()
    assert [tuple(row) for row in made] == [(2, False), (1, True)]


def test_a_worker_that_died_goes_on_where_it_was(database, now, office, monkeypatch) -> None:
    ask(database, now, office)
    BUNDLES.run(database, now)

    with monkeypatch.context() as broken:
        broken.setattr("learning.certification.jobs.keep_part", _die)
        with pytest.raises(KeyboardInterrupt):
            BUNDLES.run(database, now)
    while BUNDLES.run(database, now):
        pass

    with database.session(write=False) as session:
        assert session.scalars(select(CertificateBundle.done)).one() == 5
        assert session.scalar(select(func.count()).select_from(CertificateBundlePart)) == 3


def _die(*_given: object) -> None:
    raise KeyboardInterrupt


def test_what_cannot_be_set_is_said_and_does_not_run_again(
    database, now, office, monkeypatch
) -> None:
    ask(database, now, office)
    monkeypatch.setattr("learning.certification.jobs.pack", lambda _sheets: 1 / 0)

    assert BUNDLES.run(database, now) == 0

    with database.session(write=False) as session:
        assert session.scalars(select(CertificateBundle.error)).one() == "unknown"


def test_only_one_is_made_at_a_time_and_none_of_nothing(database, now, office) -> None:
    with pytest.raises(Conflict) as nothing:
        ask(database, now, office, search="没有这个人")
    ask(database, now, office)

    with pytest.raises(Conflict) as second:
        ask(database, now, office)

    assert (nothing.value.code, second.value.code) == ("nothing_to_print", "printing")


def test_out_of_reach_and_after_three_days_there_is_nothing(database, now, office) -> None:
    with database.transaction() as session:
        other = make_office(session, now, plan=replace(PLAN, code="QA-X"), name="别的协会")
    with pytest.raises(NotFound):
        ask(database, now, replace(office, actor=other.actor))
    ask(database, now, office)
    while BUNDLES.run(database, now):
        pass

    with database.session(write=False) as session:
        for actor, at in ((other.actor, now), (office.actor, now + timedelta(days=4))):
            with pytest.raises(NotFound):
                join_bundle(session, actor, office.scheme, at)
    assert OLD_BUNDLES.run(database, now + timedelta(days=5)) == 1
    assert OLD_BUNDLES.run(database, now + timedelta(days=5)) == 0


def test_the_page_shows_progress_then_the_file_and_the_audit_keeps_it(
    database, now, office, open_browser
) -> None:
    browser, path = open_browser(office.examiner), f"/schemes/{office.scheme}/bundle"

    assert browser.post(path, {"q": ""}).status_code == 303
    assert "0 / 5" in browser.get(path).text
    assert browser.get(f"{path}.zip").status_code == 404
    while BUNDLES.run(database, now):
        pass
    got = browser.get(f"{path}.zip")

    assert got.mimetype == "application/zip"
    got.close()
    with database.session(write=False) as session:
        acts = session.scalars(select(AuditEntry.act)).all()
    assert {"scheme.bundle_asked", "scheme.bundle_downloaded"} <= set(acts)
