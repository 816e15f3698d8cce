"""The rows of the table of visits for paper in rounds of competitions."""

from tests.crawl.visits import EXAMINERS, HR, MANAGERS, REACHED, Visit

ROUND = {"raw_public_id": "@competition", "raw_number": "1"}
UNIT = {**ROUND, "raw_unit_id": "@enterprise"}
SHEET = {**UNIT, "raw_sheet_id": "@paper_sheet"}
SCAN = {**UNIT, "raw_scan_id": "@paper_scan"}
# The world's examiner is appointed as an office of the running competition.
DESKS_OF_UNIT = HR | MANAGERS | EXAMINERS
DECIDERS = MANAGERS | EXAMINERS
RULES = {"takes_paper": "y", "until": "2027-01-08T09:00"}

PAPERS = (
    Visit("competitions.paper_shares", ROUND, owners=DECIDERS),
    Visit("competitions.paper_rules", ROUND, may=MANAGERS, owners=MANAGERS, form=RULES),
    Visit("competitions.booklets", ROUND, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.draw_booklets", ROUND, may=MANAGERS, owners=MANAGERS, form={"count": "1"}),
    Visit("competitions.round_booklet_pdf", ROUND, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.round_answer_sheet_pdf", ROUND, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.paper_list", UNIT, owners=DESKS_OF_UNIT),
    Visit("competitions.put_on_paper", UNIT, owners=DESKS_OF_UNIT, form={"roll": "nobody"}),
    Visit("competitions.paper_keying", UNIT, owners=DESKS_OF_UNIT),
    Visit(
        "competitions.paper_keyed_sheet",
        UNIT,
        owners=DESKS_OF_UNIT,
        own=frozenset({400}),
        why="without candidate and code there is no sheet: the desk says what is missing",
    ),
    Visit(
        "competitions.key_paper",
        UNIT,
        owners=DESKS_OF_UNIT,
        form={"candidate": "nobody", "code": "A-B", "date": "2026-11-22", "line-1": "A"},
    ),
    Visit("competitions.paper_key_file", UNIT, owners=DESKS_OF_UNIT),
    Visit("competitions.settle_paper", SHEET, owners=DESKS_OF_UNIT),
    Visit("competitions.paper_scan", SCAN, owners=DESKS_OF_UNIT),
    Visit("competitions.paper_sheet", SHEET, owners=DESKS_OF_UNIT),
    Visit("competitions.correct_paper", SHEET, owners=DESKS_OF_UNIT, form={"reason": "漏看一题"}),
    Visit("competitions.void_paper", SHEET, owners=DECIDERS, form={"reason": "代答"}),
    Visit(
        "competitions.take_off_paper",
        {**UNIT, "raw_entry_id": "@colleague_entry"},
        owners=DESKS_OF_UNIT,
        posted=REACHED | {404},  # who comes second finds nobody there
        last=True,
    ),
)
