"""The composition root: puts settings, database, web frame and domains together."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Blueprint
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

import learning.models  # noqa: F401 - all tables known before the first query
from learning import migrations
from learning.accounts.jobs import ENDED_LOGINS, OLD_NOTICES, PRUNE
from learning.accounts.models import User
from learning.accounts.queries import find_actor
from learning.accounts.routes import bp as accounts_bp
from learning.accounts.routes.privacy import CLOSING_OBSTACLES
from learning.accounts.routes.registration import INVITATIONS
from learning.accounts.rules import CURRENT_NOTICE
from learning.accounts.services.registration import Invitation, InvitationSource
from learning.attempts.jobs import EXPOSURE, KEYS, OUTAGES, WINDOWS, sweep_due
from learning.attempts.queries import closing_obstacle as open_attempt
from learning.attempts.routes import bp as attempts_bp
from learning.attempts.routes import (
    find_closed_room,
    prepare_papers,
    shown_in_attempts,
    uses_in_assessments,
)
from learning.certification.jobs import (
    APPLICATIONS,
    AWARD,
    BUNDLES,
    OLD_BUNDLES,
    PAPERS,
    PHOTOS,
    RENEWALS,
    answers_job,
    room_events_job,
    trail_job,
)
from learning.certification.jobs import LEAVING as CANDIDATES_LEAVING
from learning.certification.queries import select_holders
from learning.certification.routes import (
    assessing_bp,
    award_files_bp,
    certificate_appeals_bp,
    certificates_bp,
    confirming_bp,
    deciding_bp,
    external_bp,
    schemes_bp,
    verification_bp,
)
from learning.cli import CliSource, init_cli
from learning.competitions.jobs import (
    AREAS,
    BOARD,
    CERTIFICATES,
    CLOSE,
    DAYS,
    FREEZE,
    PUBLISH,
    REMINDERS,
    SETTLE,
    TEAMS,
    WINNERS,
)
from learning.competitions.jobs import CLAIMS as PRIZE_CLAIMS
from learning.competitions.jobs import NOTICES as CONTEST_NOTICES
from learning.competitions.jobs import REGRADE as REGRADE_ROUNDS
from learning.competitions.jobs.fairness import FAIRNESS
from learning.competitions.routes import bp as competitions_bp
from learning.competitions.services.links import find_contest_invitation
from learning.compliance.jobs import (
    ASSIGNMENTS,
    AUTHORISATION_GROUNDS,
    AUTHORISATION_LAPSES,
    LAPSES_AT_ONCE,
    OLD_REPORTS,
    REPORTS,
    reminders_job,
)
from learning.compliance.routes import authorisations_bp
from learning.compliance.routes import bp as compliance_bp
from learning.compliance.services.roster_leaves import RosterLeaves
from learning.courses.jobs import CHECKS, FORGOTTEN, PAGES
from learning.courses.jobs import LEAVING as READERS_LEAVING
from learning.courses.routes import FILE_ENDPOINTS, ZIP_ENDPOINTS, authoring_bp
from learning.courses.routes import bp as courses_bp
from learning.courses.routes import way_back as lesson_of_check
from learning.exams.jobs import ANALYSE as ANALYSE_SITTINGS
from learning.exams.jobs import ANSWERS as ANSWERS_TO_MARK
from learning.exams.jobs import CLOSE as CLOSE_SITTINGS
from learning.exams.jobs import LEAVING as APPLICANTS_LEAVING
from learning.exams.jobs import MARKS, NOTICES, REGRADE, RESULTS
from learning.exams.jobs import RELEASE as RELEASE_RESULTS
from learning.exams.routes import bp as exams_bp
from learning.exams.routes import shown_to_judges, ticket_number
from learning.exams.routes import way_back as sitting_of_attempt
from learning.home.routes import bp as home_bp
from learning.kernel.db import Database
from learning.kernel.events import Consumer
from learning.kernel.jobs import Job, Waker
from learning.leaderboards.jobs import MIRRORS
from learning.leaderboards.services import attach_mirror
from learning.live_rounds.routes import bp as live_rounds_bp
from learning.live_rounds.routes import uses_in_rooms
from learning.organisations.jobs import EVIDENCE, LEAVING, ROSTERS
from learning.organisations.queries import closing_obstacle as held_roles
from learning.organisations.queries import list_grants
from learning.organisations.routes import bp as organisations_bp
from learning.organisations.routes import joining_bp
from learning.organisations.routes.blueprint import LEAVE_DESK
from learning.organisations.routes.corrections import corrections_bp
from learning.organisations.services.invitations import accept_invitation, find_invitation
from learning.practice.jobs import ANSWERS, NOTEBOOK, TAKE_IN
from learning.practice.routes import bp as practice_bp
from learning.practice.routes import way_back as practice_of_attempt
from learning.question_bank.jobs import CLAIMS, OLD_IMPORTS, READ, TWINS
from learning.question_bank.routes import bp as question_bank_bp
from learning.question_bank.routes import media_bp
from learning.reports.routes import bp as reports_bp
from learning.settings import AUDIT_ANCHORS_FILE, Settings
from learning.study.jobs import CLOCKS, COMPLETIONS, HOLDERS, HOURS, proofs_job
from learning.study.jobs import CONTESTS as CONTEST_PROOFS
from learning.study.jobs import LEAVING as LEARNERS_LEAVING
from learning.study.queries.teachers import list_teachers, taught_by
from learning.study.routes import bp as study_bp
from learning.study.routes import tracks_bp
from learning.web import (
    at_stake,
    candidate_numbers,
    closed_rooms,
    documents,
    errors,
    guards,
    health,
    metrics,
    observability,
    readiness,
    security,
    teaching,
    templating,
    transaction,
    uploads,
    ways_back,
    where_used,
)
from learning.web.csrf import Csrf
from learning.web.sessions import CachedCookieSessions
from learning.web.transaction import TransactionalFlask

ROOT = Path(__file__).parent.parent
MAX_UPLOAD_BYTES = 16 * 1024 * 1024
STATIC_MAX_AGE_S = 3600


def create_app(
    settings: Settings | None = None, database: Database | None = None
) -> TransactionalFlask:
    """Build the application; settings come from the environment unless given."""
    settings = settings or Settings.from_env()
    observability.configure_logging(settings)
    app = TransactionalFlask(
        __name__, template_folder=str(ROOT / "templates"), static_folder="static"
    )
    configure(app, settings)
    database = database or Database(
        settings.sqlalchemy_url,
        pool_size=settings.db_pool_size,
        pool_timeout_s=settings.db_pool_timeout_s,
    )
    if settings.redis_url:
        attach_mirror(database, settings.redis_url)
    transaction.init_app(app, database, Waker(settings))
    observability.init_app(app)
    templating.init_app(app, settings)
    security.init_app(app, settings)
    errors.init_app(app)
    app.session_interface = CachedCookieSessions()
    largest = settings.lesson_file_mb * 1024 * 1024
    zipped = settings.course_zip_mb * 1024 * 1024
    uploads.init_app(
        app, dict.fromkeys(FILE_ENDPOINTS, largest) | dict.fromkeys(ZIP_ENDPOINTS, zipped)
    )
    Csrf(app)
    guards.init_app(app, guards.IdentitySource(find_actor, list_grants, CURRENT_NOTICE))
    app.extensions[CLOSING_OBSTACLES] = (open_attempt, held_roles)
    app.extensions[INVITATIONS] = invitation_source()
    app.extensions[LEAVE_DESK] = RosterLeaves()
    health.init_app(app, health.HealthSource(consumers(), migrations.head))
    metrics.init_app(app)
    readiness.init_app(app, [prepare_papers])
    ways_back.init_app(app, [lesson_of_check, sitting_of_attempt, practice_of_attempt])
    at_stake.init_app(app, select_holders)
    teaching.init_app(app, list_teachers, taught_by)
    closed_rooms.init_app(app, find_closed_room)
    candidate_numbers.init_app(app, [ticket_number])
    where_used.init_app(
        app, [uses_in_assessments, uses_in_rooms], [shown_in_attempts, shown_to_judges]
    )
    init_cli(app, CliSource(tuple(consumers()), tuple(jobs(settings))))
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
    _wrap(app, settings)
    return app


def configure(app: TransactionalFlask, settings: Settings) -> None:
    """Set Flask's own configuration from the settings."""
    app.extensions["settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TESTING=settings.environment == "test",
        MAX_CONTENT_LENGTH=MAX_UPLOAD_BYTES,
        SESSION_COOKIE_NAME=security.cookie_name(settings, "qa_session"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_REFRESH_EACH_REQUEST=False,  # a saved answer does not set a cookie each time
        # How long a cookie's signature counts. The log-in ends by its row, which an exam extends:
        # a cookie that expired first would cut the exam off.
        PERMANENT_SESSION_LIFETIME=timedelta(days=31),
        WTF_CSRF_TIME_LIMIT=None,  # tokens live as long as the log-in session: exams are long
        WTF_CSRF_CHECK_DEFAULT=True,
    )


def blueprints() -> list[Blueprint]:
    """Return the blueprints of all domains, in the order of their address."""
    return [
        accounts_bp,
        assessing_bp,
        attempts_bp,
        authorisations_bp,
        authoring_bp,
        award_files_bp,
        certificates_bp,
        external_bp,
        competitions_bp,
        compliance_bp,
        confirming_bp,
        corrections_bp,
        courses_bp,
        deciding_bp,
        certificate_appeals_bp,
        exams_bp,
        live_rounds_bp,
        media_bp,
        organisations_bp,
        joining_bp,
        practice_bp,
        question_bank_bp,
        reports_bp,
        schemes_bp,
        study_bp,
        tracks_bp,
        verification_bp,
        home_bp,
    ]


def invitation_source() -> InvitationSource:
    """Return what lets strangers make an account: a unit's join code, or a contest."""

    def find(session: Session, raw_code: str, now: datetime) -> Invitation | None:
        return find_invitation(session, raw_code, now) or find_contest_invitation(
            session, raw_code, now
        )

    def accept(session: Session, user: User, code: str, staff_no: str, now: datetime) -> None:
        if find_contest_invitation(session, code, now) is None:
            accept_invitation(session, user, code, staff_no, now)

    return InvitationSource(find, accept, landing="joining.own")


def consumers() -> list[Consumer]:
    """Return the consumers of events of all domains; the worker delivers to each in order."""
    return [
        BOARD,
        TEAMS,
        CHECKS,
        NOTEBOOK,
        ANSWERS,
        COMPLETIONS,
        RESULTS,
        ANSWERS_TO_MARK,
        MARKS,
        AWARD,
        PHOTOS,
        LAPSES_AT_ONCE,
        HOURS,
        CONTEST_PROOFS,
        NOTICES,
        CONTEST_NOTICES,
        LEAVING,
        APPLICANTS_LEAVING,
        LEARNERS_LEAVING,
        READERS_LEAVING,
        CANDIDATES_LEAVING,
        EXPOSURE,
        OUTAGES,
        WINDOWS,
        KEYS,
    ]


def jobs(settings: Settings) -> list[Job]:
    """Return what the domains want done again and again, beside delivery and upkeep."""
    return [
        Job("attempts.sweep", sweep_due),
        CLOSE,
        AREAS,
        DAYS,
        MIRRORS,
        REMINDERS,
        FAIRNESS,
        FREEZE,
        PUBLISH,
        SETTLE,
        WINNERS,
        PRIZE_CLAIMS,
        CERTIFICATES,
        AUTHORISATION_GROUNDS,
        AUTHORISATION_LAPSES,
        REPORTS,
        OLD_REPORTS,
        BUNDLES,
        OLD_BUNDLES,
        ANALYSE_SITTINGS,
        CLOSE_SITTINGS,
        RELEASE_RESULTS,
        CLOCKS,
        HOLDERS,
        PAGES,
        FORGOTTEN,
        ASSIGNMENTS,
        reminders_job(settings.default_timezone),
        PRUNE,
        ENDED_LOGINS,
        OLD_NOTICES,
        EVIDENCE,
        APPLICATIONS,
        REGRADE,
        REGRADE_ROUNDS,
        PAPERS,
        RENEWALS,
        ROSTERS,
        READ,
        CLAIMS,
        OLD_IMPORTS,
        TWINS,
        TAKE_IN,
        room_events_job(settings.room_event_months),
        proofs_job(settings.study_proof_months),
        answers_job(is_held=bool(settings.legal_hold)),
        trail_job(settings.data_dir / AUDIT_ANCHORS_FILE, is_held=bool(settings.legal_hold)),
    ]


def _wrap(app: TransactionalFlask, settings: Settings) -> None:
    static = WhiteNoise(
        app.wsgi_app,
        root=str(ROOT / "learning" / "static"),
        prefix="static/",
        max_age=STATIC_MAX_AGE_S,
        autorefresh=settings.environment == "development",
    )
    plain = app.wsgi_app

    def route(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # Only what can be a file asks for one: a saved answer does not.
        chosen = static if environ["PATH_INFO"].startswith("/static/") else plain
        kept = documents.answer(environ, start_response)
        return chosen(environ, start_response) if kept is None else kept

    app.wsgi_app = route  # type: ignore[method-assign]
    if settings.proxy_hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app,
            x_for=settings.proxy_hops,
            x_proto=settings.proxy_hops,
            x_host=settings.proxy_hops,
        )
