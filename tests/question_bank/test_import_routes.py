"""The pages of imports: paste, correct, apply, undo; what is foreign is missing."""

import io
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from learning.kernel.audit import AuditEntry
from learning.kernel.permissions import GRANTS, Permission, Role
from learning.question_bank.jobs import READ
from learning.question_bank.models import (
    ItemDraftRow,
    ItemImport,
    ItemImportRow,
    ItemRow,
    MediaFile,
)
from learning.question_bank.routes import imports as routes
from learning.question_bank.services import importing
from tests.factories.people import grant_role, log_in, make_unit, make_user
from tests.question_bank.importing import item_file, make_web_bank

pytestmark = pytest.mark.pages


@pytest.fixture
def now():
    """The routes read the clock: what they meet must be of today."""
    return datetime.now(UTC)


@pytest.fixture
def author(client, database, now):
    """An author of the whole platform, with a bank on the web."""
    with database.transaction() as session:
        user = make_user(session, now, "示例命题人")
        grant_role(session, now, user, Role.AUTHOR)
        make_web_bank(session, now)
    log_in(client, database, user, now)
    return client


@pytest.fixture
def stranger(app, database, now):
    """An author of another unit, in a browser of their own."""
    other = app.test_client()
    with database.transaction() as session:
        user = make_user(session, now, "别处的命题人")
        grant_role(session, now, user, Role.AUTHOR, make_unit(session, now))
    log_in(other, database, user, now)
    return other


def post(client, path, **fields):
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account").text)
    data = {"csrf_token": token.group(1), **fields}
    return client.post(path, data=data, content_type="multipart/form-data")


def paste(client, text, **fields):
    fields = {"bank": "web", "format": "auto", "text": text, **fields}
    return post(client, "/items/imports/new", **fields)


def read_in(client, text=None):
    """Bring questions in and return the address of the preview."""
    return paste(client, text or item_file(2, without_key=1)).headers["Location"]


def count(database, table):
    with database.session(write=False) as session:
        return session.scalar(select(func.count()).select_from(table))


def seen(client, path, number):
    """Return what the page of a row says it showed."""
    page = row_page(client, path, number)
    return re.search(r'name="seen" value="([0-9a-f]+)">\s*<input type="hidden" name="shape"', page)[
        1
    ]


def row_page(client, path, number):
    return client.get(f"{path}?show=all&edit={number}").text


def fields_of(page):
    """Return what the form of the open question would post."""
    form = page.split("/rows/")[1].split("</form>")[0]
    pairs = re.findall(r'<(?:input|select)[^>]* name="([^"]+)" value="([^"]*)"(?: checked)?', form)
    texts = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL)
    return {**dict(texts), "kind": "true_false", "shape": "true_false"}, pairs


def test_pasted_questions_are_shown_before_anything_is_written(author, database):
    path = read_in(author)

    page = author.get(path).text
    assert "核对 3 道题" in page
    assert "没有答案，只能存为草稿" in page
    assert "第 3 句话对吗" in page
    assert count(database, ItemRow) == 0


def test_the_source_stands_beside_what_was_understood(author):
    page = author.get(f"{read_in(author)}?show=all").text

    assert "检验水平和批量" in page
    assert "第 3–" in page
    assert "## qa-00001 单选" in page


def test_a_question_is_corrected_in_place(author, database):
    path = read_in(author)
    assert "修改第 3 题" in row_page(author, path, 3)

    answer = post(
        author,
        f"{path}/rows/3",
        act="save",
        seen=seen(author, path, 3),
        kind="true_false",
        shape="true_false",
        stem="改好的题干",
        verdict="t",
    )

    assert answer.status_code == 303
    assert "第 3 题已改好" in author.get(answer.headers["Location"]).text
    with database.session(write=False) as session:
        row = session.get(ItemImportRow, (1, 3))
        assert (row.is_good, row.decision) == (True, "take")


def test_a_correction_that_is_still_wrong_says_what_is_wrong_at_its_field(author):
    path = read_in(author)

    page = post(
        author,
        f"{path}/rows/1",
        act="save",
        seen=seen(author, path, 1),
        kind="single",
        shape="single",
        stem="题干",
        **{"o.0.text": "甲", "o.1.text": "甲", "key": "0"},
    )

    assert page.status_code == 200
    assert "修改第 1 题" in page.text
    assert "aria-invalid" in page.text


def test_rows_are_added_without_scripts_and_without_saving(author, database):
    path = read_in(author)

    page = post(
        author,
        f"{path}/rows/1",
        act="add:o",
        kind="single",
        shape="single",
        stem="题干",
        **{"o.0.text": "甲", "o.1.text": "乙", "key": "0"},
    )

    assert 'name="o.2.text"' in page.text
    with database.session(write=False) as session:
        assert "甲" not in session.get(ItemImportRow, (1, 1)).draft


def test_applying_and_undoing(author, database):
    path = read_in(author)

    done = post(author, f"{path}/apply", tags="期末，抽样")

    assert done.status_code == 303
    assert "已入库 2 题" in author.get(path).text
    assert count(database, ItemDraftRow) == 2
    assert post(author, f"{path}/apply").status_code == 303  # once more changes nothing
    assert count(database, ItemRow) == 2

    assert post(author, f"{path}/undo").status_code == 303
    assert "这次导入建立的试题全部删除" in author.get(path).text
    assert count(database, ItemRow) == 0


def test_undoing_is_refused_by_name_once_an_item_was_edited(author, database):
    path = read_in(author)
    post(author, f"{path}/apply")
    with database.transaction() as session:
        session.execute(update(ItemDraftRow).values(revision=2))

    refused = post(author, f"{path}/undo")

    assert refused.status_code == 409
    assert "qa-00001" in refused.text
    assert "没有撤销" in refused.text
    assert count(database, ItemRow) == 2
    assert "撤销这次导入" in author.get(path).text


def test_questions_are_decided_one_by_one_and_all_at_once(author):
    path = read_in(author)

    post(author, f"{path}/decide", number="1", decision="skip")
    post(author, f"{path}/decide", scope="open", decision="take")

    page = author.get(f"{path}?show=taken").text
    assert "入库 2 题" in page
    assert post(author, f"{path}/decide", decision="eat").status_code == 404


def test_fields_are_written_to_all_questions(author):
    path = read_in(author)

    answer = post(author, f"{path}/fields", area="新知识点", level="aware", overwrites="1")

    assert "改了 3 题" in author.get(answer.headers["Location"]).text


def test_a_dropped_import_says_so_and_leaves_the_list(author):
    path = read_in(author)

    post(author, f"{path}/discard")

    assert "已经放弃" in author.get(path).text
    assert path not in author.get("/items/imports").text


def test_the_list_shows_imports_with_their_state(author):
    path = read_in(author)

    page = author.get("/items/imports").text

    assert path in page
    assert "待核对" in page


@pytest.mark.parametrize(
    "what",
    [
        "",
        "/rows/1",
        "/rows/1/confirm",
        "/decide",
        "/fields",
        "/apply",
        "/undo",
        "/discard",
        "/pictures/1.png",
    ],
)
def test_an_import_of_others_looks_like_a_missing_one(author, stranger, what):
    path = read_in(author)
    missing = path[:-26] + "0" * 26

    def status(address):
        if what in {"", "/pictures/1.png"}:
            return stranger.get(address + what).status_code
        return post(stranger, address + what).status_code

    assert status(path) == status(missing) == 404


def test_nobody_imports_into_a_bank_of_others(author, stranger, database):
    refused = paste(stranger, item_file(1))

    assert refused.status_code == 400
    assert count(database, ItemImport) == 0


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01\x02\x03" * 100, b"PK\x03\x04 not a zip", b"MZ" + bytes(2000)],
    ids=["empty", "binary", "broken zip", "program"],
)
def test_hostile_files_are_refused_in_words_and_nothing_is_written(author, database, content):
    answer = paste(author, "", file=(io.BytesIO(content), "试卷.md"))

    assert answer.status_code == 400
    assert "还不能提交" in answer.text
    assert count(database, ItemImport) == 0
    assert count(database, MediaFile) == 0


def test_nothing_to_read_is_asked_for_in_words(author):
    assert "请粘贴题目，或选择一个文件" in paste(author, "  ").text


def test_a_large_file_is_read_by_the_worker_with_its_progress_shown(
    author, database, now, monkeypatch
):
    monkeypatch.setattr(importing, "SMALL_BYTES", 1000)
    path = read_in(author, item_file(60, without_key=1))
    waiting = author.get(path)
    assert "正在排队识别" in waiting.text
    assert waiting.headers["Refresh"] == "2"

    assert READ.run(database, now) == 1
    assert READ.run(database, now) == 0

    assert "核对 61 道题" in author.get(path).text


def test_a_large_import_is_applied_apart_from_the_request(author, database, monkeypatch):
    monkeypatch.setattr(routes, "LARGE", 1)
    path = read_in(author)

    post(author, f"{path}/apply", submits="1")

    assert count(database, ItemRow) == 2
    assert "已入库 2 题" in author.get(path).text
    assert post(author, f"{path}/apply").status_code == 303


def test_a_large_import_that_fails_can_be_applied_again(author, database, monkeypatch):
    monkeypatch.setattr(routes, "LARGE", 1)
    path = read_in(author)

    def fails(*_args, **_kwargs):
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(routes.applying, "write", fails)
        assert post(author, f"{path}/apply").status_code == 500
    assert count(database, ItemRow) == 0
    post(author, f"{path}/apply")

    assert count(database, ItemRow) == 2


def test_the_count_of_a_pasted_text_is_told_without_writing(author, database):
    answer = post(author, "/items/imports/count", text=item_file(2, without_key=1), format="auto")

    assert answer.json == {"words": "认出 3 题，其中 1 题要处理"}
    assert count(database, ItemImport) == 0


def test_who_imported_applied_and_undid_is_written_down(author, database):
    path = read_in(author)
    post(author, f"{path}/apply")
    post(author, f"{path}/undo")

    with database.session(write=False) as session:
        acts = session.execute(
            select(AuditEntry.act, AuditEntry.subject).where(AuditEntry.act.like("item.import%"))
        ).all()
    assert [act for act, _ in acts] == [
        "item.import_read",
        "item.import_applied",
        "item.import_undone",
    ]
    assert {subject for _, subject in acts} == {path.rsplit("/", 1)[1]}


def test_who_sees_the_keys_of_what_another_brought_in_is_written_down(author, app, database, now):
    path = read_in(author)
    other = app.test_client()
    with database.transaction() as session:
        user = make_user(session, now, "另一位命题人")
        grant_role(session, now, user, Role.AUTHOR)
    log_in(other, database, user, now)

    assert author.get(path).status_code == other.get(path).status_code == 200

    with database.session(write=False) as session:
        shown = select(AuditEntry.actor_id, AuditEntry.subject)
        seen = session.execute(shown.where(AuditEntry.act == "item.key_shown")).all()
    assert seen == [(user.id, path.rsplit("/", 1)[1])]


def test_who_may_not_see_keys_sees_no_import(author, database, now, monkeypatch):
    path = read_in(author)
    without = GRANTS[Role.AUTHOR] - {Permission.ITEM_READ_KEY}
    monkeypatch.setitem(GRANTS, Role.AUTHOR, without)

    assert author.get(path).status_code == 404
    assert paste(author, item_file(1)).status_code == 403
    assert count(database, ItemImport) == 1


@pytest.mark.parametrize("act", ["", "/confirm"])
def test_a_number_that_no_database_holds_is_no_question(author, act):
    path = read_in(author)

    assert post(author, f"{path}/rows/{10**30}{act}").status_code in {400, 404}
