"""Visits of practice: everybody's own, and an entry of somebody else's notebook does not exist."""

from tests.crawl.visits import Visit

PRACTICE = (
    Visit("practice.index", public=True),
    Visit("practice.notebook", public=True),
    Visit("practice.review", public=True),
    Visit("practice.weak", public=True),
    Visit("practice.daily", public=True, form={"bank": "none"}, posted=frozenset({404})),
    Visit(
        "practice.area", public=True, form={"bank": "none", "area": "无"}, posted=frozenset({404})
    ),
    Visit(
        "practice.remove",
        {"raw_public_id": "0" * 26},
        public=True,
        posted=frozenset({404}),
    ),
)
