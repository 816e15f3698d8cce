"""Who could be trained in time where the forecast says that too few are left."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from learning.compliance.queries.forecast import read_outlook
from learning.compliance.queries.names import Named, name_posts, name_schemes, name_units
from learning.compliance.queries.training import Place, Trainee, list_trainees
from learning.compliance.routes.blueprint import bp
from learning.compliance.routes.scope import Scope, read_scope
from learning.compliance.rules.forecast import Shortage, month_ends, shortages_of
from learning.compliance.words import _
from learning.compliance.words import training as words
from learning.compliance.words.coverage import all_in_language
from learning.kernel.clock import utc_now
from learning.kernel.documents import Column
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Permission
from learning.web.guards import current_actor, requires
from learning.web.list_files import ListFile, send_list
from learning.web.transaction import db_session, reading

SHOWN = 200


@bp.get("/coverage/forecast/trainable")
@requires(Permission.COMPLIANCE_READ)
def trainable() -> ResponseReturnValue:
    """Show who of a place that runs short could earn the scheme before, and what they lack."""
    now = utc_now()
    found = _read(db_session(), request.args, now)
    scope, people = found.scope, found.people
    return render_template(
        "compliance/trainable.html",
        scope=scope,
        unit=found.names[0],
        post=found.names[1],
        scheme=found.names[2],
        until=words.until_words(found.short.at, scope.zone),
        needed=found.short.needed,
        left=found.short.left,
        rows=[words.trainee_view(one, scope.zone) for one in people[:SHOWN]],
        more=max(0, len(people) - SHOWN),
        summary=words.summary(people),
    )


@bp.post("/coverage/forecast/trainable.xlsx")
@requires(Permission.COMPLIANCE_READ)
def trainable_xlsx() -> Response:
    """Give all who could be trained for a place that runs short as .xlsx."""
    now = utc_now()
    with reading() as session:
        found = _read(session, request.form, now)
    unit, post, scheme = found.names
    file = ListFile(
        "trainable",
        _("可安排培训"),
        [
            Column(_("姓名"), 16, is_text=True),
            Column(_("工号"), 14, is_text=True),
            Column(_("系统编号"), 30, is_text=True),
            Column(_("现有证书"), 24, is_text=True),
            Column(_("能否来得及"), 28, is_text=True),
            Column(_("依据"), 60, is_text=True),
        ],
        [unit.name, post.name, scheme.name, words.until_words(found.short.at, found.scope.zone)],
        _("说明"),
        found.scope.zone,
    )
    return send_list(
        file,
        lambda _session: (words.trainee_row(one, found.scope.zone) for one in found.people),
        act="forecast.downloaded",
        subject=unit.public_id,
        details={"part": "trainable", "post": post.public_id, "scheme": scheme.public_id},
        now=now,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """A place that runs short: its unit, post and scheme by name, and who could be trained."""

    scope: Scope
    short: Shortage
    names: tuple[Named, Named, Named]
    people: list[Trainee]


def _read(session: Session, given: MultiDict[str, str], now: datetime) -> _Found:
    """Return the place that an address or a form names; raise NotFound where none runs short."""
    scope = read_scope(session, current_actor(), given, now)
    if scope is None:
        raise NotFound("unit")
    ends = month_ends(now, scope.zone)
    outlook = read_outlook(session, scope.unit.id, now, ends[-1])
    short, _count = shortages_of(outlook, len(outlook.places.unit_id))
    here = [one for one in short if one.key[0] == scope.unit.id]
    posts = name_posts(session, {one.key[1] for one in here}, now)
    schemes = all_in_language(name_schemes(session, {one.key[2] for one in here}))
    raw = (given.get("post", ""), given.get("scheme", ""))
    found = next(
        (
            one
            for one in here
            if (posts[one.key[1]].public_id, schemes[one.key[2]].public_id) == raw
        ),
        None,
    )
    if found is None:
        raise NotFound("place")
    place = Place(*found.key, scope.organisation.id, scope.zone)
    people = list_trainees(session, place, now, found.at or ends[-1])
    unit = name_units(session, {place.unit_id}, now)[place.unit_id]
    names = (unit, posts[place.post_id], schemes[place.scheme_id])
    return _Found(scope, found, names, people)
