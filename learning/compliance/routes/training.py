"""Who could be trained in time where the forecast says that too few are left."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from learning.compliance.queries.forecast import read_outlook
from learning.compliance.queries.names import name_posts, name_schemes, name_units
from learning.compliance.queries.training import Place, list_trainees
from learning.compliance.routes.blueprint import bp
from learning.compliance.routes.scope import read_scope
from learning.compliance.rules.forecast import month_ends, shortages_of
from learning.compliance.words import training as words
from learning.kernel.clock import utc_now
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Permission
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

SHOWN = 200


@bp.get("/coverage/forecast/trainable")
@requires(Permission.COMPLIANCE_READ)
def trainable() -> ResponseReturnValue:
    """Show who of a place that runs short could earn the scheme before, and what they lack."""
    session, now = db_session(), utc_now()
    scope = read_scope(session, current_actor(), request.args, now)
    if scope is None:
        raise NotFound("unit")
    ends = month_ends(now, scope.zone)
    outlook = read_outlook(session, scope.unit.id, now, ends[-1])
    short, _count = shortages_of(outlook, len(outlook.places.unit_id))
    here = [one for one in short if one.key[0] == scope.unit.id]
    posts = name_posts(session, {one.key[1] for one in here})
    schemes = name_schemes(session, {one.key[2] for one in here})
    raw = (request.args.get("post", ""), request.args.get("scheme", ""))
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
    return render_template(
        "compliance/trainable.html",
        scope=scope,
        unit=name_units(session, {place.unit_id}, now)[place.unit_id],
        post=posts[place.post_id],
        scheme=schemes[place.scheme_id],
        until=words.until_words(found.at, scope.zone),
        needed=found.needed,
        left=found.left,
        rows=[words.trainee_view(one, scope.zone) for one in people[:SHOWN]],
        more=max(0, len(people) - SHOWN),
        summary=words.summary(people),
    )
