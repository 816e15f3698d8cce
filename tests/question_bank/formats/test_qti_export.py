"""Items go out as QTI 2.1 and 3.0 and come back the same; other systems see the same questions."""

import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.question_bank.drafts import Defaults, check, draft_of
from learning.question_bank.formats import Asset, Exporter, Parsed, Upload
from learning.question_bank.formats.moodle import MoodleExporter
from learning.question_bank.formats.qti import Qti2Exporter, Qti3Exporter, QtiImporter
from learning.question_bank.formats.qti.names import normalised
from learning.question_bank.formats.xml_out import as_exported
from learning.question_bank.rules import Draw, Item, ItemKind, Variable
from tests.question_bank.formats.test_moodle import PNG
from tests.question_bank.samples import items, make

importer = QtiImporter()
both = pytest.mark.parametrize("exporter", [Qti2Exporter(), Qti3Exporter()], ids=["2.1", "3.0"])
SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


def parse(content: bytes) -> Parsed:
    return importer.parse(Upload("x.zip", content), lambda *_: None)


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(them: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in them.items():
            archive.writestr(name, content)
    return packed.getvalue()


def without_drafts(content: bytes) -> bytes:
    them = files(content)
    manifest = re.sub(rb"(?s)<qa:draft>.*?</qa:draft>", b"", them["imsmanifest.xml"])
    return zipped({**them, "imsmanifest.xml": manifest})


@both
@settings(max_examples=40, **SLOW)
@given(item=items())
def test_items_come_back_the_same(exporter: Exporter, item: Item) -> None:
    if exporter.why_not(item):
        return

    (entry,) = parse(exporter.write([item], "题库", ()).content).entries

    assert entry.problems == ()
    assert check(entry.draft, Defaults("x")).item == item


@both
@settings(max_examples=40, **SLOW)
@given(item=items())
def test_what_another_system_sees_is_the_item_too(exporter: Exporter, item: Item) -> None:
    if exporter.why_not(item):
        return

    written = exporter.write([item], "题库", ()).content
    (entry,) = parse(without_drafts(written)).entries
    seen = check(entry.draft, Defaults("x")).item

    assert seen is not None, entry.draft
    assert same_question(seen, item)
    assert seen.document.code == item.document.code
    assert seen.document.level == item.document.level
    assert seen.document.tracks == item.document.tracks


def said(item: Item) -> list[set[str]]:
    """White space in wordings is not kept by XML, nor does it count."""
    return [{" ".join(text.split()) for text in each} for each in item.key.blanks]


def same_question(seen: Item, item: Item) -> bool:
    ours, theirs = item.document, seen.document
    parts = zip(theirs.parts, seen.key.parts, ours.parts, item.key.parts, strict=True)
    return (
        theirs.kind == ours.kind
        and seen.key.choices == item.key.choices
        and said(seen) == said(item)
        and seen.key.value == item.key.value
        and len(seen.key.rubric) == len(item.key.rubric)
        and [o.id for o in theirs.options] == [o.id for o in ours.options]
        and all(same_question(Item(a, b), Item(c, d)) for a, b, c, d in parts)
    )


@both
@settings(max_examples=8, **SLOW)
@given(them=st.lists(items(), min_size=1, max_size=5))
def test_many_items_come_back_in_order(exporter: Exporter, them: list[Item]) -> None:
    good = [item for item in them if not exporter.why_not(item)]
    if not good:
        return

    entries = parse(exporter.write(them, "题库", ()).content).entries

    assert [check(entry.draft, Defaults("x")).item for entry in entries] == good


@both
def test_formulas_go_out_as_mathml_and_come_back_as_they_were(exporter: Exporter) -> None:
    stem = r"若 $R(t)=\exp(-\lambda t)$，则 $$\int_0^{\infty} R(t)\,dt$$ 是什么？"
    written = exporter.write([make(ItemKind.ESSAY, stem=stem)], "题库", ()).content

    item = files(written)["items/00001.xml"].decode()
    (entry,) = parse(without_drafts(written)).entries

    assert "http://www.w3.org/1998/Math/MathML" in item
    assert "$" not in item
    assert "".join(entry.draft.stem.split()) == "".join(stem.split())


@both
def test_pictures_travel_in_the_package(exporter: Exporter) -> None:
    item = make(ItemKind.SINGLE, stem="看图 ![曲线](/media/abc123.png) 作答")
    written = exporter.write([item], "题库", (Asset("abc123.png", "image/png", PNG),)).content

    parsed = parse(written)

    assert [(a.name, a.content) for a in parsed.assets] == [("abc123.png", PNG)]
    assert parsed.entries[0].draft == as_exported(draft_of(item))
    assert "asset:abc123.png" in parse(without_drafts(written)).entries[0].draft.stem


@both
def test_an_item_edited_elsewhere_is_what_its_editor_made_of_it(exporter: Exporter) -> None:
    them = files(exporter.write([make(ItemKind.SINGLE, stem="原来的题干")], "题库", ()).content)
    them["items/00001.xml"] = them["items/00001.xml"].replace("原来".encode(), "改过".encode())

    (entry,) = parse(zipped(them)).entries

    assert entry.draft.stem == "改过的题干"
    assert entry.draft.code == "qa-01-001"
    assert entry.draft.level == "master"


@both
def test_what_cannot_be_held_is_named_and_the_rest_is_written(exporter: Exporter) -> None:
    free = make(ItemKind.BLANK, code="free")
    free = replace(free, document=replace(free.document, settings=(("order", "free"),)))
    drawn = make(ItemKind.NUMERIC, code="drawn")
    draw = Draw((Variable("a", ("1", "2")),))
    drawn = replace(drawn, document=replace(drawn.document, draw=draw))

    carried = exporter.write([free, drawn, make(ItemKind.CASE, code="good")], "题库", ())

    assert [p.where for p in carried.left_out] == ["free", "drawn"]
    assert [e.draft.code for e in parse(carried.content).entries] == ["good"]


@both
@pytest.mark.parametrize("kind", [ItemKind.CASE, ItemKind.BLANK, ItemKind.MATCHING], ids=str)
def test_every_file_is_listed_and_names_its_namespace(exporter: Exporter, kind: ItemKind) -> None:
    them = files(exporter.write([make(kind)], "题库", ()).content)
    manifest = fromstring(them["imsmanifest.xml"])
    item = fromstring(them["items/00001.xml"])

    listed = {file.get("href") for file in manifest.iter() if file.tag.endswith("}file")}

    assert listed | {"imsmanifest.xml"} == them.keys()
    namespaces = {element.tag.partition("}")[0].strip("{") for element in item.iter()}
    expected = {"qti-2.1": "imsqti_v2p1", "qti-3.0": "imsqtiasi_v3p0"}[exporter.NAME]
    assert namespaces == {f"http://www.imsglobal.org/xsd/{expected}"}


@both
def test_no_explanation_shows_before_an_answer_was_scored(exporter: Exporter) -> None:
    item = files(exporter.write([make(ItemKind.CASE)], "题库", ()).content)["items/00001.xml"]
    root = normalised(fromstring(item))
    defaults = {
        outcome.get("identifier"): outcome.findtext("defaultValue/value")
        for outcome in root.iter("outcomeDeclaration")
    }

    blocks = list(root.iter("feedbackBlock"))

    assert len(blocks) == 3
    assert {defaults[block.get("outcomeIdentifier")] for block in blocks} == {None}
    assert root.findtext("responseProcessing/setOutcomeValue/baseValue") == "EXPLANATION"


def awarded(item: bytes, given_values: dict[str, list[str]]) -> float:
    """Score an item of QTI 2.1 as a delivery engine would, as far as our exports need it."""
    root = fromstring(re.sub(rb' xmlns="[^"]+"', b"", item))
    declared = {each.get("identifier"): each for each in root.iter("responseDeclaration")}

    def value(element: Element) -> Any:  # noqa: PLR0911
        identifier = element.get("identifier", "")
        if element.tag == "variable":
            return score if identifier == "SCORE" else given_values.get(identifier, [])
        if element.tag == "correct":
            found = declared[identifier].findall("correctResponse/value")
            return [each.text for each in found]
        if element.tag == "mapResponse":
            entries = declared[identifier].findall("mapping/mapEntry")
            worth = {e.get("mapKey", "").lower(): float(e.get("mappedValue", 0)) for e in entries}
            return sum(worth.get(each.lower(), 0.0) for each in given_values.get(identifier, []))
        if element.tag == "baseValue":
            return float(element.text or 0)
        values = [value(child) for child in element]
        if element.tag == "sum":
            return sum(values)
        if element.tag == "gt":
            return values[0] > values[1]
        if element.tag == "equal":
            return is_close(values, element)
        assert element.tag == "match"
        return values[0] == values[1]

    score = 0.0
    processing = root.find("responseProcessing")
    assert processing is not None
    template = processing.get("template", "")
    if template.endswith("match_correct"):
        correct = declared["RESPONSE"].findall("correctResponse/value")
        wanted = [each.text for each in correct]
        is_ordered = declared["RESPONSE"].get("cardinality") == "ordered"
        got = given_values["RESPONSE"]
        return float(got == wanted if is_ordered else sorted(got) == sorted(wanted))
    if template:
        return float(value(Element("mapResponse", identifier="RESPONSE")))
    for condition in processing.iter("responseIf"):
        test, outcome = list(condition)
        if value(test):
            score = value(outcome[0])
    return score


def is_close(values: list[list[str]], element: Element) -> bool:
    if not values[0]:
        return False
    got, wanted = float(values[0][0]), float(values[1][0])
    limit = float((element.get("tolerance") or "0").split()[0])
    if element.get("toleranceMode") == "relative":
        limit = abs(wanted) * limit / 100
    return abs(got - wanted) <= limit


@pytest.mark.parametrize(
    ("kind", "right", "wrong", "full"),
    [
        (ItemKind.SINGLE, {"RESPONSE": ["choice-b"]}, {"RESPONSE": ["choice-a"]}, 1),
        (
            ItemKind.MULTIPLE,
            {"RESPONSE": ["choice-c", "choice-a"]},
            {"RESPONSE": ["choice-a"]},
            1,
        ),
        (ItemKind.TRUE_FALSE, {"RESPONSE": ["false"]}, {"RESPONSE": ["true"]}, 1),
        (
            ItemKind.BLANK,
            {"RESPONSE": ["随机故障期"], "RESPONSE_2": ["pdca"]},
            {"RESPONSE": ["x"]},
            2,
        ),
        (ItemKind.NUMERIC, {"RESPONSE": ["49400"]}, {"RESPONSE": ["49500"]}, 1),
        (
            ItemKind.ORDERING,
            {"RESPONSE": ["step-c", "step-a", "step-b"]},
            {"RESPONSE": ["step-a", "step-c", "step-b"]},
            1,
        ),
        (
            ItemKind.MATCHING,
            {"RESPONSE": ["left-1 right-c", "left-2 right-a", "left-3 right-c"]},
            {"RESPONSE": ["left-1 right-c"]},
            1,
        ),
        (
            ItemKind.CASE,
            {"RESPONSE": ["choice-b"], "RESPONSE_2": ["偶然故障期"], "RESPONSE_3": ["PDCA"]},
            {"RESPONSE": ["choice-a"]},
            3,
        ),
    ],
    ids=str,
)
def test_a_delivery_engine_gives_full_points_for_the_key_and_none_for_another_answer(
    kind: ItemKind, right: dict[str, list[str]], wrong: dict[str, list[str]], full: float
) -> None:
    item = files(Qti2Exporter().write([make(kind)], "题库", ()).content)["items/00001.xml"]

    assert awarded(item, right) == full
    assert awarded(item, wrong) == 0


def test_significant_figures_go_out_as_the_tolerance_they_stand_for() -> None:
    item = make(ItemKind.NUMERIC, value=Decimal("4.9249"), tolerance=None, tolerance_kind=None)
    item = replace(item, key=replace(item.key, settings=(("figures", "3"),)))
    written = Qti2Exporter().write([item], "题库", ()).content

    assert awarded(files(written)["items/00001.xml"], {"RESPONSE": ["4.92"]}) == 1
    assert awarded(files(written)["items/00001.xml"], {"RESPONSE": ["4.91"]}) == 0
    assert check(parse(written).entries[0].draft, Defaults("x")).item == item
    assert b"<tolerance>0.005</tolerance>" in MoodleExporter().write([item], "题库", ()).content
