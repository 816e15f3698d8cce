"""Writing items on the web: the editor, its preview and its pictures.

Every act works as a plain form post; scripts ask the same endpoints for JSON. What is posted is
read by `forms`, judged by `drafts`, stored by `services.drafting`; keys stay out of what somebody
gets who may not see them.
"""

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid, NotFound, Problem
from learning.kernel.permissions import Permission
from learning.question_bank import forms, queries, services
from learning.question_bank.drafts import ItemDraft
from learning.question_bank.forms import FormItem
from learning.question_bank.models import BankRow, ItemRow
from learning.question_bank.routes.blueprint import bp
from learning.question_bank.routes.editor_labels import keep_labels
from learning.question_bank.routes.editor_page import Editing, clock_words
from learning.question_bank.routes.editor_preview import previewed
from learning.web.guards import current_actor, requires
from learning.web.responses import json_reply, wants_json
from learning.web.transaction import apart, database, db_session, reading

STORING = frozenset({"save", "submit"})
MAX_VARIANTS = 3


def _(text: str, **values: object) -> str:
    """Translate; the library is untyped, and message extraction knows this name."""
    return str(gettext(text, **values))


@bp.get("/new")
@requires(Permission.ITEM_WRITE)
def choose_bank() -> ResponseReturnValue:
    """Lead to a new item of the bank that is asked for, of the only one, or of a chosen one."""
    banks = queries.list_banks(db_session(), current_actor(), Permission.ITEM_WRITE, utc_now())
    wanted = request.args.get("bank", "")
    chosen = [code for code, _title in banks if code == wanted] or [code for code, _title in banks]
    if len(chosen) == 1:
        return redirect(url_for("question_bank.new_item", bank=chosen[0]))
    return render_template("question_bank/choose_bank.html", banks=banks)


@bp.get("/<bank>/new")
@requires(Permission.ITEM_WRITE)
def new_item(bank: str) -> ResponseReturnValue:
    """Let an author choose a kind, and show the empty form of the chosen one."""
    editing = Editing(db_session(), current_actor(), _bank(bank))
    kind = request.args.get("kind", "")
    if kind in {each["value"] for each in editing.kinds}:
        return editing.page(forms.form_of(ItemDraft(kind=kind)))
    return render_template(
        "question_bank/new.html",
        bank=editing.bank.code,
        bank_title=editing.bank.title,
        kinds=editing.kinds,
    )


@bp.post("/<bank>/new")
@requires(Permission.ITEM_WRITE)
def create_item(bank: str) -> ResponseReturnValue:
    """Store a new item as a draft, or act on its form first."""
    session, actor = db_session(), current_actor()
    editing = Editing(session, actor, _bank(bank))
    form, act = _posted()
    if act not in STORING:
        return editing.page(_acted(form, act), is_checked=act == "preview")
    draft = editing.draft_of(form)
    editing.item = services.create_draft(session, actor, editing.bank, draft, now=utc_now())
    editing.code = editing.item.code
    stored = queries.find_draft(session, editing.item.id)
    return _stored(editing, form, stored.revision if stored else 0, act, is_new=True)


@bp.get("/<bank>/<code>/edit")
@requires(Permission.ITEM_WRITE)
def edit_item(bank: str, code: str) -> ResponseReturnValue:
    """Show the working draft in its form; that the key was shown is written down first."""
    found = _item(bank, code)
    editing = Editing(db_session(), current_actor(), _bank(bank), found)
    opened = _opened(found)
    if opened is None:
        return render_template("question_bank/revise.html", bank=bank, code=code)
    return editing.page(forms.form_of(opened.draft), revision=opened.revision, is_checked=True)


@bp.post("/<bank>/<code>/edit")
@requires(Permission.ITEM_WRITE)
def save_item(bank: str, code: str) -> ResponseReturnValue:
    """Save the working draft, send it to review, or act on its form first."""
    session, actor, now = db_session(), current_actor(), utc_now()
    item = _item(bank, code)
    editing = Editing(session, actor, _bank(bank), item)
    form, act = _posted()
    if act == "revise":
        services.start_revision(session, actor, item, now)
        return redirect(url_for("question_bank.edit_item", bank=bank, code=code))
    if act == "theirs":
        opened = services.open_draft(session, actor, item, now)
        shown = editing.fields_html(forms.form_of(opened.draft))
        return json_reply({"html": shown, "revision": opened.revision})
    if act not in STORING:
        revision = _revision()
        return editing.page(_acted(form, act), revision=revision, is_checked=act == "preview")
    try:
        saved = services.save_draft(session, actor, item, editing.draft_of(form), _revision(), now)
    except Conflict as conflict:
        if conflict.code != "draft_changed":
            raise
        return _conflict(editing, form, conflict)
    return _stored(editing, form, saved.revision, act)


@bp.post("/<bank>/preview")
@requires(Permission.ITEM_WRITE)
def preview(bank: str) -> ResponseReturnValue:
    """Draw what is posted as candidates would see it, and say what is wrong; stores nothing."""
    form, _act = _posted()
    wanted = request.form.get("variants", "").split()[:MAX_VARIANTS]
    with reading() as session:
        found = queries.get_bank_for(
            session, current_actor(), Permission.ITEM_WRITE, bank, utc_now()
        )
        editing = Editing(session, current_actor(), found)
    code = request.form.get("item", "")
    editing.code = code if services.is_code(code) else ""  # what variants draw depends on it
    judged = editing.judged(form)
    drawn = previewed(
        judged.draft,
        judged.checked,
        editing.defaults,
        wanted=tuple(int(n) for n in wanted if n.isascii() and n.isdigit() and len(n) < 4),
        may_key=editing.may_key,
    )
    return json_reply(
        {
            "html": render_template("question_bank/preview.html", shown=drawn.shown),
            "variants": drawn.variants,
            "allowed": drawn.allowed,
            "findings": judged.findings,
        }
    )


@bp.post("/<bank>/fields")
@requires(Permission.ITEM_WRITE)
def draw_fields(bank: str) -> ResponseReturnValue:
    """Draw the fields anew after an act (another kind, another sub-item); stores nothing."""
    form, act = _posted()
    with reading() as session:
        found = queries.get_bank_for(
            session, current_actor(), Permission.ITEM_WRITE, bank, utc_now()
        )
        editing = Editing(session, current_actor(), found)
    return json_reply({"html": editing.fields_html(_acted(form, act))})


@bp.post("/<bank>/pictures")
@requires(Permission.ITEM_WRITE)
def add_picture(bank: str) -> ResponseReturnValue:
    """Store a picture for an item's text; raises Invalid for anything that is none."""
    _bank(bank)
    file = request.files.get("picture")
    if file is None:
        raise Invalid([Problem("", None, "picture", "picture", "picture")])
    content = file.stream.read(services.MAX_PICTURE + 1)
    address = services.store_picture(db_session(), current_actor(), content, now=utc_now())
    return json_reply({"url": address})


def _posted() -> tuple[FormItem, str]:
    return forms.read(request.form.items(multi=True)), request.form.get("act", "save")[:40]


def _acted(form: FormItem, act: str) -> FormItem:
    return forms.acted(forms.reshaped(form), act)


def _bank(code: str) -> BankRow:
    return queries.get_bank_for(
        db_session(), current_actor(), Permission.ITEM_WRITE, code, utc_now()
    )


def _item(bank: str, code: str) -> ItemRow:
    return queries.get_item_for(
        db_session(), current_actor(), Permission.ITEM_WRITE, bank, code, utc_now()
    )


def _revision() -> int:
    raw = request.form.get("revision", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 9):
        raise Invalid([Problem("", None, "revision", "revision", "revision")])
    return int(raw)


def _opened(item: ItemRow) -> services.OpenDraft | None:
    """Open the draft in a transaction of its own: showing a key is written down, also by a GET."""
    try:
        with apart(database()) as session:
            here = session.get(ItemRow, item.id)
            if here is None:
                raise NotFound("item")
            return services.open_draft(session, current_actor(), here, utc_now())
    except Conflict as conflict:
        if conflict.code == "no_draft":
            return None
        raise


def _stored(
    editing: Editing, form: FormItem, revision: int, act: str, *, is_new: bool = False
) -> ResponseReturnValue:
    item = editing.item
    if item is None:
        raise NotFound("item")
    labels = keep_labels(
        db_session(), current_actor(), item, form, utc_now(), may_time=editing.may_time
    )
    judged = editing.judged(form)
    here = url_for("question_bank.edit_item", bank=item.bank, code=item.code)
    if act == "submit":
        if judged.wrong:
            notice = {"kind": "error", "text": _("已存为草稿。改好下面各项后再提交审核。")}
            shown = replace(form, values={**form.values, **labels})
            return editing.page(shown, revision=revision, is_checked=True, notice=notice)
        services.submit_for_review(db_session(), current_actor(), item, utc_now())
        flash(_("已提交审核，由命题人以外的人签字后启用。"), "pass")
        return redirect(url_for("question_bank.detail", bank=item.bank, code=item.code))
    if not wants_json():
        flash(_("草稿已保存。"), "pass")
        return redirect(here)
    reply: dict[str, Any] = {
        "revision": revision,
        "at": clock_words(utc_now()),
        "findings": judged.findings,
        "labels": labels,
    }
    return json_reply({**reply, **({"url": here, "code": item.code} if is_new else {})})


def _conflict(editing: Editing, form: FormItem, conflict: Conflict) -> ResponseReturnValue:
    """Say who saved meanwhile; nothing was changed, and what was posted stays on the page."""
    stored = queries.find_draft(db_session(), editing.item.id) if editing.item else None
    if stored is None:
        raise conflict
    revision, who = stored.revision, stored.writer or _("系统")
    if wants_json():
        at = clock_words(stored.updated_at)
        return json_reply({"error": conflict.code, "revision": revision, "who": who, "at": at}, 409)
    text = _("%(who)s在您编辑时改过这道题。再按一次保存，会用您的覆盖对方的。", who=who)
    return editing.page(
        form, revision=revision, is_checked=True, notice={"kind": "warn", "text": text}, status=409
    )
