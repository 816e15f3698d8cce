"""What the editor's page needs: the form, what is wrong with it in an author's words, who may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime, gettext, ngettext
from sqlalchemy.orm import Session

from learning.kernel.clock import utc_now
from learning.kernel.permissions import Actor, Permission
from learning.kernel.translation import N_
from learning.question_bank import forms, queries, services, words
from learning.question_bank.drafts import Checked, Defaults, DraftFinding, ItemDraft, without_key
from learning.question_bank.forms import FormItem
from learning.question_bank.item_types import list_types
from learning.question_bank.models import BankRow, ItemRow
from learning.question_bank.routes.editor_labels import MOST_OFFERED, label_findings, labelled
from learning.question_bank.routes.editor_preview import previewed
from learning.question_bank.routes.editor_words import about, finding_words, script_words
from learning.question_bank.rules import Pool

_KEY_RIGHTS = (Permission.ITEM_READ_KEY, Permission.ITEM_WRITE_KEY)
_MISSING = frozenset(
    "no_key stem_empty option_empty option_count key_count blank_count gap_count blank_empty "
    "rubric_missing part_count".split()
)
"""Findings about what is not written yet, rather than written wrong."""


def _(text: str, **values: object) -> str:
    """Translate; the library is untyped, and message extraction knows this name."""
    return str(gettext(text, **values))


_STATES = {
    "draft": N_("草稿"),
    "review": N_("待审"),
    "approved": N_("修订中"),
    "retired": N_("停用"),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A form with the draft it stands for and what the check says, field by field."""

    form: FormItem
    draft: ItemDraft
    checked: Checked
    findings: list[dict[str, Any]]

    @property
    def wrong(self) -> int:
        """Return how many findings keep the draft from review."""
        return sum(1 for finding in self.findings if not finding["is_remark"])


class Editing:
    """An item on the editor's page: its bank, who writes, and what that person may."""

    def __init__(
        self, session: Session, actor: Actor, bank: BankRow, item: ItemRow | None = None
    ) -> None:
        self.bank, self.item, self.actor = bank, item, actor
        wanted = (*_KEY_RIGHTS, Permission.BANK_MANAGE)
        held = queries.list_rights(session, actor, bank.code, wanted, utc_now())
        self.code = item.code if item else ""
        self.may_key = held >= frozenset(_KEY_RIGHTS)
        self.may_time = Permission.BANK_MANAGE in held
        self._session = session

    @cached_property
    def kinds(self) -> list[dict[str, str]]:
        """Return the kinds that may be chosen."""
        return [
            {
                "value": module.KIND.value,
                "word": words.kind_words(module.KIND),
                "help": words.help_words(module.KIND),
                "about": about(module.KIND.value),
            }
            for module in list_types()
        ]

    @property
    def defaults(self) -> Defaults:
        """Return what the item is where its draft says nothing."""
        return services.defaults_of(self.bank, self.code)

    def judged(self, form: FormItem) -> Judged:
        """Check a form; whoever may not see keys hears nothing about them."""
        told = forms.written(form)
        draft = told.draft if self.may_key else without_key(told.draft)
        checked = services.judge_draft(self._session, self.bank, draft, self.code)
        kept = [
            finding
            for finding in checked.findings
            if self.may_key or not (forms.key_places(finding.place) or finding.code in _MISSING)
        ]
        shown = [_shown(form, told.names, each) for each in kept]
        shown += label_findings(form, may_time=self.may_time)
        return Judged(form, draft, checked, sorted(shown, key=lambda each: each["is_remark"]))

    def draft_of(self, form: FormItem) -> ItemDraft:
        """Return the draft to be stored: without the right over keys, the stored key is kept."""
        if self.may_key:
            return forms.written(form).draft
        stored = queries.find_draft(self._session, self.item.id) if self.item else None
        if stored is None:
            return without_key(forms.written(form).draft)
        return forms.keep_key(form, stored.draft)

    def fields_html(self, form: FormItem, findings: Sequence[dict[str, Any]] = ()) -> str:
        """Draw the fields alone, for scripts that put them into the page."""
        return render_template("question_bank/fields/item.html", **self._fields(form, findings))

    def page(
        self,
        form: FormItem,
        *,
        revision: int = 0,
        is_checked: bool = False,
        notice: dict[str, str] | None = None,
        status: int = 200,
    ) -> ResponseReturnValue:
        """Show the whole page; `is_checked` says at once what is wrong and draws the preview."""
        form = labelled(self._session, self.item, form)
        judged = self.judged(form) if is_checked else None
        findings = judged.findings if judged else []
        page = render_template(
            "question_bank/edit.html",
            **self._fields(form, findings),
            **self._heading(),
            bank=self.bank.code,
            bank_title=self.bank.title,
            code=self.item.code if self.item else "",
            action=self.action,
            revision=revision,
            state_words=_(_STATES[self.item.state]) if self.item else _("新题"),
            listed=findings,
            wrong_words=_wrong_words(judged),
            preview=previewed(judged.draft, judged.checked, self.defaults, may_key=self.may_key)
            if judged
            else None,
            notice=notice,
            words=script_words(),
        )
        return page, status

    @property
    def action(self) -> str:
        """Return where the form is posted."""
        if self.item is None:
            return url_for("question_bank.create_item", bank=self.bank.code)
        return url_for("question_bank.save_item", bank=self.bank.code, code=self.item.code)

    def _fields(self, form: FormItem, findings: Sequence[dict[str, Any]]) -> dict[str, Any]:
        by_name: dict[str, list[dict[str, Any]]] = {}
        for finding in findings:
            by_name.setdefault(finding["name"], []).append(finding)
        return {
            "form": forms.padded(form),
            "kinds": self.kinds,
            "findings": by_name,
            "may_key": self.may_key,
            "blank_row": forms.BLANK_ROW,
        }

    def _heading(self) -> dict[str, Any]:
        known = queries.list_tags(self._session, self.actor, self.bank.code, utc_now())
        is_secure = self.bank.pool == Pool.SECURE.value
        pools = [pool for pool in words.POOLS if (pool is Pool.SECURE) is is_secure]
        return {
            "areas": queries.list_areas(self._session, self.actor, self.bank.code, utc_now()),
            "levels": [(level.value, words.level_words(level)) for level in words.LEVELS],
            "pools": [(pool.value, words.pool_words(pool)) for pool in pools],
            "defaults": self.defaults,
            "known_tags": known[:MOST_OFFERED],
            "may_time": self.may_time,
        }


def clock_words(instant: datetime) -> str:
    """Return the time of day of an instant, where the organisation is."""
    return str(format_datetime(instant, "HH:mm"))


def _shown(form: FormItem, names: dict[str, str], finding: DraftFinding) -> dict[str, Any]:
    name = forms.name_of(form, names, finding.place, finding.code)
    message, language = finding_words(form, finding)
    return {
        "name": name,
        "message": message,
        "lang": language,
        "is_remark": finding.is_remark,
        "is_missing": not finding.is_remark and finding.code in _MISSING,
    }


def _wrong_words(judged: Judged | None) -> str:
    if judged is None:
        return ""
    if not judged.wrong:
        return _("没有要改的")
    return str(ngettext("%(num)s 项要改", "%(num)s 项要改", judged.wrong))
