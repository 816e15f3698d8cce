"""QTI files of other systems come in with their kinds and keys, whatever their version."""

import io
import time
import zipfile
from typing import Any

import pytest

from learning.question_bank.drafts import Defaults, ItemDraft, check
from learning.question_bank.formats import Parsed, Unreadable, Upload
from learning.question_bank.formats.qti import QtiImporter
from tests.question_bank.formats.expected import list_cases, read_case, summary

importer = QtiImporter()


def parse(content: bytes | str, name: str = "x.xml") -> Parsed:
    raw = content.encode() if isinstance(content, str) else content
    return importer.parse(Upload(name, raw), lambda *_: None)


def package(**files: str | bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def item(body: str, declared: str = "", processing: str = "", head: str = "") -> str:
    return (
        f'<assessmentItem identifier="i" title="t">{declared}{head}'
        f"<itemBody>{body}</itemBody>{processing}</assessmentItem>"
    )


def only(content: str) -> ItemDraft:
    (entry,) = parse(content).entries
    return entry.draft


@pytest.mark.parametrize(("name", "expected"), list_cases("qti"), ids=lambda v: str(v)[:30])
def test_each_sample_file_gives_the_questions_of_the_manifest(
    name: str, expected: dict[str, Any]
) -> None:
    assert summary(read_case(importer, "qti", name)) == expected


def test_every_question_with_a_key_becomes_an_item() -> None:
    without = []
    for name, _expected in list_cases("qti"):
        for entry in read_case(importer, "qti", name).entries:
            if check(entry.draft, Defaults("x")).item is None:
                without.append((name, entry.number, {p.code for p in entry.problems}))

    assert [(name, number) for name, number, _codes in without] == [
        ("associate-2.1.xml", 1),
        ("canvas-1.2.zip", 10),
        ("hotspot-2.1.xml", 1),
        ("standard-1.2.xml", 3),
        ("template-2.1.xml", 1),
    ]
    assert all("not_representable" in codes for _name, _number, codes in without)


@pytest.mark.parametrize(
    ("mathml", "latex"),
    [
        ("<mfrac><mi>a</mi><mi>b</mi></mfrac>", r"\frac{a}{b}"),
        ("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>", r"\sqrt{x+1}"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", r"\sqrt[3]{x}"),
        ("<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>", "x_{i}^{2}"),
        ("<mi>α</mi><mi>x</mi>", r"\alpha x"),
        ("<munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover>", r"\sum_{i}^{n}"),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", r"\overline{x}"),
        ("<mi>ln</mi><mi>R</mi>", r"\ln R"),
        ("<mn>5</mn><mo>%</mo>", r"5\%"),
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", r"\left(a,b\right)"),
        ("<mtext>或</mtext>", r"\text{或}"),
        (
            (
                "<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr>"
                "<mtr><mtd><mn>3</mn></mtd><mtd><mn>4</mn></mtd></mtr></mtable>"
            ),
            r"\begin{matrix}1 & 2 \\ 3 & 4\end{matrix}",
        ),
        (
            (
                '<semantics><mi>q</mi><annotation encoding="application/x-tex">\\hat{q}</annotation>'
                "</semantics>"
            ),
            r"\hat{q}",
        ),
    ],
)
def test_mathml_becomes_latex(mathml: str, latex: str) -> None:
    math = f'<p>式<math xmlns="http://www.w3.org/1998/Math/MathML">{mathml}</math></p>'

    draft = only(item(f"{math}<extendedTextInteraction responseIdentifier='R'/>"))

    assert draft.stem == f"式${latex}$"


@pytest.mark.parametrize("wrapped", [r"\[ \hat{q} \]", r"\(\hat{q}\)", r"$\hat{q}$", r"\hat{q}"])
def test_latex_beside_a_formula_is_taken_without_its_brackets(wrapped: str) -> None:
    note = f'<annotation encoding="SnuggleTeX">{wrapped}</annotation>'
    math = f"<math><semantics><mi>q</mi>{note}</semantics></math>"

    draft = only(item(f"<p>{math}</p><extendedTextInteraction responseIdentifier='R'/>"))

    assert draft.stem == r"$\hat{q}$"


def test_a_formula_that_cannot_be_turned_is_kept_as_text_and_named() -> None:
    math = "<p>式<math><mlongdiv><mn>7</mn></mlongdiv></math></p>"

    (entry,) = parse(item(f"{math}<extendedTextInteraction responseIdentifier='R'/>")).entries

    assert entry.draft.stem == "式7"
    assert [p.is_loss for p in entry.problems] == [True]


def test_a_prefix_or_a_wrong_namespace_does_not_matter() -> None:
    body = (
        '<q:itemBody><q:extendedTextInteraction responseIdentifier="R"><q:prompt>问'
        "</q:prompt></q:extendedTextInteraction></q:itemBody>"
    )

    draft = only(f'<q:assessmentItem xmlns:q="urn:odd" identifier="i">{body}</q:assessmentItem>')

    assert (draft.kind, draft.stem) == ("essay", "问")


def test_the_dtd_of_old_files_is_passed_over_and_never_fetched() -> None:
    content = (
        '<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE questestinterop SYSTEM "http://x.invalid/q.dtd">\n'
        '<questestinterop><item ident="a"><presentation><material><mattext>问</mattext></material>'
        '<response_str ident="r"><render_fib rows="5"/></response_str></presentation></item>'
        "</questestinterop>"
    )

    assert importer.detect(Upload("x", content.encode())) > 90
    assert (only(content).kind, only(content).stem) == ("essay", "问")


def test_several_manifests_are_read_one_after_another() -> None:
    def manifest(href: str) -> str:
        return (
            f"<manifest><resources><resource type='imsqti_item_xmlv2p1' href='{href}'/>"
            "</resources></manifest>"
        )

    question = item(
        "<extendedTextInteraction responseIdentifier='R'><prompt>{}</prompt></extendedTextInteraction>"
    )
    content = package(
        **{
            "a/imsmanifest.xml": manifest("q.xml"),
            "a/q.xml": question.format("甲"),
            "b/imsmanifest.xml": manifest("q.xml"),
            "b/q.xml": question.format("乙"),
        }
    )

    assert [e.draft.stem for e in parse(content).entries] == ["甲", "乙"]


CONDITIONS = (
    "<questestinterop><item><presentation><response_lid/></presentation><resprocessing>"
    "<respcondition><conditionvar>…</conditionvar></respcondition></resprocessing></item>"
    "</questestinterop>"
)
OPEN, CLOSE = b"<assessmentItem>", b"</assessmentItem>"
BOMB = "<!DOCTYPE q [" + "".join(
    f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 10}">' for n in range(9)
)


@pytest.mark.parametrize(
    ("hostile", "code"),
    [
        (BOMB + "]><assessmentItem>&e8;</assessmentItem>", "xml"),
        (
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><assessmentItem>&x;</assessmentItem>',
            "xml",
        ),
        ("<assessmentItem>" + "<div>" * 9000 + "</div>" * 9000 + "</assessmentItem>", "xml"),
        ("<assessmentItem" + " " * 100, "xml"),
        ("<html/>", "unreadable"),
        ("", "unreadable"),
        (package(**{"../imsmanifest.xml": "<manifest/>"}), "unreadable"),
        (package(**{"imsmanifest.xml": "<manifest/>"}), "unreadable"),
        (package(**{"imsmanifest.xml": b"<manifest>" + b" " * 70_000_000}), "bomb"),
        (
            package(**{f"{n}.xml": b"<a>" + b"<b/>" * 399_000 + b"</a>" for n in range(9)}),
            "unreadable",
        ),
        (package(**{f"{n}.xml": OPEN + b" " * 7_900_000 + CLOSE for n in range(9)}), "too_large"),
        ("<questestinterop>" + "<item/>" * 60_000 + "</questestinterop>", "too_large"),
        (package(**{f"{n}.xml": OPEN + b"<b/>" * 90_000 + CLOSE for n in range(45)}), "too_large"),
    ],
    ids="entities xxe deep cut another empty slip nothing bomb nodes bytes many packed".split(),
)
def test_hostile_files_are_refused_quickly_and_in_words(hostile: str | bytes, code: str) -> None:
    started = time.perf_counter()

    with pytest.raises(Unreadable) as refused:
        parse(hostile)

    assert refused.value.code == code
    assert refused.value.message.endswith("。")
    assert time.perf_counter() - started < 6  # 2 s on an idle machine


@pytest.mark.parametrize(
    "content",
    [
        item("<choiceInteraction/>" * 3000),
        item("<p><textEntryInteraction responseIdentifier='R'/></p>" * 3000),
        item(
            "<math>"
            + "<mrow>" * 150
            + "<mi>x</mi>"
            + "</mrow>" * 150
            + "</math><choiceInteraction/>"
        ),
        item("<div>" * 190 + "<choiceInteraction/>" * 20 + "</div>" * 190),
        "<questestinterop>" + "<item><presentation/></item>" * 3000 + "</questestinterop>",
        CONDITIONS.replace("…", "<not>" * 150 + "<varequal>a</varequal>" + "</not>" * 150),
    ],
    ids="choices entries formula nested items conditions".split(),
)
def test_odd_files_cost_little(content: str) -> None:
    started = time.perf_counter()

    parse(content)

    assert time.perf_counter() - started < 6  # 2 s on an idle machine


def test_an_item_of_endless_elements_is_named_and_the_others_are_read() -> None:
    question = item(
        "<extendedTextInteraction responseIdentifier='R'><prompt>好</prompt></extendedTextInteraction>"
    )
    endless = OPEN + b"<b/>" * 300_000 + CLOSE
    started = time.perf_counter()

    parsed = parse(package(**{f"{n}.xml": endless for n in range(5)}, **{"z.xml": question}))

    assert [entry.draft.stem for entry in parsed.entries] == ["好"]
    assert [problem.code for problem in parsed.problems] == ["too_large"] * 5
    assert time.perf_counter() - started < 6  # 2 s on an idle machine


def test_a_manifest_that_leads_out_of_the_package_leads_nowhere() -> None:
    manifest = (
        "<manifest><resources><resource type='imsqti_item_xmlv2p1' href='../../etc/passwd'/>"
        "</resources></manifest>"
    )

    with pytest.raises(Unreadable):
        parse(package(**{"imsmanifest.xml": manifest}))


def test_packages_and_items_are_recognised_and_other_files_are_not() -> None:
    def certainty(content: bytes) -> int:
        return importer.detect(Upload("x", content))

    assert certainty(package(**{"imsmanifest.xml": "<manifest/>"})) > 90
    assert certainty(b'<?xml version="1.0"?><qti-assessment-item xmlns="x">') > 90
    assert certainty(b"<questestinterop>") > 90
    assert certainty("<q:assessmentItem />".encode("utf-16")) > 90
    assert certainty(b"<quiz>") == 0
    assert certainty(package(**{"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"})) == 0
