"""How certificates look: versions of a template, seals, previews, what an old one prints with."""

import base64
import io
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
import typst
from sqlalchemy import func, select

from learning.certification import presentation
from learning.certification.models import CertificateTemplate, SchemeSeal
from learning.certification.presentation import TEMPLATE
from learning.certification.queries.templates import find_template, list_printed
from learning.certification.rules.templates import (
    LAYOUTS,
    ORIENTATIONS,
    SHOWN,
    STANDARD,
    Look,
    look_json,
    problems_of_look,
    read_look,
)
from learning.certification.services.templates import cleaned, redrawn_seal, write_template
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.pictures import picture_size
from learning.kernel.printing import FONTS, ROOT, redrawn
from tests.certification.test_printing import needs_glyph, printed_text, sheet, torture_names
from tests.factories.certification import PLAN, make_certificate, make_office
from tests.factories.people import make_user
from tests.factories.pictures import make_png

DAY = timedelta(days=1)
FULL = Look(
    before_en="has passed the examination and commands the knowledge and ability required of",
    after_en="and is awarded this certificate.",
    photo=True,
    signatory_title="会长",
    signatory="阿卜杜热西提·买买提明",
)
LONGEST = Look(
    heading="质" * 20,
    heading_en="W" * 60,
    before="前" * 60,
    before_en="W" * 120,
    after="后" * 60,
    after_en="W" * 120,
    photo=True,
    signatory_title="职" * 40,
    signatory="名" * 40,
)


def seal(grey: int = 40) -> bytes:
    return make_png(40, 40, grey)


class TestLooks:
    def test_the_standard_look_is_sound_and_survives_being_kept(self) -> None:
        assert problems_of_look(STANDARD) == []
        assert read_look(look_json(FULL)) == FULL

    def test_a_look_kept_before_a_choice_existed_has_its_standard_value(self) -> None:
        assert read_look('{"heading":"合格证","gone":1}') == replace(STANDARD, heading="合格证")

    @pytest.mark.parametrize(
        "bad",
        [
            {"layout": "none"},
            {"orientation": "up"},
            {"accent": "#fff"},
            {"seal": "mine"},
            {"heading": ""},
            {"heading": "长" * 21},
            {"after_en": "x" * 121},
            {"shown": ("unit", "salary")},
        ],
    )
    def test_each_bad_choice_is_named_by_its_field(self, bad) -> None:
        assert [problem.place for problem in problems_of_look(replace(STANDARD, **bad))] == [*bad]


def fitted(look: Look, name: str, **changes: str) -> list[list]:
    """What the page measured of each line: text, width, height, room, highest, in mm."""
    facts = json.loads(presentation.inputs_of(replace(sheet(name, **changes), look=look)))
    return json.loads(
        typst.query(
            str(TEMPLATE),
            "<fitted>",
            field="value",
            root=str(ROOT),
            font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)]),
            sys_inputs={"facts": json.dumps({**facts, "measured": True})},
        )
    )


class TestPages:
    @pytest.mark.parametrize("orientation", ORIENTATIONS)
    @pytest.mark.parametrize("name", ["张伟", "李𠅤", "迪丽热巴·" * 9, "长" * 200])
    def test_no_line_is_wider_or_higher_than_its_place(self, orientation, name) -> None:
        look = replace(LONGEST, orientation=orientation)
        long = {"title": "量" * 200, "unit": "单" * 200, "issuer": "协" * 40}

        measured = fitted(look, name, **long)

        assert len(measured) >= 9
        for text, width, height, room, high in measured:
            assert width <= room + 0.01, text
            assert high is None or height <= high + 0.01, text

    @pytest.mark.parametrize("layout", LAYOUTS)
    @pytest.mark.parametrize("orientation", ORIENTATIONS)
    def test_every_layout_prints_every_torture_name_on_one_page(self, layout, orientation) -> None:
        look = replace(FULL, layout=layout, orientation=orientation)
        names = " ".join(torture_names())

        for name in (names[:200], "㛃𠅤䶮"):
            pdf = presentation.as_pdf(replace(sheet(name), look=look))
            assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
            drawn = printed_text(pdf)
            assert {c for c in "㛃𠅤䶮" if c in name and needs_glyph(c) and c not in drawn} == set()

    def test_what_is_not_shown_is_not_in_the_document(self) -> None:
        bare = presentation.as_pdf(replace(sheet(unit="鑫淼"), look=replace(STANDARD, shown=())))

        assert "鑫" in printed_text(presentation.as_pdf(sheet(unit="鑫淼")))
        assert "鑫" not in printed_text(bare)

    def test_a_photograph_and_a_seal_change_the_page(self) -> None:
        look = replace(STANDARD, photo=True, seal="picture")
        empty = replace(sheet(), look=look)

        pages = {
            presentation.as_preview(one)
            for one in (empty, replace(empty, photo=make_png(25, 35)), replace(empty, seal=seal()))
        }
        assert len(pages) == 3


class TestPictures:
    def test_a_picture_is_drawn_anew_in_the_size_asked_for(self) -> None:
        assert picture_size(redrawn(make_png(10, 20), 250, 350, fit="cover")) == (250, 350)

    def test_what_a_file_hides_does_not_come_along(self) -> None:
        given = make_png(10, 10)
        hiding = given[:-12] + b"\0\0\0\x0btEXtlocation\0x" + b"\0\0\0\0" + given[-12:]

        assert b"location" not in redrawn(hiding, 10, 10, fit="contain")

    @pytest.mark.parametrize(
        "bad", [b"GIF89a", make_png(10, 10)[:60], b"<svg/>", b"\x89PNG" + b"\0" * 99]
    )
    def test_a_seal_that_is_no_whole_png_is_refused(self, bad) -> None:
        with pytest.raises(Invalid) as refused:
            redrawn_seal(bad)

        assert refused.value.problems[0].place == "seal_file"

    def test_a_seal_beyond_two_megabytes_is_refused(self) -> None:
        with pytest.raises(Invalid):
            redrawn_seal(seal() + b"\0" * 2_100_000)


class TestVersions:
    def test_a_certificate_prints_with_the_version_in_force_at_its_issue(
        self, session, now
    ) -> None:
        office = make_office(session, now - 9 * DAY)
        before, between, after = (
            make_certificate(
                session, now - days * DAY, office, make_user(session, now, f"人{days}")
            )
            for days in (6, 4, 2)
        )
        for number, days in enumerate((5, 3)):
            write_template(
                session,
                office.actor,
                office.scheme,
                look=replace(FULL, heading=f"第{number}"),
                seal=b"",
                based_on=number,
                now=now - days * DAY,
            )

        printed = list_printed(session, [before.id, between.id, after.id])

        assert printed[before.id].look == STANDARD
        assert printed[between.id].look.heading == "第0"
        assert printed[after.id].look.heading == "第1"

    def test_an_older_version_keeps_its_own_seal(self, session, now) -> None:
        office = make_office(session, now - 9 * DAY)
        look = replace(STANDARD, seal="picture")
        arguments = {"look": look, "now": now - 5 * DAY, "based_on": 0, "seal": seal()}
        write_template(session, office.actor, office.scheme, **arguments)
        held = make_certificate(session, now - 4 * DAY, office, make_user(session, now, "甲"))
        other = seal(200)

        write_template(
            session,
            office.actor,
            office.scheme,
            **{**arguments, "now": now, "based_on": 1, "seal": other},
        )

        assert list_printed(session, [held.id])[held.id].seal == seal()
        assert session.scalar(select(func.count()).select_from(SchemeSeal)) == 2

    def test_the_same_look_again_writes_no_version(self, session, now) -> None:
        office = make_office(session, now)

        for based_on in (0, 1):
            number = write_template(
                session,
                office.actor,
                office.scheme,
                look=FULL,
                seal=b"",
                based_on=based_on,
                now=now,
            )
            assert number == 1
        assert session.scalar(select(func.count()).select_from(CertificateTemplate)) == 1

    def test_who_did_not_see_the_last_version_is_refused(self, session, now) -> None:
        office = make_office(session, now)
        arguments = {"seal": b"", "based_on": 0, "now": now}
        write_template(session, office.actor, office.scheme, look=FULL, **arguments)

        with pytest.raises(Conflict) as refused:
            write_template(session, office.actor, office.scheme, look=STANDARD, **arguments)

        assert refused.value.code == "template_changed"

    def test_a_seal_picture_is_wanted_before_it_is_chosen(self, session, now) -> None:
        office = make_office(session, now)
        look = replace(STANDARD, seal="picture")

        with pytest.raises(Invalid) as refused:
            write_template(
                session, office.actor, office.scheme, look=look, seal=b"", based_on=0, now=now
            )

        assert refused.value.problems[0].code == "seal_missing"

    def test_a_scheme_out_of_reach_is_not_found(self, session, now) -> None:
        office = make_office(session, now)
        other = make_office(session, now, plan=replace(PLAN, code="QA-X"), name="别的协会")

        with pytest.raises(NotFound):
            write_template(
                session, other.actor, office.scheme, look=FULL, seal=b"", based_on=0, now=now
            )

    def test_marks_that_turn_letters_are_not_kept(self) -> None:
        assert cleaned(replace(STANDARD, heading="合格\u202e证")).heading == "合格证"


@pytest.fixture
def office(database, now):
    with database.transaction() as session:
        return make_office(session, now)


def typed(**changes):
    values = {
        "based_on": "0",
        "layout": "line",
        "orientation": "portrait",
        "accent": "jade",
        "heading": "岗位合格证",
        "seal": "drawn",
        "sample": "赵䶮",
        **{f"show_{name}": "y" for name in SHOWN},
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


class TestRoutes:
    def test_the_form_saves_a_version_and_the_page_shows_it(
        self, open_browser, office, database
    ) -> None:
        browser, path = open_browser(office.examiner), f"/schemes/{office.scheme}/template"

        saved = browser.post(path, typed(seal="picture", seal_file=(io.BytesIO(seal()), "s.png")))

        assert saved.status_code == 303
        assert "岗位合格证" in browser.get(path).text
        with database.session(write=False) as session:
            held = find_template(session, office.scheme_id)
        assert (held.number, held.look.accent, held.look.shown) == (1, "jade", SHOWN)

    def test_the_preview_is_a_picture_and_saves_nothing(
        self, open_browser, office, database
    ) -> None:
        browser = open_browser(office.examiner)

        shown = browser.post(f"/schemes/{office.scheme}/template/preview", typed())

        data = re.search(r"base64,([A-Za-z0-9+/=]+)", shown.text)
        assert data
        width, height = picture_size(base64.b64decode(data.group(1))) or (0, 0)
        assert height > width > 500
        with database.session(write=False) as session:
            assert find_template(session, office.scheme_id).number == 0

    @pytest.mark.parametrize(
        "bad",
        [
            {"heading": ""},
            {"layout": "x"},
            {"accent": "red"},
            {"heading": "a\x0bb"},
            {"before": "长" * 61},
            {"seal": "picture"},
            {"seal_file": (io.BytesIO(b"<svg/>"), "s.png")},
        ],
    )
    def test_what_is_wrong_is_said_beside_its_field(self, open_browser, office, bad) -> None:
        browser = open_browser(office.examiner)

        refused = browser.post(f"/schemes/{office.scheme}/template", typed(**bad))

        assert refused.status_code == 400
        assert "还不能提交" in refused.text or "qa-field__error" in refused.text
