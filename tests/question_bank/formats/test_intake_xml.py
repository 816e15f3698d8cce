"""XML that is good, in every encoding, and XML that is meant to harm."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.question_bank.formats.contract import Unreadable
from learning.question_bank.formats.intake import check_xml, parse_xml
from tests.question_bank.formats.hostile import measured

PARSE = "intake.parse_xml(content).tag"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(10))
    + b"]><l>&k;</l>"
)
QUADRATIC = b'<!DOCTYPE l [<!ENTITY a "%s">]><l>%s</l>' % (b"a" * 10**6, b"&a;" * 10**6)
EXTERNAL = b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l>&x;</l>'
REMOTE = b'<!DOCTYPE l SYSTEM "http://127.0.0.1:1/x.dtd"><l/>'
PARAMETER = b'<!DOCTYPE l [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]><l/>'


def refused(content: bytes) -> str:
    with pytest.raises(Unreadable) as error:
        parse_xml(content)
    with pytest.raises(Unreadable) as same:
        check_xml(content)
    assert same.value.code == error.value.code
    return error.value.code


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "utf-8"),
        ("gbk", "GBK"),
        ("gb18030", "gb18030"),
        ("gb2312", "GB2312"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
    ],
)
def test_an_encoding_named_in_the_prolog_is_read(encoding: str, name: str) -> None:
    text = f'<?xml version="1.0" encoding="{name}"?>\n<题 类="单选">质量管理的核心是什么</题>'
    root = parse_xml(text.encode(encoding))
    assert (root.tag, root.get("类"), root.text) == ("题", "单选", "质量管理的核心是什么")


def test_other_encodings_are_read_too() -> None:
    assert (
        parse_xml('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1")).text
        == "é"
    )
    assert (
        parse_xml('<?xml version="1.0" encoding="Big5"?><a>品質管理</a>'.encode("big5")).text
        == "品質管理"
    )
    assert parse_xml("<a>质量管理的核心</a>".encode("gbk")).text == "质量管理的核心"


def test_comments_sections_and_namespaces_are_read() -> None:
    root = parse_xml(b'<q xmlns="urn:x"><!-- no --><a><![CDATA[<p>1 < 2</p>]]></a></q>')
    assert [(child.tag, child.text) for child in root] == [("{urn:x}a", "<p>1 < 2</p>")]
    check_xml(b"<q><a/></q>")


@pytest.mark.parametrize("content", [LAUGHS, EXTERNAL, REMOTE, PARAMETER, b"<!DOCTYPE l><l/>"])
def test_document_types_and_entities_are_refused(content: bytes) -> None:
    assert refused(content) == "xml"
    assert refused(b" " * 5000 + content.replace(b'<?xml version="1.0"?>', b"")) == "xml"
    assert refused(content.decode().encode("utf-16")) == "xml"


@pytest.mark.parametrize(
    "content",
    [
        b"text",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"<a>&nbsp;</a>",
        b"<a>\x01</a>",
        b"<a" * 500,
        b"<a>" * 201 + b"</a>" * 201,
        b"<a>" + b"<b/>" * 400_001 + b"</a>",
        b"<a %s/>" % b" ".join(b'a%d=""' % n for n in range(400_001)),
        b'<a b="%s"/>' % (b"x" * 1_000_001),
        b'<a xmlns:p="%s"/>' % (b"x" * 1000),
        b"<%s/>" % (b"x" * 1000),
    ],
)
def test_what_is_broken_or_beyond_a_bound_is_refused(content: bytes) -> None:
    assert refused(content) == "xml"


def test_the_message_says_where_it_is_broken() -> None:
    with pytest.raises(Unreadable, match="xml") as error:
        parse_xml(b"<a>\n  <b></a>")
    assert "第 2 行" in error.value.message


@given(st.binary(min_size=1, max_size=200).map(lambda tail: b"<a>" + tail))
def test_any_bytes_give_a_tree_or_a_refusal(content: bytes) -> None:
    try:
        ended = parse_xml(content).tag
    except Unreadable as error:
        ended = error.code
    assert ended in {"a", "xml", "encoding"}


@pytest.mark.deep
@pytest.mark.parametrize(
    "make",  # made when it is run: together they are half a gigabyte
    [
        lambda: LAUGHS,
        lambda: QUADRATIC,
        lambda: b"<a>" * 10**6,
        lambda: b"<a>" * 10**6 + b"</a>" * 10**6,
        lambda: b"<r>" + b"<a/>" * 8 * 10**6 + b"</r>",
        lambda: b"<r>" + b"<a>x</a>" * 399_000 + b"</r><",
        lambda: b"<r>" + b'<a b="1">x</a>' * 399_000 + b"</r><",
        lambda: b"<r %s/>" % b" ".join(b'a%d=""' % n for n in range(399_999)) + b"<",
        lambda: (
            b'<r xmlns:p="%s" %s/><'
            % (b"n" * 199, b" ".join(b'p:a%d=""' % n for n in range(390_000)))
        ),
        lambda: (
            b'<r xmlns:p="%s" %s/><'
            % (b"n" * 10**6, b" ".join(b'p:a%d=""' % n for n in range(10**5)))
        ),
        lambda: b'<r a="%s"/>' % (b"x" * 30 * 2**20),
        lambda: b"<r>" + b"x" * 31 * 2**20 + b"</r><",
        lambda: b"<r>" + "质量".encode() * 5 * 2**20 + b"</r><",
        lambda: b"<r><!--" + b"-x" * 15 * 2**20 + b"--></r><",
        lambda: b"<r>" + b"x\n" * 15 * 2**20 + b"</r><",
        lambda: b"<r>" + b"&lt;" * 7 * 2**20 + b"</r><",
        lambda: b"<%s/>" % (b"x" * 31 * 2**20),
        lambda: b"<r xmlns=" * 3 * 2**20,
        lambda: b"=" + b" " * 31 * 2**20,
    ],
)
def test_an_attack_costs_little(make: Callable[[], bytes], tmp_path: Path) -> None:
    cost = measured(make(), PARSE, tmp_path)
    assert cost.code == "xml"
    assert cost.is_bounded, cost
