"""An enterprise takes home what its own people answered, by knowledge area and item by item."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask import Response, request
from sqlalchemy.orm import Session

from learning.attempts.queries import parse_blueprint
from learning.attempts.words import answer_words
from learning.competitions import queries, words
from learning.competitions.queries import CompetitionView, areas, console
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


@dataclass(frozen=True, slots=True)
class _Told:
    """A published round and how many columns of single items its papers fill, 0 for none."""

    view: CompetitionView
    items: int


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What the list has columns for; `areas` are those of all the rounds."""

    rounds: list[_Told]
    areas: list[str]

    @property
    def items(self) -> int:
        return max((told.items for told in self.rounds), default=0)

    @property
    def names_rounds(self) -> bool:
        return len(self.rounds) > 1


@bp.post("/<raw_public_id>/enterprise/answers.xlsx")
@requires(Permission.COMPETITION_ENROL)
def own_answers_xlsx(raw_public_id: str) -> Response:
    """Give an organisation its people's papers of all published rounds, a row for each.

    Single items of a round are there once its participants themselves may see them.
    """
    now, actor = utc_now(), current_actor()
    with reading() as session:
        competition = queries.get_published(session, raw_public_id)
        raw_unit = request.form.get("unit", "")
        unit, _units = console.get_console_unit(session, actor, competition, raw_unit, now)
        if not competition.shown(now).is_final:
            raise Conflict("not_published")
        sheet = _sheet(session, competition, unit.unit_id, now)

    def rows(reader: Session) -> Iterator[tuple[Value, ...]]:
        for told in sheet.rounds:
            for paper in iterate_own_papers(reader, told.view, unit.unit_id):
                yield _row(sheet, told, paper)

    return send_list(
        ListFile(
            f"own-answers-{competition.public_id}",
            _("本单位作答"),
            _columns(sheet),
            _notes(competition, unit.name, sheet),
            _("说明"),
            competition.zone,
        ),
        rows,
        act="competition.own_answers_downloaded",
        subject=competition.public_id,
        details={"unit": unit.public_id},
        now=now,
    )


def _sheet(session: Session, competition: CompetitionView, unit_id: int, now: datetime) -> _Sheet:
    rounds, asked_of = [], set[str]()
    for told in areas.list_told_rounds(session, competition, now):
        figures = areas.list_area_figures(session, told.round_id, unit_id)
        asked_of.update(each.area for each in figures)
        asked = parse_blueprint(told.blueprint_json).item_count
        rounds.append(_Told(told, asked if tells_answers(session, told, now) else 0))
    return _Sheet(rounds, sorted(asked_of))


def _columns(sheet: _Sheet) -> list[Column]:
    return [
        *([Column(_("轮次"), 14, is_text=True)] if sheet.names_rounds else ()),
        Column(_("姓名"), 16, is_text=True),
        Column(_("工号"), 14, is_text=True),
        Column(_("部门（报名时）"), 22, is_text=True),
        Column(_("第几次作答"), 10),
        Column(_("交卷时间"), 20, is_text=True),
        Column(_("卷面得分"), 10),
        Column(_("卷面满分"), 10),
        *(Column(_("%(area)s 得分率（%%）", area=area_title(area)), 16) for area in sheet.areas),
        *(Column(_("第 %(n)s 题", n=n), 26, is_text=True) for n in range(1, sheet.items + 1)),
    ]


def _row(sheet: _Sheet, told: _Told, paper: OwnPaper) -> tuple[Value, ...]:
    earned = paper.by_area()
    items = [_item_words(document, line) for document, line in paper.lines[: told.items]]
    return (
        *([_title(told.view)] if sheet.names_rounds else ()),
        paper.name,
        paper.staff_no,
        paper.department,
        paper.number,
        paper.finished_at,
        _points(paper.points_milli),
        _points(paper.max_milli),
        *(_percent(*earned[area]) if area in earned else None for area in sheet.areas),
        *items,
        *[""] * (sheet.items - len(items)),
    )


def _title(view: CompetitionView) -> str:
    return words.round_title(view.number, view.round_title)


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


def _notes(competition: CompetitionView, unit: str, sheet: _Sheet) -> list[str]:
    return [
        competition.title,
        unit,
        _("一行是一份交了的卷子，一人可有几行；作废的不在内。"),
        _("得分率是这份卷子里该领域各题得分之和除以满分之和；没有考到的领域空着。"),
        _("各题写题目编号、作答和得分；选项字母按题库原来的顺序，与卷面上打乱后的不同。")
        if sheet.items
        else _("本竞赛的规则还不公布各题作答，所以没有各题。"),
        *_round_notes(sheet),
        _("卷面得分是各题得分之和；名次和排名用的得分见“本单位成绩”。"),
        words.instant_words(competition.closes_at, competition.zone),
    ]


def _round_notes(sheet: _Sheet) -> list[str]:
    """Say which rounds are in the list, and of which the single items are not told yet."""
    if not sheet.names_rounds:
        return []
    names = _("、").join(_title(told.view) for told in sheet.rounds)
    silent = [_title(told.view) for told in sheet.rounds if sheet.items and not told.items]
    notes = [_("包括：%(rounds)s。后面的轮次只有晋级的人参加。", rounds=names)]
    if silent:
        notes.append(_("还不公布各题作答的：%(rounds)s。", rounds=_("、").join(silent)))
    return notes
