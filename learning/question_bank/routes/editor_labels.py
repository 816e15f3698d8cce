"""Tags and the day an item is kept back until, as fields of the editor.

Neither is content: no version holds them, they hold at once, and they are not sent to review. The
page says what it showed (`tags_were`, `not_before_was`), so that a save changes what its writer
changed and nothing that somebody else did to the item meanwhile.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from learning.kernel.errors import Invalid
from learning.kernel.permissions import Actor
from learning.question_bank import queries, services
from learning.question_bank.forms import FormItem
from learning.question_bank.models import ItemRow
from learning.question_bank.routes.life import day_of, day_words
from learning.question_bank.services import tagging
from learning.question_bank.words import _

MOST_OFFERED = 12


def stored_labels(session: Session, item: ItemRow | None) -> dict[str, str]:
    """Return the fields as the item has them, each with what it was."""
    tags = _("、").join(queries.tags_of(session, item)) if item else ""
    day = day_words(item.not_before if item else None)
    return {"tags": tags, "tags_were": tags, "not_before": day, "not_before_was": day}


def labelled(session: Session, item: ItemRow | None, form: FormItem) -> FormItem:
    """Fill in what the item has where nothing was posted."""
    return replace(form, values={**stored_labels(session, item), **form.values})


def label_findings(form: FormItem, *, may_time: bool) -> list[dict[str, Any]]:
    """Say in words what cannot be kept; such a field is not stored, all others are."""
    found: list[dict[str, Any]] = []
    tags = tagging.split_tags(form.get("tags"))
    if any(not tagging.is_tag(tag) for tag in tags):
        words = _("一个标签至多 %(n)s 字，用、隔开几个标签；标签没有保存。", n=tagging.MAX_TAG)
        found.append(_finding("tags", words))
    elif len(tags) > tagging.MAX_TAGS:
        words = _("一道题至多 %(n)s 个标签；标签没有保存。", n=tagging.MAX_TAGS)
        found.append(_finding("tags", words))
    if may_time:
        try:
            day_of(form.get("not_before"))
        except Invalid as error:
            found.append(_finding("not_before", error.problems[0].message))
    return found


def keep_labels(
    session: Session, actor: Actor, item: ItemRow, form: FormItem, now: datetime, *, may_time: bool
) -> dict[str, str]:
    """Store what the writer changed; return what the page is to take as shown from now on."""
    wrong = {each["name"] for each in label_findings(form, may_time=may_time)}
    if "tags" in form.values and "tags" not in wrong:
        wanted, were = (set(tagging.split_tags(form.get(n))) for n in ("tags", "tags_were"))
        if wanted != were:
            tagging.retag(session, actor, item, added=wanted - were, removed=were - wanted, now=now)
    day = form.get("not_before").strip()
    is_kept = may_time and "not_before" in form.values and "not_before" not in wrong
    if is_kept and day != form.get("not_before_was"):
        services.set_not_before(session, actor, item, day_of(day), now)
    # What was refused is still a change to come: the page goes on from what it showed before.
    return {
        "tags_were": form.get("tags_were" if "tags" in wrong else "tags"),
        "not_before_was": form.get("not_before_was") if "not_before" in wrong else day,
    }


def _finding(name: str, message: str) -> dict[str, Any]:
    return {
        "name": name,
        "message": message,
        "lang": "",
        "is_remark": False,
        "is_missing": False,
    }
