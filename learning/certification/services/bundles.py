"""Certificates of a scheme in bulk: asked for, made by the worker part by part, joined to a zip."""

import io
import tempfile
import unicodedata
import zipfile
from datetime import datetime, timedelta
from typing import BinaryIO

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from learning.certification.models import Certificate, CertificateBundle, CertificateBundlePart
from learning.certification.presentation import Sheet, as_pdf
from learning.certification.queries import count_of_scheme, get_managed
from learning.certification.queries.certificates import select_details
from learning.certification.queries.templates import list_printed
from learning.kernel import audit
from learning.kernel.db import WAKES
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor, Permission
from learning.kernel.printing import pack_pdfs, zipped

PART = 100  # certificates: some 4 MB, a second or two
MAX_BUNDLE = 50_000
KEPT = timedelta(days=3)
MAX_HOLDER = 40


def ask_for_bundle(
    session: Session,
    actor: Actor,
    raw_public_id: str,
    *,
    search: str,
    address: str,
    now: datetime,
) -> str:
    """Have the certificates that a search finds made as files; return the bundle's public id.

    `address` is that of a certificate's public page with `{code}`. Raises NotFound,
    Conflict("nothing_to_print" | "too_many_certificates" | "printing": one is being made).
    """
    scheme = get_managed(session, actor, Permission.SCHEME_MANAGE, raw_public_id, now)
    total = count_of_scheme(session, scheme.id, search=search)
    if not total:
        raise Conflict("nothing_to_print")
    if total > MAX_BUNDLE:
        raise Conflict("too_many_certificates")
    running = select(CertificateBundle.id).where(
        CertificateBundle.scheme_id == scheme.id,
        CertificateBundle.finished_at.is_(None),
        CertificateBundle.error == "",
    )
    if session.scalar(running.limit(1)) is not None:
        raise Conflict("printing")
    public_id = new_public_id()
    session.add(
        CertificateBundle(
            public_id=public_id,
            scheme_id=scheme.id,
            search=search,
            address=address,
            asked_by=actor.user_id,
            asked_at=now,
            total=total,
        )
    )
    session.info[WAKES] = True
    audit.log(
        session,
        "scheme.bundle_asked",
        scheme.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"certificates": total, "search": search},
    )
    return public_id


def find_due_bundle(session: Session) -> CertificateBundle | None:
    """Return the bundle of which least is made: a few do not wait for ten thousand of another."""
    return session.scalars(
        select(CertificateBundle)
        .where(CertificateBundle.finished_at.is_(None), CertificateBundle.error == "")
        .order_by(CertificateBundle.done, CertificateBundle.asked_at, CertificateBundle.id)
        .limit(1)
    ).one_or_none()


def find_last_bundle(session: Session, scheme_id: int) -> CertificateBundle | None:
    """Return a scheme's newest bundle, None when there is none or it was forgotten."""
    return session.scalars(
        select(CertificateBundle)
        .where(CertificateBundle.scheme_id == scheme_id)
        .order_by(CertificateBundle.asked_at.desc(), CertificateBundle.id.desc())
        .limit(1)
    ).one_or_none()


def read_part(session: Session, bundle: CertificateBundle, now: datetime) -> list[Sheet]:
    """Return what the next part's certificates print, in the order of their numbers."""
    after = or_(
        Certificate.year > bundle.after_year,
        (Certificate.year == bundle.after_year) & (Certificate.serial > bundle.after_serial),
    )
    found = select_details(session, bundle.scheme_id, now, after, search=bundle.search, limit=PART)
    printed = list_printed(session, [one.id for one in found])
    return [
        Sheet(
            facts=one.facts,
            code=one.code,
            zone=one.zone,
            sha256=one.sha256,
            state=one.state,
            address=bundle.address.replace("{code}", one.code),
            look=printed[one.id].look,
            seal=printed[one.id].seal,
            photo=printed[one.id].photo,
        )
        for one in found
    ]


def pack(sheets: list[Sheet]) -> bytes:
    """Return the certificates as a zip. Knows no database."""
    return pack_pdfs(((_file_name(sheet), sheet) for sheet in sheets), as_pdf)


def _file_name(sheet: Sheet) -> str:
    """Return number and holder as a file name that every system takes."""
    holder = "".join(
        c if unicodedata.category(c)[0] in "LNM" or c == "·" else "_"
        for c in sheet.facts.holder_name[:MAX_HOLDER]
    )
    return f"{sheet.facts.number}_{holder}.pdf"


def keep_part(
    session: Session, bundle: CertificateBundle, sheets: list[Sheet], body: bytes, now: datetime
) -> None:
    """Keep a part and how far it goes, in one transaction; the last one ends the work.

    Nothing is kept where another worker did the same part.
    """
    last = sheets[-1].facts.number.rsplit("-", 2)[1:] if sheets else ["0", "0"]
    values = {"after_year": int(last[0]), "after_serial": int(last[1])} if sheets else {}
    kept = session.scalar(
        update(CertificateBundle)
        .where(
            CertificateBundle.id == bundle.id,
            CertificateBundle.done == bundle.done,
            CertificateBundle.finished_at.is_(None),
        )
        .values(
            done=CertificateBundle.done + len(sheets),
            finished_at=now if len(sheets) < PART else None,
            **values,
        )
        .returning(CertificateBundle.done)
        .execution_options(synchronize_session=False)
    )
    if kept is not None and sheets:
        session.add(CertificateBundlePart(bundle_id=bundle.id, number=kept, body=body))


def note_bundle_failed(session: Session, bundle_id: int, code: str) -> None:
    """Note what stopped the work, so that who asked sees it and others get their turn."""
    session.execute(
        update(CertificateBundle)
        .where(CertificateBundle.id == bundle_id)
        .values(error=code[:40])
        .execution_options(synchronize_session=False)
    )


def join_bundle(
    session: Session, actor: Actor, raw_public_id: str, now: datetime
) -> tuple[BinaryIO, CertificateBundle]:
    """Return a scheme's newest bundle as one zip in a file that goes when it is closed.

    Raises NotFound out of reach, before it is all made, and three days after. Memory: one part.
    """
    scheme = get_managed(session, actor, Permission.SCHEME_MANAGE, raw_public_id, now)
    bundle = find_last_bundle(session, scheme.id)
    if bundle is None or bundle.finished_at is None or bundle.finished_at < now - KEPT:
        raise NotFound("bundle")
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the caller sends it and closes it
    part = CertificateBundlePart
    numbers = session.scalars(
        select(part.number).where(part.bundle_id == bundle.id).order_by(part.number)
    ).all()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as whole:
        for number in numbers:
            one = (part.bundle_id == bundle.id) & (part.number == number)
            body = session.scalars(select(part.body).where(one)).one()
            with zipfile.ZipFile(io.BytesIO(body)) as held:
                for name in held.namelist():
                    whole.writestr(zipped(name), held.read(name))
    target.seek(0)
    return target, bundle


def record_bundle_download(
    session: Session, actor: Actor, raw_public_id: str, *, rows: int, now: datetime
) -> None:
    """Note in the audit that somebody took the files, before they leave."""
    audit.log(
        session,
        "scheme.bundle_downloaded",
        raw_public_id,
        actor_id=actor.user_id,
        now=now,
        details={"certificates": rows},
    )


def forget_bundles(session: Session, now: datetime) -> int:
    """Remove a bundle asked for longer ago than `KEPT` and a day; return 1 or 0."""
    old = session.scalar(
        select(CertificateBundle.id)
        .where(CertificateBundle.asked_at < now - KEPT - timedelta(days=1))
        .limit(1)
    )
    if old is not None:
        part = CertificateBundlePart
        session.execute(delete(part).where(part.bundle_id == old))
        session.execute(delete(CertificateBundle).where(CertificateBundle.id == old))
    return int(old is not None)
