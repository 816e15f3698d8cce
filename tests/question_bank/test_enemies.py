"""What items say of their enemies: read, checked against the bank, kept by imports and the editor."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from learning.kernel.permissions import Role
from learning.question_bank import services
from learning.question_bank.drafts import Defaults, check, draft_from_json, draft_of, read_enemies
from learning.question_bank.loader import load_bank, parse_items
from learning.question_bank.models import ItemDraftRow, ItemRow
from learning.question_bank.queries import get_whole, list_pool
from learning.question_bank.rules import ItemKind, Pool
from learning.question_bank.services import BankSettings
from learning.question_bank.services.import_applying import Plan, apply_import
from tests.factories.people import grant_role, log_in, make_user
from tests.question_bank.editing import Desk
from tests.question_bank.importing import make_import, make_web_bank
from tests.question_bank.samples import make
from tests.question_bank.test_loader import BANK, TOML, write_bank

ITEM = "## {code} 单选 · 掌握 · 难度 0.3{more}\n{stem}\n- [x] 甲\n- [ ] 乙\n> 解析：因为\n"


def item_text(code: str, *excludes: str) -> str:
    more = f" · 互斥 {'、'.join(excludes)}" if excludes else ""
    return ITEM.format(code=code, more=more, stem=f"{code} 问什么？")


def file_of(*items: str) -> str:
    return "# 抽样\n\n" + "\n".join(items)


def problems_of(folder) -> list[tuple[int | None, str, str]]:
    return [(p.line, p.place, p.code) for p in load_bank(folder).problems]


class TestFiles:
    def test_a_heading_names_enemies_of_its_bank_in_any_file(self, tmp_path) -> None:
        folder = write_bank(
            tmp_path / "b",
            one=file_of(item_text("re-1", "re-2", "re-9")),
            two=file_of(item_text("re-2"), item_text("re-9")),
        )

        loaded = load_bank(folder)

        assert loaded.problems == ()
        assert [item.document.excludes for item in loaded.items] == [("re-2", "re-9"), (), ()]

    def test_an_enemy_that_the_bank_does_not_have_is_a_problem_of_the_line(self, tmp_path) -> None:
        folder = write_bank(
            tmp_path / "b", one=file_of(item_text("re-1"), item_text("re-2", "re-3"))
        )

        assert problems_of(folder) == [(9, "re-2", "excludes_unknown")]

    @pytest.mark.parametrize(
        ("named", "code"),
        [
            (("re-1",), "excludes_self"),
            (("RE-2",), "excludes_code"),
            (("",), "excludes_code"),
            (tuple(f"x-{n}" for n in range(41)), "excludes_many"),
        ],
    )
    def test_what_is_wrong_with_an_enemy_is_named(self, named, code) -> None:
        loaded = parse_items(file_of(item_text("re-1", *named)), BANK)

        assert [problem.code for problem in loaded.problems] == [code]

    def test_harmless_pairs_are_read_with_the_reason_and_must_be_of_the_bank(
        self, tmp_path
    ) -> None:
        pair = '[[harmless]]\nkey = "re-1"\nstems = ["re-2", "{}"]\n{}\n'
        items = file_of(item_text("re-1"), item_text("re-2"), item_text("re-3"))

        folder = write_bank(tmp_path / "a", TOML + pair.format("re-3", 'why = "x"'), one=items)
        wrong = write_bank(tmp_path / "b", TOML + pair.format("re-9", ""), one=items)

        assert load_bank(folder).bank.harmless == (("re-1", "re-2"), ("re-1", "re-3"))
        assert load_bank(folder).problems == ()
        assert "harmless_unknown" in {code for _, _, code in problems_of(wrong)}
        assert len(problems_of(wrong)) == 2

    def test_exceptions_without_a_place_are_read_with_the_reason_and_must_be_of_the_bank(
        self, tmp_path
    ) -> None:
        exception = '[[unplaced]]\nitems = ["re-1", "{}"]\n{}\n'
        items = file_of(item_text("re-1"), item_text("re-2"))

        folder = write_bank(tmp_path / "a", TOML + exception.format("re-2", 'why = "x"'), one=items)
        wrong = write_bank(tmp_path / "b", TOML + exception.format("re-9", ""), one=items)

        assert load_bank(folder).bank.unplaced == ("re-1", "re-2")
        assert load_bank(folder).problems == ()
        assert "unplaced_unknown" in {code for _, _, code in problems_of(wrong)}
        assert len(problems_of(wrong)) == 2

    def test_an_item_without_enemies_keeps_the_hash_it_had(self) -> None:
        plain = make(ItemKind.SINGLE)
        hostile = make(ItemKind.SINGLE, excludes=("qa-2",))

        assert plain.content_hash == (
            "dcc3a00b2dcb8cdea44736bb2ca58cbe9b09c05e6f3197a5a9ee8a91cc1858f0"
        )
        assert hostile.content_hash != plain.content_hash


@pytest.mark.parametrize("text", ["a-1、a-2", "a-1，a-2", "a-1; a-2", " a-1  a-2 a-1"])
def test_codes_are_parted_by_what_people_type(text) -> None:
    assert read_enemies(text) == ("a-1", "a-2")


def test_a_draft_gives_its_enemies_to_the_item_and_back() -> None:
    item = make(ItemKind.SINGLE, excludes=("qa-2",))

    assert check(draft_of(item), Defaults("x")).item == item


class TestImports:
    def apply(self, session, now, text, *, submits=True):
        bank = make_web_bank(session, now)
        kept = make_import(session, now, text, bank)
        apply_import(session, None, kept, bank, Plan(submits=submits), now=now)
        return bank

    def excludes(self, session, code) -> tuple[str, ...]:
        row = session.scalars(select(ItemRow).where(ItemRow.code == code)).one()
        return draft_from_json(session.get(ItemDraftRow, row.id).content).excludes

    def test_enemies_follow_their_items_to_new_codes(self, session, now) -> None:
        first = file_of(item_text("qa-1"))
        bank = self.apply(session, now, first)
        second = file_of(item_text("qa-1", "qa-2").replace("问什么", "另问什么"), item_text("qa-2"))
        kept = make_import(session, now, second, bank)

        apply_import(session, None, kept, bank, Plan(submits=True), now=now)

        made = session.scalars(
            select(ItemRow).where(ItemRow.import_id == kept.id).order_by(ItemRow.id)
        ).all()
        assert made[0].code != "qa-1"
        assert self.excludes(session, made[0].code) == (made[1].code,)
        assert get_whole(session, made[0].review_version_id).document.excludes == (made[1].code,)

    def test_an_enemy_that_is_not_there_keeps_the_item_a_draft(self, session, now) -> None:
        self.apply(session, now, file_of(item_text("qa-1", "gone-1")))

        row = session.scalars(select(ItemRow).where(ItemRow.code == "qa-1")).one()
        assert row.review_version_id is None
        assert session.get(ItemDraftRow, row.id).problem_count == 1


def test_the_pool_tells_who_excludes_whom(session, now) -> None:
    one = make(ItemKind.SINGLE, code="qa-1", excludes=("qa-2",))
    other = make(ItemKind.SINGLE, code="qa-2")
    services.sync_bank(session, "qa", [one, other], now)

    found = list_pool(session, "qa", Pool.CONTEST, ItemKind.SINGLE)

    assert {item.code: item.excludes for item in found} == {"qa-1": ("qa-2",), "qa-2": ()}


@pytest.mark.pages
class TestEditor:
    @pytest.fixture
    def now(self) -> datetime:
        """The routes read the clock: what they meet must be of today."""
        return datetime.now(UTC)

    @pytest.fixture
    def desk(self, client, database, now):
        with database.transaction() as session:
            user = make_user(session, now, "示例命题人")
            grant_role(session, now, user, Role.AUTHOR)
            services.create_bank(session, None, "qa", BankSettings("示例题库"), now=now)
        log_in(client, database, user, now)
        return Desk(client, database, user)

    def test_enemies_are_written_shown_and_linked(self, desk) -> None:
        first, _ = desk.write()

        second, _ = desk.write(stem="另一问（　）。", excludes=f" {first.upper()} ")

        assert desk.stored(second).excludes == (first,)
        assert f'value="{first}"' in desk.client.get(f"/items/qa/{second}/edit").text
        page = desk.client.get(f"/items/qa/{second}").text
        assert "互斥题" in page
        assert f'href="/items/qa/{first}"' in page

    def test_an_enemy_that_is_not_in_the_bank_is_told_at_its_field(self, desk) -> None:
        reply = desk.post(
            "/new",
            {
                "act": "preview",
                "kind": "single",
                "shape": "single",
                "stem": "问（　）。",
                "o.0.text": "甲",
                "o.1.text": "乙",
                "key": "0",
                "explanation": "因为。",
                "excludes": "qa-99999",
            },
            headers={},
        )

        assert "互斥题 qa-99999 不在本题库里" in reply.text
