"""Visits of appeals, the learner's own and those of who handles them, and of regrades.

HR is appointed to decide and marked the paper: HR sees that there is an appeal, and no more.
"""

from tests.crawl.visits import EXAMINERS, HR, LEARNERS, Visit

TAKEN = {"raw_public_id": "@taken_sitting"}
APPEAL = {**TAKEN, "raw_appeal_id": "@appeal"}
REGRADE = {**TAKEN, "raw_regrade_id": "@regrade"}
HANDLERS = HR | EXAMINERS

APPEALS = (
    Visit(
        "exams.own_appeals",
        TAKEN,
        owners=LEARNERS,
        form={"subject": "other", "text": "监考提醒太多。"},
    ),
    Visit("exams.all_appeals", public=True),
    Visit("exams.appeal_register", TAKEN, owners=HANDLERS),
    Visit(
        "exams.appeals_xlsx",
        owners=HANDLERS,
        private=frozenset({"sitting"}),
        form={"sitting": "@taken_sitting", "show": "all"},
    ),
    Visit("exams.appeal", APPEAL, owners=HANDLERS),
    Visit("exams.take_appeal", APPEAL, owners=HANDLERS),
    Visit(
        "exams.assign_appeal",
        APPEAL,
        owners=HANDLERS,
        private=frozenset({"raw_public_id", "raw_appeal_id"}),
        form={"person": "nobody"},
        posted=frozenset({404, 409}),
    ),
    Visit("exams.appealed_item", APPEAL, owners=HANDLERS),
    Visit("exams.appeal_evidence", APPEAL, owners=EXAMINERS),
    Visit(
        "exams.decide_appeal",
        APPEAL,
        owners=HANDLERS,
        form={"verdict": "rejected", "answer": "题面已限定条件。"},
        last=True,
    ),
    Visit("exams.withdraw_appeal", APPEAL, owners=LEARNERS, last=True),
    Visit("exams.regrades", TAKEN, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.start_regrade", TAKEN, may=EXAMINERS, owners=EXAMINERS),
    Visit("exams.regrade", REGRADE, may=EXAMINERS, owners=EXAMINERS),
    Visit(
        "exams.rule_on",
        REGRADE,
        may=EXAMINERS,
        owners=EXAMINERS,
        private=frozenset(REGRADE),
        form={"version": "@ruled_version", "treatment": "full_marks"},
    ),
    Visit("exams.look_at_regrade", REGRADE, may=EXAMINERS, owners=EXAMINERS),
    Visit(
        "exams.apply_regrade",
        REGRADE,
        may=EXAMINERS,
        owners=EXAMINERS,
        form={"reason": "题面有误", "sure": ""},
    ),
    Visit(
        "exams.take_ruling_back",
        REGRADE,
        may=EXAMINERS,
        owners=EXAMINERS,
        private=frozenset(REGRADE),
        form={"version": "@ruled_version"},
        last=True,
    ),
    Visit("exams.drop_regrade", REGRADE, may=EXAMINERS, owners=EXAMINERS, last=True),
)
