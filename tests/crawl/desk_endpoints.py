"""The rows of the table of visits for units of competitions and who looks after them."""

from tests.crawl.visits import EVERYONE, EXAMINERS, HR, LEARNERS, MANAGERS, Visit

RUNNING = {"raw_public_id": "@competition"}
CLOSED = {"raw_public_id": "@closed_competition"}
UNIT = {**RUNNING, "raw_unit_id": "@enterprise"}
DECLARATION = {**UNIT, "raw_declaration_id": "@declaration"}
LINK = {**UNIT, "raw_link_id": "@entry_link"}
TOKEN = {"raw_token": "@entry_token"}
THRESHOLDS = {
    "item_seconds": "2",
    "share": "0.6",
    "gaps": "10",
    "variation": "0.1",
    "takeovers": "4",
    "shared": "4",
    "phones": "5",
    "chance": "0.001",
}
TEAMED = {"raw_public_id": "@team_competition"}
INVITED = {"raw_token": "@team_token"}
OK_OR_GONE = frozenset({200, 302})
CAPTAINS = frozenset({303, 404, 409})  # who leads no team has none to invite to
# The world's examiner is appointed as an office of the running competition.
DESKS_OF_UNIT = HR | MANAGERS | EXAMINERS
HEADCOUNT = {"headcount": "25", "as_of": "2026-01-01"}
OFFICE = {"person": "13800000000", "title": "分办", "scope_kind": "region", "scope": "370000"}

DESKS = (
    Visit("competitions.offices", RUNNING, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.appoint_office", RUNNING, may=MANAGERS, owners=MANAGERS, form=OFFICE),
    Visit(
        "competitions.own_answers_xlsx",
        CLOSED,
        may=HR,
        owners=HR,
        form={"unit": "@enterprise"},
        private=frozenset({"unit"}),
    ),
    Visit("competitions.correct", RUNNING, public=True),
    Visit("competitions.units", RUNNING, owners=MANAGERS | EXAMINERS),
    Visit("competitions.individuals", RUNNING, owners=MANAGERS | EXAMINERS),
    Visit("competitions.unit", UNIT, owners=DESKS_OF_UNIT),
    Visit("competitions.declare_headcount", UNIT, owners=DESKS_OF_UNIT, form=HEADCOUNT),
    Visit("competitions.headcount_evidence", DECLARATION, owners=DESKS_OF_UNIT),
    Visit(
        "competitions.decide_headcount",
        DECLARATION,
        owners=MANAGERS | EXAMINERS,
        form={"decision": "refuse", "reason": "与社保人数不符。"},
    ),
    Visit("competitions.links", UNIT, owners=DESKS_OF_UNIT),
    Visit("competitions.create_link", UNIT, owners=DESKS_OF_UNIT, form={"label": "食堂海报"}),
    Visit("competitions.link_poster", LINK, owners=DESKS_OF_UNIT),
    Visit("competitions.revoke_link", LINK, owners=DESKS_OF_UNIT, last=True),
    Visit("competitions.join", TOKEN, may=EVERYONE, public=True, own=OK_OR_GONE),
    Visit("competitions.enter_by_link", TOKEN, public=True, form={"staff_no": "0042"}),
    Visit(
        "competitions.hours",
        RUNNING,
        may=MANAGERS,
        owners=MANAGERS,
        form={"hours": "6", "cut": "2", "field": "common"},
    ),
    Visit("competitions.fairness", RUNNING, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.set_fairness", RUNNING, may=MANAGERS, owners=MANAGERS, form=THRESHOLDS),
    Visit(
        "competitions.decide_flag",
        {"raw_public_id": "@closed_competition", "raw_flag_id": "@flag"},
        may=MANAGERS,
        owners=MANAGERS,
        form={"decision": "dismiss", "reason": "本人说明合理。"},
    ),
    Visit("competitions.extra_time", RUNNING, may=MANAGERS, owners=MANAGERS),
    Visit(
        "competitions.grant_extra_time",
        RUNNING,
        may=MANAGERS,
        owners=MANAGERS,
        form={"person": "13800000000", "percent": "50"},
    ),
    Visit(
        "competitions.take_extra_time",
        {**RUNNING, "raw_entry_id": "@extended_entry"},
        may=MANAGERS,
        owners=MANAGERS,
        last=True,
    ),
    Visit("competitions.team_rules", RUNNING, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.team", TEAMED, public=True),
    Visit("competitions.found_team", TEAMED, public=True, form={"name": "示例队"}),
    Visit(
        "competitions.decide_member",
        {**TEAMED, "raw_member_id": "@team_member"},
        owners=LEARNERS,
        private=frozenset({"raw_member_id"}),
        form={"decision": "approve"},
    ),
    Visit("competitions.renew_invitation", TEAMED, public=True, posted=CAPTAINS, last=True),
    Visit("competitions.leave_team", TEAMED, public=True, last=True),
    Visit("competitions.team_invitation", INVITED, may=EVERYONE, public=True),
    Visit("competitions.ask_team", INVITED, public=True),
    Visit("competitions.team_standings", TEAMED, may=EVERYONE, public=True),
    Visit(
        "competitions.end_office",
        {**RUNNING, "raw_office_id": "@office"},
        may=MANAGERS,
        owners=MANAGERS,
        last=True,
    ),
)
