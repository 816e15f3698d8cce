"""The rows of the table of visits for appeals on items of a contest and the regrades that follow."""

from tests.crawl.visits import LEARNERS, MANAGERS, Visit

ROUND = {"raw_public_id": "@closed_competition", "number": "1"}
APPEAL = {**ROUND, "raw_appeal_id": "@item_appeal"}
REGRADE = {**ROUND, "raw_regrade_id": "@round_regrade"}

REGRADES = (
    Visit(
        "competitions.own_appeals",
        ROUND,
        owners=LEARNERS,
        form={"attempt": "@appealed_attempt", "position": "2", "text": "标准另有规定。"},
    ),
    Visit("competitions.appeal", APPEAL, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.appealed_item", APPEAL, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.regrades", ROUND, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.start_regrade", ROUND, may=MANAGERS, owners=MANAGERS),
    Visit("competitions.regrade", REGRADE, may=MANAGERS, owners=MANAGERS),
    Visit(
        "competitions.rule_on",
        REGRADE,
        may=MANAGERS,
        owners=MANAGERS,
        form={"version": "@round_ruled_version", "treatment": "full_marks"},
    ),
    Visit("competitions.look_at_regrade", REGRADE, may=MANAGERS, owners=MANAGERS),
    Visit(
        "competitions.apply_regrade",
        REGRADE,
        may=MANAGERS,
        owners=MANAGERS,
        form={"reason": "题面有误", "sure": ""},
    ),
    Visit(
        "competitions.take_ruling_back",
        REGRADE,
        may=MANAGERS,
        owners=MANAGERS,
        form={"version": "@round_ruled_version"},
        last=True,
    ),
    Visit("competitions.drop_regrade", REGRADE, may=MANAGERS, owners=MANAGERS, last=True),
    Visit(
        "competitions.decide_appeal",
        APPEAL,
        may=MANAGERS,
        owners=MANAGERS,
        form={"verdict": "rejected", "answer": "题面已限定条件。"},
        last=True,
    ),
    Visit("competitions.withdraw_appeal", APPEAL, owners=LEARNERS, last=True),
)
