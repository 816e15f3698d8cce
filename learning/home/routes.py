"""The first page: one's own things when logged in, what is open to all otherwise."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.accounts.queries import count_notices, list_notices
from learning.certification import queries as certification
from learning.certification import words as certification_words
from learning.competitions import queries as competitions
from learning.competitions import words
from learning.compliance.queries.goals import list_titles
from learning.compliance.queries.tasks import list_own as list_own_tasks
from learning.compliance.words.assignments import OwnTaskView, own_views
from learning.courses import queries as courses
from learning.courses.presentation import Trace, trace
from learning.courses.queries import ContinueView
from learning.courses.queries.authoring import list_to_review
from learning.courses.rules import newcomers_place
from learning.exams import queries as exams
from learning.exams import words as exam_words
from learning.exams.rules import CandidateState
from learning.home.frame import frame
from learning.home.waiting import list_desks
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries import (
    UnitView,
    list_memberships,
    list_units,
    units_in_reach,
)
from learning.organisations.queries.joining import pending_request_of
from learning.practice import queries as practice
from learning.web.guards import ask_to_consent, find_current_actor, public
from learning.web.transaction import db_session

UNITS_SHOWN = 10
OPEN_SHOWN = 20
CERTIFICATES_SHOWN = 3
NOTICES_SHOWN = 3
TO_DO = frozenset({CandidateState.UPCOMING, CandidateState.OPEN, CandidateState.IN_PROGRESS})

bp = Blueprint("home", __name__)
bp.app_context_processor(frame)


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    """Show 我的学习, or to people not logged in what is open to all and the way in."""
    session, now, actor = db_session(), utc_now(), find_current_actor()
    lines = competitions.list_open(session, now, limit=OPEN_SHOWN)
    shown = [words.line_view(line, now) for line in lines]
    if actor is None:
        return render_template(
            "home/start.html", lines=shown, login_url=url_for("accounts.login", next="/")
        )
    asked = ask_to_consent(actor)
    if asked is not None:
        return asked
    own = competitions.list_own(session, actor.user_id, now)
    entered = {entry.competition for entry in own}
    certificates = certification.list_certificates_of(session, [actor.user_id], now)
    memberships = list_memberships(session, actor.user_id, now)
    unread, _told = count_notices(session, actor.user_id)
    return render_template(
        "home/index.html",
        name=actor.display_name,
        unread=unread,
        notices=list_notices(session, actor.user_id, page=1, is_unread=True, size=NOTICES_SHOWN)
        if unread
        else [],
        places=[place.unit_name for place in memberships],
        pending=None if memberships else pending_request_of(session, actor.user_id),
        next_step=_next_step(session, actor),
        due=_due(session, actor, now),
        tasks=_tasks(session, actor, now),
        desks=list_desks(session, actor, now),
        reported=practice.count_reported(session, actor, now)
        if actor.holds(Permission.ITEM_ANSWER)
        else 0,
        to_review=list_to_review(session, actor, now)
        if actor.holds(Permission.COURSE_PUBLISH)
        else [],
        sittings=_sittings(session, actor, now),
        certificates=[
            (one, certification_words.state_words(one)) for one in certificates[:CERTIFICATES_SHOWN]
        ],
        certificate_count=len(certificates),
        lines=[line for line in shown if line.line.public_id not in entered],
        coming=[
            (one, words.round_title(one.number, one.round_title))
            for one in competitions.list_coming_rounds(session, actor.user_id, now)
        ],
        now=now,
        entries=[words.own_view(entry) for entry in own],
        units=_units(session, actor, now),
    )


@dataclass(frozen=True, slots=True)
class NextStep:
    """The lesson to go on with, and the course's trace; `begun` is False for a suggestion."""

    view: ContinueView
    trace: Trace
    begun: bool


def _next_step(session: Session, actor: Actor) -> NextStep | None:
    begun = courses.list_continue(session, actor.user_id)
    if begun:
        return NextStep(begun[0], _trace(begun[0]), begun=True)
    listed, _total = courses.list_courses(session)
    done = {s.course_code for s in courses.list_course_standings(session, [actor.user_id])}
    for line in sorted(listed, key=lambda line: newcomers_place(line.document)):
        if line.document.code not in done and line.lessons:
            first = courses.get_course(session, line.document.code).lessons[0]
            view = ContinueView(
                course_code=line.document.code,
                course_title=line.document.title,
                course_title_en=line.document.title_en,
                lesson_code=first.code,
                lesson_title=first.title,
                lesson_title_en=first.title_en,
                lessons_done=0,
                lessons_total=line.lessons,
            )
            return NextStep(view, _trace(view), begun=False)
    return None


def _due(session: Session, actor: Actor, now: datetime) -> int:
    """Return how many items of one's notebook are due today."""
    person = practice.get_person(session, actor.user_id, now)
    return practice.count_due(session, actor.user_id, person.end_of_day(now), now=now)


def _trace(view: ContinueView) -> Trace:
    left = view.lessons_total - view.lessons_done
    states = ["done"] * view.lessons_done + ["now"] * min(1, left) + ["next"] * max(0, left - 1)
    return trace(tuple(states), 720)


def _tasks(session: Session, actor: Actor, now: datetime) -> list[OwnTaskView]:
    """Return the training tasks of the person that are not done, the next due first."""
    tasks = list_own_tasks(session, actor.user_id, now)
    return own_views(tasks, list_titles(session, [(one.goal, one.goal_ref) for one in tasks]))


def _sittings(session: Session, actor: Actor, now: datetime) -> list[exam_words.OwnView]:
    own = exams.list_sittings_for(session, actor.user_id, now)
    due = [sitting for sitting in own if sitting.state in TO_DO]
    return [exam_words.own_view(one) for one in sorted(due, key=lambda one: one.closes_at)]


def _units(session: Session, actor: Actor, now: datetime) -> list[UnitView]:
    if not actor.holds(Permission.ORG_PEOPLE_READ):
        return []
    reach = units_in_reach(session, actor, Permission.ORG_PEOPLE_READ, now)
    units = list_units(session, reach, now, limit=UNITS_SHOWN)
    return [unit for unit in units if not unit.is_department]
