"""What anybody may learn of a certificate, by its code or by its number and name."""

import re
from datetime import timedelta

from sqlalchemy import select

from learning.accounts.models import LoginFailure
from learning.certification import rules
from learning.certification.models import Certificate
from learning.certification.services import verification


class TestVerifying:
    def test_by_code_the_full_name_shows_by_number_a_masked_one(self, open_browser, world) -> None:
        public = open_browser()

        by_code = public.get(f"/verify/{rules.grouped(world['code']).lower()}")
        token = public.token("/verify")
        by_number = public.post(
            "/verify", {"typed": world["number"].lower(), "name": "王 小明"}, token=token
        )
        typed_code = public.post("/verify", {"typed": rules.grouped(world["code"])}, token=token)

        assert "王小明" in by_code.text
        assert by_number.status_code == 200
        assert "王*明" in by_number.text
        assert "王小明" not in by_number.text
        assert typed_code.headers["Location"] == f"/verify/{world['code']}"

    def test_when_it_was_checked_names_the_zone_in_every_language(
        self, open_browser, world
    ) -> None:
        public = open_browser()
        for language, words in (("zh_CN", "查验时间 "), ("en", "Verified ")):
            page = public.get(f"/verify/{world['code']}?lang={language}").text
            assert re.search(rf"{words}\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC\+08:00<", page)

    def test_unknown_and_malformed_codes_look_the_same(self, open_browser, world) -> None:
        public = open_browser()

        for raw in ("7" * 28, "x", "QA-TQM-2026-000001", "%00", "长" * 3000, "a%2Fb"):
            reply = public.get(f"/verify/{raw}")
            assert reply.status_code == 404, raw
            if raw not in {"%00", "a%2Fb"}:  # the web frame refuses those before
                assert "查无此证" in reply.text

    def test_unknown_and_malformed_numbers_look_the_same(self, open_browser, world) -> None:
        public = open_browser()
        token = public.token("/verify")

        for typed in ("QA-TQM-2026-999999", "", "'--", "\u202e", "#" * 201, "長" * 10_000):
            reply = public.post("/verify", {"typed": typed, "name": "王小明"}, token=token)
            assert (reply.status_code, "查无此证" in reply.text) == (404, True), typed

    def test_a_number_needs_the_name_and_a_wrong_name_looks_like_no_number(
        self, open_browser, world
    ) -> None:
        public = open_browser()
        token = public.token("/verify")

        def reply(number: str, name: str):
            found = public.post("/verify", {"typed": number, "name": name}, token=token)
            text = found.text.replace(number, "").replace(name, "") if name else found.text
            return found.status_code, re.sub(r"nonce[^>]*|查验时间[^<]*|value=[^>]*", "", text)

        wrong, unknown = reply(world["number"], "李鬼"), reply("QA-TQM-2026-999999", "李鬼")
        without = reply(world["number"], " ")

        assert wrong == unknown
        assert "查无此证" in wrong[1]
        assert (without[0], "请填写持证人姓名" in without[1]) == (400, True)

    def test_expired_and_revoked_say_so_the_reason_stays_inside(
        self, open_browser, world, database, now, clock
    ) -> None:
        public, examiner = open_browser(), open_browser(world["people"]["examiner"])
        page = f"/verify/{world['code']}"
        valid = public.get(page).text

        clock.move_to(now + timedelta(days=4 * 365))
        expired = public.get(page).text
        clock.move_to(now)
        revoked_page = f"/certificates/{world['certificate']}/revoke"
        examiner.post(revoked_page, {"reason": "成绩复核后不合格"})
        revoked = public.get(page).text

        assert "记录在册" in valid
        assert "真实，但已过期" in expired
        assert "已撤销" in revoked
        assert "成绩复核" not in revoked
        own = open_browser(world["people"]["holder"]).get(f"/certificates/{world['certificate']}")
        assert "成绩复核后不合格" in own.text

    def test_no_search_engine_keeps_it_and_no_name_of_a_unit_is_told(
        self, open_browser, world
    ) -> None:
        reply = open_browser().get(f"/verify/{world['code']}")

        assert reply.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert 'content="noindex' in reply.text

    def test_altered_facts_are_not_confirmed(self, open_browser, world, database) -> None:
        with database.transaction() as session:
            session.scalars(select(Certificate)).one().holder_name = "李鬼"

        reply = open_browser().get(f"/verify/{world['code']}")

        assert (reply.status_code, "不能确认" in reply.text) == (404, True)
        assert "李鬼" not in reply.text

    def test_lookups_by_number_of_one_network_have_an_end_codes_have_none(
        self, open_browser, world, database, monkeypatch
    ) -> None:
        monkeypatch.setattr(verification, "MAX_LOOKUPS", 3)
        public = open_browser()
        token = public.token("/verify")

        typed = {"typed": world["number"], "name": "王小明"}
        tries = [public.post("/verify", typed, token=token) for _ in range(4)]

        assert [reply.status_code for reply in tries] == [200, 200, 200, 429]
        assert tries[3].headers["Retry-After"] == "60"
        assert public.get(f"/verify/{world['code']}").status_code == 200
        with database.session(write=False) as session:
            kept = session.scalars(select(LoginFailure.name_hash)).all()
        assert world["number"] not in "".join(kept)
