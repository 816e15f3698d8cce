"""Practice in words for people, translated; what the pages list, ready to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext

from learning.practice.queries import DailyLine, EntryLine
from learning.practice.rules import (
    MASTERED_AFTER,
    MockCell,
    Reason,
    ReportState,
    Tally,
    interval_of,
)
from learning.question_bank.queries import PracticeArea
from learning.question_bank.words import kind_words


def _(text: str, **values: object) -> str:
    """Translate; the library is untyped, and message extraction knows this name."""
    return str(gettext(text, **values))


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A knowledge area to practise; `percent` right is None while nothing was answered."""

    bank: str
    bank_title: str
    bank_title_en: str
    area: str
    items: int
    answered: int
    right: int

    @property
    def percent(self) -> int | None:
        """Return the share of right answers in per cent."""
        return round(100 * self.right / self.answered) if self.answered else None


@dataclass(slots=True)
class BankRow:
    """A bank with its areas."""

    code: str
    title: str
    title_en: str
    areas: list[AreaRow] = field(default_factory=list)

    @property
    def items(self) -> int:
        """Return how many items all areas have."""
        return sum(area.items for area in self.areas)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry of the notebook; `state` is due (today), later or mastered."""

    line: EntryLine
    kind: str
    state: str


@dataclass(frozen=True, slots=True)
class MockSection:
    """A section of a mock exam: items of the real paper, and what practice has for it.

    `lacking` names the knowledge areas that fall short, where the paper asks by area.
    """

    title: str
    needed: int
    found: int
    lacking: str


@dataclass(frozen=True, slots=True)
class DailyView:
    """The daily quiz as one finds it: label of its button, and whether it is done."""

    button: str
    is_done: bool


def mock_sections(cells: Sequence[MockCell]) -> list[MockSection]:
    """Return what a mock exam is made of, by section.

    How many items of which area, level and difficulty the real paper asks is not told.
    """
    rows = []
    for index in dict.fromkeys(cell.section for cell in cells):
        own = [cell for cell in cells if cell.section == index]
        lacking = dict.fromkeys(c.area for c in own if c.area and c.found < c.needed)
        rows.append(
            MockSection(
                _(own[0].title),
                sum(cell.needed for cell in own),
                sum(cell.found for cell in own),
                _("、").join(lacking),
            )
        )
    return rows


def reasons() -> dict[str, str]:
    """Return what may be wrong with an item, in words, by the code of the reason."""
    return {
        Reason.KEY: _("答案不对"),
        Reason.WORDING: _("题目有歧义或文字有误"),
        Reason.OUTDATED: _("依据的标准或规定已经变了"),
        Reason.FIGURE: _("图、表或公式显示不对"),
        Reason.OTHER: _("其他"),
    }


def report_words(state: str, number: int | None) -> tuple[str, str]:
    """Return what became of a report, and the status of its badge."""
    if state == ReportState.FIXED:
        return _("已在第 %(n)s 版改正", n=number), "pass"
    if state == ReportState.KEPT:
        return _("已答复，保持不变"), "frozen"
    return _("等待答复"), "due"


def bank_rows(
    areas: Sequence[PracticeArea], tallies: Mapping[tuple[str, str], Tally]
) -> list[BankRow]:
    """Return the banks with their areas and the reader's answers in each."""
    rows: dict[str, BankRow] = {}
    for area in areas:
        row = rows.setdefault(area.bank, BankRow(area.bank, area.bank_title, area.bank_title_en))
        row.areas.append(_area(area, tallies.get((area.bank, area.area))))
    return list(rows.values())


def area_row(bank: str, area: str, tally: Tally, areas: Sequence[PracticeArea]) -> AreaRow:
    """Return one area that can be practised."""
    found = next(each for each in areas if (each.bank, each.area) == (bank, area))
    return _area(found, tally)


def _area(area: PracticeArea, tally: Tally | None) -> AreaRow:
    return AreaRow(
        area.bank,
        area.bank_title,
        area.bank_title_en,
        area.area,
        area.items,
        tally.answered if tally else 0,
        tally.right if tally else 0,
    )


def entry_row(line: EntryLine, before: datetime) -> EntryRow:
    """Return an entry as listed; it is due when its day begins before `before`."""
    state = "mastered" if interval_of(line.memory) >= MASTERED_AFTER else "later"
    return EntryRow(line, kind_words(line.kind), "due" if line.due_at < before else state)


def daily_view(daily: DailyLine | None) -> DailyView:
    """Return what the daily quiz offers now."""
    if daily is not None and daily.is_done:
        return DailyView(_("看今天的结果"), is_done=True)
    if daily is not None and daily.attempt:
        return DailyView(_("继续作答"), is_done=False)
    return DailyView(_("开始"), is_done=False)
