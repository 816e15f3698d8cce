"""The rows of the table of visits for the association console and its plan."""

from tests.crawl.visits import EXAMINERS, MANAGERS, Visit

RUNNING = {"raw_public_id": "@competition"}
CLOSED = {"raw_public_id": "@closed_competition"}
TARGET = {"kind": "total", "of": "", "target": "500"}

PROGRESS = (
    Visit("competitions.progress_console", RUNNING, owners=MANAGERS | EXAMINERS),
    Visit("competitions.progress_console", CLOSED, owners=MANAGERS),
    Visit("competitions.progress_units", RUNNING, owners=MANAGERS | EXAMINERS),
    Visit("competitions.progress_xlsx", RUNNING, owners=MANAGERS | EXAMINERS),
    Visit("competitions.targets", RUNNING, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.targets_xlsx", RUNNING, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.set_target", RUNNING, may=MANAGERS, owners=MANAGERS, form=TARGET),
    Visit("competitions.import_targets", RUNNING, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.annual", RUNNING, may=MANAGERS, owners=MANAGERS, form={"plan": "办赛。"}),
    Visit("competitions.annual_word", CLOSED, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.annual_print", CLOSED, may=MANAGERS, owners=MANAGERS),
)
