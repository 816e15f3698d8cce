"""Tracks by post: who takes the post later is enrolled by the worker, once, unconfirmed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.kernel.errors import Conflict, NotFound
from learning.kernel.ids import new_public_id
from learning.organisations.models import Post, PostHolding
from learning.organisations.queries import subtree
from learning.study.models import TrackEnrolment, TrackPostRule
from learning.study.queries.tracks import list_enrolments, list_post_rules
from learning.study.services.post_rules import (
    end_post_rule,
    enrol_holders,
    has_new_holders,
    set_post_rule,
)
from learning.study.services.tracks import sync_track
from tests.factories.people import make_unit
from tests.study.hours import Office
from tests.study.test_tracks import write


@pytest.fixture
def office(session, now, tmp_path) -> Office:
    sync_track(session, write(tmp_path), now)
    return Office(session, now)


@pytest.fixture
def post(session, now, office) -> Post:
    made = Post(
        public_id=new_public_id(),
        organisation_id=office.firm.id,
        name="检验员",
        name_key="检验员",
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


def hold(office, post, unit=None, since=None) -> None:
    office.session.add(
        PostHolding(
            user_id=office.person.id,
            post_id=post.id,
            unit_id=(unit or office.firm).id,
            valid_from=since or office.now,
            recorded_at=office.now,
        )
    )
    office.session.flush()


def set_rule(office, post, *, unit=None, actor=None) -> bool:
    return set_post_rule(
        office.session,
        actor or office.hr,
        "sample",
        post.public_id,
        (unit or office.firm).public_id,
        now=office.now,
    )


def test_who_takes_the_post_after_the_rule_is_enrolled_once(office, post) -> None:
    session, later = office.session, office.now + timedelta(days=9)
    assert set_rule(office, post)
    assert not has_new_holders(session, office.now)
    hold(office, post, since=later)
    assert not has_new_holders(session, office.now)

    assert has_new_holders(session, later)
    assert enrol_holders(session, later) == 1
    assert enrol_holders(session, later) == 0
    assert not has_new_holders(session, later)

    (mine,) = list_enrolments(session, [office.person.id])
    assert (mine.source, mine.enrolled_at, mine.confirmed_at) == ("post", later, None)


def test_holders_in_units_below_count_and_in_other_units_do_not(office, post) -> None:
    session, now = office.session, office.now
    shop = make_unit(session, now, kind="department", name="车间", parent=office.firm)
    set_rule(office, post, unit=shop)
    hold(office, post)
    assert enrol_holders(session, now) == 0

    hold(office, post, unit=shop)

    assert enrol_holders(session, now) == 1


def test_who_is_in_the_track_already_is_left_as_they_are(office, post) -> None:
    session, now = office.session, office.now
    session.add(
        TrackEnrolment(
            user_id=office.person.id,
            track_code="sample",
            source="self",
            enrolled_by=office.person.id,
            enrolled_at=now,
        )
    )
    set_rule(office, post)
    hold(office, post)

    assert enrol_holders(session, now) == 0
    assert list_enrolments(session, [office.person.id])[0].source == "self"


def test_an_ended_rule_enrols_nobody_and_may_be_set_anew(office, post) -> None:
    session, now = office.session, office.now
    set_rule(office, post)
    (rule,) = list_post_rules(session, subtree([office.firm.id], now), now)
    assert (rule.post_name, rule.track) == ("检验员", "sample")
    end_post_rule(session, office.hr, rule.public_id, now=now)
    end_post_rule(session, office.hr, rule.public_id, now=now)
    hold(office, post)

    assert enrol_holders(session, now) == 0
    assert set_rule(office, post)
    assert not set_rule(office, post)
    assert len(session.scalars(select(TrackPostRule)).all()) == 2


def test_rules_are_set_and_ended_within_reach_alone(office, post) -> None:
    session, now = office.session, office.now
    with pytest.raises(NotFound):
        set_rule(office, post, actor=office.stranger)
    with pytest.raises(NotFound):  # the post is of another organisation
        set_rule(office, post, unit=office.other, actor=office.stranger)
    with pytest.raises(Conflict):
        set_post_rule(session, office.hr, "sample", post.public_id, "", now=now)
    set_rule(office, post)
    rule = session.scalars(select(TrackPostRule)).one()

    with pytest.raises(NotFound):
        end_post_rule(session, office.stranger, rule.public_id, now=now)
