"""The rows of the table of visits for HR's grid of people and schemes; read by `endpoints`."""

from tests.crawl.coverage_endpoints import COVERAGE
from tests.crawl.visits import HR, Visit

LEFT = "who comes back to a step by its address is led to the grid"

GRID = (
    *COVERAGE,
    Visit("compliance.dashboard", may=HR, public=True),
    Visit(
        "compliance.dashboard_xlsx",
        may=HR,
        owners=HR,
        private=frozenset({"unit"}),
        form={"part": "months", "unit": "@enterprise"},
    ),
    Visit("compliance.totals", may=HR, public=True),
    Visit("compliance.team", may=HR, public=True),
    Visit("compliance.team_overdue", may=HR, public=True),
    Visit("compliance.grid", may=HR, public=True),
    Visit("compliance.grid_count", may=HR, public=True),
    Visit("compliance.bulk_preview", may=HR, public=True, form={"act": "track", "who": "all"}),
    Visit("compliance.bulk_left", may=HR, public=True, own=frozenset({302}), why=LEFT),
    Visit(
        "compliance.bulk_act_left",
        {"raw_act": "exempt"},
        may=HR,
        public=True,
        own=frozenset({302}),
        why=LEFT,
    ),
    Visit(
        "compliance.bulk_track",
        may=HR,
        public=True,
        form={"who": "all", "q": "nobody", "aim": "@track"},
    ),
    Visit(
        "compliance.bulk_task",
        may=HR,
        owners=HR,
        private=frozenset({"unit"}),
        form={"who": "all", "q": "nobody", "unit": "@enterprise", "aim": "@scheme"},
    ),
    Visit(
        "compliance.bulk_exempt",
        may=HR,
        owners=HR,
        private=frozenset({"unit"}),
        form={
            "who": "all",
            "q": "nobody",
            "unit": "@enterprise",
            "aim": "@scheme",
            "reason": "停产",
            "from": "2026-12-01",
            "to": "2026-12-31",
        },
    ),
    Visit(
        "compliance.bulk_leave",
        may=HR,
        owners=HR,
        private=frozenset({"unit"}),
        form={
            "who": "all",
            "q": "nobody",
            "unit": "@enterprise",
            "aim": "leave",
            "from": "2026-12-01",
        },
    ),
    Visit(
        "compliance.bulk_return",
        may=HR,
        owners=HR,
        private=frozenset({"unit"}),
        form={
            "who": "all",
            "q": "nobody",
            "unit": "@enterprise",
            "aim": "leave",
            "back": "2026-12-01",
        },
    ),
    Visit("compliance.grid_xlsx", may=HR, public=True),
    Visit("compliance.grid_columns", may=HR, public=True),
    Visit("compliance.save_filter", may=HR, public=True, form={"name": "我的筛选"}),
    Visit("compliance.drop_filter", {"raw_filter": "@grid_filter"}, may=HR, owners=HR, last=True),
)
