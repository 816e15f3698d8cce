"""One furnished world for tests that walk through the whole product.

Two sides, A and B, have the same things, so that each is the stranger of the other: an association,
an enterprise, people, requests, competitions, sittings, attempts, a scheme, certificates. Everything
is made through the services, and the events are delivered as the worker would.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.app import consumers
from learning.attempts.models import Attempt
from learning.cli.content import COURSES, FOLDER, read_tracks, sync_all
from learning.competitions.jobs import close_due
from learning.courses.loader import Asset
from learning.courses.models import Course, CourseAsset, LessonFileRow, LessonVersion
from learning.courses.rules.notes import parse_note
from learning.courses.services import add_note, enrol, keep_page, start_check
from learning.courses.services.media import keep_media
from learning.exams.jobs import analyse_due
from learning.exams.jobs import close_due as close_sittings
from learning.kernel import events
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Role
from learning.practice.models import NotebookEntry
from learning.question_bank.drafts import ItemDraft
from learning.question_bank.models import ItemRow
from learning.question_bank.services import BankSettings, create_bank, create_draft
from learning.study.services.tracks import sync_track
from tests.factories.items import make_bank
from tests.factories.people import grant_role, make_user
from tests.world.authoring import furnish_authoring
from tests.world.authorisations import furnish_authorisation
from tests.world.certificates import furnish_certificates, furnish_external
from tests.world.contests import (
    BANK,
    DEVICE,
    furnish_awards,
    furnish_contests,
    furnish_regrade,
    furnish_rooms,
    furnish_sittings,
)
from tests.world.deciding import furnish_deciding
from tests.world.finals import furnish_final
from tests.world.hours import ENTRY_TRACK, furnish_hours
from tests.world.importing import furnish_imports
from tests.world.items import furnish_items
from tests.world.people import Side, furnish_people
from tests.world.requirements import furnish_requirements
from tests.world.tasks import furnish_tasks

CLIP = "c11b" * 16
COURSE, LESSON, BANK_OF_COURSE = "tqm-foundation", "tqm-f-01", "tqm-foundation"


@dataclass(frozen=True)
class Persona:
    """Somebody who visits: a role, and the side whose things are their own ("" for none)."""

    name: str
    role: str
    side: str = ""
    user: User | None = None


@dataclass
class World:
    """A furnished database: who visits, and public ids by side and kind."""

    database: Database
    now: datetime
    personas: dict[str, Persona] = field(default_factory=dict)
    objects: dict[str, dict[str, str]] = field(default_factory=dict)


def furnish(database: Database) -> World:
    """Furnish an empty database in the present: pages read the clock."""
    sync_all(database, FOLDER / BANK_OF_COURSE, COURSES / COURSE)
    now = utc_now()
    world = World(database, now)
    with database.transaction() as session:
        for track in read_tracks():
            sync_track(session, track, now)
    shared = {
        "track": "common",
        "entry_track": ENTRY_TRACK,
        "course": COURSE,
        "lesson": LESSON,
        "bank": BANK_OF_COURSE,
    }
    with database.transaction() as session:
        make_bank(session, now, bank=BANK)
    sides = []
    for letter in "AB":
        with database.transaction() as session:
            side = furnish_people(session, now, letter)
            furnish_contests(session, now, side)
            furnish_rooms(session, now, side)
            furnish_sittings(session, now, side)
            _learning(session, now, side)
        sides.append(side)
    deliver_all(database, now)
    close_due(database, now)
    close_sittings(database, now)
    deliver_all(database, now)
    while analyse_due(database, now):
        pass
    with database.transaction() as session:
        for side in sides:
            furnish_certificates(session, now, side)
            furnish_deciding(session, now, side)
            furnish_external(session, now, side)
            furnish_hours(session, now, side)
            furnish_tasks(session, now, side)
            furnish_requirements(session, now, side)
            furnish_authorisation(session, now, side)
            furnish_awards(session, now, side)
            furnish_final(session, now, side)
            furnish_regrade(session, now, side)
            world.objects[side.letter] = side.objects | shared
        _shared(session, world)
        _personas(session, world, sides)
    deliver_all(database, now)
    return world


def deliver_all(database: Database, now: datetime) -> None:
    """Hand every event to every consumer, until there is none left."""
    while sum(events.deliver(database, consumer, now) for consumer in consumers()):
        pass


def _learning(session: Session, now: datetime, side: Side) -> None:
    learner = side.actor(session, "learner", now)
    enrol(session, learner, COURSE, now=now)
    side.objects["stepwise_attempt"] = start_check(
        session, learner, COURSE, LESSON, device_token=DEVICE, now=now
    )
    note = add_note(session, learner, COURSE, LESSON, parse_note({"text": "记住"}), now=now)
    side.objects |= {
        "lesson_note": note.public_id,
        "notebook_entry": _entry(session, now, learner.user_id),
    }


def _entry(session: Session, now: datetime, user_id: int) -> str:
    """Put an item into somebody's notebook of wrong answers, due tomorrow."""
    item = session.scalars(select(ItemRow.id).order_by(ItemRow.id).limit(1)).one()
    entry = NotebookEntry(public_id=new_public_id(), user_id=user_id, item_id=item)
    entry.added_at = entry.last_at = now
    entry.due_at = now + timedelta(days=1)
    session.add(entry)
    session.flush()
    return entry.public_id


def _shared(session: Session, world: World) -> None:
    figure = session.scalars(select(CourseAsset.sha256).order_by(CourseAsset.sha256)).first()
    assert figure
    assert session.scalars(select(Attempt.id).limit(1)).first()
    draft = ItemDraft(kind="essay", stem="试述质量管理的原则。")
    bank = create_bank(session, None, "crawl-web", BankSettings("网上题库"), now=world.now)
    written = create_draft(session, None, bank, draft, now=world.now)
    drafted = {"web_bank": bank.code, "draft_item": written.code}
    imports = furnish_imports(session, world.now)
    files = {"lesson_clip": CLIP}
    _clip(session, world.now)
    shared = drafted | imports | files | {"asset": figure, "item": "s-000", "item_bank": BANK}
    for objects in world.objects.values():
        objects.update(shared)


def _clip(session: Session, now: datetime) -> None:
    """Give the lesson a file that is a recording and has a page, as far as the database knows."""
    keep_media(
        session, Asset("clip.pdf", b"", "application/pdf", CLIP, 4, 60_000, 1), lambda: b"clip", now
    )
    keep_page(session, CLIP, 1, b"page")
    course = select(Course.id).where(Course.code == COURSE).scalar_subquery()
    of_lesson = (LessonVersion.course_id == course, LessonVersion.lesson_code == LESSON)
    for version in session.scalars(select(LessonVersion.id).where(*of_lesson)):
        session.add(LessonFileRow(lesson_version_id=version, name="clip.pdf", sha256=CLIP))


def _personas(session: Session, world: World, sides: list[Side]) -> None:
    now = world.now
    first, second = sides
    made = [Persona("visitor", "visitor")]
    for side, names in (
        (first, {"learner": "learner", "hr": "hr", "examiner": "examiner", "manager": "manager"}),
        (
            second,
            {
                "learner": "stranger",
                "hr": "other_hr",
                "examiner": "other_examiner",
                "manager": "other_manager",
            },
        ),
    ):
        made += [
            Persona(name, role, side.letter, side.people[role]) for role, name in names.items()
        ]
    alone = {
        "provisional": make_user(session, now, "未入职者"),
        "newcomer": make_user(session, now, "未同意者", notice_version=0),
        "author": make_user(session, now, "示例命题人"),
        "reviewer": make_user(session, now, "示例审题人"),
        "item_manager": make_user(session, now, "示例题库管理员"),
        "operator": make_user(session, now, "示例运维"),
    }
    grant_role(session, now, alone["author"], Role.AUTHOR)
    grant_role(session, now, alone["reviewer"], Role.REVIEWER)
    grant_role(session, now, alone["item_manager"], Role.ITEM_MANAGER)
    items = furnish_items(session, now, alone["author"], alone["reviewer"], alone["item_manager"])
    items |= furnish_authoring(session, now, alone["author"])
    for objects in world.objects.values():
        objects.update(items)
    grant_role(session, now, alone["operator"], Role.OPERATOR)
    made += [Persona(name, name, "", user) for name, user in alone.items()]
    world.personas = {persona.name: persona for persona in made}
