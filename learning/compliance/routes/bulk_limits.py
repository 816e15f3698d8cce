"""A bulk act over more people than one act takes: how many they are, and a way to narrow them."""

from collections.abc import Callable
from functools import wraps

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from learning.compliance import queries
from learning.compliance.queries import filters
from learning.compliance.routes import grid_words as words
from learning.compliance.routes.bulk_wish import back_url, read_wish, title_of, typed_numbers
from learning.compliance.routes.staff import CHOICES
from learning.compliance.words import _
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict
from learning.web.guards import current_actor
from learning.web.transaction import db_session, reading

# What is typed into the form of an act, and comes back with the narrower choice.
TYPED = ("aim", "title", "due", "from", "to", "reason", "back")


def within_limit(view: Callable[[], ResponseReturnValue]) -> Callable[[], ResponseReturnValue]:
    """Let a view answer too many people with a page that keeps what was typed; nothing is done."""

    @wraps(view)
    def answer() -> ResponseReturnValue:
        try:
            return view()
        except Conflict as error:
            if error.code != "too_many" or "most" not in error.data:
                raise
            db_session().rollback()  # the page answers, so what was begun must not be committed
            return _page(view.__name__.removeprefix("bulk_"), error), 409

    return answer


def _page(act: str, error: Conflict) -> str:
    wish = read_wish("" if act == "preview" else act)
    now, actor, language = utc_now(), current_actor(), str(get_locale())
    with reading() as session:
        schemes = filters.list_schemes(session, actor, now)
        return render_template(
            "compliance/bulk_limit.html",
            wish=wish,
            title=title_of(wish.act),
            what=_what(error),
            by_numbers="numbers" in error.data,
            numbers=typed_numbers(),
            typed={name: request.form[name] for name in TYPED if request.form.get(name)},
            units=queries.list_units(session, actor, now, limit=CHOICES),
            posts=queries.list_posts(session, actor, now, limit=CHOICES),
            schemes=[(one, words.scheme_title(one, language)) for one in schemes],
            lacks=words.lacks_choices(),
            days=words.DAYS,
            back=back_url(wish),
        )


def _what(error: Conflict) -> str:
    most = f"{error.data['most']:,}"
    if "numbers" in error.data:
        return _(
            "填了 %(n)s 个工号，一次最多 %(most)s 个。什么都没有改。",
            n=f"{error.data['numbers']:,}",
            most=most,
        )
    return _(
        "符合条件的有 %(n)s 人，一次最多处理 %(most)s 人。什么都没有改。",
        n=f"{error.data['people']:,}",
        most=most,
    )
