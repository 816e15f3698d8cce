"""A section may name its items: they come as they are named, and older blueprints stay as they were."""

from dataclasses import replace
from decimal import Decimal

import pytest

from learning.attempts.models import Attempt
from learning.attempts.queries import get_attempt, parse_blueprint
from learning.attempts.rules import Blueprint, Section
from learning.attempts.services import start_attempt
from learning.kernel.errors import Invalid
from learning.question_bank.queries import get_documents
from learning.question_bank.rules import ItemKind, Pool
from tests.factories.items import ALL_OR_NOTHING, make_assessment, make_bank, make_blueprint
from tests.factories.people import make_actor, make_user


def named(*codes: str, kind: ItemKind = ItemKind.SINGLE) -> Blueprint:
    section = Section("选题", kind, len(codes), Decimal(1), ALL_OR_NOTHING, items=codes)
    return Blueprint("sample", Pool.CONTEST, (section,))


def test_named_items_come_in_the_order_in_which_they_are_named(session, now) -> None:
    make_bank(session, now)
    assessment = make_assessment(session, now, blueprint=named("s-007", "s-002", "s-011"))
    user = make_user(session, now)
    actor = replace(make_actor(user), session_expires_at_ms=2**52)

    attempt = start_attempt(session, actor, assessment.id, device_token="d", now=now)

    form = get_attempt(session, user.id, attempt).form
    documents = get_documents(session, form.version_ids)
    assert [documents[version].code for version in form.version_ids] == ["s-007", "s-002", "s-011"]
    assert session.query(Attempt).filter_by(public_id=attempt).one().item_count == 3


@pytest.mark.parametrize("codes", [("s-001", "no-such"), ("s-001", "m-001")])
def test_a_named_item_that_the_pool_lacks_is_a_shortage(session, now, codes) -> None:
    make_bank(session, now)

    with pytest.raises(Invalid) as refused:
        make_assessment(session, now, blueprint=named(*codes))

    assert refused.value.problems[0].place == "选题"


def test_names_survive_the_json_and_are_not_written_where_there_are_none() -> None:
    blueprint = named("s-007", "s-002")

    assert parse_blueprint(blueprint.to_json()) == blueprint
    assert '"items"' not in make_blueprint().to_json()
