"""The printed certificate: every name set without a gap, nothing of a name taken as source."""

import csv
import re
import struct
import unicodedata
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from learning.certification import presentation
from learning.certification.presentation import SHARED, TEMPLATE, Shared, Sheet
from learning.certification.rules import Facts, State, document_sha256, valid_until
from learning.kernel.errors import Unavailable
from learning.kernel.printing import FONTS, Typesetter, printable

NAMES = Path(__file__).parent.parent / "cases" / "names"
AT = datetime(2026, 7, 1, 2, tzinfo=UTC)
HOSTILE = (
    "#import",
    "#panic()",
    '#read("/etc/passwd")',
    "]#text(red)[x",
    "$x^2$",
    "\\u{41}\\",
    '"; sys.inputs.facts',
    "*bold* _em_ `raw` <label> @ref // note /* note */",
    "{{7*7}}",
    "=1+1",
    "- item",
    "<b>张三</b>",
)


def sheet(name: str = "张伟", *, state: State = State.VALID, **changes: str) -> Sheet:
    facts = Facts(
        number="QA-TQM-2026-000123",
        scheme="QA-TQM",
        title=changes.get("title", "全面质量管理基础"),
        title_en=changes.get("title_en", "Foundations of TQM"),
        holder_name=printable(name),
        unit_name=changes.get("unit", "示例精密制造有限公司"),
        issuer_name=changes.get("issuer", "示例质量协会"),
        issued_at=AT,
        valid_from=AT,
        valid_until=valid_until(AT, 36, "Asia/Shanghai"),
    )
    code = "7K3MQ2ZA94HTXW5N8RGB0CDE1F6J"
    address = f"https://academy.example/verify/{code}"
    return Sheet(facts, code, "Asia/Shanghai", document_sha256(facts), state, address)


def torture_names() -> list[str]:
    with (NAMES / "names_torture.tsv").open(encoding="utf-8", newline="") as file:
        return [row["name"] for row in csv.DictReader(file, delimiter="\t")]


def rare_characters() -> list[str]:
    lines = (NAMES / "rare_in_general_standard_table.txt").read_text(encoding="utf-8").splitlines()
    return [line.split("\t")[1].strip() for line in lines if "\t" in line]


def needs_glyph(character: str) -> bool:
    """Spaces, joiners and variation selectors are not drawn."""
    return not character.isspace() and unicodedata.category(character) not in {"Cf", "Mn"}


def covered(path: Path) -> set[int]:
    """The code points of a TrueType font's character map, formats 4 and 12."""
    data = path.read_bytes()
    tables = struct.unpack_from(">H", data, 4)[0]
    cmap = next(
        struct.unpack_from(">II", data, 12 + 16 * i + 8)[0]
        for i in range(tables)
        if data[12 + 16 * i : 16 + 16 * i] == b"cmap"
    )
    found: set[int] = set()
    for i in range(struct.unpack_from(">H", data, cmap + 2)[0]):
        at = cmap + struct.unpack_from(">I", data, cmap + 4 + 8 * i + 4)[0]
        kind = struct.unpack_from(">H", data, at)[0]
        if kind == 12:
            for group in range(struct.unpack_from(">I", data, at + 12)[0]):
                first, last, glyph = struct.unpack_from(">III", data, at + 16 + 12 * group)
                found.update(range(first, last + 1) if glyph else range(first + 1, last + 1))
        elif kind == 4:
            count = struct.unpack_from(">H", data, at + 6)[0] // 2
            ends = struct.unpack_from(f">{count}H", data, at + 14)
            starts = struct.unpack_from(f">{count}H", data, at + 16 + 2 * count)
            for first, last in zip(starts, ends, strict=True):
                found.update(range(first, last + 1))
    return found - {0xFFFF}


def printed_text(pdf: bytes) -> set[str]:
    """The characters that the document's fonts map back to text (ToUnicode)."""
    found: set[str] = set()
    for body in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            text = zlib.decompress(body)
        except zlib.error:
            continue
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", text, re.DOTALL):
            for code in re.findall(rb"<[0-9A-Fa-f]+>\s*<([0-9A-Fa-f]+)>", block):
                found.update(bytes.fromhex(code.decode()).decode("utf-16-be", "ignore"))
        for block in re.findall(rb"beginbfrange(.*?)endbfrange", text, re.DOTALL):
            for first, last, start in re.findall(
                rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block
            ):
                base = bytes.fromhex(start.decode()).decode("utf-16-be")
                for step in range(int(last, 16) - int(first, 16) + 1):
                    found.add(base[:-1] + chr(ord(base[-1]) + step))
    return found


@pytest.fixture(scope="module")
def fonts() -> dict[str, set[int]]:
    return {path.stem: covered(path) for path in FONTS.rglob("*.ttf")}


def test_the_fonts_on_the_page_cover_every_torture_name(fonts) -> None:
    everything = set().union(*fonts.values())
    characters = {c for name in torture_names() for c in printable(name) if needs_glyph(c)}

    assert {c for c in characters if ord(c) not in everything} == set()


def test_the_title_and_text_faces_cover_the_rare_characters_of_the_general_standard_table(
    fonts,
) -> None:
    for face in ("NotoSerifSC_700Bold", "NotoSerifSC_400Regular", "NotoSansSC_400Regular"):
        assert {c for c in rare_characters() if ord(c) not in fonts[face]} == set()


def test_each_font_of_the_template_is_installed_with_its_licence() -> None:
    wanted = set(re.findall(r'"(Noto [A-Za-z ]+)"', TEMPLATE.read_text(encoding="utf-8")))
    folders = {f"noto-{name[5:].lower().replace(' ', '-')}" for name in wanted}

    for folder in folders:
        assert list((FONTS / folder).glob("*.ttf")), folder
        assert "OPEN FONT LICENSE" in (FONTS / folder / "LICENSE_FONT").read_text().upper()


@pytest.mark.parametrize("name", [*torture_names(), "".join(rare_characters())[:200]])
def test_every_character_of_a_torture_name_is_text_in_the_pdf(name) -> None:
    text = printed_text(presentation.as_pdf(sheet(name)))

    wanted = unicodedata.normalize("NFKC", printable(name))
    drawn = {unicodedata.normalize("NFKC", c) for c in text}
    missing = {c for c in wanted if needs_glyph(c) and c not in "".join(drawn)}
    assert missing == set()


@pytest.mark.parametrize("hostile", HOSTILE)
def test_typst_source_in_any_text_is_printed_as_it_stands(hostile) -> None:
    pdf = presentation.as_pdf(
        sheet(hostile, title=hostile, title_en=hostile, unit=hostile, issuer=hostile)
    )

    assert {c for c in hostile if not c.isspace()} <= printed_text(pdf)


@pytest.mark.parametrize("length", [1, 60, 200])
def test_a_certificate_is_one_page_however_long_its_texts_are(length) -> None:
    long = sheet("长" * length, title="量" * length, unit="单" * length, issuer="协" * length)

    assert len(re.findall(rb"/Type\s*/Page\b", presentation.as_pdf(long))) == 1


def test_the_picture_is_a_png_and_each_stamp_looks_different() -> None:
    pictures = {
        state: presentation.as_png(sheet(state=state))
        for state in (State.VALID, State.SUSPENDED, State.REPLACED, State.REVOKED)
    }

    assert pictures[State.VALID][:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", pictures[State.VALID][16:24]) == (1684, 1191)
    assert len(set(pictures.values())) == 4


@pytest.mark.parametrize(
    ("state", "word"),
    [(State.SUSPENDED, "暂停中"), (State.REPLACED, "已换新证"), (State.REVOKED, "已撤销")],
)
def test_what_must_not_pass_for_valid_says_so_across_its_face(state: State, word: str) -> None:
    plain = printed_text(presentation.as_pdf(sheet()))
    stamped = printed_text(presentation.as_pdf(sheet(state=state)))

    assert set(word) <= stamped
    assert not set(word) <= plain


def test_threads_share_the_compiler_and_each_gets_its_own_certificate() -> None:
    names = [f"考生{chr(0x4E00 + 40 * n)}" for n in range(16)]

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda name: presentation.as_pdf(sheet(name)), names))

    for name, pdf in zip(names, made, strict=True):
        assert name[-1] in printed_text(pdf)


def test_without_fonts_it_says_so_and_nothing_is_printed(tmp_path) -> None:
    with pytest.raises(Unavailable) as refused:
        Typesetter(TEMPLATE, tmp_path).compile(presentation.inputs_of(sheet()), "pdf")

    assert refused.value.code == "fonts"


def shared(name: str, **changes: str) -> Shared:
    one = sheet(name, **changes)
    return Shared(one.facts, one.zone, one.facts.holder_name, one.address, is_masked=False)


def test_the_picture_to_share_is_a_phones_portrait() -> None:
    made = presentation.as_shared(shared("张伟"))

    assert made[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", made[16:24]) == (1080, 1440)


@pytest.mark.parametrize("name", ["".join(rare_characters())[:60], *HOSTILE, "长" * 200])
def test_the_picture_to_share_draws_every_character_of_every_text_on_one_page(name) -> None:
    inputs = presentation.shared_inputs_of(shared(name, title=name, title_en=name, issuer=name))

    pdf = Typesetter(SHARED).compile(inputs, "pdf")

    drawn = {unicodedata.normalize("NFKC", c) for c in printed_text(pdf)}
    wanted = {c for c in unicodedata.normalize("NFKC", printable(name)) if needs_glyph(c)}
    assert wanted - set("".join(drawn)) == set()
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
