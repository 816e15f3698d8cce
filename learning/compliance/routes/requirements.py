"""The matrix of posts and schemes: what each post must or may hold; by cell, or as .xlsx."""

import io
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from learning.compliance.loader import MatrixProblem, parse_matrix
from learning.compliance.queries import requirements as queries
from learning.compliance.queries.names import Named, list_schemes, name_schemes
from learning.compliance.queries.requirements import PostLine
from learning.compliance.routes.blueprint import bp
from learning.compliance.routes.scope import Scope, day_of, read_scope
from learning.compliance.rules.coverage import Asked
from learning.compliance.rules.requirements import Cell, cell_of
from learning.compliance.services.requirements import Change, set_requirements
from learning.compliance.words import _
from learning.compliance.words.coverage import in_language
from learning.compliance.words.matrix import cell_text, level_choices, matrix_problem_words
from learning.kernel import audit
from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, BadDocument, Column, read_sheet, write_workbook
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Permission
from learning.organisations.queries import units_in_reach
from learning.organisations.queries.units import storable
from learning.organisations.services import mark_post
from learning.organisations.words import document_words
from learning.study.rules.hours import local_day, start_of_day
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session, reading

MANAGE = Permission.COMPLIANCE_MANAGE
PAGE_SIZE = 50
MAX_ADDED = 20
PROBLEMS_SHOWN = 200


@bp.get("/matrix")
@requires(MANAGE)
def matrix() -> ResponseReturnValue:
    """Show what a unit asks of its organisation's posts on a day, a page of posts at a time."""
    session, now = db_session(), utc_now()
    given = request.args.to_dict()
    scope = read_scope(session, current_actor(), _single(given), now, permission=MANAGE)
    if scope is None:
        return render_template("compliance/matrix.html", scope=None)
    page, search = page_number(_single(given)), given.get("q", "").strip()[:100]
    posts, total = queries.list_posts_of(
        session,
        scope.organisation.id,
        search=search,
        offset=(page - 1) * PAGE_SIZE,
        limit=PAGE_SIZE,
    )
    added = request.args.getlist("scheme")[:MAX_ADDED]
    columns, others = _columns(session, scope, added)
    kept = {"q": search} if search else {}
    return render_template(
        "compliance/matrix.html",
        scope=scope,
        columns=[(row, in_language(one)) for row, one in columns],
        others=[in_language(one) for one in others],
        added=added,
        may_mark=is_kept(session, scope, now),
        rows=_rows(session, scope, posts, [row for row, _name in columns]),
        search=search,
        page=page,
        pages=max(1, -(-total // PAGE_SIZE)),
        total=total,
        page_url=lambda number: scope.address(
            "compliance.matrix", page=number, scheme=added, **kept
        ),
        text=cell_text,
    )


@bp.post("/matrix/<raw_unit>/<raw_post>/key")
@requires(MANAGE)
def mark_key_post(raw_unit: str, raw_post: str) -> ResponseReturnValue:
    """Let a post of the organisation be a key post, or one no more."""
    session, now, actor = db_session(), utc_now(), current_actor()
    scope = read_scope(session, actor, MultiDict({"unit": raw_unit}), now, permission=MANAGE)
    if scope is None or not is_kept(session, scope, now):
        raise NotFound("unit")
    is_key = request.form.get("key") == "1"
    name = mark_post(session, actor, scope.organisation.id, raw_post, is_key_post=is_key, now=now)
    flash(
        _("“%(post)s”已设为关键岗位。", post=name)
        if is_key
        else _("“%(post)s”不再是关键岗位。", post=name),
        "success",
    )
    return redirect(scope.address("compliance.matrix"), 303)


def is_kept(session: Session, scope: Scope, now: datetime) -> bool:
    """Tell whether the reader keeps the organisation itself, whose posts they are, not a part."""
    reach = units_in_reach(session, current_actor(), MANAGE, now)
    whole = reach.where(reach.selected_columns[0] == scope.organisation.id)
    return session.scalar(whole) is not None


@bp.route("/matrix/<raw_unit>/<raw_post>/<raw_scheme>", methods=["GET", "POST"])
@requires(MANAGE)
def requirement(raw_unit: str, raw_post: str, raw_scheme: str) -> ResponseReturnValue:
    """Show a cell with its history, or let it say something from a day on."""
    session, now = db_session(), utc_now()
    scope = read_scope(
        session, current_actor(), MultiDict({"unit": raw_unit}), now, permission=MANAGE
    )
    if scope is None:
        raise NotFound("unit")
    post, scheme_id, scheme = _cell(session, scope, raw_post, raw_scheme)
    problem = ""
    if request.method == "POST":
        problem = _save(scope, post, scheme, now)
        if not problem:
            flash(_("已保存。"), "success")
            return redirect(scope.address("compliance.matrix", scheme=raw_scheme), 303)
    asked, _schemes = queries.read_matrix(session, scope.unit.id, scope.at)
    return render_template(
        "compliance/requirement.html",
        scope=scope,
        post=post,
        scheme=in_language(scheme),
        asked=asked.of(scope.unit.id, post.id).get(scheme_id),
        history=queries.list_history(session, scope.unit.id, post.id, scheme_id),
        levels=level_choices(),
        text=cell_text,
        problem=problem,
        given=request.form,
        today=scope.today.isoformat(),
        now=now,
    ), (400 if problem else 200)


@bp.post("/matrix.xlsx")
@requires(MANAGE)
def matrix_xlsx() -> ResponseReturnValue:
    """Give the matrix of a unit as .xlsx, which can be changed and brought back."""
    now, actor = utc_now(), current_actor()
    with reading() as session:  # the database is not held for writing while the file is made
        scope = read_scope(session, actor, request.form, now, permission=MANAGE)
        if scope is None:
            raise NotFound("unit")
        posts, _total = queries.list_posts_of(session, scope.organisation.id)
        columns, _others = _columns(session, scope, [])
        rows = [
            (post.name, *(cell_text(asked, scope.unit.id) for asked in cells))
            for post, cells in _rows(session, scope, posts, [row for row, _name in columns])
        ]
    data = write_workbook(
        [
            Column(_("岗位"), 24, is_text=True),
            *(Column(scheme.name, 16, is_text=True) for _row, scheme in columns),
        ],
        rows,
        sheet_name=_("应持证"),
        notes=[
            scope.unit.name,
            _("每格填：必须、必须 2（每个单位至少 2 人）、可选；空格表示不要求。"),
            _("只写本单位自己的要求；上级的要求仍然有效，不在表内。"),
        ],
        notes_name=_("说明"),
        timezone=scope.zone,
    )
    audit.log(
        db_session(),
        "requirements.downloaded",
        scope.unit.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"rows": len(rows)},
    )
    return send_file(
        io.BytesIO(data), mimetype=XLSX_MIME, as_attachment=True, download_name="matrix.xlsx"
    )


@bp.post("/matrix/import")
@requires(MANAGE)
def matrix_import() -> ResponseReturnValue:
    """Take a matrix as .xlsx: all of it, or nothing and every cell that is wrong."""
    session, now, actor = db_session(), utc_now(), current_actor()
    scope = read_scope(session, actor, request.form, now, permission=MANAGE)
    if scope is None:
        raise NotFound("unit")
    back = redirect(scope.address("compliance.matrix"), 303)
    day = day_of(request.form.get("from", ""), now, scope.zone)
    file = request.files.get("file")
    if file is None or day is None:
        flash(_("请选择文件和生效日期。"), "error")
        return back
    try:
        sheet = read_sheet(file.read())
    except BadDocument as error:
        flash(document_words(error), "error")
        return back
    posts, _total = queries.list_posts_of(session, scope.organisation.id)
    schemes = list_schemes(session, _path(session, scope))
    parsed = parse_matrix(
        sheet,
        posts={post.name: post.public_id for post in posts},
        schemes={scheme.name: scheme.public_id for _row, scheme in schemes},
    )
    if parsed.problems:
        return _refused(scope, parsed.problems)
    changes = [Change(post, scheme, cell) for (post, scheme), cell in parsed.cells.items()]
    try:
        changed = set_requirements(
            session,
            actor,
            scope.unit.public_id,
            changes,
            starts_at=start_of_day(day, scope.zone),
            now=now,
        )
    except Conflict as error:
        session.rollback()  # the page answers, so what was begun must not be committed
        flash(_later_words(error, scope.zone), "error")
        return back
    flash(_("已导入：改动 %(n)s 格。", n=changed), "success")
    return back


def _refused(scope: Scope, problems: list[MatrixProblem]) -> ResponseReturnValue:
    return render_template(
        "compliance/matrix_problems.html",
        scope=scope,
        problems=[(one, matrix_problem_words(one)) for one in problems[:PROBLEMS_SHOWN]],
        more=max(0, len(problems) - PROBLEMS_SHOWN),
    ), 400


def _save(scope: Scope, post: PostLine, scheme: Named, now: datetime) -> str:
    """Write what the form says; return what is wrong with it, "" when it is written."""
    form = request.form
    cell: Cell | None = cell_of(form.get("level", ""), form.get("needed", ""))
    if cell is None:
        return _("至少持证人数请填 1–9,999 的整数，只对“必须”有意义。")
    day = day_of(form.get("from", ""), now, scope.zone)
    if day is None:
        return _("生效日期不对：请选 2000 年以后、五年以内的日期。")
    try:
        set_requirements(
            db_session(),
            current_actor(),
            scope.unit.public_id,
            [Change(post.public_id, scheme.public_id, cell)],
            starts_at=start_of_day(day, scope.zone),
            now=now,
        )
    except Conflict as error:
        db_session().rollback()  # the page answers, so what was begun must not be committed
        return _later_words(error, scope.zone)
    return ""


def _later_words(error: Conflict, zone: str) -> str:
    if error.code != "requirement_changed_later":
        raise error
    day = local_day(error.data["at"], zone).isoformat()
    return _("有的要求在 %(day)s 已经有改动，新的改动不能早于那一天。没有保存。", day=day)


def _cell(
    session: Session, scope: Scope, raw_post: str, raw_scheme: str
) -> tuple[PostLine, int, Named]:
    """Return the post and the scheme of a cell; NotFound when one of them is foreign or missing."""
    post = queries.find_post(session, scope.organisation.id, storable(raw_post))
    found = [
        (row, one)
        for row, one in list_schemes(session, _path(session, scope))
        if one.public_id == raw_scheme
    ]
    if post is None or not found:
        raise NotFound("requirement")
    return post, *found[0]


def _path(session: Session, scope: Scope) -> list[int]:
    return queries.read_ancestors(session, scope.unit.id, scope.at)


def _columns(
    session: Session, scope: Scope, added: list[str]
) -> tuple[list[tuple[int, Named]], list[Named]]:
    """Return the schemes that are columns (asked for, or added by the reader), and the others."""
    _asked, used = queries.read_matrix(session, scope.unit.id, scope.at)
    offered = list_schemes(session, _path(session, scope))
    names = {**name_schemes(session, used), **dict(offered)}
    chosen = used | {row for row, one in offered if one.public_id in added}
    columns = sorted(((row, names[row]) for row in chosen), key=lambda one: (one[1].name, one[0]))
    return columns, [one for row, one in offered if row not in chosen]


def _rows(
    session: Session, scope: Scope, posts: list[PostLine], schemes: list[int]
) -> list[tuple[PostLine, list[Asked | None]]]:
    asked, _schemes = queries.read_matrix(session, scope.unit.id, scope.at)
    rows = []
    for post in posts:
        own = asked.of(scope.unit.id, post.id)
        rows.append((post, [own.get(scheme) for scheme in schemes]))
    return rows


def _single(given: dict[str, Any]) -> Any:
    """Return the address without the schemes that were added: these may be several."""
    return MultiDict({name: value for name, value in given.items() if name != "scheme"})
