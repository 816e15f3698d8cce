"""The posts 岗位 of an organisation: listed, created, renamed, retired and taken into use again."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from learning.compliance.forms.posts import NewPostForm, PostNameForm, RetirePostForm
from learning.compliance.queries.posts import count_asked, list_asked, list_training
from learning.compliance.routes.blueprint import bp
from learning.compliance.routes.requirements import MANAGE, is_kept
from learning.compliance.routes.scope import Scope, read_scope
from learning.compliance.services import posts as services
from learning.compliance.words import _
from learning.compliance.words.posts import name_words, reason_words, refusal_words
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.organisations.queries import posts as queries
from learning.organisations.services import posts as acts
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

PAGE_SIZE = 50
ASKED_SHOWN = 50
MAX_SEARCH = 100


@bp.get("/posts")
@requires(MANAGE)
def posts() -> ResponseReturnValue:
    """List the posts of an organisation by name, a page after another."""
    form = NewPostForm(formdata=None)
    return _list_page(form, request.args)


def _list_page(form: NewPostForm, given: MultiDict[str, str]) -> str:
    session, now = db_session(), utc_now()
    scope = read_scope(session, current_actor(), given, now, permission=MANAGE)
    if scope is None or not is_kept(session, scope, now):
        return render_template("compliance/posts.html", scope=scope, page=None)
    search, is_retired = given.get("q", "").strip()[:MAX_SEARCH], given.get("show") == "retired"
    organisation_id = scope.organisation.id
    page = queries.list_posts(
        session,
        organisation_id,
        now,
        search=search,
        is_retired=is_retired,
        after=given.get("after", ""),
        before=given.get("before", ""),
        limit=PAGE_SIZE,
    )
    total = queries.count_posts(session, organisation_id, search=search, is_retired=is_retired)
    kept = {**({"q": search} if search else {}), **({"show": "retired"} if is_retired else {})}
    return render_template(
        "compliance/posts.html",
        scope=scope,
        form=form,
        page=page,
        asked=count_asked(session, [row.id for row in page.rows], now),
        search=search,
        is_retired=is_retired,
        count=ngettext("共 %(n)s 个岗位", "共 %(n)s 个岗位", total, n=f"{total:,}"),
        page_url=lambda **turn: scope.address("compliance.posts", **kept, **turn),
        post_url=lambda row: _address(scope, row.public_id),
    )


@bp.post("/posts")
@requires(MANAGE)
def add_post() -> ResponseReturnValue:
    """Create a post; what was typed stays in the form where it is refused."""
    session, now, actor = db_session(), utc_now(), current_actor()
    scope = _kept_scope(session, request.form.get("unit", ""), now)
    form = NewPostForm()
    if form.validate_on_submit():
        try:
            made = acts.create_post(
                session,
                actor,
                scope.organisation.id,
                name=form.name.data,
                is_key_post=form.is_key_post.data,
                now=now,
            )
        except Invalid as error:
            session.rollback()  # the page answers, so what was begun must not be committed
            form.name.errors = [name_words(error)]
        else:
            flash(_("已新建岗位“%(post)s”。", post=made.name), "success")
            return redirect(_address(scope, made.public_id), 303)
    return _list_page(form, MultiDict({"unit": scope.unit.public_id})), 400


@bp.get("/posts/<raw_unit>/<raw_post>")
@requires(MANAGE)
def post_page(raw_unit: str, raw_post: str) -> ResponseReturnValue:
    """Show a post: who is in it, what is asked of it, what it was called before."""
    return _page(_kept_scope(db_session(), raw_unit, utc_now()), raw_post)


def _page(
    scope: Scope,
    raw_post: str,
    form: PostNameForm | None = None,
    refusal: str = "",
    retiring: RetirePostForm | None = None,
) -> str:
    session, now = db_session(), utc_now()
    post = queries.get_post(session, scope.organisation.id, raw_post, now)
    return render_template(
        "compliance/post.html",
        scope=scope,
        post=post,
        form=form or PostNameForm(formdata=None, data={"name": post.name}),
        refusal=refusal,
        training=list_training(session, post.id, now),
        retiring=retiring or RetirePostForm(formdata=None),
        asked=list_asked(session, post.id, now, limit=ASKED_SHOWN),
        asked_count=count_asked(session, [post.id], now).get(post.id, 0),
        former=queries.list_former_names(session, post.id),
    )


@bp.post("/posts/<raw_unit>/<raw_post>/rename")
@requires(MANAGE)
def rename_post(raw_unit: str, raw_post: str) -> ResponseReturnValue:
    """Give a post another name; the old one stays in its history."""
    session, now = db_session(), utc_now()
    scope = _kept_scope(session, raw_unit, now)
    queries.get_post(session, scope.organisation.id, raw_post, now)
    form = PostNameForm()
    if form.validate_on_submit():
        try:
            name = acts.rename_post(
                session,
                current_actor(),
                scope.organisation.id,
                raw_post,
                name=form.name.data,
                now=now,
            )
        except Invalid as error:
            session.rollback()  # as above
            form.name.errors = [name_words(error)]
        else:
            flash(_("岗位现在叫“%(post)s”。", post=name), "success")
            return redirect(_address(scope, raw_post), 303)
    return _page(scope, raw_post, form), 400


@bp.post("/posts/<raw_unit>/<raw_post>/retire")
@requires(MANAGE)
def retire_post(raw_unit: str, raw_post: str) -> ResponseReturnValue:
    """Retire a post; refused while people are in it, something is asked or training hangs on it."""
    session, now = db_session(), utc_now()
    scope, form = _kept_scope(session, raw_unit, now), RetirePostForm()
    refusal, status = reason_words(), 400
    if form.validate_on_submit():
        settling = form.settling(request.form.getlist("seen"))
        act = partial(services.retire, settling=settling)
        try:
            return _turn(scope, raw_post, act, _("岗位“%(post)s”已停用。"), now)
        except Conflict as error:
            refusal, status = refusal_words(error), 409
        except Invalid:
            form.reason.errors = [refusal]
    session.rollback()  # as above
    return _page(scope, raw_post, refusal=refusal, retiring=form), status


@bp.post("/posts/<raw_unit>/<raw_post>/restore")
@requires(MANAGE)
def restore_post(raw_unit: str, raw_post: str) -> ResponseReturnValue:
    """Take a retired post into use again."""
    now = utc_now()
    scope = _kept_scope(db_session(), raw_unit, now)
    return _turn(scope, raw_post, acts.restore_post, _("岗位“%(post)s”已恢复使用。"), now)


def _turn(
    scope: Scope, raw_post: str, act: Callable[..., str], done: str, now: datetime
) -> ResponseReturnValue:
    name = act(db_session(), current_actor(), scope.organisation.id, raw_post, now=now)
    flash(done % {"post": name}, "success")
    return redirect(_address(scope, raw_post), 303)


def _address(scope: Scope, raw_post: str) -> str:
    return url_for("compliance.post_page", raw_unit=scope.unit.public_id, raw_post=raw_post)


def _kept_scope(session: Session, raw_unit: str, now: datetime) -> Scope:
    """Return the unit whose whole organisation the reader keeps; NotFound for another."""
    given = MultiDict({"unit": raw_unit})
    scope = read_scope(session, current_actor(), given, now, permission=MANAGE)
    if scope is None or not raw_unit or not is_kept(session, scope, now):
        raise NotFound("unit")
    return scope
