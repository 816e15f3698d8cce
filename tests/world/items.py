"""A bank on the web with items in every state, written and signed off by different people."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.kernel.permissions import Grant, Role, ScopeKind
from learning.question_bank.services import (
    BankSettings,
    approve,
    comment_on,
    create_bank,
    create_draft,
    retire,
    save_draft,
    start_revision,
    store_picture,
    submit_for_review,
)
from tests.factories.banks import make_draft
from tests.factories.people import make_actor
from tests.factories.pictures import PNG

LIFE_BANK = "life-bank"


def furnish_items(
    session: Session, now: datetime, author: User, reviewer: User, manager: User
) -> dict[str, str]:
    """Return the codes of the items by the names that visits use."""
    writing = make_actor(author, Grant(Role.AUTHOR, ScopeKind.PLATFORM, ""))
    signing = make_actor(reviewer, Grant(Role.REVIEWER, ScopeKind.PLATFORM, ""))
    managing = make_actor(manager, Grant(Role.ITEM_MANAGER, ScopeKind.PLATFORM, ""))
    bank = create_bank(session, managing, LIFE_BANK, BankSettings(title="示例网上题库"), now=now)
    address = store_picture(session, writing, PNG, now=now)
    codes = {}
    for name in ("draft", "waiting", "approved", "revised", "retired"):
        stem = f"{name} 的题干（　）。![示意图]({address})"
        item = create_draft(session, writing, bank, make_draft(stem), now=now)
        codes[f"life_{name}"] = item.code
        if name == "draft":
            continue
        version_id = submit_for_review(session, writing, item, now, comment="请审")
        comment_on(session, signing, item, "出处待补", now)
        if name == "waiting":
            continue
        approve(session, signing, item, version_id, now)
        if name == "revised":
            row = start_revision(session, writing, item, now)
            changed = make_draft("revised 的题干，改过（　）。", right=2)
            save_draft(session, writing, item, changed, row.revision, now)
            submit_for_review(session, writing, item, now)
        elif name == "retired":
            retire(session, managing, item, now, reason="标准已修订")
    codes["life_picture"] = address.removeprefix("/media/").removesuffix(".png")
    return codes | {"life_bank": LIFE_BANK}
