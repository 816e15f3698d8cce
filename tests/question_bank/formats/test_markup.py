"""HTML of other systems and plain text become Markdown that shows the same."""

import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.kernel.markdown import render
from learning.question_bank.formats.markup import escape_markdown, html_to_markdown, one_line


@pytest.mark.parametrize(
    ("source", "markdown"),
    [
        (
            "<p>A <b>bold</b> &amp; <i>thin </i>word</p><p>next</p>",
            "A **bold** & *thin* word\n\nnext",
        ),
        ("one<br/>two<BR>three", "one\n\ntwo\n\nthree"),
        ("<h2>Title</h2>text", "**Title**\n\ntext"),
        (
            "H<sub>2</sub>O, 10<sup>-3</sup> m<sup>n+1</sup>",
            "H₂O, 10⁻³ mⁿ⁺¹",
        ),
        ("x<sub>max</sub>", "x$_{max}$"),
        ("x<sup>上</sup>", "x^(上)"),
        ("<ul><li>a<li>b<ol><li>c</ol></ul>d", "- a\n- b\n    1. c\n\nd"),
        ("<ol><li>a</li><li><p>b</p></li></ol>", "1. a\n2. b"),
        (
            "<table><tr><th>A<th>B<tr><td>1|2<td>3</table>",
            "| A | B |\n| --- | --- |\n| 1\\|2 | 3 |",
        ),
        ("<table><tr><td>only</td></tr></table>", "only"),
        ("<pre><code>if a &lt; b:\n    c</code></pre>", "```\nif a < b:\n    c\n```"),
        ("<code>x = 1</code>", "`x = 1`"),
        ('<a href="https://a.example/x">t</a>', "[t](https://a.example/x)"),
        (r"\(a^2\) and \[b\] and $$c$$", "$a^2$ and $$b$$ and $$c$$"),
        ("<b>one<p>two</b>three", "**one**\n\n**two**three"),
        ("1 < 2, 3<4 & a<b", "1 < 2, 3<4 & a<b"),
        ("<!-- hidden --><o:p>&nbsp;</o:p><span style='x'>shown</span><?xml x?>", "shown"),
        ("</p></b></table></ul>text", "text"),
        ("质&#37327;&nbsp;&nbsp;管理", "质量 管理"),
    ],
)
def test_html_reads_as_markdown(source: str, markdown: str) -> None:
    assert html_to_markdown(source) == (markdown, ())


@pytest.mark.parametrize(
    ("source", "text", "loss"),
    [
        ("a<script>alert(1)</script>b", "ab", "脚本"),
        ("a<SCRIPT>alert(1)", "a", "脚本"),
        ("<iframe src=x>y</iframe>z", "z", "嵌入的网页"),
        ("<u>not</u>", "not", "下划线"),
        ('<img src="http://x/a.png" alt="图 1">', "图 1", "图片“图 1”"),
        ('<img src="data:image/png;base64,AAAA">', "", "内嵌图片"),
        ("<math><mi>x</mi></math>", "x", "公式（MathML，只留下了文字）"),
        (
            "<table><tr><td colspan=2>a<td>b<tr><td>c<td>d</table>",
            "| a | b |\n| --- | --- |\n| c | d |",
            "合并的单元格",
        ),
        ("x" * 100_001, "x" * 100_000, "过长的部分"),
    ],
)
def test_what_markdown_cannot_say_is_named(source: str, text: str, loss: str) -> None:
    assert html_to_markdown(source) == (text, (loss,))


def test_a_picture_is_shown_as_the_caller_says() -> None:
    shown = html_to_markdown(
        '<img alt="a]b" src="@@PLUGINFILE@@/x.png">', lambda src, alt: f"![{alt}](asset:{src[-5:]})"
    )
    assert shown == ("![ab](asset:x.png)", ())


@pytest.mark.parametrize(
    "text",
    [
        "2*3*4 = 24",
        "__init__ and _x_ but a_b_c",
        "# not a heading",
        "- not a list",
        "> not a quote",
        "`a` and `b`",
        "[a](b) and [c]: d",
        "5 \\* 6 \\_ 7",
        "&lt; is an entity",
        "$5$ and $a$",
        "<b>x</b> & 1 < 2",
    ],
)
def test_escaped_text_is_shown_as_it_is(text: str) -> None:
    assert _shown(escape_markdown(text)) == text


@given(st.text(alphabet="ab 1质*_`$#>-+=<&;[]()\\!|~.", max_size=30))
def test_any_line_is_shown_as_it_is(text: str) -> None:
    line = one_line(text)
    if re.search(r"\\[(\[]|_{5}", line):  # a formula; a gap, which has one length
        return
    assert _shown("质" + escape_markdown(line)) == "质" + line


def _shown(markdown: str) -> str:
    page = str(render(markdown))
    assert page.startswith("<p>")
    assert page.count("<p>") == 1
    return html.unescape(re.sub(r"</?(?:p|span[^>]*)>", "", page)).strip()


@pytest.mark.parametrize(
    "source",
    [
        "<a " * 33_000,
        "<!--" * 25_000,
        "<b>" * 33_000,
        "<ul>" * 10_000 + "<li>x" * 12_000,
        "<table><tr><td>" * 6_000,
        "\\(" * 50_000,
        '<a b="' * 16_000,
        "<b>x" * 25_000,
        "<sub>" * 8_000 + "<p>" * 20_000,
        "&#" * 50_000,
        "[a](" * 25_000,
        "*a" * 50_000,
    ],
)
def test_no_page_costs_more_than_it_is_long(source: str) -> None:
    began = time.process_time()
    text, _ = html_to_markdown(source)
    assert time.process_time() - began < 2
    assert len(text) < 10 * len(source) + 100


@pytest.mark.parametrize(
    "source",
    ['<a href="javascript:alert(1)">t</a>', '<p onclick="x()">t</p>', "<b/onmouseover=x()>t</b>"],
)
def test_scripts_in_attributes_vanish_and_are_named(source: str) -> None:
    text, losses = html_to_markdown(source)

    assert text.strip("*") == "t"
    assert losses == ("脚本",)
