"""Item analysis for the examiner: the test, its items, one item, the workbook.

Which option is right shows in every figure of options: they are given by POST, to those who may see
keys, and each look is in the audit.
"""

import io
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.exams import queries, words
from learning.exams.queries import SittingView
from learning.exams.queries.analyses import AnalysisView, find_analysis
from learning.exams.routes.blueprint import bp
from learning.exams.services.analysing import request_analysis
from learning.exams.words import _, analysis, charts
from learning.kernel import audit
from learning.kernel.clock import utc_now
from learning.kernel.documents import XLSX_MIME, Column, write_workbook
from learning.kernel.errors import Forbidden, NotFound
from learning.kernel.permissions import Permission
from learning.question_bank.presentation import view
from learning.question_bank.queries import get_documents, may
from learning.question_bank.rules import ItemKind
from learning.web.guards import current_actor, requires
from learning.web.transaction import db_session

MANAGE = Permission.SITTING_MANAGE
FEW = 10
SORTS = ("number", "facility", "item_rest", "difficulty", "omitted")


@bp.get("/<raw_public_id>/analysis")
@requires(MANAGE)
def item_analysis(raw_public_id: str) -> ResponseReturnValue:
    """Show what the answers say of the paper and of each item."""
    session = db_session()
    sitting = queries.get_managed(session, current_actor(), raw_public_id, utc_now())
    found = find_analysis(session, sitting.id)
    return render_template("exams/analysis.html", **_page(sitting, found))


def _page(sitting: SittingView, found: AnalysisView) -> dict[str, Any]:
    report = found.report
    asked = request.args.get("sort", "")
    sort = asked if asked.removeprefix("-") in SORTS else SORTS[0]
    with_findings = request.args.get("show") == "found"
    context: dict[str, Any] = {"sitting": sitting, "found": found, "report": report, "few": FEW}
    if report is None or not report["test"]["persons"]:
        return {**context, "report": None}

    def url(**changes: Any) -> str:
        told = {"sort": sort, "show": "found" if with_findings else "all", **changes}
        return url_for("exams.item_analysis", raw_public_id=sitting.public_id, **told)

    lines = [line for line in _lines(report) if line["findings"] or not with_findings]
    return {
        **context,
        "test": report["test"],
        "lines": _sorted(lines, sort),
        "sentences": _sentences(report),
        "bars": charts.bars(report["test"]["bands"]),
        "information": charts.curve(report["information"]),
        "sort": sort,
        "sort_url": lambda value: url(sort=value),
        "tabs": [
            ("all", _("全部"), len(report["items"]), url(show="all")),
            ("found", _("只看有问题的"), _flagged(report), url(show="found")),
        ],
        "shown": "found" if with_findings else "all",
        "share": analysis.share,
        "figure": analysis.figure,
    }


def _lines(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the items with their number and what was found of each, in badges."""
    found: dict[int, dict[str, bool]] = {}
    for finding in report["findings"]:
        if finding["item"] is not None:
            is_urgent = finding["urgency"] == "check"
            found.setdefault(finding["item"], {})[finding["code"]] = is_urgent
    return [
        {
            **item,
            "number": n + 1,
            "kind_words": words.kind_words(ItemKind(item["kind"])),
            "findings": [
                (analysis.finding_words(code), "due" if is_urgent else "info")
                for code, is_urgent in found.get(n, {}).items()
            ],
        }
        for n, item in enumerate(report["items"])
    ]


def _flagged(report: Mapping[str, Any]) -> int:
    return len({f["item"] for f in report["findings"] if f["item"] is not None})


def _sorted(lines: list[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    """Sort by a figure; items without it come last either way."""
    name = sort.removeprefix("-")
    known = [line for line in lines if line[name] is not None]
    unknown = [line for line in lines if line[name] is None]
    return sorted(known, key=lambda line: line[name], reverse=sort.startswith("-")) + unknown


def _sentences(report: Mapping[str, Any]) -> list[tuple[bool, str, int | None]]:
    """Return (whether it is urgent, sentence, number of the item), the urgent first."""
    told = []
    for finding in report["findings"]:
        place = finding["item"]
        if place is None:
            sentence = analysis.test_sentence(finding["code"], finding["figures"])
        else:
            sentence = analysis.finding_sentence(finding, place + 1)
        number = None if place is None else place + 1
        told.append((finding["urgency"] == "check", sentence, number))
    return sorted(dict.fromkeys(told), key=lambda each: (each[2] is not None, not each[0]))


@bp.post("/<raw_public_id>/analysis")
@requires(MANAGE)
def analyse_again(raw_public_id: str) -> ResponseReturnValue:
    """Ask for the analysis anew."""
    request_analysis(db_session(), current_actor(), raw_public_id, now=utc_now())
    flash(_("已交给后台计算，通常一分钟内完成。"), "success")
    return redirect(url_for("exams.item_analysis", raw_public_id=raw_public_id), 303)


@bp.get("/<raw_public_id>/analysis/items/<int:number>")
@requires(MANAGE)
def analysed_item(raw_public_id: str, number: int) -> ResponseReturnValue:
    """Show the figures of one item, without its options."""
    session = db_session()
    sitting = queries.get_managed(session, current_actor(), raw_public_id, utc_now())
    return _item_page(session, sitting, number, with_key=False)


@bp.post("/<raw_public_id>/analysis/items/<int:number>")
@requires(MANAGE)
def analysed_options(raw_public_id: str, number: int) -> ResponseReturnValue:
    """Show the figures of one item with its options and key; who looked is written down first."""
    session, actor, now = db_session(), current_actor(), utc_now()
    sitting = queries.get_managed(session, actor, raw_public_id, now)
    bank = sitting.rules.bank
    if not may(session, actor, Permission.ITEM_READ_KEY, bank, now):
        raise Forbidden("permission", permission=Permission.ITEM_READ_KEY.value)
    item = _item(_report(session, sitting), number)
    audit.log(
        session,
        "item.key_shown",
        f"{bank}/{item['code']}"[:80],
        actor_id=actor.user_id,
        now=now,
        details={"sitting": sitting.public_id, "version": item["version"]},
    )
    return _item_page(session, sitting, number, with_key=True)


def _report(session: Session, sitting: SittingView) -> dict[str, Any]:
    report = find_analysis(session, sitting.id).report
    if report is None:
        raise NotFound("analysis")
    return report


def _item(report: Mapping[str, Any], number: int) -> dict[str, Any]:
    lines = _lines(report)
    if not 1 <= number <= len(lines):
        raise NotFound("item")
    return lines[number - 1]


def _item_page(
    session: Session, sitting: SittingView, number: int, *, with_key: bool
) -> ResponseReturnValue:
    report, actor, now = _report(session, sitting), current_actor(), utc_now()
    item, bank = _item(report, number), sitting.rules.bank
    may_read = may(session, actor, Permission.ITEM_READ, bank, now)
    options = item["options"]
    return render_template(
        "exams/analysis_item.html",
        sitting=sitting,
        item=item,
        earlier=report["earlier"],
        items=len(report["items"]),
        face=_face(session, item) if may_read else None,
        sentences=[
            analysis.finding_sentence(
                finding,
                number,
                option=_name(options, finding["option"]) if with_key else "",
                other=_name(options, finding["other"]) if with_key else "",
            )
            for finding in report["findings"]
            if finding["item"] == number - 1
        ],
        options=[
            (analysis.option_name(option["id"]), option, charts.fifths(option["fifths"]))
            for option in options
        ]
        if with_key
        else None,
        may_see_key=may(session, actor, Permission.ITEM_READ_KEY, bank, now),
        curve=charts.fifths(item["fifths"]),
        share=analysis.share,
        figure=analysis.figure,
    )


def _name(options: list[dict[str, Any]], place: int | None) -> str:
    if place is None:
        return ""
    return _("选项 %(name)s", name=analysis.option_name(options[place]["id"]))


def _face(session: Session, item: Mapping[str, Any]) -> Any:
    document = get_documents(session, [item["version"]])[item["version"]]
    order = [option.id for option in document.options]
    return view(document, order, position=item["number"], points=Decimal(1))


@bp.post("/<raw_public_id>/analysis.xlsx")
@requires(MANAGE)
def analysis_xlsx(raw_public_id: str) -> ResponseReturnValue:
    """Give the table of items as a workbook; the download is in the audit."""
    session, actor, now = db_session(), current_actor(), utc_now()
    sitting = queries.get_managed(session, actor, raw_public_id, now)
    report = _report(session, sitting)
    data = write_workbook(
        [Column(title, width) for title, width in _titles()],
        _rows(report),
        sheet_name=_("试题"),
        notes=[sitting.title, *(sentence for _urgent, sentence, _number in _sentences(report))],
        notes_name=_("发现"),
        timezone=sitting.zone,
    )
    audit.log(
        session,
        "sitting.analysis_downloaded",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"items": len(report["items"])},
    )
    return send_file(
        io.BytesIO(data),
        mimetype=XLSX_MIME,
        as_attachment=True,
        download_name=f"item-analysis-{sitting.public_id}.xlsx",
    )


FIGURES = (
    "given",
    "facility",
    "facility_se",
    "item_rest",
    "item_total",
    "upper_lower",
    "omitted",
    "not_reached",
    "alpha_without",
    "difficulty",
    "difficulty_se",
    "infit",
    "outfit",
    "slope",
    "slope_error",
    "location",
    "location_se",
    "exposure",
)
"""Twin: `_titles` names them in this order."""


def _titles() -> list[tuple[str, int]]:
    return [
        (_("题号"), 6),
        (_("试题编号"), 16),
        (_("题型"), 8),
        (_("作答人数"), 10),
        (_("得分率"), 10),
        (_("得分率标准误"), 12),
        (_("区分度（校正）"), 14),
        (_("点双列相关"), 12),
        (_("高低分组差"), 12),
        (_("未作答"), 10),
        (_("未答到"), 10),
        (_("删去后的信度"), 12),
        (_("Rasch 难度"), 12),
        (_("Rasch 难度标准误"), 16),
        (_("内拟合"), 10),
        (_("外拟合"), 10),
        (_("2PL 区分度"), 12),
        (_("2PL 区分度标准误"), 16),
        (_("2PL 难度"), 12),
        (_("2PL 难度标准误"), 16),
        (_("曝光率"), 10),
        (_("发现"), 30),
    ]


def _rows(report: Mapping[str, Any]) -> Iterator[list[Any]]:
    for line in _lines(report):
        found = "; ".join(label for label, _status in line["findings"])
        figures = [line[name] for name in FIGURES]
        yield [line["number"], line["code"], line["kind_words"], *figures, found]
