"""What is wrong with the numbers of a parametric item is said in words."""

from dataclasses import replace

import pytest

from learning.question_bank.drafts import Defaults, DraftOption, ItemDraft, check

DEFAULTS = Defaults(code="re-1")
TOML = "[draw]\nn = [2, 4, 8]\n[answer]\nvalue = '100 / n'\ntolerance = { absolute = 0.5 }"


def numeric(draw: str, stem: str = "分成 {n} 份，每份____。", **fields: object) -> ItemDraft:
    return ItemDraft(kind="numeric", stem=stem, draw=draw, explanation="除一除。", **fields)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"draw": "n ="}, ["draw"]),
        ({"draw": "[draw]\n" + "#" * 9000}, ["draw"]),
        ({"draw": "n = 1\n" + TOML}, ["draw"]),
        ({"draw": "[dice]\nx = 1\n" + TOML}, ["draw"]),
        ({"draw": "[draw]\nx = " + "[" * 3000}, ["draw"]),
        ({"draw": "[draw]\n[answer]\nvalue = '1'"}, ["draw"]),
        ({"draw": "[draw]\n" + "\n".join(f"v{n} = [1]" for n in range(21)) + "\n[answer]\nvalue='1'"}, ["draw"]),
        ({"draw": TOML.replace("[2, 4, 8]", "[]")}, ["draw_values"]),
        ({"draw": TOML.replace("[2, 4, 8]", "5")}, ["draw_values"]),
        ({"draw": TOML.replace("[2, 4, 8]", "[true]")}, ["draw_values"]),
        ({"draw": TOML.replace("[2, 4, 8]", "[1, 'a']")}, ["draw_values"]),
        ({"draw": TOML.replace("[2, 4, 8]", "[inf]")}, ["draw_values"]),
        ({"draw": TOML.replace("[2, 4, 8]", "[1e50]")}, ["draw_values"]),
        ({"draw": TOML.replace("[2, 4, 8]", "[2024-01-01]")}, ["draw_values"]),
        ({"draw": TOML.replace("[2, 4, 8]", "[1.2345678901234]")}, ["draw_values"]),
        ({"draw": TOML.replace("100 / n", "9.99999999999999e999 + 0 * n")}, []),
        ({"draw": TOML.replace("100 / n", "9.99999999999999e999 * n")}, ["draw_value"]),
        ({"draw": TOML.replace("[2, 4, 8]", "{ from = 1, to = 9 }")}, ["draw_values"]),
        ({"draw": TOML.replace("[2, 4, 8]", "{ from = 1, to = 9, step = 0 }")}, ["draw_values"]),
        ({"draw": TOML.replace("[2, 4, 8]", "{ from = 1, to = '9', step = 1 }")}, ["draw_values"]),
        ({"draw": TOML.replace("[2, 4, 8]", "{ from = 0, to = 1, step = 1e-20 }")}, ["draw_values"]),
        ({"draw": TOML.replace("[2, 4, 8]", "{ from = 0, to = 1, step = 0.0001 }")}, ["draw_values"]),
        ({"draw": TOML.replace("n = ", "value = ")}, ["draw_name", "draw_expression"]),
        ({"draw": TOML.replace("n = ", "exp = ")}, ["draw_name", "draw_expression"]),
        ({"draw": TOML.replace("n = ", "'样品' = ")}, ["draw_name", "draw_expression"]),
        ({"draw": TOML + "\n[let]\nn = '1'"}, ["draw_name"]),
        ({"draw": TOML + "\n[let]\nb = 'a'\na = '1'"}, ["draw_expression"]),
        ({"draw": TOML + "\n[let]\nb = true"}, ["draw_expression"]),
        ({"draw": TOML + "\n[let]\nb = 'n.real'"}, ["draw_expression"]),
        ({"draw": TOML + "\n[let]\nb = 5"}, []),
        ({"draw": TOML.replace("'100 / n'", "'100 / m'")}, ["draw_expression"]),
        ({"draw": TOML.replace("value", "values")}, ["draw", "draw_answer"]),
        ({"draw": TOML.replace("value", "unit = 5\nvalue")}, ["draw_answer"]),
        ({"draw": TOML.replace("value", "unit = '3 h'\nvalue")}, ["draw_answer"]),
        ({"draw": TOML.replace("absolute", "percent")}, ["tolerance"]),
        ({"draw": TOML.replace("= 0.5", "= -0.5")}, ["tolerance"]),
        ({"draw": TOML.replace("absolute = 0.5", "figures = 11")}, ["tolerance"]),
        ({"draw": TOML.replace("{ absolute = 0.5 }", "1")}, ["tolerance"]),
        ({"draw": TOML.replace("absolute = 0.5", "figures = 3")}, []),
        ({"draw": TOML.replace("absolute", "relative")}, []),
        ({"answers": ("5",)}, ["answer_line"]),
        ({"options": (DraftOption("5", is_key=True),)}, ["answer_line"]),
        ({"attributes": ("3 位有效数字",)}, ["attribute_unknown"]),
        ({"stem": "____和____"}, ["gap_count"]),
        ({"stem": "{value} 是____"}, ["value_told"]),
        ({"stem": "$x={value * n}$ 是____"}, ["value_told"]),
        ({"stem": "$\\frac{{n}}$"}, ["formula"]),
        ({"draw": TOML.replace("8]", "0]")}, ["draw_value"]),
        ({"draw": TOML.replace("8]", "0]") + "\n[require]\nsome = 'n > 0'"}, []),
        ({"draw": TOML + "\n[require]\nsome = 'n > 4'"}, ["draw_refused"]),
        ({"draw": TOML + "\n[require]\nsome = 'value > 1000'"}, ["draw_refused"]),
        ({"draw": TOML + "\n[require]\nsome = 'n'"}, ["draw_value"]),
        ({"draw": TOML + "\n[require]\nsome = 'n > '"}, ["draw_expression"]),
        ({"draw": TOML + "\n[let]\nbig = 'n > 4'", "stem": "{big} {n}"}, ["draw_value"]),
        ({"draw": TOML + "\n[let]\nbig = '1 / (n - 2)'"}, ["draw_value"]),
        ({"draw": TOML.replace("100 / n", "n > 2")}, ["draw_value"]),
        ({"draw": TOML.replace("100 / n", "n - 2").replace("absolute", "relative")}, ["draw_value"]),
        ({"draw": TOML.replace("100 / n", "n - 2").replace("absolute = 0.5", "figures = 3")}, ["draw_value"]),
        ({"draw": TOML.replace("tolerance = { absolute = 0.5 }", "")}, []),
        ({"draw": TOML.replace("tolerance = { absolute = 0.5 }", "").replace("8]", "3]")}, ["tolerance_missing"]),
    ],
)  # fmt: skip
def test_faults_of_a_draw_are_named(changes, found) -> None:
    checked = check(replace(numeric(TOML), **changes), DEFAULTS)

    assert list(dict.fromkeys(f.code for f in checked.findings if not f.is_remark)) == found
    assert (checked.item is None) == bool(found)
    assert all(f.message for f in checked.findings)


def test_a_fault_of_a_value_names_the_numbers_that_were_drawn() -> None:
    checked = check(numeric(TOML.replace("8]", "0]")), DEFAULTS)

    assert checked.findings[0].place == "draw"
    assert checked.findings[0].message == "抽到 n = 0 时算不出来：除数为 0"


@pytest.mark.parametrize(
    ("changes", "remarks"),
    [
        ({"stem": "{n} 分之一，{m} 没有名字"}, ["placeholder_unknown"]),
        ({"stem": "{1 / n:1} 的百倍"}, ["tolerance_tight"]),
        ({"stem": "{third:1} 的百倍"}, ["tolerance_tight"]),
        ({"stem": "{third:1} 的百倍，{n:0}"}, ["tolerance_tight"]),
        ({"stem": "{third:4} 的百倍，{1 / n:5}"}, []),
        ({"stem": "{n} 的百倍，{1 / n}"}, []),
        ({"stem": "{zero} 和 {word}"}, []),
    ],
)
def test_a_tolerance_must_let_the_shown_numbers_do(changes, remarks) -> None:
    toml = (
        "[draw]\nn = [3, 7]\n[let]\nthird = '1 / n'\nzero = '0 * n'\nword = \"'少' if n < 5 else '多'\"\n"
        "[answer]\nvalue = '100 * third'\ntolerance = { relative = 0.01 }"
    )

    checked = check(replace(numeric(toml), **changes), DEFAULTS)

    assert checked.item is not None
    assert [f.code for f in checked.findings] == remarks


def test_shown_numbers_that_break_the_formula_are_remarked() -> None:
    toml = "[draw]\nn = [3, 7]\n[let]\nsmall = '1 / n'\n[answer]\nvalue = '1 / small'\ntolerance = { relative = 0.01 }"

    checked = check(numeric(toml, "{small:0} 的倒数"), DEFAULTS)

    assert [f.code for f in checked.findings] == ["tolerance_tight"]
