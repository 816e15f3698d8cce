"""The rows of the table of visits for training tasks, reminders and the audit trail."""

from tests.crawl.visits import HR, OPERATOR, Visit

TASK = {"raw_public_id": "@assignment"}
REASON = {"reason": "停产检修"}

TASKS = (
    Visit("compliance.assignments", may=HR, public=True),
    # What the form offers is in reach; that a foreign unit is a missing one is the services' test.
    Visit("compliance.new_assignment", may=HR, public=True, form={"title": "年度培训"}),
    Visit("compliance.assignment", TASK, may=HR, owners=HR),
    Visit("compliance.assignment_xlsx", TASK, may=HR, owners=HR),
    Visit("compliance.pause_assignment", TASK, may=HR, owners=HR, form=REASON),
    Visit("compliance.resume_assignment", TASK, may=HR, owners=HR),
    Visit(
        "compliance.cancel_assignment",
        {"raw_public_id": "@spare_assignment"},
        may=HR,
        owners=HR,
        form=REASON,
        last=True,
    ),
    Visit("compliance.overdue", may=HR, public=True),
    Visit("reports.trail", may=OPERATOR, public=True),
    Visit("reports.audit_jsonl", may=OPERATOR, public=True),
    Visit("reports.audit_xlsx", may=OPERATOR, public=True),
    Visit("compliance.reminders", may=HR, public=True),
    Visit(
        "compliance.reminder_settings",
        {"raw_public_id": "@enterprise"},
        may=HR,
        owners=HR,
        form={
            "days": "60, 7",
            "from_hour": "8",
            "to_hour": "20",
            "wait_days": "7",
            "robot_kind": "",
            "robot_detail": "counts",
        },
    ),
)
