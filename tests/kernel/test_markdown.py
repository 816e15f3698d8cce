"""Author's Markdown is inert, formulas are set, prices stay prices."""

import inspect
import re
import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from learning.kernel.markdown import MAX_LENGTH, formula_errors, render, render_inline

HOSTILE = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//e.example></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<form action=/x><input name=csrf></form>",
    "<style>body{display:none}</style>",
    "<p style='position:fixed'>x</p>",
    "<base href='//e.example'>",
    "<!-- <script>alert(1)</script> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x][1]\n\n[1]: javascript:alert(1)",
    '[x](http://e.example "t\\" onmouseover=alert(1) \\"")',
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
    '![x](a.png" onerror="alert(1))',
    "![x](https://tracker.example/p.gif)",
    "![x](//tracker.example/p.gif)",
    "![x](../../secret.png)",
    "<javascript:alert(1)>",
    '<https://e.example/"onmouseover=alert(1)>',
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "```\n<script>alert(1)</script>\n```",
    "```<script>\nx\n```",
    r"$\href{javascript:alert(1)}{x}$",
    r"$\text{<img src=x onerror=alert(1)>}$",
    r"$\text{</mtext></math><script>alert(1)</script>}$",
    r"$$\text{<svg onload=alert(1)>}$$",
    '<span class="arithmatex">\\(\\text{<img src=x>}\\)</span>',
    '!!! note "<img src=x onerror=alert(1)>"\n    x',
    '!!! "note\\" onclick=alert(1)"\n    x',
    "[^1]\n\n[^1]: <script>alert(1)</script>",
    "|<script>alert(1)</script>|\n|-|\n|<img src=x onerror=alert(1)>|",
    "\x02wzxhzdk:0\x03 \x02amp\x03",
    "- [x] <script>alert(1)</script>",
]

TAG = re.compile(r"<[^>]*>")
ALLOWED = set(
    """a b blockquote br code del div em h2 h3 h4 h5 h6 hr i img input label li math menclose mfrac
    mi mn mo mover mpadded mphantom mroot mrow mspace msqrt msub msubsup msup mtable mtd mtext mtr
    munder munderover ol p pre span strong sub sup table tbody td th thead tr ul""".split()
)


def assert_inert(html: str) -> None:
    for tag in TAG.findall(html):
        name = re.match(r"</?([a-z0-9]+)", tag)
        assert name, tag
        assert name.group(1) in ALLOWED, tag
        bare = re.sub(r'"[^"]*"', '""', tag)
        assert not re.search(r"\son\w+\s*=", bare, re.IGNORECASE), tag
        assert "style=" not in bare, tag
        for address in re.findall(r'(?:href|src)="([^"]*)"', tag):
            assert re.match(r"(https?:|mailto:|#|/(?!/)|[\w./-]+$)", address), tag
        if tag.startswith("<img"):
            assert "//" not in tag, tag
            assert ".." not in tag, tag
    assert "<" not in TAG.sub("", html)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_inert(text) -> None:
    assert_inert(render(text))
    assert_inert(render_inline(text))
    assert_inert(render(f"a\n\n> - {text}"))


@given(st.text(alphabet="<>&\"'`$[]()!*_\\\n\t -=#:|/~^{}ax1中javscriptonhr", max_size=120))
def test_any_text_is_inert_and_never_fails(text) -> None:
    assert_inert(render(text))
    assert_inert(render_inline(text))


@given(st.text(max_size=60))
def test_any_characters_are_rendered(text) -> None:
    render(text)
    formula_errors(text)


def test_the_result_is_safe_for_templates() -> None:
    assert isinstance(render("x"), Markup)
    assert isinstance(render_inline("x"), Markup)


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $6",
        "票价 $5，$6 起",
        "US$5和US$6",
        "$5-$6",
        "$ 5 $",
        r"\$5$",
        "价格$5",
        r"\(x\) 与 \[y\]",
        "`$x$`",
        "    $x$",
    ],
)
def test_prices_and_code_are_not_maths(text) -> None:
    html = render(text)

    assert "<math" not in html
    assert "math-error" not in html


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("$x$", 1),
        ("因此$R(t)$是$t$的函数，$\\lambda$不变。", 3),
        ("（$x$）", 1),
        ("**$x$**", 1),
        ("| $a$ | $b$ |\n|-|-|\n| 1 | 2 |", 2),
        ("$$a<b$$", 1),
        ("前面\n$$\na=b\n$$\n后面", 1),
        ("前 $$a$$ 后", 1),
    ],
)
def test_dollars_open_maths(text, count) -> None:
    assert render(text).count("<math") == count


def test_display_maths_is_a_block() -> None:
    assert '<math display="block">' in render("$$x$$")
    assert '<math display="block">' in render("由此 $$x$$ 可知")
    assert "<math>" in render("$x$")


def test_a_bad_formula_shows_its_source_escaped() -> None:
    html = render(r"由 $\frac{<b>$ 与 $$\foo$$")

    assert r'<code class="math-error">$\frac{&lt;b&gt;$</code>' in html
    assert r'<code class="math-error">$$\foo$$</code>' in html


def test_every_bad_formula_is_named_in_order() -> None:
    errors = formula_errors("$a$ $\\foo$ `$\\no$`\n\n$$\n\\bar\n$$\n\n- $\\q$")

    assert [error.formula for error in errors] == [r"\foo", r"\bar", r"\q"]


def test_html_is_shown_as_text() -> None:
    assert render("若 a<b 且 <b>粗</b>") == "<p>若 a&lt;b 且 &lt;b&gt;粗&lt;/b&gt;</p>"


def test_underscores_are_a_gap_and_never_a_rule_or_emphasis() -> None:
    gap = '<span class="gap">____</span>'

    assert render("依次是____和______。") == f"<p>依次是{gap}和{gap}。</p>"
    assert render("____") == f"<p>{gap}</p>"
    assert render("---") == "<hr>"
    assert "gap" not in render("`____`")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# 题", "<h2>题</h2>"),
        ('!!! warning "注意"\n    x', 'class="admonition warning"'),
        ('!!! tab "手算"\n    x', 'class="admonition tab"'),
        ("|a|b|\n|:-|-:|\n|1|2|", '<td align="right">2</td>'),
        ("- [x] 完成", '<li class="task-list-item"><input type="checkbox" disabled="" checked="">'),
        ("a[^1]\n\n[^1]: 注", '<li id="fn:1">'),
        ("a[^1]\n\n[^1]: 注", 'href="#fn:1"'),
        ("[a](https://e.example)", 'rel="noopener noreferrer"'),
        ("[a](mailto:a@e.example)", 'href="mailto:a@e.example"'),
        ("[a](/courses)", 'href="/courses"'),
        ("```\na < b\n```", "<pre><code>a &lt; b"),
        ("是**“重要”**的", "<strong>“重要”</strong>"),
    ],
)
def test_what_authors_may_write_is_kept(text, expected) -> None:
    assert expected in render(text)


def test_relative_images_go_under_the_prefix_and_others_stay() -> None:
    html = render("![图](assets/a.svg) ![图](/static/b.svg)", assets='/courses/re/"')

    assert 'src="/courses/re/&#34;assets/a.svg"' in html
    assert 'src="/static/b.svg"' in html


@pytest.mark.parametrize("text", ["1. 计划", "- 实施", "# 检查", "a|b", "    处置", "[^1]", "x: y"])
def test_inline_text_stays_as_it_was_typed(text) -> None:
    assert render_inline(text) == text.strip()


def test_inline_text_keeps_emphasis_and_maths() -> None:
    assert render_inline("**甲**") == "<strong>甲</strong>"
    assert "<math>" in render_inline("$x$")
    assert render_inline("甲\n\n乙") == "甲<br>乙"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000,
        "![" * 5000,
        "[a](" * 3000,
        "[^1]" * 3000 + "\n\n[^1]: x",
        "$x" * 5000,
        "`a" * 5000,
    ],
)
def test_text_made_to_be_slow_is_shown_as_text_in_time(text) -> None:
    started = time.perf_counter()

    assert_inert(render(text))
    assert_inert(render_inline(text))

    assert time.perf_counter() - started < 3


def test_text_beyond_all_measure_is_cut() -> None:
    assert len(render("<" * (MAX_LENGTH + 10))) < 5 * MAX_LENGTH


def test_deep_lists_are_rendered() -> None:
    assert_inert(render("".join("    " * depth + "- a\n" for depth in range(400))))


def test_a_text_that_nests_beyond_the_stack_is_shown_as_text() -> None:
    text = "".join("> " * depth + "甲<b>\n\n" for depth in range(1, 30))
    render("warm up: the converter of this thread is built")

    def at_depth(frames: int) -> str:
        return at_depth(frames - 1) if frames else render(text)

    html = at_depth(sys.getrecursionlimit() - len(inspect.stack(0)) - 90)

    assert html.startswith("<p>&gt; 甲&lt;b&gt;")
    assert render("- 其后照常") == "<ul>\n<li>其后照常</li>\n</ul>"


def test_threads_do_not_disturb_each_other() -> None:
    wrong: list[str] = []

    def work(name: str) -> None:
        for number in range(30):
            html = render(f"{name}{number} $x_{{{number}}}$[^1]\n\n[^1]: {name}")
            if f"{name}{number} " not in html or html.count('class="footnote"') != 1:
                wrong.append(html)

    threads = [threading.Thread(target=work, args=(name,)) for name in "甲乙丙丁"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
