"""An enterprise takes home what its own people answered, by knowledge area and item by item."""

import json
from collections.abc import Iterator
from decimal import Decimal

from flask import Response, request
from sqlalchemy.orm import Session

from learning.attempts.queries import parse_blueprint
from learning.attempts.words import answer_words
from learning.competitions import queries, words
from learning.competitions.queries import CompetitionView, console
from learning.competitions.queries.own_answers import (
    OwnPaper,
    iterate_own_papers,
    tells_answers,
)
from learning.competitions.routes.blueprint import bp
from learning.competitions.rules.areas import Line
from learning.competitions.words import _
from learning.competitions.words.console import area_title
from learning.kernel.clock import utc_now
from learning.kernel.documents import Column
from learning.kernel.documents.workbooks import Value
from learning.kernel.errors import Conflict
from learning.kernel.permissions import Permission
from learning.question_bank.presentation import view
from learning.question_bank.rules import ItemDocument
from learning.web.guards import current_actor, requires
from learning.web.list_files import ListFile, send_list
from learning.web.transaction import reading


@bp.post("/<raw_public_id>/enterprise/answers.xlsx")
@requires(Permission.COMPETITION_ENROL)
def own_answers_xlsx(raw_public_id: str) -> Response:
    """Give an organisation its people's papers of a published contest, a row for each.

    Single items are there once the participants themselves may see them.
    """
    now, actor = utc_now(), current_actor()
    with reading() as session:
        competition = queries.get_published(session, raw_public_id)
        raw_unit = request.form.get("unit", "")
        unit, _units = console.get_console_unit(session, actor, competition, raw_unit, now)
        if not competition.shown(now).is_final:
            raise Conflict("not_published")
        figures = console.list_area_figures(session, competition.id, unit.unit_id)
        shows_items = tells_answers(session, competition, now)
    areas = [each.area for each in figures]
    asked = parse_blueprint(competition.blueprint_json).item_count if shows_items else 0

    def rows(reader: Session) -> Iterator[tuple[Value, ...]]:
        for paper in iterate_own_papers(reader, competition, unit.unit_id):
            yield _row(paper, areas, asked)

    return send_list(
        ListFile(
            f"own-answers-{competition.public_id}",
            _("本单位作答"),
            _columns(areas, asked),
            _notes(competition, unit.name, shows_items=shows_items),
            _("说明"),
            competition.zone,
        ),
        rows,
        act="competition.own_answers_downloaded",
        subject=competition.public_id,
        details={"unit": unit.public_id},
        now=now,
    )


def _columns(areas: list[str], asked: int) -> list[Column]:
    return [
        Column(_("姓名"), 16, is_text=True),
        Column(_("工号"), 14, is_text=True),
        Column(_("部门（报名时）"), 22, is_text=True),
        Column(_("第几次作答"), 10),
        Column(_("交卷时间"), 20, is_text=True),
        Column(_("卷面得分"), 10),
        Column(_("卷面满分"), 10),
        *(Column(_("%(area)s 得分率（%%）", area=area_title(area)), 16) for area in areas),
        *(Column(_("第 %(n)s 题", n=n), 26, is_text=True) for n in range(1, asked + 1)),
    ]


def _row(paper: OwnPaper, areas: list[str], asked: int) -> tuple[Value, ...]:
    earned = paper.by_area()
    items = [_item_words(document, line) for document, line in paper.lines[:asked]]
    return (
        paper.name,
        paper.staff_no,
        paper.department,
        paper.number,
        paper.finished_at,
        _points(paper.points_milli),
        _points(paper.max_milli),
        *(_percent(*earned[area]) if area in earned else None for area in areas),
        *items,
        *[""] * (asked - len(items)),
    )


def _points(milli: int) -> Decimal:
    return Decimal(milli) / 1000


def _percent(points: int, most: int) -> Decimal:
    return (Decimal(100 * points) / most).quantize(Decimal("0.1"))


def _item_words(document: ItemDocument, line: Line) -> str:
    """Return an item's code, the answer in the letters of the bank, and what it earned."""
    order = [option.id for option in document.options]
    shown = view(document, order, position=1, points=_points(line.max_milli))
    response = None if line.answer is None else json.loads(line.answer)
    return _(
        "%(item)s：%(answer)s（%(points)s/%(most)s 分）",
        item=document.code,
        answer=answer_words(shown, response),
        points=f"{_points(line.points_milli):f}",
        most=f"{_points(line.max_milli):f}",
    )


def _notes(competition: CompetitionView, unit: str, *, shows_items: bool) -> list[str]:
    return [
        competition.title,
        unit,
        _("一行是一份交了的卷子，一人可有几行；作废的不在内。"),
        _("得分率是这份卷子里该领域各题得分之和除以满分之和；没有考到的领域空着。"),
        _("各题写题目编号、作答和得分；选项字母按题库原来的顺序，与卷面上打乱后的不同。")
        if shows_items
        else _("本竞赛的规则还不公布各题作答，所以没有各题。"),
        _("卷面得分是各题得分之和；名次和排名用的得分见“本单位成绩”。"),
        words.instant_words(competition.closes_at, competition.zone),
    ]
