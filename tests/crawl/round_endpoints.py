"""The rows of the table of visits for rounds of competitions."""

from tests.crawl.visits import EVERYONE, MANAGERS, Visit

RUNNING = {"raw_public_id": "@competition"}
DRAFT = {"raw_public_id": "@draft_competition"}
SPARE = {"raw_public_id": "@spare_competition"}
CLOSED = {"raw_public_id": "@closed_competition"}
FIRST, LATER = {"raw_number": "1"}, {"raw_number": "2"}
ROUND = {
    "title": "复赛",
    "opens_at": "2027-01-08T09:00",
    "closes_at": "2027-01-08T11:00",
    "bank": "../none",
}

ROUNDS = (
    Visit("competitions.rounds", RUNNING, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.rounds", DRAFT, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.rounds", CLOSED, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.new_round", DRAFT, may=MANAGERS, owners=MANAGERS, form=ROUND),
    Visit("competitions.edit_round", {**DRAFT, **LATER}, may=MANAGERS, owners=MANAGERS, form=ROUND),
    Visit("competitions.promotion", {**DRAFT, **FIRST}, may=MANAGERS, owners=MANAGERS),
    Visit(
        "competitions.promotion",
        {**CLOSED, **FIRST},
        may=MANAGERS,
        owners=MANAGERS,
        form={"goes_on": "y", "top": "5", "border": "take"},
    ),
    Visit(
        "competitions.promote",
        {**CLOSED, **FIRST},
        may=MANAGERS,
        owners=MANAGERS,
        form={"digest": "0"},
    ),
    Visit("competitions.promoted", {**CLOSED, **FIRST}, may=EVERYONE, public=True),
    Visit(
        "competitions.window",
        {**RUNNING, **FIRST},
        may=MANAGERS,
        owners=MANAGERS,
        form={"opens_at": "2020-01-01T00:00", "closes_at": "2020-01-01T00:00", "reason": "停电"},
    ),
    Visit("competitions.close_round", {**DRAFT, **LATER}, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.start_other", {**RUNNING, **FIRST}, public=True),
    Visit("competitions.start_other", {**DRAFT, **LATER}),
    Visit("competitions.round_standings", {**DRAFT, **LATER}, may=EVERYONE, owners=MANAGERS),
    Visit(
        "competitions.edit_page",
        RUNNING,
        may=MANAGERS,
        owners=MANAGERS,
        form={"final_place": "示例会堂"},
    ),
    Visit(
        "competitions.picture",
        {**RUNNING, "raw_sha256": "@banner"},
        may=EVERYONE,
        public=True,
    ),
    Visit(
        "competitions.withdraw",
        {**CLOSED, **FIRST, "raw_entry_id": "@promoted"},
        may=MANAGERS,
        owners=MANAGERS,
        form={"reason": "本人放弃"},
        last=True,
    ),
    Visit(
        "competitions.remove_round", {**SPARE, **LATER}, may=MANAGERS, owners=MANAGERS, last=True
    ),
)
