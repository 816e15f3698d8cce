"""The rows of the table of visits for contests on a stage."""

from tests.crawl.visits import EVERYONE, MANAGERS, REACHED, Visit

DRAFT = {"raw_public_id": "@draft_room"}
ROOM = {"raw_public_id": "@live_room"}
FINAL = {"raw_public_id": "@closed_competition", "raw_room_id": "@final_room"}
TEAM = {**ROOM, "raw_token": "@team_seat"}
SEAT = {**ROOM, "raw_token": "@audience_seat"}

# The address of an open room is what the screen shows to everybody; a link is the right itself.
LIVE = (
    Visit("live_rounds.index", may=MANAGERS, public=True),
    Visit("live_rounds.new", may=MANAGERS, public=True),
    Visit("live_rounds.detail", DRAFT, may=MANAGERS, owners=MANAGERS),
    Visit("live_rounds.detail", ROOM, may=MANAGERS, owners=MANAGERS),
    Visit("live_rounds.edit", DRAFT, may=MANAGERS, owners=MANAGERS),
    Visit("live_rounds.heats", DRAFT, may=MANAGERS, owners=MANAGERS),
    Visit("live_rounds.open_", {"raw_public_id": "@spare_room"}, may=MANAGERS, owners=MANAGERS),
    Visit("live_rounds.renew_link", {**ROOM, "number": "3"}, may=MANAGERS, owners=MANAGERS),
    Visit("live_rounds.console", ROOM, may=MANAGERS, owners=MANAGERS),
    Visit("live_rounds.console_state", ROOM, may=MANAGERS, owners=MANAGERS),
    Visit(
        "live_rounds.act",
        ROOM,
        may=MANAGERS,
        owners=MANAGERS,
        json={"act": "adjust", "team": 1, "points": 5, "reason": "评委加分"},
    ),
    Visit("live_rounds.key", ROOM, may=MANAGERS, owners=MANAGERS),
    Visit("live_rounds.log", ROOM, may=MANAGERS, owners=MANAGERS),
    Visit(
        "competitions.final",
        {"raw_public_id": "@closed_competition"},
        may=MANAGERS,
        owners=MANAGERS,
    ),
    Visit("competitions.final", {"raw_public_id": "@competition"}, may=MANAGERS, owners=MANAGERS),
    Visit(
        "competitions.make_final",
        {"raw_public_id": "@closed_competition"},
        may=MANAGERS,
        owners=MANAGERS,
        form={"preset": "county", "places": "3"},
    ),
    Visit(
        "competitions.attach_final_room",
        {"raw_public_id": "@closed_competition"},
        may=MANAGERS,
        owners=MANAGERS,
        form={"room": "@spare_room"},
    ),
    Visit(
        "competitions.detach_final_room",
        FINAL,
        may=MANAGERS,
        owners=MANAGERS,
        last=True,
    ),
    Visit("competitions.final_teams", FINAL, may=MANAGERS, owners=MANAGERS),
    Visit(
        "competitions.set_final_team",
        {**FINAL, "number": "1"},
        may=MANAGERS,
        owners=MANAGERS,
        form={"unit": "", "members": ""},
    ),
    Visit(
        "competitions.confirm_final",
        FINAL,
        may=MANAGERS,
        owners=MANAGERS,
        posted=frozenset({409}),  # it is not over
    ),
    Visit("live_rounds.state", ROOM, may=EVERYONE, public=True),
    Visit("live_rounds.state", DRAFT, may=EVERYONE),
    Visit(
        "live_rounds.picture",
        {**ROOM, "raw_sha256": "0" * 64, "suffix": "png"},
        may=EVERYONE,
        public=True,
        own=frozenset({404}),
        why="no item on the stage has a picture",
    ),
    Visit("live_rounds.screen", ROOM, may=EVERYONE, public=True),
    Visit("live_rounds.screen", DRAFT, may=EVERYONE),
    Visit("live_rounds.join", may=EVERYONE, public=True, posted=REACHED | {404}),
    Visit("live_rounds.team", TEAM, may=EVERYONE, public=True),
    Visit(
        "live_rounds.team_act",
        TEAM,
        may=EVERYONE,
        public=True,
        json={"act": "answer", "response": "a"},
    ),
    Visit("live_rounds.seat", SEAT, may=EVERYONE, public=True),
    Visit("live_rounds.vote", SEAT, may=EVERYONE, public=True, json={"response": "a"}),
)
