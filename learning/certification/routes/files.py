"""One's own award files: what is asked, what is done, what is missing; beginning one."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from learning.certification import queries, services
from learning.certification.forms.papers import DeclareForm, ProjectUploadForm
from learning.certification.queries import DeedView, FileView
from learning.certification.queries.deciding import list_decisions_of
from learning.certification.queries.papers import (
    count_assessable,
    list_declarations,
    list_projects,
    of_person,
    projects_of,
)
from learning.certification.queries.standings import (
    get_open_scheme,
    get_standing,
    list_open_schemes,
)
from learning.certification.rules.papers import DECLARED, ProjectState
from learning.certification.rules.terms import NeedKind, Standing
from learning.certification.words import terms as words
from learning.certification.words.papers import declaration_state_words, project_state_words
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Permission
from learning.web.forms import refuse_repeated
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

bp = Blueprint("award_files", __name__, url_prefix="/award-files")
OWN = Permission.SELF_CERTIFICATE


@bp.before_request
def _each_field_once() -> None:
    refuse_repeated(request.form)


@bp.get("")
@requires(OWN)
def index() -> ResponseReturnValue:
    """List one's own files, and the schemes one can begin."""
    session, now, actor = db_session(), utc_now(), current_actor()
    files = queries.list_files(session, queries.is_of(actor.user_id))
    return render_template(
        "certification/files.html",
        files=[
            (file, words.purpose_words(file.purpose), words.file_state_words(file))
            for file in files
        ],
        schemes=[
            (scheme, words.groups_words(scheme.terms.first))
            for scheme in list_open_schemes(session, actor.user_id, now)
        ],
        is_assessor=count_assessable(session, actor.user_id) > 0,
    )


@bp.post("/schemes/<raw_public_id>")
@requires(OWN)
def begin(raw_public_id: str) -> ResponseReturnValue:
    """Begin to work for a certificate of a scheme, or for the renewal of one's own."""
    actor, now, session = current_actor(), utc_now(), db_session()
    scheme_id = get_open_scheme(session, raw_public_id)
    public_id = services.begin_file(session, actor.user_id, scheme_id, now)
    return redirect(url_for("award_files.detail", raw_public_id=public_id), 303)


@bp.get("/<raw_public_id>")
@requires(OWN)
def detail(raw_public_id: str) -> ResponseReturnValue:
    """Show one's own file."""
    return file_page(raw_public_id)


def file_page(
    raw_public_id: str,
    *,
    declare_form: DeclareForm | None = None,
    project_form: ProjectUploadForm | None = None,
) -> ResponseReturnValue:
    """Return the page of one's own file, with a form that could not be taken if there is one."""
    session, now, actor = db_session(), utc_now(), current_actor()
    file = queries.get_own_file(session, actor.user_id, raw_public_id)
    found = get_standing(session, file, now)
    asked = {one.need.kind for group in found.standing.groups for one in group}
    kinds = [kind for kind in DECLARED if kind in asked]
    is_refused = declare_form is not None or project_form is not None
    if declare_form is None:
        declare_form = DeclareForm(formdata=None)
    declare_form.offer(kinds)
    projects = list_projects(session, projects_of(actor.user_id, file.scheme_id))
    waits = any(one.state is ProjectState.SUBMITTED for one in projects)
    page = render_template(
        "certification/file.html",
        file=file,
        purpose=words.purpose_words(file.purpose),
        state=words.file_state_words(file),
        held=found.held,
        version=found.terms.number,
        groups=groups_of(found.standing, file),
        deeds=deeds_of(queries.list_deeds(session, file.scheme_id, file.user_id)),
        decisions=[
            (decision, words.outcome_words(decision.outcome))
            for decision in list_decisions_of(session, file.id)
        ],
        declare_form=declare_form if kinds and not file.closed_at else None,
        declarations=[
            (one, words.kind_words(one.kind), declaration_state_words(one.state))
            for one in list_declarations(session, of_person(actor.user_id, file.scheme_id))
        ],
        project_form=(project_form or ProjectUploadForm(formdata=None))
        if NeedKind.PROJECT in asked and not waits and not file.closed_at
        else None,
        projects=[(one, project_state_words(one.state)) for one in projects],
        guidance=found.terms.terms.project.guidance if found.terms.terms.project else "",
    )
    return page, 400 if is_refused else 200


def groups_of(standing: Standing, file: FileView) -> list[list[tuple[str, str, str, str]]]:
    """Return what is asked, in words, with how it stands."""
    return [
        [
            (
                words.need_words(one.need),
                *(
                    words.spare_words()
                    if one.met_by is None and any(other.met_by for other in group)
                    else words.standing_words(one, file.progress)
                ),
            )
            for one in group
        ]
        for group in standing.groups
    ]


def deeds_of(deeds: Sequence[DeedView]) -> list[tuple[DeedView, str, str, tuple[str, str], str]]:
    """Return what is on file, in words."""
    return [
        (
            deed,
            words.kind_words(deed.kind),
            words.measure_words(deed.kind, deed.measure),
            words.deed_state_words(deed),
            words.withdrawn_words(deed.withdrawn_reason) if deed.withdrawn_at else "",
        )
        for deed in deeds
    ]
