"""The tables of HR's overview as .xlsx, each by itself, with all rows of which a page shows few."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, request
from flask_babel import get_locale
from sqlalchemy.orm import Session

from learning.compliance.queries import dashboard as reads
from learning.compliance.queries.grid import GridFilter
from learning.compliance.routes import grid_words as words
from learning.compliance.routes.blueprint import bp, study_years, zone
from learning.compliance.rules.dashboard import month_edges
from learning.compliance.words import _
from learning.compliance.words.dashboard import hour_parts, share_text
from learning.kernel.clock import utc_now
from learning.kernel.documents import Column
from learning.kernel.documents.workbooks import Value
from learning.kernel.errors import NotFound
from learning.kernel.permissions import Actor, Permission
from learning.organisations.queries import get_unit_in_reach
from learning.study import queries as study
from learning.study.rules.hours import year_span
from learning.study.words import target_words, who_words
from learning.web.guards import current_actor, requires
from learning.web.list_files import ListFile, send_list
from learning.web.transaction import reading

READ = Permission.COMPLIANCE_READ
MOST_ROWS = 10_000  # sittings of a year, areas


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose figures are read, and when."""

    actor: Actor
    wanted: GridFilter
    now: datetime


Rows = Iterable[Sequence[Value]]


@dataclass(frozen=True, slots=True)
class _Table:
    """A table: its name for people, its columns, what reads its rows."""

    sheet: str
    columns: list[Column]
    read: Callable[[Session, _Asked], Rows]


@bp.post("/dashboard.xlsx")
@requires(READ)
def dashboard_xlsx() -> Response:
    """Give a table of the overview, which `part` names, of the people in reach or of a unit's.

    NotFound for a table that is none, or a unit out of reach.
    """
    now, actor, wanted = utc_now(), current_actor(), words.grid_filter(request.form)
    part = request.form.get("part", "")
    table = _tables(now).get(part)
    if table is None:
        raise NotFound("table")
    asked = _Asked(actor, wanted, now)
    notes = [_("只含您负责的单位")]
    if wanted.unit:
        with reading() as session:
            unit = get_unit_in_reach(session, actor, READ, wanted.unit, now)
        notes.append(_("单位及下级：%(unit)s", unit=unit.name))
    file = ListFile(f"overview-{part}", table.sheet, table.columns, notes, _("说明"), zone())
    return send_list(
        file,
        lambda session: table.read(session, asked),
        act="overview.downloaded",
        subject=actor.public_id,
        details={"part": part, **({"unit": wanted.unit} if wanted.unit else {})},
        now=now,
    )


def _tables(now: datetime) -> dict[str, _Table]:
    people, share = Column(_("人员"), 10), Column(_("占比"), 10, is_text=True)
    year = study_years(now)[0]
    return {
        "months": _Table(
            _("各月到期的证书"),
            [Column(_("月份"), 12, is_text=True), Column(_("到期证书"), 12)],
            _months,
        ),
        "schemes": _Table(
            _("各认证项目的缺口"),
            [
                Column(_("认证项目"), 40, is_text=True),
                Column(_("应持证"), 10),
                Column(_("缺口"), 10),
                Column(_("持证率"), 10, is_text=True),
            ],
            _schemes,
        ),
        "hours": _Table(
            _("%(year)s 年学时", year=year),
            [Column(_("情况"), 36, is_text=True), people, share],
            _hours,
        ),
        "categories": _Table(
            _("%(year)s 年学时达标", year=year),
            [
                Column(_("人员类别"), 24, is_text=True),
                Column(_("每年要求"), 48, is_text=True),
                people,
                Column(_("达标"), 10),
                Column(_("达标率"), 10, is_text=True),
            ],
            _categories,
        ),
        "passes": _Table(
            _("考试合格率（近一年）"),
            [
                Column(_("场次"), 48, is_text=True),
                people,
                Column(_("合格"), 10),
                Column(_("合格率"), 10, is_text=True),
            ],
            _passes,
        ),
        "weak": _Table(
            _("薄弱知识点"),
            [Column(_("知识点"), 40, is_text=True), people, Column(_("错题"), 10)],
            _weak,
        ),
    }


def _months(session: Session, asked: _Asked) -> Rows:
    people = reads.people_in(session, asked.actor, asked.wanted.unit, asked.now)
    edges = month_edges(asked.now, zone())
    counts = reads.count_expiring(session, people, edges, asked.now)
    return [(f"{first:%Y-%m}", count) for (first, _end), count in zip(edges, counts, strict=True)]


def _schemes(session: Session, asked: _Asked) -> Rows:
    roots = reads.find_roots(session, asked.actor, asked.wanted.unit, asked.now)
    language = str(get_locale())
    return [
        (
            words.scheme_title(one, language),
            one.figures.required,
            one.figures.missing,
            share_text(one.figures.held, one.figures.required),
        )
        for one in reads.sum_coverage(session, roots, asked.now)
    ]


def _counted(session: Session, asked: _Asked) -> list[reads.Hours]:
    people = reads.people_in(session, asked.actor, asked.wanted.unit, asked.now)
    span = year_span(study_years(asked.now)[0], zone())
    rule = study.rule_in_force(session, asked.now)
    return reads.count_hours(session, people, span, rule, asked.now)


def _hours(session: Session, asked: _Asked) -> Rows:
    total = reads.sum_of(_counted(session, asked))
    return [(what, n, share_text(n, total.people)) for what, n in hour_parts(total)]


def _categories(session: Session, asked: _Asked) -> Rows:
    rows: list[Sequence[Value]] = []
    for one in _counted(session, asked):
        is_asked = bool(one.target.year_hours)
        met = (one.complete, share_text(one.complete, one.people)) if is_asked else (None, "")
        rows.append((who_words(one.target), target_words(one.target), one.people, *met))
    return rows


def _passes(session: Session, asked: _Asked) -> Rows:
    people = reads.people_in(session, asked.actor, asked.wanted.unit, asked.now)
    return [
        (one.sitting_title, one.people, one.passed, share_text(one.passed, one.people))
        for one in reads.list_passes(session, people, asked.now, limit=MOST_ROWS)
    ]


def _weak(session: Session, asked: _Asked) -> Rows:
    people = reads.people_in(session, asked.actor, asked.wanted.unit, asked.now)
    found = reads.list_weak_areas(session, people, limit=MOST_ROWS)
    return [(one.area, one.people, one.entries) for one in found]
