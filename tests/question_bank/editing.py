"""An author at the item editor, for the tests of its endpoints."""

import re

from sqlalchemy import func, select

from learning.kernel.audit import AuditEntry
from learning.question_bank.drafts import draft_from_json
from learning.question_bank.models import ItemDraftRow, ItemRow

JSON = {"Accept": "application/json"}
GOOD = {
    "kind": "single",
    "shape": "single",
    "stem": "顾客满意是顾客的（　）。",
    "o.0.text": "感受",
    "o.1.text": "投诉次数",
    "key": "0",
    "explanation": "CANARY-OF-THE-KEY",
}


class Desk:
    """An author at the editor of a bank."""

    def __init__(self, client, database, user):
        self.client, self.database, self.user = client, database, user
        found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account").text)
        self.token = found.group(1)

    def post(self, path, data, *, headers=JSON, **more):
        return self.client.post(
            f"/items/qa{path}", data={"csrf_token": self.token, **data}, headers=headers, **more
        )

    def write(self, **changes):
        """Store a new item; return its code and revision."""
        reply = self.post("/new", {**GOOD, "act": "save", **changes})
        assert reply.status_code == 200, reply.text
        return reply.json["code"], reply.json["revision"]

    def stored(self, code):
        with self.database.session(write=False) as session:
            return draft_from_json(
                session.scalar(
                    select(ItemDraftRow.content)
                    .join(ItemRow, ItemRow.id == ItemDraftRow.item_id)
                    .where(ItemRow.code == code)
                )
            )

    def count(self, what=ItemRow):
        with self.database.session(write=False) as session:
            return session.scalar(select(func.count()).select_from(what))

    def audits(self, act):
        with self.database.session(write=False) as session:
            return session.scalar(select(func.count()).where(AuditEntry.act == act))
