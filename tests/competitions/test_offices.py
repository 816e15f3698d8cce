"""Who looks after a part of a contest is told so and finds it; a province may be named."""

import pytest
from sqlalchemy import select

from learning.accounts.models import PersonalNotice
from learning.competitions import queries, services
from learning.competitions.queries import desks
from learning.competitions.rules.desks import check_scope
from learning.kernel.permissions import ScopeKind
from tests.competitions.test_desks import make_office
from tests.factories.competitions import make_stage


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        (ScopeKind.REGION, "山东", "37"),
        (ScopeKind.REGION, "内蒙古自治区", "15"),
        (ScopeKind.REGION, "370200", "370200"),
        (ScopeKind.REGION, "新疆维吾尔自治区", "65"),
        (ScopeKind.REGION, "北京市", "11"),
        (ScopeKind.REGION, "山东青岛", None),
        (ScopeKind.REGION, "青岛", None),
        (ScopeKind.REGION, "", None),
        (ScopeKind.INDUSTRY, "c34", "C34"),
        (ScopeKind.INDUSTRY, "山东", None),
    ],
)
def test_a_province_may_be_named(kind, typed, code) -> None:
    assert check_scope(kind, typed) == code


class TestTelling:
    def test_who_is_appointed_is_told_once_and_finds_the_contest(self, session, now) -> None:
        stage = make_stage(session, now)
        office = make_office(session, now, stage, ScopeKind.REGION, "37")
        services.appoint_office(
            session,
            stage.actor,
            stage.public_id,
            raw_person="13900000001",
            title="示例分办",
            scope_kind=ScopeKind.REGION,
            raw_scope="37",
            now=now,
        )

        told = session.scalars(
            select(PersonalNotice).where(PersonalNotice.user_id == office.user_id)
        ).all()
        assert len(told) == 1
        assert "示例分办" in told[0].text
        assert stage.public_id in told[0].args
        found = queries.list_officed(session, office.user_id)
        assert [line.public_id for line in found] == [stage.public_id]
        assert queries.list_officed(session, stage.actor.user_id) == []

    def test_a_draft_is_named_but_not_shown_before_it_opens(self, session, now) -> None:
        draft = make_stage(session, now, is_open=False)

        office = make_office(session, now, draft, ScopeKind.REGION, "37")

        told = session.scalars(
            select(PersonalNotice).where(PersonalNotice.user_id == office.user_id)
        ).one()
        assert "开放报名后" in told.text
        assert draft.public_id not in told.args
        assert queries.list_officed(session, office.user_id) == []

    def test_an_ended_office_is_listed_no_more(self, session, now) -> None:
        stage = make_stage(session, now)
        office = make_office(session, now, stage, ScopeKind.REGION, "37")
        view = desks.get_oversight(session, office, stage.public_id, now).competition
        held = desks.list_offices(session, view.id)[0]

        services.end_office(
            session, stage.actor, stage.public_id, raw_office_id=held.public_id, now=now
        )

        assert queries.list_officed(session, office.user_id) == []
