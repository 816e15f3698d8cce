"""The rows of what pages look up by the query of their address; read by `test_matrix`.

They are visited for what a stranger could tell, not for their looks: the pages have rows already.
"""

from tests.crawl.endpoints import CLOSED, COMPETITION
from tests.crawl.hall_endpoints import SITTING, TAKEN
from tests.crawl.regrade_endpoints import ROUND
from tests.crawl.visits import (
    EXAMINERS,
    HR,
    HR_AND_OPERATOR,
    LEARNERS,
    MANAGERS,
    OPERATOR,
    Visit,
)

UNIT = {"unit": "@enterprise"}
IN_POST = {**UNIT, "post": "@post"}
# A kind of certificate is its organisation's; schemes that associations issue are everybody's.
LACKING = {**IN_POST, "scheme": "@external_kind", "lacks": "not_held"}


def _of_hr(endpoint: str, query: dict[str, str], path: dict[str, str] | None = None) -> Visit:
    """Return the row of a page of HR's: all that its query names is the organisation's own."""
    names = frozenset(name for name, value in query.items() if value.startswith("@"))
    return Visit(endpoint, path or {}, may=HR, owners=HR, private=names, query=query)


QUERIES = (
    _of_hr("compliance.index", IN_POST),
    _of_hr("compliance.totals", IN_POST),
    _of_hr("compliance.dashboard", LACKING),
    _of_hr("compliance.grid", LACKING),
    _of_hr("compliance.grid_count", LACKING),
    _of_hr("compliance.team", LACKING),
    _of_hr("compliance.team_overdue", UNIT),
    _of_hr("compliance.overdue", UNIT),
    _of_hr("compliance.coverage", UNIT),
    _of_hr("compliance.gaps", {**UNIT, "scheme": "@external_kind"}),
    _of_hr("compliance.forecast", UNIT),
    Visit(
        "compliance.trainable",
        may=HR,
        owners=HR,
        private=frozenset(IN_POST),
        query={**IN_POST, "scheme": "@scheme"},
        own=frozenset({404}),
        why="nobody holds the post in the world: it does not run short",
    ),
    _of_hr("compliance.matrix", {**UNIT, "scheme": "@external_kind"}),
    _of_hr("compliance.posts", UNIT),
    _of_hr("compliance.exemptions", UNIT),
    _of_hr("compliance.statuses", UNIT),
    _of_hr("authorisations.index", IN_POST),
    _of_hr("authorisations.new", {**IN_POST, "scheme": "@external_kind"}),
    _of_hr("external.index", UNIT),
    _of_hr("competitions.enterprise_console", UNIT, COMPETITION),
    _of_hr("competitions.absent_xlsx", UNIT, COMPETITION),
    _of_hr("competitions.enterprise_report", UNIT, CLOSED),
    Visit(
        "organisations.join_requests",
        may=HR_AND_OPERATOR,
        owners=HR_AND_OPERATOR,
        private=frozenset(UNIT),
        query=UNIT,
    ),
    Visit(
        "deciding.index",
        may=MANAGERS,
        owners=MANAGERS,
        private=frozenset({"scheme"}),
        query={"scheme": "@scheme"},
    ),
    Visit("competitions.own_appeals", ROUND, owners=LEARNERS, query={"attempt": "@done_attempt"}),
    *(
        Visit(
            endpoint,
            SITTING,
            owners=owners,
            private=frozenset({"raw_public_id", "room"}),
            query={"room": "@room"},
        )
        for endpoint, owners in (
            ("exams.console", HR | EXAMINERS),
            ("exams.console_rows", HR | EXAMINERS),
            ("exams.door", HR),
        )
    ),
    Visit(
        "exams.marking_progress",
        TAKEN,
        may=EXAMINERS,
        owners=EXAMINERS,
        private=frozenset({"raw_public_id", "marker"}),
        query={"marker": "@person"},
    ),
    Visit("reports.trail", may=OPERATOR, public=True, query={"person": "@person"}),
)
