"""The partials of an item's form: what they show, sent back untouched, is the draft again."""

from html.parser import HTMLParser

import pytest
from flask import render_template

from learning.question_bank import forms
from learning.question_bank.drafts import DraftOption, ItemDraft, without_key
from learning.question_bank.item_types import list_types
from tests.question_bank.test_forms import DRAFTS

pytestmark = pytest.mark.pages


class Controls(HTMLParser):
    """Collects what a browser would send, the ids of the page and what has no name for a reader."""

    def __init__(self):
        super().__init__()
        self.pairs, self.ids, self.labelled, self.controls = [], [], set(), []
        self._area = self._select = None
        self._depth = 0

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self._depth += tag == "template"
        if self._depth:
            return
        if "id" in named:
            self.ids.append(named["id"])
        if tag == "label" and "for" in named:
            self.labelled.add(named["for"])
        kind = named.get("type", "text")
        if tag == "input" and "name" in named:
            if kind not in {"radio", "checkbox"} or "checked" in named:
                self.pairs.append((named["name"], named.get("value", "")))
            if kind == "text":
                self.controls.append(named)
        elif tag == "textarea":
            self._area = [named["name"], ""]
            self.controls.append(named)
        elif tag == "select":
            self._select = named["name"]
        elif tag == "option" and self._select and "selected" in named:
            self.pairs.append((self._select, named["value"]))

    def handle_data(self, data):
        if self._area and not self._depth:
            self._area[1] += data

    def handle_endtag(self, tag):
        self._depth -= tag == "template"
        if tag == "textarea" and self._area:
            name, text = self._area
            self.pairs.append((name, text.removeprefix("\n")))
            self._area = None
        if tag == "select":
            self._select = None


def shown(app, draft, *, may_key=True):
    with app.test_request_context("/"):
        page = render_template(
            "question_bank/fields/item.html",
            form=forms.padded(forms.form_of(draft)),
            kinds=[
                {"value": module.KIND.value, "word": module.WORD, "help": module.HELP}
                for module in list_types()
            ],
            findings={},
            may_key=may_key,
            blank_row=forms.BLANK_ROW,
        )
    controls = Controls()
    controls.feed(page)
    return page, controls


@pytest.mark.parametrize(
    "name",
    [name for name in DRAFTS if not name.startswith(("no tracks", "tracks"))],
)  # fmt: skip
@pytest.mark.sqlite
def test_what_the_page_shows_is_the_draft_again(app, name):
    _, controls = shown(app, DRAFTS[name])
    assert forms.written(forms.read(controls.pairs)).draft == DRAFTS[name]


@pytest.mark.parametrize("name", DRAFTS)
@pytest.mark.sqlite
def test_ids_are_unique_and_every_field_has_a_name(app, name):
    page, controls = shown(app, DRAFTS[name])
    assert len(controls.ids) == len(set(controls.ids))
    unnamed = [
        control["name"]
        for control in controls.controls
        if "aria-label" not in control and control.get("id") not in controls.labelled
    ]
    assert not unnamed
    assert "style=" not in page


@pytest.mark.parametrize("name", DRAFTS)
@pytest.mark.sqlite
def test_without_the_right_over_keys_the_page_holds_none(app, name):
    draft = without_key(DRAFTS[name])
    _, controls = shown(app, draft, may_key=False)
    names = {field.rpartition(".")[2] for field, _ in controls.pairs}
    assert not names & {
        "key",
        "explanation",
        "source",
        "draw",
        "verdict",
        "value",
        "left",
        "points",
    }


@pytest.mark.sqlite
def test_hostile_texts_stay_texts(app):
    text = '"><script>alert(1)</script></textarea>{{ 7*7 }}'
    draft = ItemDraft(kind="single", stem=text, options=(DraftOption(text, is_key=True),))
    page, controls = shown(app, draft)
    assert "<script" not in page
    assert forms.written(forms.read(controls.pairs)).draft == draft


@pytest.mark.parametrize("kind", ["item", "heading", "case.html", "../index", "\x00", "甲" * 500])
@pytest.mark.sqlite
def test_a_kind_from_outside_chooses_no_other_template(app, kind):
    draft = ItemDraft(kind=kind, answers=("原样",))
    _, controls = shown(app, draft)
    assert ("a.0.text", "原样") in controls.pairs
