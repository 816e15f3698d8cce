"""A watched sitting: two rooms, a candidate answering in each, an invigilator of the first."""

import itertools
from datetime import timedelta

from sqlalchemy import select, update

from learning.accounts.models import User
from learning.attempts.models import Attempt
from learning.attempts.rules import Act, ActKind, ActReason
from learning.exams import queries, services
from learning.exams.models import Admission
from learning.exams.rules import (
    Duty,
    RoomPlan,
)
from tests.factories.exams import make_candidate, make_hall, make_member
from tests.factories.people import make_actor

MINUTE = timedelta(minutes=1)
_IDS = itertools.count(1)


def new_act_id() -> str:
    return f"act{next(_IDS)}"


def an_act(kind=ActKind.PAUSE, **changes) -> Act:
    more = {"extra": 5 * MINUTE} if kind is ActKind.EXTEND else {}
    note = "请看黑板" if kind is ActKind.MESSAGE else ""
    return Act(kind, ActReason.EQUIPMENT, new_act_id(), **{"note": note, **more, **changes})


def start(session, hall, actor, now) -> str:
    return services.start_sitting(session, actor, hall.public_id, device_token="d", now=now)


def person_of(session, actor) -> str:
    return session.get_one(User, actor.user_id).public_id


def attempt_of(session, actor) -> Attempt:
    return session.scalars(
        select(Attempt)
        .where(Attempt.user_id == actor.user_id)
        .execution_options(populate_existing=True)
    ).one()


def do(session, hall, actor, kind, *people, now, act=None):
    return services.act_on_people(
        session, actor, hall.public_id, act=act or an_act(kind), raw_people=people, now=now
    ).done


class Scene:
    """A sitting with two rooms, one candidate answering in each, and the first room's invigilator."""

    def __init__(self, session, now) -> None:
        self.hall = make_hall(session, now)
        self.rooms = [
            services.add_room(
                session,
                self.hall.actor,
                self.hall.public_id,
                room=RoomPlan(name, "", 2),
                now=now,
            )
            for name in ("第一考场", "第二考场")
        ]
        self.actors = [make_candidate(session, now, self.hall, name) for name in ("甲", "乙")]
        self.people = [person_of(session, actor) for actor in self.actors]
        for actor, room in zip(
            self.actors, queries.list_rooms(session, self.sitting(session, now).id), strict=True
        ):
            session.execute(
                update(Admission)
                .where(Admission.user_id == actor.user_id)
                .values(room_id=room.id, seat=1)
            )
            start(session, self.hall, actor, now)
        invigilator = make_member(session, now, self.hall, "监考甲", staff_no="W7")
        services.appoint(
            session,
            self.hall.actor,
            self.hall.public_id,
            roll="W7",
            duty=Duty.INVIGILATOR,
            raw_room_id=self.rooms[0],
            now=now,
        )
        self.invigilator = make_actor(invigilator)
        self.examiner = self.hall.actor

    def sitting(self, session, now):
        return self.hall.view(session, now)

    def everybody(self, session, actor, act, now, *, room="", after=""):
        return services.act_on_everybody(
            session,
            actor,
            self.hall.public_id,
            act=act,
            raw_room_id=room,
            after=after,
            now=now,
        )
