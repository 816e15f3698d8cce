"""Old certificates of own schemes: found by number and name once their issuer has them on file."""

import io
import re
from datetime import date, timedelta

import openpyxl
import pytest

from learning.certification import services as certification
from learning.certification.rules import SchemePlan, State
from learning.certification.rules.register import WithdrawGround
from learning.certification.services import external as services
from learning.certification.services import verification
from learning.kernel.documents import Column, write_workbook
from learning.kernel.permissions import Role
from tests.factories.external import make_employer, make_external
from tests.factories.people import grant_role, make_actor, unit_grant

DAY = timedelta(days=1)
NUMBER = "质检（2009）字 第018号"
SCHEME = SchemePlan("QA-OLD", "内训质检员", "In-house inspector", 36)


@pytest.fixture
def employer(session, now):
    return make_issuer(session, now)


def make_issuer(session, now):
    """An employer with a scheme of its own."""
    employer = make_employer(session, now)
    grant_role(session, now, employer.staff[2], Role.EXAMINER, employer.unit)
    actor = make_actor(employer.staff[2], unit_grant(Role.EXAMINER, employer.unit))
    certification.create_scheme(
        session, actor, raw_issuer_id=employer.unit.public_id, plan=SCHEME, now=now
    )
    session.flush()
    return employer


def put_on_file(session, now, employer, *, checked=True, **changes):
    changes = {"number": NUMBER, "scheme": SCHEME.title, **changes}
    row = make_external(session, now, employer, **changes)
    if checked:
        services.check(session, employer.second, row.public_id, now=now)
    return row


def look_up(session, now, number=NUMBER, name="张三"):
    return verification.look_up_number(session, number, name, network="n", secret="s", now=now)


def withdraw(session, employer, row, ground, at) -> None:
    services.withdraw(session, employer.hr, row.public_id, ground=ground, reason="注销", now=at)


def test_it_is_found_however_the_number_is_typed(session, employer, now) -> None:
    put_on_file(session, now, employer)

    for typed in (NUMBER, " 质检(2009)字第０１８号 "):
        found = look_up(session, now, typed)
        assert found is not None, typed
        assert (found.state, found.facts.number) == (State.VALID, NUMBER)
        assert found.facts.issuer_name == "示例制造"


def test_a_wrong_name_finds_nothing_and_nothing_unchecked_is_found(session, employer, now) -> None:
    put_on_file(session, now, employer, checked=False)
    assert look_up(session, now) is None

    put_on_file(session, now, employer, number="T2")

    assert look_up(session, now, "T2", "李四") is None
    assert look_up(session, now, "T2", "") is None
    assert look_up(session, now, "T2") is not None


def test_what_ended_says_so_and_an_error_was_never_there(session, employer, now) -> None:
    ended, wrong = (put_on_file(session, now, employer, number=n) for n in ("T1", "T2"))
    withdraw(session, employer, ended, WithdrawGround.ENDED, now + DAY)
    withdraw(session, employer, wrong, WithdrawGround.ERROR, now + DAY)

    found = look_up(session, now + DAY, "T1")

    assert found is not None
    assert (found.state, found.revoked_at) == (State.REVOKED, now + DAY)
    assert look_up(session, now + DAY, "T2") is None


def test_a_term_or_a_review_that_is_over_ends_it(session, employer, now) -> None:
    row = put_on_file(session, now, employer)

    before, after = (look_up(session, row.ends_at + step) for step in (-DAY, DAY))

    assert before is not None
    assert (before.state, before.expires_soon) == (State.VALID, True)
    assert after is not None
    assert after.state is State.EXPIRED


def test_a_missed_review_is_told_apart_from_a_term_that_is_over(session, employer, now) -> None:
    review = date(2027, 3, 1)
    row = put_on_file(session, now, employer, review_due=review, valid_until=date(2029, 2, 28))

    states = [look_up(session, at).state for at in (row.review_due, row.review_due + DAY)]
    assert states == [State.VALID, State.OVERDUE]
    assert look_up(session, row.valid_until + DAY).state is State.EXPIRED


def test_what_stands_goes_before_what_ended_under_the_same_number(session, employer, now) -> None:
    first = put_on_file(session, now, employer)
    withdraw(session, employer, first, WithdrawGround.ENDED, now)
    put_on_file(session, now, employer)

    found = look_up(session, now)

    assert found is not None
    assert found.state is State.VALID


def test_a_longer_term_entered_ahead_leaves_the_old_one_to_be_found_until_it_begins(
    session, employer, now
) -> None:
    old = put_on_file(session, now, employer)
    row = employer.row(valid_from=now.date() + 30 * DAY)
    public_id = services.follow(session, employer.hr, old.public_id, row=row, now=now)
    services.check(session, employer.second, public_id, now=now)

    before, after = (look_up(session, now + days * DAY) for days in (29, 31))

    assert (before.state, before.facts.valid_from) == (State.VALID, old.valid_from)
    assert (after.state, after.facts.valid_from > old.valid_from) == (State.VALID, True)


def test_neither_others_schemes_nor_what_others_registered_of_ours_is_told(
    session, employer, now
) -> None:
    other = make_employer(session, now, "别的企业")
    put_on_file(session, now, other)  # says that our scheme's certificate is its person's
    put_on_file(session, now, employer, number="T9", scheme="低压电工")

    assert look_up(session, now) is None
    assert look_up(session, now, "T9") is None


@pytest.fixture
def filed(database, now):
    with database.transaction() as session:
        employer = make_issuer(session, now)
        put_on_file(session, now, employer)
        return employer.staff[0]


def test_the_public_page_says_that_it_is_an_old_one_and_masks_the_name(open_browser, filed) -> None:
    public = open_browser()
    token = public.token("/verify")

    def ask(number: str, name: str):
        reply = public.post("/verify", {"typed": number, "name": name}, token=token)
        text = reply.text.replace(number, "").replace(name, "")
        return reply.status_code, re.sub(r"nonce[^>]*|查验时间[^<]*|value=[^>]*", "", text)

    status, text = ask(NUMBER, "张 三")
    wrong, unknown = ask(NUMBER, "李鬼"), ask("质检字第019号", "李鬼")

    assert status == 200
    assert "登记在案的旧证" in text
    assert "张*" in text
    assert "张三" not in text
    assert wrong == unknown
    assert wrong[0] == 404


def test_numbers_of_any_shape_count_against_the_network(open_browser, filed, monkeypatch) -> None:
    monkeypatch.setattr(verification, "MAX_LOOKUPS", 2)
    public = open_browser()
    token = public.token("/verify")

    typed = {"typed": NUMBER, "name": "张三"}
    tries = [public.post("/verify", typed, token=token).status_code for _ in range(3)]

    assert tries == [200, 200, 429]


def test_a_list_finds_it_too(open_browser, filed) -> None:
    person = open_browser(filed)
    rows = [(NUMBER, "张三"), (NUMBER, "李鬼")]
    data = write_workbook([Column("证书编号", 20), Column("姓名", 9)], rows, sheet_name="名单")

    reply = person.post("/verify/list", {"file": (io.BytesIO(data), "名单.xlsx")})

    sheet = openpyxl.load_workbook(io.BytesIO(reply.data)).worksheets[0]
    states = [row[3] for row in sheet.iter_rows(values_only=True)]
    assert [state for state in states if state in {"有效", "查无此证"}] == ["有效", "查无此证"]
