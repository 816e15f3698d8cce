"""One item for who works on it: as candidates get it, its life, its key as an act of its own."""

from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from learning.kernel import audit
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Actor, Permission
from learning.question_bank import queries, words
from learning.question_bank.drafts import draft_from_json
from learning.question_bank.models import ItemRow, ItemVersionRow
from learning.question_bank.routes import life_words
from learning.question_bank.routes.blueprint import bp
from learning.question_bank.routes.faces import drawn_face
from learning.question_bank.rules import Item, ItemDocument
from learning.question_bank.services import get_bank_of, has_written, judge_draft
from learning.web.forms import page_number, refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session
from learning.web.where_used import find_uses

RIGHTS = (
    Permission.ITEM_READ_KEY,
    Permission.ITEM_WRITE,
    Permission.ITEM_REVIEW,
    Permission.BANK_MANAGE,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows of an item: a version, or a draft that never was one (`version` None).

    `before` is the version it is compared with; `with_key` says that the key was asked for.
    """

    item: ItemRow
    version: ItemVersionRow | None
    document: ItemDocument | None
    before: ItemVersionRow | None = None
    with_key: bool = False


@bp.get("/<bank>/<code>")
@requires(Permission.ITEM_READ)
def detail(bank: str, code: str) -> ResponseReturnValue:
    """Show one item: its face, what it is, what became of it; not its key."""
    session, actor = db_session(), current_actor()
    item = queries.get_item_for(session, actor, Permission.ITEM_READ, bank, code, utc_now())
    shown = find_shown(session, item, request.args)
    return render_template("question_bank/detail.html", **page_of(session, actor, shown))


@bp.post("/<bank>/<code>/key")
@requires(Permission.ITEM_READ_KEY)
def key(bank: str, code: str) -> ResponseReturnValue:
    """Show the key with its explanation; who looked is written down first."""
    session, actor = db_session(), current_actor()
    item = queries.get_item_for(session, actor, Permission.ITEM_READ_KEY, bank, code, utc_now())
    shown = note_key_shown(session, actor, find_shown(session, item, request.form))
    return render_template("question_bank/detail.html", **page_of(session, actor, shown))


def note_key_shown(session: Session, actor: Actor, shown: Shown) -> Shown:
    """Write down that the actor sees the key of what is shown, and let it be shown."""
    numbers = [version.number for version in (shown.version, shown.before) if version]
    audit.log(
        session,
        "item.key_shown",
        f"{shown.item.bank}/{shown.item.code}"[:80],
        actor_id=actor.user_id,
        now=utc_now(),
        details={"versions": numbers},
    )
    return replace(shown, with_key=True)


def find_shown(session: Session, item: ItemRow, given: MultiDict[str, str]) -> Shown:
    """Return what a request asks to see: a version by number, compared with another.

    What waits for sign-off is compared with what is in use unless something else is asked.
    Raises NotFound for numbers that the item does not have, Invalid for what is no number.
    """
    refuse_repeated(given)
    version = queries.get_version(session, item, _number(given, "version"))
    if version is None:
        draft = draft_from_json(queries.get_draft_content(session, item))
        checked = judge_draft(session, get_bank_of(session, item), draft, item.code)
        return Shown(item, None, checked.item.document if checked.item else None)
    document = queries.get_documents(session, [version.id])[version.id]
    before = None
    if "before" in given:
        before = queries.get_version(session, item, _number(given, "before"))
    elif version.id == item.review_version_id and item.current_version_id:
        before = session.get(ItemVersionRow, item.current_version_id)
    return Shown(item, version, document, before if before is not version else None)


def _number(given: MultiDict[str, str], name: str) -> int | None:
    return page_number(given, name) if name in given else None


def page_of(session: Session, actor: Actor, shown: Shown) -> dict[str, Any]:
    """Return what the page of an item is drawn from."""
    item, now = shown.item, utc_now()
    rights = queries.list_rights(session, actor, item.bank, RIGHTS, now)
    draft = queries.find_draft_note(session, item)
    uses, use_count = find_uses(session, queries.list_version_ids(session, item))
    return {
        "item": item,
        "bank": get_bank_of(session, item),
        "shown": shown,
        "difficulty": f"{item.difficulty_milli / 1000:.2f}",
        "state": life_words.state_words(item, has_draft=draft is not None),
        "draft": draft,
        "versions": queries.list_versions(session, item),
        "life": queries.list_life(session, item),
        "tags": queries.tags_of(session, item),
        "exposure": queries.get_exposure(session, item),
        "statistics": _statistics(session, shown),
        "uses": uses,
        "use_count": use_count,
        "names_uses": _owns(session, actor, item),
        "may": {permission.name for permission in rights},
        "is_own": has_written(session, actor, item),
        "words": words,
        "life_words": life_words,
        "edit_url": _edit_url(item) if Permission.ITEM_WRITE in rights else "",
        "tracks": shown.document.tracks if shown.document else (),
        "excludes": shown.document.excludes if shown.document else (),
        **_face_parts(session, shown),
    }


def _edit_url(item: ItemRow) -> str:
    if item.review_version_id is not None or item.state == "retired":
        return ""
    return url_for("question_bank.edit_item", bank=item.bank, code=item.code)


def _face_parts(session: Session, shown: Shown) -> dict[str, Any]:
    """Return the face and the differences, with the key where it was asked for."""
    if shown.document is None:
        return {"face": None, "variant": None, "differences": [], "key_differences": []}
    held = queries.get_whole(session, shown.version.id) if shown.version else None
    face, variant = drawn_face(shown.document, held.key if held and shown.with_key else None)
    differences, key_differences = [], []
    if shown.before is not None and held is not None:
        old: Item = queries.get_whole(session, shown.before.id)
        differences = queries.compare_documents(old.document, shown.document)
        key_differences = queries.compare_keys(old, held) if shown.with_key else []
    return {
        "face": face,
        "variant": variant,
        "differences": differences,
        "key_differences": key_differences,
    }


def _statistics(session: Session, shown: Shown) -> Any:
    return queries.find_statistics(session, shown.version.id) if shown.version else None


def _owns(session: Session, actor: Actor, item: ItemRow) -> bool:
    """Tell whether the actor may know who uses the item, or only how many do.

    Every unit draws from the banks of the platform: what others hold is not theirs to know.
    """
    if any(grant.scope_value == "" for grant in actor.grants_for(Permission.ITEM_READ)):
        return True
    return get_bank_of(session, item).unit_id is not None
