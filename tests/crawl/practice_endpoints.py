"""Visits of practice: everybody's own, and an entry of somebody else's notebook does not exist."""

from tests.crawl.visits import AUTHORS, HR_AND_OPERATOR, LEARNERS, Visit

UNIT = {"raw_public_id": "@enterprise"}
CHOICE = {"streaks": "above", "ladder": "off"}

PRACTICE = (
    Visit("practice.index", public=True),
    Visit("practice.notebook", public=True),
    Visit("practice.review", public=True),
    Visit("practice.weak", public=True),
    Visit("practice.daily", public=True, form={"bank": "none"}, posted=frozenset({404})),
    Visit(
        "practice.area", public=True, form={"bank": "none", "area": "无"}, posted=frozenset({404})
    ),
    Visit("practice.challenge", public=True),
    Visit("practice.start_challenge", public=True, form={"bank": "none"}, posted=frozenset({404})),
    Visit(
        "practice.mock_result",
        {"raw_public_id": "0" * 26},
        public=True,
        own=frozenset({404}),
        why="practice holds nothing of what the exams ask, so that nobody took a mock exam",
    ),
    Visit("practice.reports", public=True),
    Visit(
        "practice.report",
        {"raw_public_id": "0" * 26, "position": "1"},
        public=True,
        own=frozenset({404}),
        why="of no item that was handed in the key was told",
        posted=frozenset({404}),
    ),
    Visit("practice.desk", may=AUTHORS, public=True),
    Visit(
        "practice.desk_item",
        {"bank": "@item_bank", "code": "@item"},
        may=AUTHORS,
        public=True,
    ),
    Visit("practice.settings", UNIT, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR),
    Visit("practice.set_practice", UNIT, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR, form=CHOICE),
    Visit(
        "practice.remove",
        {"raw_public_id": "@notebook_entry"},
        owners=LEARNERS,
        last=True,
    ),
)
