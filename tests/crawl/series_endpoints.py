"""The rows of the table of visits for series of competitions and their editions."""

from tests.crawl.visits import EVERYONE, MANAGERS, Visit

RUNNING = {"raw_public_id": "@competition"}
DRAFT = {"raw_public_id": "@draft_competition"}
CLOSED = {"raw_public_id": "@closed_competition"}
SERIES_PATH = {"raw_series_id": "@series"}
EDITION = {"series": "", "title": "示例系列", "year": "2031"}

SERIES = (
    Visit("competitions.series", SERIES_PATH, may=EVERYONE, public=True),
    Visit("competitions.series_report", SERIES_PATH, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.series_xlsx", SERIES_PATH, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.edition", RUNNING, may=MANAGERS, owners=MANAGERS, form=EDITION),
    Visit("competitions.edition", CLOSED, may=MANAGERS, owners=MANAGERS, form=EDITION),
    Visit("competitions.confirm_dates", DRAFT, may=MANAGERS, owners=MANAGERS),
    Visit(
        "competitions.clone_edition",
        CLOSED,
        may=MANAGERS,
        owners=MANAGERS,
        form={"year": "2032"},
    ),
    Visit("competitions.seal_edition", CLOSED, may=MANAGERS, owners=MANAGERS, last=True),
)
