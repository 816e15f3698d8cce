"""The rows of the table of visits for required certificates and coverage; read by `endpoints`."""

from tests.crawl.visits import HR, REACHED, Visit

UNIT = {"unit": "@enterprise"}
CELL = {"raw_unit": "@enterprise", "raw_post": "@post", "raw_scheme": "@scheme"}
POST = {"raw_unit": "@enterprise", "raw_post": "@post"}
OWN = frozenset({"unit"})

COVERAGE = (
    Visit("compliance.coverage", may=HR, public=True),
    Visit("compliance.gaps", may=HR, public=True),
    Visit("compliance.forecast", may=HR, public=True),
    Visit(
        "compliance.trainable",
        may=HR,
        public=True,
        own=frozenset({404}),
        why="no place is named in the query",
    ),
    Visit("compliance.matrix", may=HR, public=True),
    Visit("compliance.exemptions", may=HR, public=True),
    Visit("compliance.statuses", may=HR, public=True),
    Visit("compliance.exemptions_xlsx", may=HR, owners=HR, form=UNIT, private=OWN),
    Visit("compliance.forecast_xlsx", may=HR, owners=HR, form=UNIT, private=OWN),
    Visit(
        "compliance.trainable_xlsx",
        may=HR,
        owners=HR,
        form=UNIT,
        private=OWN,
        posted=REACHED | {404},  # no place is named
    ),
    Visit("compliance.overdue_xlsx", may=HR, owners=HR, form=UNIT, private=OWN),
    Visit("compliance.team_overdue_xlsx", may=HR, owners=HR, form=UNIT, private=OWN),
    Visit("compliance.gaps_xlsx", may=HR, owners=HR, form=UNIT, private=OWN),
    Visit("compliance.report_pdf", may=HR, owners=HR, form=UNIT, private=OWN),
    Visit("compliance.reports", may=HR, public=True),
    Visit("compliance.report_file", {"raw_public_id": "@report"}, may=HR, owners=HR),
    Visit("compliance.matrix_xlsx", may=HR, owners=HR, form=UNIT, private=OWN),
    Visit("compliance.matrix_import", may=HR, owners=HR, form=UNIT, private=OWN),
    Visit(
        "compliance.mark_key_post",
        POST,
        may=HR,
        owners=HR,
        form={"key": "1"},
    ),
    Visit("compliance.posts", may=HR, public=True),
    Visit("compliance.add_post", may=HR, owners=HR, form={**UNIT, "name": "新岗位"}, private=OWN),
    Visit("compliance.post_page", POST, may=HR, owners=HR),
    Visit("compliance.rename_post", POST, may=HR, owners=HR, form={"name": "改名后的岗位"}),
    Visit("compliance.retire_post", POST, may=HR, owners=HR),
    Visit("compliance.restore_post", POST, may=HR, owners=HR),
    Visit(  # anybody's scheme may be asked for
        "compliance.requirement",
        CELL,
        may=HR,
        owners=HR,
        form={"level": "required", "needed": "2", "from": "2026-12-01"},
        private=frozenset({"raw_unit", "raw_post"}),
    ),
    Visit("compliance.exempt", may=HR, owners=HR, form=UNIT, private=OWN),
    Visit("compliance.add_status", may=HR, owners=HR, form=UNIT, private=OWN),
    Visit(
        "compliance.end_exemption",
        {"raw_public_id": "@exemption"},
        may=HR,
        owners=HR,
        last=True,
    ),
    Visit("compliance.end_batch", {"raw_batch": "@exemption_batch"}, may=HR, owners=HR, last=True),
    Visit(
        "compliance.end_status", {"raw_public_id": "@staff_status"}, may=HR, owners=HR, last=True
    ),
)
