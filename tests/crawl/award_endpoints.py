"""The rows of the table of visits for the showing of lists and the prizes of competitions."""

from tests.crawl.visits import EVERYONE, HR, MANAGERS, Visit

RUNNING = {"raw_public_id": "@competition"}
DRAFT = {"raw_public_id": "@draft_competition"}
CLOSED = {"raw_public_id": "@closed_competition"}
PRIZES = {
    "prizes-0-code": "full",
    "prizes-0-title": "满分奖",
    "prizes-0-kind": "lot",
    "prizes-0-count": "2",
    "prizes-0-division": "",
    "source": "某指数收盘点位",
    "source_at": "2026-12-31T15:00",
    "objection_days": "7",
    "claim_days": "30",
}
SHOWING = {"is_live": "y", "freeze_at": "", "stages": "", "names": "choice"}

AWARDS = (
    Visit("competitions.awards", CLOSED, may=EVERYONE, public=True),
    Visit("competitions.awards", RUNNING, may=EVERYONE, public=True),
    Visit("competitions.awards", DRAFT, may=EVERYONE, owners=MANAGERS),
    Visit("competitions.industry_standings", RUNNING, may=EVERYONE, public=True),
    Visit("competitions.industry_standings", CLOSED, may=EVERYONE, public=True),
    Visit("competitions.industry_standings", DRAFT, may=EVERYONE, owners=MANAGERS),
    Visit("competitions.award_entries", CLOSED, may=EVERYONE, public=True),
    Visit(
        "competitions.award_entries",
        DRAFT,
        may=EVERYONE,
        owners=MANAGERS,
        own=frozenset({404}),
    ),
    Visit(
        "competitions.corrected_entries", CLOSED, may=EVERYONE, public=True, own=frozenset({404})
    ),
    Visit(
        "competitions.object_to_awards", CLOSED, public=True, form={"text": "得奖者不符合条件。"}
    ),
    Visit("competitions.showing", RUNNING, may=MANAGERS, owners=MANAGERS, form=SHOWING),
    Visit("competitions.board_document", CLOSED, may=EVERYONE, public=True, own=frozenset({404})),
    Visit(
        "competitions.reveal",
        CLOSED,
        may=MANAGERS,
        owners=MANAGERS,
        own=frozenset({409}),
        form={"step": "1"},
    ),
    Visit("competitions.edit_awards", RUNNING, may=MANAGERS, owners=MANAGERS, form=PRIZES),
    Visit("competitions.manage_awards", RUNNING, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.manage_awards", CLOSED, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.awards_xlsx", CLOSED, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.announce_awards", CLOSED, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.draw_awards", CLOSED, may=MANAGERS, owners=MANAGERS, form={"number": "1"}),
    Visit(
        "competitions.answer_objection",
        {**CLOSED, "raw_objection_id": "@objection"},
        may=MANAGERS,
        owners=MANAGERS,
        form={"outcome": "rejected", "answer": "核查无此情况。"},
    ),
    Visit(
        "competitions.strike_award",
        {**CLOSED, "raw_award_id": "@award"},
        may=MANAGERS,
        owners=MANAGERS,
        form={"reason": "本人放弃"},
        last=True,
    ),
    Visit(
        "competitions.grant_award",
        CLOSED,
        may=MANAGERS,
        owners=MANAGERS,
        own=frozenset({409}),
        form={"prize": "full", "entry": "x", "reason": "名次更正"},
    ),
    Visit("competitions.make_certificates", CLOSED, may=MANAGERS, owners=MANAGERS),
    Visit(
        "competitions.certificates_zip",
        CLOSED,
        may=MANAGERS,
        owners=MANAGERS,
        own=frozenset({404}),
    ),
    Visit("competitions.own_award_certificate", CLOSED, public=True, own=frozenset({404})),
    Visit(
        "competitions.check_certificate",
        {**CLOSED, "raw_award_id": "@award"},
        may=EVERYONE,
        public=True,
        own=frozenset({404}),
    ),
    Visit(
        "competitions.claim_award",
        CLOSED,
        public=True,
        own=frozenset({404}),
        posted=frozenset({404}),
    ),
    Visit("competitions.remove_delivery", CLOSED, public=True, posted=frozenset({404})),
    Visit("competitions.give_up_award", CLOSED, public=True, posted=frozenset({404})),
    Visit("competitions.unit_awards", CLOSED, may=EVERYONE, public=True),
    Visit("competitions.award_units", CLOSED, may=EVERYONE, public=True),
    Visit("competitions.corrected_units", CLOSED, may=EVERYONE, public=True, own=frozenset({404})),
    Visit("competitions.manage_unit_awards", CLOSED, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.unit_awards_xlsx", CLOSED, may=MANAGERS, owners=MANAGERS),
    Visit(
        "competitions.unit_certificate",
        {**CLOSED, "raw_award_id": "@unit_award"},
        may=HR,
        public=True,
        own=frozenset({404}),
    ),
    Visit(
        "competitions.settle_unit_awards",
        CLOSED,
        may=MANAGERS,
        owners=MANAGERS,
        own=frozenset({409}),
        form={"reason": "更正"},
    ),
    Visit(
        "competitions.grant_unit_award",
        CLOSED,
        may=MANAGERS,
        owners=MANAGERS,
        own=frozenset({409}),
        form={"prize": "org", "unit": "x", "reason": "更正"},
    ),
    Visit(
        "competitions.strike_unit_award",
        {**CLOSED, "raw_award_id": "@unit_award"},
        may=MANAGERS,
        owners=MANAGERS,
        form={"reason": "冒名答题"},
        last=True,
    ),
    Visit("competitions.finalise_awards", CLOSED, may=MANAGERS, owners=MANAGERS, last=True),
)
