"""The glossary, for everybody."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.courses import queries
from learning.courses.routes.blueprint import bp
from learning.kernel.markdown import render_inline
from learning.web.forms import page_number
from learning.web.guards import find_current_actor, public
from learning.web.transaction import db_session


@bp.get("/glossary")
@public
def glossary() -> ResponseReturnValue:
    """Show the terms of all lessons in both languages; words narrow them down."""
    find_current_actor()  # the frame around the page is the reader's own
    page, words = page_number(request.args), request.args.get("q", "").strip()
    lines, total = queries.list_terms(db_session(), words, page=page)
    return render_template(
        "courses/glossary.html",
        lines=lines,
        query=words[: queries.MAX_TERM_QUERY],
        inline=render_inline,
        page=page,
        pages=max(1, -(-total // queries.TERMS_A_PAGE)),
        total=total,
        page_url=lambda number: url_for("courses.glossary", q=words or None, page=number),
    )
