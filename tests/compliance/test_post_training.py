"""Training tasks that a post gives: HR sees and settles them when the post is retired."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from learning.compliance.models import Assignment, AssignmentTask
from learning.compliance.queries.posts import list_training
from learning.compliance.rules.assignments import AssignmentPlan, Audience, DueKind, Goal
from learning.compliance.services import assignment_keeping as keeping
from learning.compliance.services.assignments import assign
from learning.compliance.services.posts import Fate, Settling, retire
from learning.kernel.audit import AuditEntry
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid
from learning.organisations.models import Post, PostHolding
from tests.competitions.browser import Browser
from tests.compliance.staffed import Firm, make_firm

LATER, DAY = timedelta(hours=1), timedelta(days=1)


def call(firm: Firm, act, **more):
    post_id, at = firm.posts[0].public_id, firm.now + LATER
    return act(firm.session, firm.actor, firm.units[0].id, post_id, now=at, **more)


@pytest.fixture
def tasked(session, now) -> Firm:
    """The post is empty, nothing is asked of it; two tasks are given by it, one is over."""
    firm = make_firm(session, now)
    firm.hire("甲甲", 0, 0, staff_no="001")
    for title, days, later in (("焊工复训", 30, True), ("一次性培训", 30, False)):
        plan = AssignmentPlan(
            raw_unit=firm.units[0].public_id, title=title, goal=Goal.HOURS, raw_goal="",
            audience=Audience.POST, raw_post=firm.posts[0].public_id, due_kind=DueKind.DATE,
            hours_milli=1_000, due_at=now + days * DAY, takes_later=later,
        )  # fmt: skip
        public_id = assign(session, firm.actor, plan, now=now)
        made = session.scalars(select(Assignment).where(Assignment.public_id == public_id)).one()
        people = keeping.find_newcomers(session, made, now)
        keeping.add_tasks(session, keeping.new_tasks(session, made, people, now))
        made.kept_at = now
    session.execute(
        update(AssignmentTask).where(AssignmentTask.assignment_id == made.id).values(done_at=now)
    )
    for row in session.scalars(select(PostHolding)):
        row.valid_to = row.ended_at = now
    session.flush()
    return firm


def settling_of(session, firm, fate: Fate, reason: str = "") -> Settling:
    seen = list_training(session, firm.posts[0].id, firm.now)
    return Settling(fate, frozenset(one.public_id for one in seen), reason)


def test_hr_is_told_what_hangs_on_it_and_nothing_happens_until_it_is_decided(
    session, tasked
) -> None:
    [hanging] = list_training(session, tasked.posts[0].id, tasked.now)

    with pytest.raises(Conflict) as asked:
        call(tasked, retire)

    assert (hanging.title, hanging.open_tasks, hanging.takes_later) == ("焊工复训", 1, True)
    assert (asked.value.code, asked.value.data) == ("post_trained", {"rules": 1, "tasks": 1})
    assert session.get_one(Post, tasked.posts[0].id).retired_at is None


def test_kept_they_go_on_and_that_is_on_record(session, tasked) -> None:
    call(tasked, retire, settling=settling_of(session, tasked, Fate.KEEP))

    assert session.get_one(Post, tasked.posts[0].id).retired_at is not None
    assert session.scalars(select(Assignment.cancelled_at)).all() == [None, None]
    acts = session.scalars(select(AuditEntry.act)).all()
    assert acts.count("assignment.kept") == 1


def test_cancelled_they_keep_who_did_it_and_why(session, tasked) -> None:
    settling = settling_of(session, tasked, Fate.CANCEL, " 岗位\u3000撤并 ")
    call(tasked, retire, settling=settling)

    [row] = session.scalars(select(Assignment).where(Assignment.cancelled_at.is_not(None)))
    assert (row.title, row.cancel_reason) == ("焊工复训", "岗位 撤并")
    assert (row.cancelled_by, row.cancelled_at) == (tasked.actor.user_id, tasked.now + LATER)
    acts = session.scalars(select(AuditEntry.act)).all()
    assert acts.count("assignment.cancelled") == 1


@pytest.mark.parametrize("reason", [" ", "长" * 301])
def test_without_a_reason_nothing_is_cancelled(session, tasked, reason: str) -> None:
    with pytest.raises(Invalid):
        call(tasked, retire, settling=settling_of(session, tasked, Fate.CANCEL, reason))

    assert session.scalars(select(Assignment.cancelled_at)).all() == [None, None]


def test_what_came_after_the_look_is_asked_about_again(session, tasked) -> None:
    seen = settling_of(session, tasked, Fate.CANCEL, "撤并")
    session.execute(update(AssignmentTask).values(done_at=None))  # the other one fell open

    with pytest.raises(Conflict, match="post_trained"):
        call(tasked, retire, settling=seen)


def test_hr_decides_on_the_page_what_becomes_of_training(app, database) -> None:
    with database.transaction() as session:
        firm = make_firm(session, utc_now())
        session.expunge_all()
    hr, unit = Browser(app, database, utc_now(), firm.hr), firm.units[0].public_id
    address = f"/staff/posts/{unit}/{firm.posts[1].public_id}"
    plan = AssignmentPlan(
        raw_unit=unit, title="行车复训", goal=Goal.HOURS, raw_goal="", audience=Audience.POST,
        raw_post=firm.posts[1].public_id, due_kind=DueKind.DATE, hours_milli=1_000,
        due_at=utc_now() + 30 * DAY, takes_later=True,
    )  # fmt: skip
    with database.transaction() as session:
        task = assign(session, firm.actor, plan, now=utc_now())

    undecided = hr.post(f"{address}/retire")
    page = undecided.text
    nameless = hr.post(f"{address}/retire", {"fate": "cancel", "seen": task})
    odd = hr.post(f"{address}/retire", {"fate": "burn", "seen": task})
    wish = {"fate": "cancel", "seen": task, "reason": "岗位撤并"}
    done = hr.post(f"{address}/retire", wish)

    codes = [one.status_code for one in (undecided, nameless, odd, done)]
    assert codes == [409, 400, 400, 303]
    assert f'name="seen" value="{task}"' in page
    assert "还有 1 项培训任务按这个岗位发放" in page
    assert "请写明取消任务的原因" in nameless.text
    assert "岗位撤并" in hr.get(f"/staff/assignments/{task}").text
