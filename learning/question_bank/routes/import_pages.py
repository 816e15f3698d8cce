"""The pages of imports: what each shows, made from rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Actor
from learning.question_bank import words
from learning.question_bank.drafts import Defaults
from learning.question_bank.formats import SourceProblem, registry
from learning.question_bank.formats.kept import unpack
from learning.question_bank.formats.reading import Reading
from learning.question_bank.forms import BLANK_ROW, FormItem, form_of, name_of, padded, written
from learning.question_bank.forms.uploads import UploadForm
from learning.question_bank.models import BankRow, ItemImport, ItemImportRow
from learning.question_bank.queries import imports as queries
from learning.question_bank.routes.import_cards import card_of, source_of
from learning.question_bank.services import importing as services
from learning.question_bank.services.import_rows import entry_of, findings_of, problems_from_json
from learning.question_bank.services.records import defaults_of
from learning.question_bank.words import _
from learning.web.forms import page_number, refuse_repeated

ANY_BANK = Defaults(code="x-0")
FILTERS = ("open", "duplicate", "good", "taken", "all")


@dataclass(frozen=True, slots=True)
class View:
    """Which rows of a preview are shown, and which one is being corrected (0 for none)."""

    show: str = ""
    page: int = 1
    edit: int = 0

    def editing(self, number: int) -> "View":
        """Return the same view with one question open."""
        return replace(self, edit=number)


def view_of(args: MultiDict[str, str]) -> View:
    """Read a view from a query string; raises Invalid for what no page of ours links to."""
    refuse_repeated(args)
    show = args.get("show", "")
    if show and show not in FILTERS:
        raise Invalid([Problem("", None, "show", "show", "show")])
    return View(show, page_number(args), number_of(args.get("edit", "0")))


def number_of(raw: str) -> int:
    """Read the number of a question, 0 for none; raises Invalid for anything else."""
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 7):
        raise Invalid([Problem("", None, "number", "number", "number")])
    return int(raw)


def import_url(kept: ItemImport) -> str:
    """Return the address of an import."""
    return url_for("question_bank.import_", raw_import_id=kept.public_id)


def view_url(kept: ItemImport, view: View, number: int) -> str:
    """Return the address of a view of a preview, at one question."""
    return url_for(
        "question_bank.import_",
        raw_import_id=kept.public_id,
        show=view.show or None,
        page=view.page if view.page > 1 else None,
        edit=view.edit or None,
        _anchor=f"q{number}" if number else None,
    )


def trail_of(*more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    """Return the crumbs of a page of imports."""
    return [(_("题库"), url_for("question_bank.index")), *more]


def name_of_import(kept: ItemImport) -> str:
    """Return what an import is called: its file, or that it was pasted."""
    return kept.name or _("粘贴的文字")


def upload_page(
    form: UploadForm, choices: Sequence[tuple[str, str]], status: int
) -> ResponseReturnValue:
    """Show the page to paste into."""
    page = render_template(
        "question_bank/imports/new.html",
        form=form,
        banks=choices,
        templates=[(_("下载 Excel 模板"), url_for("question_bank.import_template"))],
        trail=trail_of((_("导入试题"), None)),
    )
    return page, status


def format_choices() -> list[tuple[str, str]]:
    """Return the formats that can be read, each in words."""
    names = [registry.AUTO, *(importer.NAME for importer in registry.list_importers())]
    return [(name, words.format_words(name)) for name in names]


def nothing_words(problems: Sequence[SourceProblem]) -> str:
    """Say why an upload held no question."""
    return next((problem.message for problem in problems), _("没有找到试题。"))


def count_words(found: Reading) -> str:
    """Say how many questions a text holds."""
    bad = sum(not each.is_good for each in found.judged)
    text = _("认出 %(n)s 题", n=len(found.judged))
    return text if not bad else text + _("，其中 %(n)s 题要处理", n=bad)


def list_page(session: Session, actor: Actor, page: int, now: Any) -> ResponseReturnValue:
    """Show the list of imports."""
    lines, total = queries.list_imports(session, actor, now, page=page)
    return render_template(
        "question_bank/imports/index.html",
        lines=[
            {
                "kept": kept,
                "by": by,
                "name": name_of_import(kept),
                "url": import_url(kept),
                "format": words.format_words(kept.format),
                "state": words.import_state_words(kept.state),
            }
            for kept, by in lines
        ],
        page=page,
        pages=_pages(total, queries.IMPORTS_PER_PAGE),
        total=total,
        page_url=lambda number: url_for("question_bank.imports", page=number),
        trail=trail_of((_("导入记录"), None)),
    )


def waiting_page(kept: ItemImport) -> str:
    """Show an import that is being read or written, failed, or was dropped."""
    return render_template(
        "question_bank/imports/reading.html",
        kept=kept,
        name=name_of_import(kept),
        problems=problems_from_json(kept.problems),
        trail=_import_trail(kept),
    )


def waiting_words(error: Conflict) -> str:
    """Say how much of one's own waits already, and what to do."""
    return _(
        "您还有 %(n)s 次导入没有处理（共 %(mb)s MB），已到上限。"
        "请先到“导入记录”里入库或放弃几次，再导入这一份。",
        n=error.data["count"],
        mb=error.data["megabytes"],
    )


def preview_page(
    session: Session,
    kept: ItemImport,
    bank: BankRow,
    view: View,
    *,
    form: FormItem | None = None,
    is_overtaken: bool = False,
) -> str:
    """Show what was understood; with `form` the open question as it was posted.

    `is_overtaken` says that somebody else changed it meanwhile, and shows theirs beside it.
    """
    figures = queries.get_figures(session, kept.id)
    shown = view.show or ("open" if figures.open else "all")
    rows, total = queries.list_rows(session, kept.id, shown, page=view.page)
    rows = _with_edited(session, kept, rows, view.edit)
    here = replace(view, show=shown, edit=0)
    text = unpack(kept.content).text if kept.content else ""
    edited = next((row for row in rows if row.number == view.edit), None)
    return render_template(
        "question_bank/imports/preview.html",
        kept=kept,
        name=name_of_import(kept),
        figures=figures,
        file_problems=problems_from_json(kept.problems),
        shown=shown,
        filters=_filters(figures),
        filter_url=lambda value: view_url(kept, View(value), 0),
        cards=[_card(kept, here, row) for row in rows],
        source=source_of(text, rows),
        editing=view.edit,
        is_overtaken=is_overtaken,
        overtaker=queries.find_writer(session, kept.id, view.edit) if is_overtaken else "",
        page=view.page,
        pages=_pages(total, queries.ROWS_PER_PAGE),
        total=total,
        page_url=lambda number: view_url(kept, replace(here, page=number), 0),
        levels=[(level.value, words.level_words(level)) for level in words.LEVELS],
        pools=words.pool_choices(bank.pool),
        difficulties=words.difficulty_choices(),
        trail=_import_trail(kept),
        **(_form_context(bank, edited, form) if edited else {}),
    )


def result_page(
    session: Session, kept: ItemImport, page: int, *, blocked: Mapping[str, Any] | None = None
) -> str:
    """Show what became of an import that was applied or undone."""
    items, total = queries.list_made(session, kept.id, page=page)
    return render_template(
        "question_bank/imports/result.html",
        kept=kept,
        name=name_of_import(kept),
        made=queries.get_made(session, kept.id),
        items=[
            {
                "code": item.code,
                "excerpt": item.excerpt,
                "kind": words.kind_words(item.kind) if item.kind else "",
                "url": url_for("question_bank.detail", bank=item.bank, code=item.code),
                "state": words.item_state_words(item.state),
            }
            for item in items
        ],
        blocked=blocked,
        may_undo=kept.state == services.APPLIED,
        page=page,
        pages=_pages(total, queries.ROWS_PER_PAGE),
        total=total,
        page_url=lambda number: url_for(
            "question_bank.import_", raw_import_id=kept.public_id, page=number
        ),
        trail=_import_trail(kept),
    )


def _import_trail(kept: ItemImport) -> list[tuple[str, str | None]]:
    return trail_of((_("导入记录"), url_for("question_bank.imports")), (name_of_import(kept), None))


def _filters(figures: queries.ImportFigures) -> list[tuple[str, str, int]]:
    return [
        ("open", _("要处理"), figures.open),
        ("duplicate", _("重复"), figures.duplicates),
        ("good", _("可以入库"), figures.good),
        ("taken", _("已选入库"), figures.taken),
        ("all", _("全部"), figures.total),
    ]


def _with_edited(
    session: Session, kept: ItemImport, rows: list[ItemImportRow], number: int
) -> list[ItemImportRow]:
    """Keep the question that is open on the page, also when it fits the filter no more."""
    if not number or any(row.number == number for row in rows):
        return rows
    row = queries.find_row(session, kept.id, number)
    return sorted([*rows, row], key=lambda each: each.number) if row else rows


def _card(kept: ItemImport, here: View, row: ItemImportRow) -> dict[str, Any]:
    def picture(name: str) -> str:
        return url_for("question_bank.import_picture", raw_import_id=kept.public_id, name=name)

    return {
        **card_of(row, picture),
        "edit_url": view_url(kept, here.editing(row.number), row.number),
        "view_url": view_url(kept, here, row.number),
    }


def _form_context(bank: BankRow, row: ItemImportRow, posted: FormItem | None) -> dict[str, Any]:
    form = posted or form_of(entry_of(row).draft)
    names = written(form).names
    findings: dict[str, list[dict[str, Any]]] = {}
    for finding in findings_of(row.findings):
        name = name_of(form, names, finding.place, finding.code)
        shown = {"message": finding.message, "is_remark": finding.is_remark}
        findings.setdefault(name, []).append(shown)
    return {
        "form": padded(form),
        "kinds": words.kind_pickers(),
        "findings": findings,
        "may_key": True,
        "blank_row": BLANK_ROW,
        "areas": [],
        "defaults": defaults_of(bank, ""),
        "difficulty_words": words.difficulty_choices(),
    }


def _pages(total: int, size: int) -> int:
    return max(1, -(-total // size))
