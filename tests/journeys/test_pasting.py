"""Pasting from Word into a lesson: its structure comes as Markdown, its picture of itself does not."""

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from learning.accounts.models import User
from learning.courses.services import bring_course
from learning.kernel.permissions import Grant, Role, ScopeKind
from learning.organisations.models import Unit
from tests.courses.authoring import CODE, course_files
from tests.factories.people import make_actor
from tests.factories.pictures import PNG
from tests.journeys.exam_room.driving import new_context
from tests.journeys.site import PASSWORD, World
from tests.journeys.steps import Person
from tests.journeys.test_appeal import browser  # noqa: F401 - a fixture
from tests.journeys.test_course_authoring import AUTHOR, running_desk

pytestmark = pytest.mark.browser
WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal {}</style>
</head><body><!--StartFragment-->
<h1>检验<o:p></o:p></h1>
<p class=MsoNormal><b><span lang=EN-US>SPC </span></b>是统计过程
控制，面积 5 m<sup>2</sup>，写作 a_b*c，公式 $x_1$。<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<h2>步骤</h2>
<p class=MsoListParagraph style='text-indent:-21pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>1.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>抽样</p>
<p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>·</span>随机</p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>2.</span>判定</p>
<table class=MsoTableGrid><tr><td><p class=MsoNormal><b>项目</b></p></td><td><p>值|单位</p></td></tr>
<tr><td><p class=MsoNormal>均值</p></td><td><p>5</p></td></tr></table>
<p class=MsoNormal>见<a href="https://example.com/a">标准</a>和<a href="javascript:alert(1)">这里</a>
<img src=x onerror="document.body.dataset.hostile = 1"></p>
<!--EndFragment--></body></html>"""
MARKDOWN = """## 检验

**SPC** 是统计过程控制，面积 5 m²，写作 a\\_b\\*c，公式 $x_1$。

### 步骤

1. 抽样
    - 随机
1. 判定

| **项目** | 值\\|单位 |
| --- | --- |
| 均值 | 5 |

见[标准](https://example.com/a)和这里"""
PASTE = """([html, plain, base64]) => {
  const data = new DataTransfer();
  if (html) data.setData("text/html", html);
  if (plain) data.setData("text/plain", plain);
  if (base64) {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    data.items.add(new File([bytes], "image.png", { type: "image/png" }));
  }
  const text = document.getElementById("text");
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  text.dispatchEvent(event);
  return event.defaultPrevented;
}"""


def paste(page: Page, html: str, plain: str, picture: bytes = b"") -> bool:
    """Paste at the end of the text; tell whether the page took it instead of the browser."""
    return bool(page.evaluate(PASTE, [html, plain, base64.b64encode(picture).decode()]))


def bring(world: World) -> None:
    with world.database.transaction() as session:
        user = session.scalars(select(User).where(User.display_name == "示例作者")).one()
        unit = session.scalars(select(Unit).where(Unit.public_id == world.unit)).one()
        actor = make_actor(user, Grant(Role.AUTHOR, ScopeKind.UNIT, str(unit.id)))
        bring_course(session, actor, course_files(), world.unit, datetime.now(UTC))


def test_what_word_copies_comes_with_its_structure_and_can_be_undone(
    browser: Browser,  # noqa: F811
    tmp_path: Path,
) -> None:
    faults: list[str] = []
    with running_desk(tmp_path) as world:
        bring(world)
        author = Person(new_context(browser, faults), world)
        author.log_in(AUTHOR, PASSWORD)
        author.go(f"/authoring/{CODE}/edit?path=02-lesson.md")
        page, text = author.page, author.page.locator("#text")
        before = text.input_value()

        assert paste(page, WORD, "检验\nSPC", PNG)
        assert text.input_value().removeprefix(before) == MARKDOWN
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.locator("#preview table th").first).to_have_text("项目")
        expect(page.locator("#findings a[data-line]")).to_have_count(0)
        assert page.evaluate("document.body.dataset.hostile") is None
        page.keyboard.press("Control+z")
        expect(text).to_have_value(before)

        assert not paste(page, "<div><span>const a = *b*;</span></div>", "const a = *b*;")
        assert not paste(page, "", "两段\n文字")
        assert paste(page, '<img src="file:///c:/1.png">', "", PNG)
        expect(page.get_by_role("dialog")).to_be_visible()
    assert faults == []
