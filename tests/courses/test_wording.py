"""Our own texts keep the house style; what does not is named with its file and line."""

from pathlib import Path

import pytest

from learning.cli.content import list_folders
from learning.cli.wording import TERMINOLOGY, judge_wording
from learning.kernel.content import ProblemList
from learning.kernel.wording import read_terminology
from tests.factories.courses import write_course, write_lesson

ITEM = "## c-001 单选 · 掌握 · 难度 0.3\n{stem}\n- [x] 甲\n- [ ] 乙\n> 解析：略。\n> 出处：略。\n"
BLANK = "## c-002 填空 · 掌握 · 难度 0.3\n曲线叫____。\n= {answer}\n> 解析：略。\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = tmp_path / "course"
    write_course(folder)
    return folder


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    folder = tmp_path / "bank"
    folder.mkdir()
    (folder / "bank.toml").write_text('id = "bank"\ntitle = "题库"\n', encoding="utf-8")
    return folder


def told(banks: list[Path], courses: list[Path]) -> list[tuple[str, int | None, str]]:
    return [
        (Path(problem.path).name, problem.line, problem.code)
        for problem in judge_wording(banks, courses)
    ]


def test_several_processes_judge_courses_as_one_does(course: Path, tmp_path: Path) -> None:
    write_lesson(course, 1, "\n质量,好。用柏拉图看。\n")
    other = write_course(tmp_path / "other")
    write_lesson(other, 2, "\n直方图(见下)。\n")

    alone = judge_wording([], [course, other])

    assert [problem.line is not None for problem in alone] == [True] * 3
    assert judge_wording([], [course, other], processes=2) == alone


def test_the_list_says_enough_and_only_what_is_used() -> None:
    banks, courses = list_folders()
    texts = "".join(
        path.read_text("utf-8") for folder in (*banks, *courses) for path in folder.glob("*.md")
    )
    problems = ProblemList()
    entries = read_terminology(TERMINOLOGY, problems).entries

    assert [str(problem) for problem in problems] == []
    assert len(entries) >= 80
    assert [entry.zh for entry in entries if entry.zh not in texts] == []


def test_a_sound_course_and_bank_have_nothing_to_name(course, bank) -> None:
    (bank / "01.md").write_text(f"# 抽样\n\n{ITEM.format(stem='好的是（　）。')}", encoding="utf-8")

    assert told([bank], [course]) == []


def test_faults_of_a_lesson_are_named_in_its_head_and_its_body(course) -> None:
    write_lesson(course, 1, "\n顾客是\n客户,不是\n")
    path = next(course.glob("01-*.md"))
    path.write_text(
        path.read_text("utf-8").replace("示例标准", "GB/T 1-2020《略》"), encoding="utf-8"
    )

    assert set(told([], [course])) >= {
        (path.name, 8, "standard"),
        (path.name, 12, "term"),
        (path.name, 12, "half_width"),
    }


def test_faults_of_a_figure_are_named(course) -> None:
    drawn = '<svg xmlns="http://www.w3.org/2000/svg">\n<title>质量, 成本</title>\n</svg>\n'
    (course / "assets" / "figure.svg").write_text(drawn, encoding="utf-8")

    assert told([], [course]) == [("figure.svg", 2, "half_width")]


def test_faults_of_settings_are_named(course, bank) -> None:
    (bank / "bank.toml").write_text('id = "bank"\ntitle = "品质"\n', encoding="utf-8")
    settings = course / "course.toml"
    settings.write_text(
        settings.read_text("utf-8").replace("示例简介。", "示例 简介。"), encoding="utf-8"
    )

    assert told([bank], [course]) == [
        ("bank.toml", 2, "term"),
        ("course.toml", 4, "space_extra"),
    ]


def test_faults_of_an_item_are_named(bank) -> None:
    (bank / "01.md").write_text(
        f"# 抽样\n\n{ITEM.format(stem='客户应当（ ）。')}", encoding="utf-8"
    )

    assert {("01.md", 4, "gap"), ("01.md", 4, "term")} <= set(told([bank], []))


@pytest.mark.parametrize(
    ("answer", "codes"), [("浴盆曲线 | 澡盆曲线", []), ("澡盆曲线 | 浴盆曲线", ["term"])]
)
def test_what_is_also_taken_as_right_may_be_another_word(bank, answer, codes) -> None:
    (bank / "01.md").write_text(f"# 抽样\n\n{BLANK.format(answer=answer)}", encoding="utf-8")

    assert [code for _, _, code in told([bank], [])] == codes


def test_a_term_has_one_english_word_and_an_english_word_one_term(course) -> None:
    for number, old in ((1, "术语甲"), (2, "术语乙")):
        write_lesson(course, number, "\n文\n")
        path = next(course.glob(f"0{number}-*.md"))
        text = path.read_text("utf-8").replace("术语甲", old)
        path.write_text(text, encoding="utf-8")
    third = write_lesson_with_term(course, "排列图", "Pareto diagram")

    assert told([], [course]) == [
        ("02-lesson.md", 7, "term_english"),
        (third, 7, "term_english"),
    ]


def write_lesson_with_term(course: Path, zh: str, en: str) -> str:
    write_lesson(course, 3, "\n文\n")
    path = next(course.glob("03-*.md"))
    text = path.read_text("utf-8").replace("术语甲", zh).replace('en = "term"', f'en = "{en}"')
    path.write_text(text, encoding="utf-8")
    return path.name


@pytest.mark.sqlite
def test_the_commands_name_faults_of_style(app, course, bank) -> None:
    (bank / "01.md").write_text(f"# 抽样\n\n{ITEM.format(stem='客户是（　）。')}", encoding="utf-8")
    write_lesson(course, 1, "\n文,文\n")
    runner = app.test_cli_runner()

    checked = runner.invoke(args=["content", "check", str(bank.parent)])
    linted = runner.invoke(args=["items", "lint", str(bank)])

    assert checked.exit_code == linted.exit_code == 1
    assert "bank/01.md:4: “客户”应写“顾客”" in checked.output
    assert "course/01-lesson.md:11: “文,文”：中文里用全角标点" in checked.output
    assert "bank/01.md:4: “客户”应写“顾客”" in linted.stderr
