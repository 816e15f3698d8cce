"""A kind of its own is one module, one template and one line: nothing else names kinds."""

import importlib
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from jinja2 import ChoiceLoader, FileSystemLoader

from learning.attempts.rules import Blueprint, Section
from learning.attempts.rules.form import Form, draw_form
from learning.attempts.rules.specification import Candidate
from learning.question_bank.drafts import Defaults, check, draft_of
from learning.question_bank.item_types import registry
from learning.question_bank.loader import Bank, dump, parse_items
from learning.question_bank.presentation import view
from learning.question_bank.queries import get_documents, get_keys
from learning.question_bank.rules import ItemKind, Pool
from learning.question_bank.scoring import MarkingKind, MarkingRule, score_item
from learning.question_bank.services import sync_bank
from tests.factories.items import make_assessment

HERE = Path(__file__).parent
BANK = Bank("qa", "质量", pool=Pool.CONTEST)
FILE = """\
# 质量概念

## qa-c1 改错 · 掌握 · 难度 0.40
质量是一组固有特性满足**愿望**的程度。
= 愿望 | 要求
> 解析：GB/T 19000。

## qa-c2 案例 · 掌握 · 难度 0.40
材料。

### 改错 · 2
合格即**优秀**。
= 优秀 | 满足要求

### 判断
合格即满足要求。
= 对
"""
PER_BLANK = MarkingRule(MarkingKind.PER_BLANK)


@pytest.fixture
def correction():
    """Register the kind, and make it unknown again."""
    module = importlib.import_module("tests.question_bank.correction")
    registry.register(module)
    yield module
    registry.forget(module.KIND)
    ItemKind._known.pop("correction")
    sys.modules.pop(module.__name__)


def test_its_module_is_short(correction) -> None:
    assert len(Path(correction.__file__).read_text("utf-8").splitlines()) < 120


def test_it_is_unknown_before_and_after() -> None:
    assert [p.code for p in parse_items(FILE, BANK).problems] == ["kind_unknown", "kind_unknown"]
    with pytest.raises(ValueError, match="no kind"):
        ItemKind("correction")


def test_it_is_read_from_files_and_drafts_and_written_back(correction) -> None:
    loaded = parse_items(FILE, BANK)
    broken = parse_items(FILE.replace("愿望 | 要求", "愿望"), BANK)

    assert loaded.problems == ()
    assert dump(loaded.items, BANK) == FILE
    assert [check(draft_of(item), Defaults(code="x")).item for item in loaded.items] == loaded.items
    assert [(p.line, p.code) for p in broken.problems] == [(3, "correction")]


def test_it_is_drawn_shown_answered_and_scored(correction, app, database, session, now) -> None:
    items = parse_items(FILE, BANK).items
    sync_bank(session, "qa", items, now)
    section = Section("改错题", correction.KIND, 1, Decimal(4), PER_BLANK)
    assessment = make_assessment(session, now, blueprint=Blueprint("qa", Pool.CONTEST, (section,)))

    blueprint = Blueprint.from_json(assessment.blueprint)
    form = Form.from_json(draw_form(blueprint, "seed", shuffle_options=True).to_json())
    place = form.positions[0]
    document = get_documents(session, [place.version_id])[place.version_id]
    key = get_keys(session, [place.version_id])[place.version_id]
    shown = view(document, place.option_order, position=1, points=Decimal(4))
    page = rendered(app, shown)

    assert isinstance(blueprint.sections[0].candidates[0], Candidate)
    assert (document, key) == (items[0].document, items[0].key)
    assert page.count("data-field") == 2
    assert "<strong>愿望</strong>" in page
    assert "要求" not in page
    assert [
        str(score_item(document, key, response, Decimal(4), PER_BLANK).points)
        for response in (["愿望", "要求"], ["愿望", "标准"], ["", ""], ["愿望"], {"a": 1})
    ] == ["4.000", "2.000", "0.000", "0.000", "0.000"]


def test_it_may_be_part_of_a_case(correction, app) -> None:
    case = parse_items(FILE, BANK).items[1]
    shown = view(case.document, (), position=2, points=Decimal(3))
    scored = score_item(case.document, case.key, [["优秀", "x"], "t"], Decimal(3), PER_BLANK)

    assert rendered(app, shown).count("data-field") == 2
    assert str(scored.points) == "2.000"


def rendered(app, shown) -> str:
    """Render an item with the template of the kind beside those of the platform."""
    own = FileSystemLoader(HERE / "templates")
    environment = app.jinja_env.overlay(loader=ChoiceLoader([app.jinja_env.loader, own]))
    with app.test_request_context():
        return environment.get_template("attempts/item.html").render(item=shown, attempt={})
