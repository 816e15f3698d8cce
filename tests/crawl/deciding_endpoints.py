"""Visits of what schemes ask, of award files and of decisions on them."""

from tests.crawl.visits import LEARNERS, MANAGERS, SCHEMERS, Visit

RICH = {"raw_public_id": "@rich_scheme"}
FILE = {"raw_public_id": "@award_file"}
OWN_FILE = {"raw_public_id": "@own_award_file"}
DECIDERS = MANAGERS  # the association's manager decides there too

DECIDING = (
    Visit("schemes.terms", RICH, may=SCHEMERS, owners=SCHEMERS),
    Visit("award_files.index", public=True),
    Visit("award_files.detail", OWN_FILE, owners=LEARNERS),
    Visit("award_files.begin", RICH, public=True),
    Visit("deciding.index", may=DECIDERS, public=True),
    Visit("deciding.detail", FILE, may=DECIDERS, owners=DECIDERS),
    Visit(
        "deciding.preview",
        may=DECIDERS,
        public=True,  # what is out of reach is left out of the list
        form={"file": "@award_file"},
    ),
    Visit("deciding.grant", may=DECIDERS, public=True, form={"file": "nothing"}),
    Visit(
        "deciding.decide",
        FILE,
        may=DECIDERS,
        owners=DECIDERS,
        form={"act": "refuse", "reason": "材料不全。"},
        last=True,
    ),
)
