"""A value that a page is handed never hides a global that its template calls."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent / "learning"


def handed(source: str) -> set[str]:
    """Return the names under which a module hands values to templates."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    drawing = (call for call in calls if getattr(call.func, "id", "") == "render_template")
    return {word.arg for call in drawing for word in call.keywords if word.arg}


def test_no_page_is_handed_a_value_under_the_name_of_a_global(app) -> None:
    hidden = {
        path.name: names
        for path in ROOT.rglob("*.py")
        if (names := handed(path.read_text(encoding="utf-8")) & set(app.jinja_env.globals))
    }

    assert hidden == {}


def test_the_names_handed_to_a_page_are_found() -> None:
    assert handed('render_template("x.html", gap=1, rows=[f(y=2)])') == {"gap", "rows"}
