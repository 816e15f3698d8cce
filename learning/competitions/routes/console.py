"""The enterprise console: one's own people in a contest, who is missing, where they are weak."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.competitions import queries, services, words
from learning.competitions.presentation import ReportArea, ReportFacts, ReportRound, report_pdf
from learning.competitions.queries import CompetitionView, OwnEnrolment, areas, console
from learning.competitions.routes.blueprint import bp
from learning.competitions.routes.stages import round_name
from learning.competitions.rules import Phase
from learning.competitions.rules.console import Rung, compare_areas, days_of, ladder
from learning.competitions.words import _
from learning.competitions.words.console import (
    AreaView,
    area_title,
    area_view,
    day_chart,
    rung_view,
    share_words,
)
from learning.courses.queries import TeachingLesson, list_teaching
from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, Column, write_workbook
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Permission
from learning.web import transaction
from learning.web.forms import page_number
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MAX_SEARCH = 60
RUNGS_SHOWN = 50
ENROL = Permission.COMPETITION_ENROL


@dataclass(frozen=True, slots=True)
class _Seen:
    """What page and report say of an organisation's people."""

    members: int
    entries: int
    finished: int
    rungs: list[Rung]


@dataclass(frozen=True, slots=True)
class _RoundSeen:
    """A published round by knowledge area; `counted_at` is None while the worker is at it."""

    number: int
    title: str
    counted_at: datetime | None
    areas: list[AreaView]
    lessons: dict[str, list[TeachingLesson]]


def _look(
    session: Session, competition: CompetitionView, unit: OwnEnrolment, now: datetime
) -> _Seen:
    people = console.count_people(session, competition, unit.unit_id, now)
    rungs = ladder(console.list_departments(session, competition, unit.unit_id, now))
    return _Seen(*people, rungs)


def _look_at(session: Session, told: CompetitionView, unit: OwnEnrolment) -> _RoundSeen:
    own = areas.list_area_figures(session, told.round_id, unit.unit_id)
    everyone = areas.list_area_figures(session, told.round_id, None)
    seen = [area_view(compared) for compared in compare_areas(own, everyone)]
    weak = [area.area for area in seen if area.is_weak]
    return _RoundSeen(
        told.number,
        round_name(session, told),
        areas.find_area_analysis(session, told.round_id),
        seen,
        list_teaching(session, weak) if weak else {},
    )


@bp.get("/<raw_public_id>/enterprise")
@requires(ENROL)
def enterprise_console(raw_public_id: str) -> ResponseReturnValue:
    """Show an organisation's own people: by day, by department, and who has not handed in."""
    session, now, actor = db_session(), utc_now(), current_actor()
    competition = queries.get_published(session, raw_public_id)
    raw_unit = request.args.get("unit", "")
    unit, units = console.get_console_unit(session, actor, competition, raw_unit, now)
    seen = _look(session, competition, unit, now)
    told = areas.list_told_rounds(session, competition, now)
    chosen = areas.find_told_round(told, request.args.get("round", ""))
    page, search = page_number(request.args), request.args.get("q", "").strip()[:MAX_SEARCH]
    absent, total = console.list_absent(
        session, competition, unit.unit_id, now, page=page, search=search
    )
    came, done = console.count_by_hour(session, competition, unit.unit_id)
    days = days_of(came, done, competition.zone, min(now, competition.closes_at))
    phase = competition.phase(now)
    is_published = competition.shown(now).is_final
    return render_template(
        "competitions/console.html",
        competition=competition,
        phase_words=words.phase_words(phase),
        unit=unit,
        units=units,
        seen=seen,
        coverage=share_words(_coverage(seen, unit)),
        days=days,
        chart=day_chart(days),
        rungs=[rung_view(rung, is_published=is_published) for rung in seen.rungs[:RUNGS_SHOWN]],
        rungs_left=max(0, len(seen.rungs) - RUNGS_SHOWN),
        is_published=is_published,
        round_seen=_look_at(session, chosen, unit) if chosen else None,
        rounds=[(each.number, words.round_title(each.number, each.round_title)) for each in told],
        absent=absent,
        may_remind=phase is Phase.RUNNING,
        reminding=console.find_reminding(session, competition.id, unit.unit_id),
        search=search,
        page=page,
        pages=max(1, -(-total // queries.PAGE_SIZE)),
        total=total,
        page_url=lambda n: url_for(
            "competitions.enterprise_console",
            raw_public_id=competition.public_id,
            unit=unit.public_id,
            round=request.args.get("round") or None,
            q=search or None,
            page=n,
        ),
    )


def _coverage(seen: _Seen, unit: OwnEnrolment) -> int | None:
    """Return who handed in ÷ declared headcount in tenths of a percent, as on the unit board."""
    if not unit.headcount:
        return None
    return min(1000, seen.finished * 1000 // unit.headcount)


@bp.post("/<raw_public_id>/enterprise/remind")
@requires(ENROL)
def remind_absent(raw_public_id: str) -> ResponseReturnValue:
    """Have the people told who have not handed in."""
    raw_unit = request.form.get("unit", "")
    services.remind_absent(
        db_session(), current_actor(), raw_public_id, raw_unit_id=raw_unit, now=utc_now()
    )
    flash(_("提醒正在发出。没有邮箱和手机号的人收不到，请按名单通知。"), "success")
    back = url_for("competitions.enterprise_console", raw_public_id=raw_public_id, unit=raw_unit)
    return redirect(back, 303)


@bp.get("/<raw_public_id>/enterprise/absent.xlsx")
@requires(ENROL)
def absent_xlsx(raw_public_id: str) -> ResponseReturnValue:
    """Give the list of those who have not handed in, for the notice board of each department."""
    session, now, actor = db_session(), utc_now(), current_actor()
    competition = queries.get_published(session, raw_public_id)
    unit, _units = console.get_console_unit(
        session, actor, competition, request.args.get("unit", ""), now
    )

    def rows() -> Iterator[tuple[str, ...]]:
        for person in console.iterate_absent(session, competition, unit.unit_id, now):
            yield (
                person.name,
                person.staff_no,
                person.department,
                _("已报名") if person.has_entered else _("未报名"),
            )

    data = write_workbook(
        [
            Column(_("姓名"), 16, is_text=True),
            Column(_("工号"), 14, is_text=True),
            Column(_("部门"), 26, is_text=True),
            Column(_("状态"), 10, is_text=True),
        ],
        rows(),
        sheet_name=_("未交卷名单"),
        notes=[competition.title, unit.name, words.instant_words(now, competition.zone)],
        notes_name=_("说明"),
        timezone=competition.zone,
    )
    return send_file(
        io.BytesIO(data),
        mimetype=XLSX_MIME,
        as_attachment=True,
        download_name=f"absent-{competition.public_id}.xlsx",
    )


@bp.get("/<raw_public_id>/enterprise/report.pdf")
@requires(ENROL)
def enterprise_report(raw_public_id: str) -> ResponseReturnValue:
    """Print the analysis report of an organisation once the list is published."""
    now, actor = utc_now(), current_actor()
    with transaction.reading() as session:
        competition = queries.get_published(session, raw_public_id)
        unit, _units = console.get_console_unit(
            session, actor, competition, request.args.get("unit", ""), now
        )
        if not competition.shown(now).is_final:
            raise Conflict("not_published")
        seen = _look(session, competition, unit, now)
        told = areas.list_told_rounds(session, competition, now)
        rounds = [_look_at(session, each, unit) for each in told]
        organiser = queries.list_names(session, [competition.organiser_id])
    pdf = report_pdf(
        _facts(competition, unit, seen, rounds, organiser.get(competition.organiser_id, ""), now)
    )
    return send_file(
        io.BytesIO(pdf),
        mimetype="application/pdf",
        download_name=f"report-{competition.public_id}.pdf",
    )


def _facts(
    competition: CompetitionView,
    unit: OwnEnrolment,
    seen: _Seen,
    rounds: list[_RoundSeen],
    organiser: str,
    now: datetime,
) -> ReportFacts:
    def on_clock(at: datetime) -> str:
        return words.instant_words(at, competition.zone, "yyyy-MM-dd HH:mm")

    return ReportFacts(
        title=competition.title,
        unit=unit.name,
        organiser=organiser,
        opens_at=on_clock(competition.opens_at),
        closes_at=on_clock(competition.closes_at),
        made_at=on_clock(now),
        members=seen.members,
        entries=seen.entries,
        finished=seen.finished,
        coverage=share_words(_coverage(seen, unit)),
        departments=tuple(
            (r.standing, r.name, r.members, r.finished, r.share, r.mean)
            for r in (rung_view(rung, is_published=True) for rung in seen.rungs)
        ),
        rounds=tuple(_report_round(each) for each in rounds if each.areas),
        lessons=tuple(_lessons(rounds)),
    )


def _report_round(seen: _RoundSeen) -> ReportRound:
    return ReportRound(
        seen.title,
        tuple(
            ReportArea(
                a.title, a.own, a.everyone, a.gap, a.own_permille, a.everyone_permille, a.is_weak
            )
            for a in seen.areas
        ),
    )


def _lessons(rounds: list[_RoundSeen]) -> dict[tuple[str, str, str, int], None]:
    """Return what teaches the weak areas, each once, those of the first round first."""
    return dict.fromkeys(
        (area_title(area), lesson.course_title, lesson.title, lesson.minutes)
        for seen in rounds
        for area, lessons in seen.lessons.items()
        for lesson in lessons
    )
