"""The editor's endpoints: drafts stored and judged, conflicts without loss, keys for their holders."""

import io
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from learning.kernel import permissions
from learning.kernel.permissions import Permission, Role
from learning.question_bank import services
from learning.question_bank.drafts import Defaults, DraftOption, ItemDraft, check
from learning.question_bank.item_types import list_types
from learning.question_bank.models import ItemRow
from learning.question_bank.services import BankSettings
from learning.question_bank.variants import realised
from tests.factories.people import grant_role, log_in, make_user
from tests.factories.pictures import PNG
from tests.question_bank.editing import GOOD, JSON, Desk

pytestmark = pytest.mark.pages


@pytest.fixture
def now() -> datetime:
    """The routes read the clock: what they meet must be of today."""
    return datetime.now(UTC)


@pytest.fixture
def desk(client, database, now):
    with database.transaction() as session:
        user = make_user(session, now, "示例命题人")
        grant_role(session, now, user, Role.AUTHOR)
        services.create_bank(session, None, "qa", BankSettings("示例题库"), now=now)
    log_in(client, database, user, now)
    return Desk(client, database, user)


@pytest.fixture
def without_keys(monkeypatch):
    """An author's role without the rights over keys."""
    rights = permissions.GRANTS[Role.AUTHOR] - {Permission.ITEM_READ_KEY, Permission.ITEM_WRITE_KEY}
    return lambda: monkeypatch.setitem(permissions.GRANTS, Role.AUTHOR, rights)


def test_a_new_item_offers_every_kind_and_stores_nothing_until_it_is_saved(desk):
    page = desk.client.get("/items/qa/new").text
    for word in ("单选", "多选", "判断", "填空", "计算", "匹配", "排序", "问答", "案例"):
        assert word in page
    assert desk.client.get("/items/qa/new?kind=essay").status_code == 200
    assert desk.count() == 0


def test_a_new_item_is_begun_from_the_list_in_the_bank_one_may_write_in(desk, database, now):
    assert 'href="/items/new"' in desk.client.get("/items").text
    assert desk.client.get("/items/new").location == "/items/qa/new"
    with database.transaction() as session:
        services.create_bank(session, None, "second", BankSettings("另一个题库"), now=now)
    assert "另一个题库" in desk.client.get("/items/new").text
    assert desk.client.get("/items/new?bank=second").location == "/items/second/new"


def test_what_is_saved_is_what_was_written_and_the_reply_says_so(desk):
    code, revision = desk.write()
    assert desk.stored(code) == ItemDraft(
        kind="single",
        stem=GOOD["stem"],
        options=(DraftOption("感受", is_key=True), DraftOption("投诉次数")),
        explanation=GOOD["explanation"],
    )
    reply = desk.post(f"/{code}/edit", {**GOOD, "stem": "新", "revision": revision, "act": "save"})
    assert reply.json["revision"] > revision
    assert reply.json["findings"] == []
    assert desk.stored(code).stem == "新"


def test_without_scripts_saving_leads_to_the_editor_of_the_item(desk):
    reply = desk.post("/new", {**GOOD, "act": "save"}, headers={})
    assert reply.status_code == 302
    page = desk.client.get(reply.location).text
    assert GOOD["stem"] in page
    assert "没有要改的" in page


@pytest.mark.parametrize(
    ("act", "shows"),
    [("add:o", 'name="o.2.text"'), ("kind", "顾客满意是顾客的"), ("preview", "qa-opt__t")],
)
def test_acts_without_scripts_keep_what_is_written_and_store_nothing(desk, act, shows):
    reply = desk.post("/new", {**GOOD, "act": act}, headers={})
    assert reply.status_code == 200
    assert shows in reply.text
    assert desk.count() == 0


def test_a_save_over_somebody_elses_changes_nothing_and_says_whose_it_met(desk):
    code, first = desk.write()
    second = desk.post(f"/{code}/edit", {**GOOD, "stem": "甲的", "revision": first}).json[
        "revision"
    ]

    reply = desk.post(f"/{code}/edit", {**GOOD, "stem": "乙的", "revision": first})

    assert reply.status_code == 409
    assert (reply.json["error"], reply.json["revision"]) == ("draft_changed", second)
    assert reply.json["who"] == "示例命题人"
    assert desk.stored(code).stem == "甲的"
    page = desk.post(f"/{code}/edit", {**GOOD, "stem": "乙的", "revision": first}, headers={})
    assert page.status_code == 409
    assert "乙的" in page.text
    assert f'name="revision" value="{second}"' in page.text


def test_the_other_version_can_be_looked_at(desk):
    code, _ = desk.write()
    reply = desk.post(f"/{code}/edit", {**GOOD, "stem": "乙的", "act": "theirs"})
    assert GOOD["stem"] in reply.json["html"]
    assert "乙的" not in reply.json["html"]


def test_the_preview_shows_the_item_as_the_exam_room_does_and_stores_nothing(desk):
    reply = desk.post("/preview", {**GOOD, "stem": "若 $x^2=4$，则（　）。"})
    assert "<math" in reply.json["html"]
    assert "qa-opt__t" in reply.json["html"]
    assert reply.json["findings"] == []
    assert desk.count() == 0


def test_the_preview_says_what_is_wrong_field_by_field(desk):
    reply = desk.post("/preview", {**GOOD, "o.1.text": "感受", "key": "", "stem": ""})
    names = {finding["name"] for finding in reply.json["findings"]}
    assert {"stem", "o"} <= names
    assert "没有题干" in reply.text


@pytest.mark.parametrize("variants", ["", "x", "999999", "-1", "1 2 3 4 5 6", "²"])
def test_a_plain_item_has_no_variants_whatever_is_asked_for(desk, variants):
    reply = desk.post("/preview", {**GOOD, "variants": variants})
    assert (reply.status_code, reply.json["allowed"]) == (200, [])


@pytest.mark.parametrize("path", ["/preview", "/fields", "/new"])
@pytest.mark.parametrize(
    "fields",
    [
        {f"o.{n}.text": "甲" for n in range(70)},
        {f"p.{n}.stem": "甲" for n in range(25)},
        {"stem": "甲" * 30_000},
    ],
    ids=["rows", "parts", "text"],
)
def test_what_no_form_sends_is_refused_and_nothing_is_stored(desk, path, fields):
    assert desk.post(path, {**GOOD, **fields}).status_code == 400
    assert desk.count() == 0


def test_fields_given_twice_are_refused(desk):
    body = f"csrf_token={desk.token}&kind=single&stem=a&stem=b"
    reply = desk.client.post(
        "/items/qa/new", data=body, content_type="application/x-www-form-urlencoded", headers=JSON
    )
    assert reply.status_code == 400
    assert desk.count() == 0


@pytest.mark.parametrize("kind", ["", "telepathy", "../index", "item", "\x00"])
def test_a_kind_that_there_is_not_is_said_and_breaks_nothing(desk, kind):
    for path in ("/preview", "/fields"):
        assert desk.post(path, {**GOOD, "kind": kind, "shape": kind}).status_code == 200


@pytest.mark.parametrize("kind", [module.KIND.value for module in list_types()])
def test_every_kind_is_previewed_from_its_first_letter_on(desk, kind):
    for stem in ("", "____", "题干 ____ $x$ {n}"):
        reply = desk.post("/preview", {"kind": kind, "shape": kind, "stem": stem})
        assert reply.status_code == 200, reply.text


@pytest.mark.parametrize("weight", ["0", "NaN", "1e999999", "-1", "一"])
def test_a_part_of_any_weight_is_previewed(desk, weight):
    part = {"p.0.kind": "essay", "p.0.shape": "essay", "p.0.stem": "甲", "p.0.weight": weight}
    reply = desk.post("/preview", {"kind": "case", "shape": "case", "stem": "材料", **part})
    assert reply.status_code == 200, reply.text


def test_variants_of_a_parametric_item_are_chosen_and_shown_with_their_keys(desk):
    draw = '[draw]\nn = [2, 3, 4]\n[answer]\nvalue = "n * 2"\n'
    item = {"kind": "numeric", "shape": "numeric", "stem": "{n} 的两倍是____。", "draw": draw}
    reply = desk.post("/preview", {**item, "variants": "0 1 2"})
    assert reply.json["variants"] == [0, 1, 2]
    assert len(reply.json["allowed"]) == 1000
    assert "{n}" not in reply.json["html"]
    assert reply.json["html"].count("qe-key") == 3
    assert desk.post("/preview", {**item, "draw": "[draw"}).json["findings"]


def test_a_variant_is_previewed_as_forms_will_draw_it(desk):
    draw = '[draw]\nn = { from = 1, to = 900, step = 1 }\n[answer]\nvalue = "n * 2"\n'
    item = {"kind": "numeric", "shape": "numeric", "stem": "{n} 的两倍是____。", "draw": draw}
    without_options = {"o.0.text": "", "o.1.text": "", "key": ""}
    code, _ = desk.write(**item, **without_options)
    document = check(desk.stored(code), Defaults(code=code)).item.document
    reply = desk.post("/preview", {**item, "item": code, "variants": "7"})
    assert realised(document, 7).stem.split()[0] in reply.json["html"]
    assert desk.post("/preview", {**item, "item": "\x00'", "variants": "7"}).status_code == 200


@pytest.mark.parametrize("revision", ["", "x", "-1", "1" * 30])
def test_a_revision_that_cannot_be_meant_is_refused(desk, revision):
    code, _ = desk.write()
    reply = desk.post(f"/{code}/edit", {**GOOD, "revision": revision, "act": "save"})
    assert reply.status_code == 400


def test_opening_the_editor_with_a_key_is_written_down(desk):
    code, _ = desk.write()
    before = desk.audits("item.key_shown")
    assert "CANARY" in desk.client.get(f"/items/qa/{code}/edit").text
    assert desk.audits("item.key_shown") == before + 1


def test_who_may_not_see_keys_sees_none_and_changes_none(desk, without_keys):
    code, revision = desk.write()
    without_keys()

    page = desk.client.get(f"/items/qa/{code}/edit").text
    assert "CANARY" not in page
    assert 'name="key"' not in page

    changed = {**GOOD, "stem": "新", "key": "1", "explanation": "改", "o.0.text": "感觉"}
    reply = desk.post(f"/{code}/edit", {**changed, "revision": revision, "act": "save"})
    assert reply.status_code == 200
    assert "CANARY" not in reply.text
    stored = desk.stored(code)
    assert stored.stem == "新"
    assert stored.options == (DraftOption("感觉", is_key=True), DraftOption("投诉次数"))
    assert stored.explanation == GOOD["explanation"]
    theirs = desk.post(f"/{code}/edit", {**GOOD, "act": "theirs"})
    assert "CANARY" not in theirs.text


def test_who_may_not_set_keys_previews_and_writes_without_them(desk, without_keys):
    without_keys()
    assert "CANARY" not in desk.post("/preview", GOOD).text
    code, _ = desk.write()
    assert not desk.stored(code).has_key


def test_a_clean_draft_is_sent_to_review_and_one_with_faults_is_not(desk):
    code, revision = desk.write(key="")
    reply = desk.post(
        f"/{code}/edit", {**GOOD, "key": "", "revision": revision, "act": "submit"}, headers={}
    )
    assert reply.status_code == 200
    assert "标出一个正确选项" in reply.text

    reply = desk.post(f"/{code}/edit", {**GOOD, "revision": revision, "act": "submit"}, headers={})
    assert reply.status_code == 302
    with desk.database.session(write=False) as session:
        assert session.scalar(select(ItemRow.state).where(ItemRow.code == code)) == "review"


def test_what_is_no_picture_is_refused(desk):
    html = (io.BytesIO(b"<html><script>alert(1)</script></html>"), "x.png")
    reply = desk.post("/pictures", {"picture": html})
    assert reply.status_code == 400
    assert desk.post("/pictures", {}).status_code == 400


def test_a_picture_is_kept_and_served_to_who_sits_exams(desk):
    reply = desk.post("/pictures", {"picture": (io.BytesIO(PNG), "chart.png")})
    assert reply.status_code == 200
    assert re.fullmatch(r"/media/[0-9a-f]{64}\.png", reply.json["url"])
    assert desk.client.get(reply.json["url"]).content_type == "image/png"
    shown = desk.post("/preview", {**GOOD, "stem": f"![控制图]({reply.json['url']})"})
    assert f'src="{reply.json["url"]}"' in shown.json["html"].replace("\\", "")


def test_a_bank_out_of_reach_looks_like_a_missing_one(client, database, now):
    with database.transaction() as session:
        user = make_user(session, now, "别人")
        services.create_bank(session, None, "qa", BankSettings("示例题库"), now=now)
    log_in(client, database, user, now)
    assert client.get("/items/qa/new").status_code == 403
    with database.transaction() as session:
        grant_role(session, now, user, Role.AUTHOR)
    assert client.get("/items/none/new").status_code == 404
    assert client.get("/items/qa/none/edit").status_code == 404
