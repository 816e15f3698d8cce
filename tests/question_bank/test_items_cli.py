"""`flask items`: what it prints, what it writes, how it ends."""

import json

import pytest
from click.testing import Result
from sqlalchemy import func, select

from learning.cli import items as cli
from learning.question_bank.models import BankRow, ItemRow
from tests.factories.items import make_bank
from tests.question_bank.importing import item_file

pytestmark = pytest.mark.pages


@pytest.fixture
def runner(app):
    return app.test_cli_runner()


@pytest.fixture
def path(tmp_path):
    """Write a text into a file and return its path."""

    def write(text: str, name: str = "items.md") -> str:
        file = tmp_path / name
        file.write_text(text)
        return str(file)

    return write


def dry_run(runner, file, *more, given=None) -> Result:
    args = ["items", "import", file, "--bank", "nowhere", "--dry-run", "--json", *more]
    return runner.invoke(args=args, input=given)


def count(database, table):
    with database.session(write=False) as session:
        return session.scalar(select(func.count()).select_from(table))


def test_a_dry_run_prints_every_question_and_ends_0_when_all_became_items(runner, database, path):
    result = dry_run(runner, path(item_file(2, without_key=0)))

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "format": "markdown",
        "items": [
            {
                "number": number,
                "kind": "single",
                "stem": f"第 {number} 个样本量由什么决定？",
                "options": ["公差", "检验水平和批量"],
                "key": ["B"],
                "points": None,
            }
            for number in (1, 2)
        ],
        "problems": [],
    }
    assert (count(database, ItemRow), count(database, BankRow)) == (0, 0)


def test_a_question_without_a_key_is_shown_with_its_problem_and_ends_1(runner, path):
    result = dry_run(runner, path(item_file(1, without_key=1)))

    printed = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [(item["kind"], item["key"]) for item in printed["items"]] == [
        ("single", ["B"]),
        ("true_false", []),
    ]
    assert "no_key" in {problem["code"] for problem in printed["problems"]}


def test_a_title_is_named_but_is_no_problem_of_a_question(runner, path):
    paper = "质量知识竞赛试题\n（满分100分）\n1.顾客满意是（A）。\nA.感受\nB.投诉次数\n"

    result = dry_run(runner, path(paper, "paper.txt"))

    told = json.loads(result.stdout)
    assert [problem["code"] for problem in told["problems"]] == ["stray_text"]
    assert [item["key"] for item in told["items"]] == [["A"]]
    assert result.exit_code == 0


def test_the_standard_input_is_read_for_a_dash(runner):
    result = dry_run(runner, "-", given=item_file(1, without_key=0))

    assert result.exit_code == 0
    assert len(json.loads(result.stdout)["items"]) == 1


@pytest.mark.parametrize("text", ["", "只是一段话，没有题目。"])
def test_what_cannot_be_read_ends_2_with_empty_json_and_words_on_stderr(runner, path, text):
    result = dry_run(runner, path(text), "--format", "markdown")

    printed = json.loads(result.stdout)
    assert result.exit_code == 2
    assert (printed["items"], len(printed["problems"])) == ([], 1)
    assert result.stderr.strip()


def test_a_file_that_is_not_there_ends_2(runner, tmp_path):
    result = dry_run(runner, str(tmp_path / "missing.md"))

    assert result.exit_code == 2
    assert "没有这个文件" in result.stderr
    assert json.loads(result.stdout)["problems"][0]["code"] == "unreadable"


def test_the_model_answer_of_an_essay_is_its_key_without_the_word_before_it(runner, path):
    result = dry_run(runner, path("题型,题干,答案\n简答题,什么是5S？,整理等\n", "items.csv"))

    assert json.loads(result.stdout)["items"][0]["key"] == ["整理等"]


def test_a_folder_ends_2(runner, tmp_path):
    result = dry_run(runner, str(tmp_path))

    assert result.exit_code == 2
    assert "这是文件夹" in result.stderr
    assert json.loads(result.stdout)["problems"][0]["code"] == "unreadable"


def test_an_import_makes_the_bank_when_asked_and_drafts_of_every_question(runner, database, path):
    file = path(item_file(2, without_key=1))

    refused = runner.invoke(args=["items", "import", file, "--bank", "fresh"])
    result = runner.invoke(args=["items", "import", file, "--bank", "fresh", "--create-bank"])

    assert refused.exit_code == 1
    assert "--create-bank" in refused.stderr
    assert result.exit_code == 1  # one question has a problem
    assert "存为草稿 3 题" in result.stdout
    with database.session(write=False) as session:
        assert set(session.scalars(select(ItemRow.state))) == {"draft"}


def test_a_bank_of_files_takes_no_import(runner, database, path, now):
    with database.transaction() as session:
        make_bank(session, now, bank="files")

    result = runner.invoke(args=["items", "import", path(item_file(1)), "--bank", "files"])

    assert result.exit_code == 1
    assert "没有可以导入的题库" in result.stderr


def test_what_is_exported_is_imported_again(runner, database, path, now, tmp_path):
    with database.transaction() as session:
        make_bank(session, now, bank="files")
    target = tmp_path / "out.md"

    result = runner.invoke(
        args=["items", "export", "--bank", "files", "--format", "markdown", "-o", str(target)]
    )

    assert result.exit_code == 0, result.output
    again = dry_run(runner, str(target))
    assert len(json.loads(again.stdout)["items"]) == count(database, ItemRow)


def test_an_export_without_keys_holds_none(runner, database, now, tmp_path):
    with database.transaction() as session:
        make_bank(session, now, bank="files", explanation="CANARY")
    target = tmp_path / "out.md"
    args = ["items", "export", "--bank", "files", "--format", "markdown", "-o", str(target)]

    result = runner.invoke(args=[*args, "--without-keys"])

    text = target.read_text()
    assert result.exit_code == 0
    assert "的题干" in text
    assert not any(mark in text for mark in ("CANARY", "[x]", "\n= "))


def test_stats_count_by_bank_and_kind(runner, database, now):
    with database.transaction() as session:
        make_bank(session, now, bank="files")

    printed = json.loads(runner.invoke(args=["items", "stats", "--json"]).stdout)

    assert set(printed) == {"files"}
    assert printed["files"].pop("with_clause") == 0
    assert sum(printed["files"].values()) == count(database, ItemRow)


def test_lint_names_what_is_wrong_with_the_files(runner, monkeypatch, tmp_path):
    bank = tmp_path / "bank"
    bank.mkdir()
    (bank / "bank.toml").write_text('id = "bank"\ntitle = "题库"\n')
    good = "# 抽样\n\n## one-1 判断 · 掌握 · 难度 0.40\n全检没有抽样风险。\n= 对\n> 解析：略。\n> 出处：GB/T 2828.1—2012 中 3.1.1。\n"
    (bank / "one.md").write_text(good)
    monkeypatch.setattr(cli, "FOLDER", tmp_path)
    assert runner.invoke(args=["items", "lint"]).exit_code == 0

    (bank / "two.md").write_text(item_file(0, without_key=1))

    result = runner.invoke(args=["items", "lint"])
    assert result.exit_code == 1
    assert "two.md" in result.stderr

    (bank / "two.md").unlink()
    (bank / "one.md").write_text(good.replace("> 出处：GB/T 2828.1—2012 中 3.1.1。\n", ""))

    result = runner.invoke(args=["items", "lint", str(bank)])
    assert result.exit_code == 1
    assert f"{bank / 'one.md'}:3:one-1: 没有出处" in result.stderr
