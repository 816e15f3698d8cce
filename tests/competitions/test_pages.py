"""The public page of a contest: banner, partners, when people may enter; hostile files are refused."""

import io
import re
from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from learning.competitions import services
from learning.competitions.queries import get_page
from learning.competitions.rules import Page, Partner, PartnerRole
from learning.kernel.errors import Conflict, Invalid, NotFound
from tests.factories.competitions import make_association, make_participant, make_stage
from tests.factories.pictures import PNG, make_png

HOUR = timedelta(hours=1)
HOSTILE = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<html><script>alert(1)</script></html>",
    "text named png": b"just text",
    "png head alone": PNG[:20],
    "bomb": make_png()[:16] + (2**31 - 1).to_bytes(4, "big") * 2 + make_png()[24:],
    "empty": b"",
    "too large": PNG + b"x" * (2 * 1024 * 1024),
}
UNDERTAKER = Partner(PartnerRole.UNDERTAKER, "某质量研究院（虚构）")


NOTHING = Page()


def write(session, stage, now, page=NOTHING, actor=None, **files):
    services.write_page(session, actor or stage.actor, stage.public_id, page=page, now=now, **files)


def page_of(session, stage, now) -> Page:
    return get_page(session, stage.view(session, now).id)


class TestWriting:
    def test_banner_and_logos_are_kept_and_an_upload_replaces_them(self, session, now) -> None:
        stage = make_stage(session, now)
        page = Page(banner_alt="主题语", partners=(UNDERTAKER,))
        write(session, stage, now, page, banner=PNG, logos={0: make_png(grey=9)})
        first = page_of(session, stage, now)
        assert len(first.banner) == len(first.partners[0].logo) == 64

        write(session, stage, now, first, banner=make_png(grey=200))

        second = page_of(session, stage, now)
        assert second.banner != first.banner
        assert second.partners == first.partners
        write(session, stage, now, Page())
        assert page_of(session, stage, now) == Page()

    @pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
    def test_what_is_no_picture_is_refused_and_nothing_is_written(
        self, session, now, content
    ) -> None:
        stage = make_stage(session, now)

        with pytest.raises(Invalid) as refused:
            write(session, stage, now, Page(banner_alt="x"), banner=content)
        assert refused.value.problems[0].place == "banner"
        with pytest.raises(Invalid) as refused:
            write(session, stage, now, Page(partners=(UNDERTAKER,)), logos={0: content})
        assert refused.value.problems[0].place == "partners-0-logo"
        assert page_of(session, stage, now) == Page()

    def test_a_hash_of_another_contests_picture_shows_nothing(self, session, now) -> None:
        stage, other = make_stage(session, now), make_stage(session, now)
        write(session, other, now, Page(banner_alt="别家"), banner=PNG)
        stolen = page_of(session, other, now).banner

        write(session, stage, now, Page(banner=stolen, banner_alt="别家"))

        assert page_of(session, stage, now).banner == ""

    @pytest.mark.parametrize(
        ("page", "place"),
        [
            (Page(partners=(Partner(PartnerRole.HOST, " "),)), "partners-0-title"),
            (Page(partners=(UNDERTAKER,) * 31), "partners"),
            (Page(final_place="长" * 201), "final_place"),
        ],
    )
    def test_bad_pages_name_their_field(self, session, now, page, place) -> None:
        with pytest.raises(Invalid) as refused:
            write(session, make_stage(session, now), now, page)
        assert refused.value.problems[0].place == place

    def test_only_the_organiser_writes_the_page(self, session, now) -> None:
        stage = make_stage(session, now)
        _, _, foreign = make_association(session, now, name="另一协会")

        with pytest.raises(NotFound):
            write(session, stage, now, actor=foreign)


class TestEntering:
    def test_people_enter_within_the_enrolment_alone(self, session, now) -> None:
        stage = make_stage(session, now, is_open=False)
        write(session, stage, now, Page(enrols_from=now + HOUR, enrols_until=now + 2 * HOUR))
        services.open_competition(session, stage.actor, stage.public_id, now=now)

        with pytest.raises(Conflict, match="enrolment_early"):
            make_participant(session, now, stage)
        person = make_participant(session, now + HOUR, stage)
        with pytest.raises(Conflict, match="enrolment_over"):
            make_participant(session, now + 2 * HOUR, stage)
        assert services.start_round(
            session, person, stage.public_id, device_token="d", now=now + 3 * HOUR
        )

    def test_a_published_enrolment_is_never_shortened(self, session, now) -> None:
        stage = make_stage(session, now)
        write(session, stage, now, Page(enrols_until=now + 8 * HOUR))

        with pytest.raises(Conflict, match="window_shortened"):
            write(session, stage, now, Page(enrols_until=now + 7 * HOUR))
        with pytest.raises(Conflict, match="window_shortened"):
            write(session, stage, now, Page(enrols_from=now))
        with pytest.raises(Invalid):
            write(session, stage, now, Page(enrols_until=now + 9 * HOUR))


class TestPages:
    def test_the_organiser_fills_the_form_and_everybody_sees_the_page(
        self, open_browser, database, now
    ) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now)
        desk, page = open_browser(stage.manager), f"/competitions/{stage.public_id}"

        def send(banner: bytes, **fields: str):
            data = MultiDict(
                {
                    "banner_alt": "质量强国，人人有为",
                    "final_at": "2026-12-20T14:00",
                    "final_place": "示例会堂",
                    "partners-0-role": "supporter",
                    "partners-0-title": "某质量研究院（虚构）",
                    "csrf_token": desk.token(),
                    **fields,
                }
            )
            data["banner"] = (io.BytesIO(banner), "banner.png")
            data["partners-0-logo"] = (io.BytesIO(PNG), "logo.png")
            sent = desk.client.post(f"{page}/page", data=data, content_type="multipart/form-data")
            return sent.status_code

        assert send(HOSTILE["svg"]) == 400
        assert send(PNG, final_at="0001-01-01T00:00") == 400
        assert send(PNG) == 303

        shown = open_browser().get(page).text
        assert 'alt="质量强国，人人有为"' in shown
        assert "某质量研究院（虚构）" in shown
        assert "示例会堂" in shown
        source = re.search(r'class="qa-banner" src="([^"]+)"', shown).group(1)
        got = open_browser().get(source)
        assert (got.status_code, got.data, got.content_type) == (200, PNG, "image/png")
        assert "sandbox" in got.headers["Content-Security-Policy"]
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert open_browser().get(f"{page}/media/{'0' * 64}").status_code == 404
        assert open_browser().get(f"{page}/media/x").status_code == 404

    def test_a_drafts_picture_is_the_organisers_alone(self, open_browser, database, now) -> None:
        with database.transaction() as session:
            stage = make_stage(session, now, is_open=False)
            write(session, stage, now, Page(banner_alt="x"), banner=PNG)
            banner = page_of(session, stage, now).banner
            _, other, _ = make_association(session, now, name="另一协会")
        path = f"/competitions/{stage.public_id}/media/{banner}"

        assert open_browser(stage.manager).get(path).status_code == 200
        assert open_browser().get(path).status_code == 404
        assert open_browser(other).get(path).status_code == 404
        assert open_browser(other).get(f"/competitions/{stage.public_id}/page").status_code == 404
