"""The pages of keying answer sheets, for whichever desk: by keyboard, differences, files, scans.

A desk is opened anew in each transaction, so that what it may do is asked where it is done. Never
another's keying on a page before both keyed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from learning.attempts.rules import form_code, read_form_code
from learning.exams import services
from learning.exams.forms.keying import LINE, SettleForm, SheetForm, TableForm, WhichForm
from learning.exams.loader import KeyedRow, pack, parse_keyings, read_table, unpack
from learning.exams.models import SheetScan
from learning.exams.queries import sheets as queries
from learning.exams.queries.sheets import Candidate, SheetDesk
from learning.exams.rules.keying import DATE, FORM, TOTAL, plain
from learning.exams.rules.sheets import SheetState
from learning.exams.services.reading_sheets import Papers, read_head
from learning.exams.words import _, keying
from learning.kernel.clock import utc_now
from learning.kernel.documents import BadDocument
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.organisations.rules.corrections import EVIDENCE_TYPES
from learning.web import transaction
from learning.web.errors import words_for
from learning.web.guards import current_actor
from learning.web.transaction import db_session

FILE_POLICY = "sandbox; default-src 'none'"
MAX_SHOWN = 100


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """A desk as its pages show it; `trail` is what stands above it, `number` how people are named.

    `number` is a label such as 准考证号或工号.
    """

    desk: SheetDesk
    title: str
    trail: list[tuple[str, str]]
    number: str


@dataclass(frozen=True, slots=True)
class KeyingPages:
    """The pages of one desk.

    `open_desk` reads it for a page, `hold_desk` for an act, which it keeps possible until it is
    done; both raise where there is none. `address` returns where a page is: "desk", "sheet",
    "file", "settle" (raw_sheet_id), "scan" (raw_scan_id).
    """

    open_desk: Callable[[Session], OpenDesk]
    hold_desk: Callable[[Session], SheetDesk]
    address: Callable[..., str]

    def desk(self) -> ResponseReturnValue:
        """Show what waits for a keyer, and ask for the next sheet."""
        with transaction.reading() as session:
            opened = self.open_desk(session)
        form = WhichForm(formdata=None, date=request.args.get("date", "")[:20])
        return self._desk_page(opened, form)

    def _desk_page(self, opened: OpenDesk, form: WhichForm) -> ResponseReturnValue:
        form.candidate.label.text = opened.number
        with transaction.reading() as session:
            desk = queries.get_desk(session, opened.desk, current_actor().user_id)
        page = self._render("exams/keying.html", opened, form=form, desk=desk)
        return page, 400 if form.errors else 200

    def _render(self, template: str, opened: OpenDesk, **shown: Any) -> str:
        return render_template(template, place=opened, address=self.address, **shown)

    def sheet(self) -> ResponseReturnValue:
        """Show the lines of the sheet that was named: candidate, code and date in the query."""
        given = {name: request.args.get(name, "")[:40] for name in ("candidate", "code", "date")}
        form = SheetForm(formdata=None, data=given)
        with transaction.reading() as session:
            opened = self.open_desk(session)
            candidate, problems = _find(session, opened.desk, form)
        if candidate is None or problems:
            form.show(problems)
            return self._desk_page(opened, form)
        return self._sheet_page(opened, candidate, form, ())

    def _sheet_page(
        self,
        opened: OpenDesk,
        candidate: Candidate,
        form: SheetForm,
        problems: tuple[Problem, ...],
    ) -> ResponseReturnValue:
        label = read_form_code(form.code.data or "") or ""
        with transaction.reading() as session:
            found = Papers(opened.desk).find(session, label)
        wrong = {problem.place: keying.keying_problem(problem) for problem in problems}
        lines = [
            {
                "place": line.place,
                "name": LINE + line.place,
                "hint": keying.line_hint(line),
                "moves_on": line.moves_on,
                "is_long": line.kind.value in {"essay", "blank"},
                "value": request.form.get(LINE + line.place, ""),
                "wrong": wrong.get(line.place, ""),
            }
            for line in (found[1] if found else [])
        ]
        form.total.errors = [wrong[TOTAL]] if TOTAL in wrong else []
        page = self._render(
            "exams/keying_sheet.html",
            opened,
            candidate=candidate,
            form=form,
            code=form_code(label),
            lines=lines,
            others=[text for place, text in wrong.items() if place not in {FORM, TOTAL}],
        )
        return page, 400 if problems or form.errors else 200

    def key(self) -> ResponseReturnValue:
        """Keep what was keyed of a sheet, wholly or not at all, and ask for the next one."""
        form = SheetForm()
        form.typed = request.form
        with transaction.reading() as session:
            opened = self.open_desk(session)
            candidate, problems = _find(session, opened.desk, form)
        if candidate is None or problems or not form.validate():
            form.show(problems)
            return self._desk_page(opened, form)
        uploads, faults = form.uploads()
        if faults:
            form.show_files(faults)
            return self._sheet_page(opened, candidate, form, ())
        session = db_session()
        try:
            state = services.key_sheet(
                session,
                current_actor(),
                self.hold_desk(session),
                candidate_id=candidate.user_id,
                raw=form.raw(),
                uploads=uploads,
                now=utc_now(),
            )
        except Invalid as error:
            session.rollback()  # the page answers, so what was begun must not be committed
            return self._sheet_page(opened, candidate, form, tuple(error.problems))
        except Conflict as conflict:
            session.rollback()
            flash(words_for(conflict), "warning")
        else:
            said = keying.keyed_words(state)
            kind = "warning" if state is SheetState.DIFFERS else "success"
            flash(_("%(name)s：%(what)s", name=candidate.name, what=said), kind)
        return self._to_desk(form.date.data or "")

    def settle(self, raw_sheet_id: str) -> ResponseReturnValue:
        """Show where two keyings differ beside the scan, and keep what is right."""
        form = SettleForm()
        form.typed = request.form
        with transaction.reading() as session:
            opened = self.open_desk(session)
            page = _differing(session, opened.desk, raw_sheet_id)
        if not form.validate_on_submit():
            return self._settle_page(opened, form, page, ())
        values = [_as_typed(each.values) for each in page["keyed"]]
        session = db_session()
        try:
            services.settle_sheet(
                session,
                current_actor(),
                self.hold_desk(session),
                raw_sheet_id=raw_sheet_id,
                picks=form.picks(values, page["places"]),
                now=utc_now(),
            )
        except Invalid as error:
            session.rollback()  # the page answers, so what was begun must not be committed
            return self._settle_page(opened, form, page, tuple(error.problems))
        flash(_("%(name)s：核对完毕，已确认。", name=page["candidate"].name), "success")
        return self._to_desk("")

    def _settle_page(
        self,
        opened: OpenDesk,
        form: SettleForm,
        page: dict[str, Any],
        problems: tuple[Problem, ...],
    ) -> ResponseReturnValue:
        wrong = {problem.place: keying.keying_problem(problem) for problem in problems}
        rows = [
            {
                "place": place,
                "words": keying.place_words(place),
                "values": [
                    keying.value_words(place, each.values.get(place, "")) for each in page["keyed"]
                ],
                "picked": request.form.get(f"pick-{place}", ""),
                "other": request.form.get(f"other-{place}", ""),
                "wrong": wrong.get(place, ""),
            }
            for place in page["places"]
        ]
        others = [
            f"{keying.place_words(place)}{_('：')}{text}"
            for place, text in wrong.items()
            if place not in page["places"]
        ]
        shown = self._render(
            "exams/keying_settle.html",
            opened,
            form=form,
            rows=rows,
            others=others,
            scan_url=lambda scan: self.address("scan", raw_scan_id=scan),
            **page,
        )
        return shown, 400 if problems else 200

    def file(self) -> ResponseReturnValue:
        """Check a file of keyings, show what would come of it, and keep all of it or nothing."""
        form = TableForm()
        with transaction.reading() as session:
            opened = self.open_desk(session)
        if not form.validate_on_submit():
            return self._file_page(opened, form)
        is_kept = bool(form.rows.data)
        problems: list[Problem] = []
        try:
            if is_kept:
                rows = unpack(form.rows.data or "")
            else:
                parsed = parse_keyings(read_table(form.content()))
                rows, problems = parsed.rows, parsed.problems
            packed = pack(rows)
        except BadDocument as error:
            form.file.errors = [keying.table_words(error)]
            return self._file_page(opened, form)
        outcomes, more = self._key_rows(rows, is_kept=is_kept and not problems)
        problems = [*problems, *more]
        if is_kept and not problems:
            flash(_("已录入 %(n)s 份。", n=f"{len(outcomes):,}"), "success")
            return self._to_desk("")
        return self._file_page(opened, form, problems=problems, outcomes=outcomes, packed=packed)

    def _key_rows(
        self, rows: list[KeyedRow], *, is_kept: bool
    ) -> tuple[list[services.RowOutcome], list[Problem]]:
        """Key the rows; unless they are kept, or where one is wrong, nothing of it stays."""
        session = db_session()
        try:
            desk = self.hold_desk(session)
            outcomes = services.key_rows(session, current_actor(), desk, rows=rows, now=utc_now())
        except Invalid as error:
            session.rollback()
            return [], error.problems
        if not is_kept:
            session.rollback()  # it was tried to see what would come of it
        return outcomes, []

    def _file_page(
        self,
        opened: OpenDesk,
        form: TableForm,
        *,
        problems: list[Problem] | None = None,
        outcomes: list[services.RowOutcome] | None = None,
        packed: str = "",
    ) -> ResponseReturnValue:
        problems = problems or []
        page = self._render(
            "exams/keying_file.html",
            opened,
            form=form,
            problems=[(p.line, p.place, keying.keying_problem(p)) for p in problems[:MAX_SHOWN]],
            more=max(0, len(problems) - MAX_SHOWN),
            outcomes=[
                (o, keying.keyed_words(o.state), keying.sheet_words(o.state)[1])
                for o in (outcomes or [])[:MAX_SHOWN]
            ],
            count=len(outcomes or []),
            packed="" if problems else packed,
        )
        return page, 400 if problems or form.errors else 200

    def scan(self, raw_scan_id: str) -> ResponseReturnValue:
        """Hand out a scan to a keyer; that somebody looked is written down."""
        session, actor = db_session(), current_actor()
        desk = self.hold_desk(session)
        return scan_reply(services.open_scan(session, actor, desk, raw_scan_id, utc_now()))

    def _to_desk(self, date: str) -> ResponseReturnValue:
        return redirect(self.address("desk", date=date or None), 303)


def _find(
    session: Session, desk: SheetDesk, form: WhichForm
) -> tuple[Candidate | None, list[Problem]]:
    """Return the candidate, and everything wrong with the head of a sheet."""
    text = plain(form.candidate.data or "")
    people = queries.find_candidates(session, desk, {text}).get(text, [])
    raw = {FORM: form.code.data or "", DATE: form.date.data or ""}
    problems = list(read_head(Papers(desk), session, raw, utc_now()).problems)
    if len(people) != 1:
        code = "several" if people else "nobody"
        problems.append(Problem("", None, "candidate", code, code))
    return (people[0] if len(people) == 1 else None), problems


def _differing(session: Session, desk: SheetDesk, raw_sheet_id: str) -> dict[str, Any]:
    """Return a sheet that two people keyed differently. Raises NotFound, Conflict."""
    sheet = queries.get_sheet(session, desk, raw_sheet_id)
    if sheet.user_id == current_actor().user_id:
        raise Conflict("own_sheet")
    if sheet.state != SheetState.DIFFERS.value:
        raise Conflict("sheet_settled")
    keyed = queries.list_keyings(session, sheet.id)[:2]
    return {
        "sheet": sheet.public_id,
        "candidate": queries.get_candidate(session, desk, sheet.user_id),
        "keyed": keyed,
        "places": queries.list_differences(keyed),
        "scans": queries.list_scans(session, desk, sheet.user_id),
    }


def _as_typed(values: Any) -> dict[str, str]:
    """Return a keying as one would type it: a form by its code."""
    return {**values, FORM: form_code(values[FORM])}


def scan_reply(scan: SheetScan) -> Response:
    """Return a scan: pictures are shown, whatever else is saved; the sender's name stays out."""
    is_picture = scan.media_type.startswith("image/")
    way = "inline" if is_picture else "attachment"
    return Response(
        scan.content,
        content_type=scan.media_type,
        headers={
            "Content-Disposition": f'{way}; filename="scan.{EVIDENCE_TYPES[scan.media_type]}"',
            "Content-Security-Policy": FILE_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
