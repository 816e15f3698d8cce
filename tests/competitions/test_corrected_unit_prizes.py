"""Prizes for units and boards that are corrected: they follow until they are final."""

import json
import re
from datetime import timedelta

from sqlalchemy import select

from learning.competitions import services
from learning.competitions.models import EnterpriseResult, Entry
from learning.competitions.queries import awards as award_queries
from learning.competitions.queries import unit_awards as unit_queries
from learning.competitions.rules.awards import AwardState, LossCause, sha256
from learning.competitions.services import fairness
from learning.kernel.audit import AuditEntry
from learning.organisations.models import Unit
from tests.competitions.test_award_rules import GUIDE
from tests.competitions.test_unit_awards import BEST, drawn, held, holders, plan_of, rules_of

NAMES = ("甲公司", "乙公司", "丙公司")


def void(session, stage, now, name):
    """Make the best entry of a firm void, as an upheld flag does."""
    entry = session.scalars(
        select(Entry)
        .join(Unit, Unit.id == Entry.unit_id)
        .where(Unit.id == next(f.id for f, n in zip(stage.firms, NAMES, strict=True) if n == name))
        .order_by(Entry.id)
    ).first()
    view = stage.view(session, now)
    fairness.void_entry(session, stage.actor, view, entry, reason="代答", now=now)
    session.flush()


def test_a_void_entry_moves_proposed_prizes_at_once_and_the_corrected_list_is_out(
    session, now
) -> None:
    stage = held(session, now)
    later = drawn(session, stage, now)
    first = plan_of(session, stage, now)
    at = later + timedelta(days=3)

    void(session, stage, at, "乙公司")  # 20 goes, 18 stays, of four people

    # 乙 18.00 still best; 25 % of its staff are too few for the other prize, as before
    plan = plan_of(session, stage, now)
    assert plan.unit_list_hash == first.unit_list_hash
    text = unit_queries.read_corrected_units(session, plan.id)
    assert sha256(text) == plan.corrected_unit_hash != plan.unit_list_hash
    assert plan.units_corrected_at == at
    assert services.list_unit_changes(session, stage.view(session, now), plan, at) == []
    # 广东 (18 + 12) / 2 = 15.00 now, 北京 16.00: another province holds the prize
    assert holders(session, stage, now) == [
        ("best", "乙公司"),
        ("good", "丙公司"),
        ("area", "北京"),
    ]
    assert plan.objections_until == at + timedelta(days=7)
    struck = unit_queries.list_struck_units(session, plan)
    assert [(line.name, line.reason, line.by_list) for line in struck] == [("广东", "代答", True)]


def test_anybody_can_replay_the_prizes_on_the_corrected_list_of_units(session, now) -> None:
    stage = held(session, now)
    later = drawn(session, stage, now)

    void(session, stage, later, "乙公司")

    plan = plan_of(session, stage, now)
    first = unit_queries.read_unit_list(session, plan.id)
    corrected = unit_queries.read_corrected_units(session, plan.id)
    code = re.search(r"```python\n(.+?)```", GUIDE.read_text(), re.DOTALL)
    assert code is not None
    names: dict = {}
    exec(code.group(1).replace('"entry"', '"unit"'), names)  # noqa: S102 - our own guide
    order = names["replay"](
        *(first, plan.unit_list_hash, plan.commitment, plan.seed, plan.number, "area"),
        lambda row: row["of"] == "provinces",
        by_rank=True,
        corrected=corrected,
    )
    assert order == ["11", "44"]


def test_a_void_entry_before_the_draw_takes_the_frozen_lists_back(session, now) -> None:
    stage = held(session, now)
    rules = rules_of(now, BEST)
    services.write_awards(session, stage.actor, stage.public_id, rules=rules, now=now)
    services.announce_awards(session, stage.actor, stage.public_id, now=now)

    void(session, stage, now + timedelta(days=1), "乙公司")

    plan = award_queries.find_plan(session, stage.view(session, now).id)
    assert (plan.state, plan.unit_list_hash, plan.units) == (AwardState.DRAFT, "", 0)


def test_prizes_are_not_made_final_by_a_board_that_is_another_one_now(session, now) -> None:
    stage = held(session, now)
    later = drawn(session, stage, now, BEST)
    rows = {row.unit_name: row for row in session.scalars(select(EnterpriseResult))}
    rows["乙公司"].standing, rows["丙公司"].standing = 2, 1
    session.flush()
    ended = later + timedelta(days=8)
    by = (session, stage.actor, stage.public_id)

    assert not services.finalise_awards(*by, now=ended)

    plan = plan_of(session, stage, now)
    assert (plan.state, plan.objections_until) == (AwardState.PROPOSED, ended + timedelta(days=7))
    assert holders(session, stage, now) == [("best", "丙公司")]
    settled = select(AuditEntry.details).where(AuditEntry.act == "competition.unit_awards_settled")
    assert json.loads(session.scalars(settled).one())["reason"] == LossCause.OUTDATED
    assert services.finalise_awards(*by, now=ended + timedelta(days=8))
