"""Appeals against decisions on certificates go to somebody who had no part, with a date."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from learning.accounts.models import PersonalNotice, User
from learning.certification import services
from learning.certification.models import CertificateAppeal, Fulfilment, Scheme
from learning.certification.queries import appeals as queries
from learning.certification.queries.contested import get_involved, list_contested
from learning.certification.rules.appeals import (
    LODGE_DAYS,
    Against,
    answer_refusal,
    appeal_number,
    is_late,
)
from learning.certification.rules.deciding import Involved, Outcome, Part, parts_of
from learning.certification.services.appeals import answer_appeal, lodge_appeal
from learning.exams.rules import Verdict
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Role
from tests.certification.test_deciding import Desk, nobody
from tests.factories.people import grant_role, make_actor, make_unit, make_user, unit_grant

DAY = timedelta(days=1)


def test_who_took_the_decision_had_a_part_in_it() -> None:
    assert parts_of(frozenset({5}), Involved(1, deciders=frozenset({5}))) == (Part.DECIDED,)


def test_an_answer_comes_once_with_reasons_from_somebody_without_a_part() -> None:
    assert answer_refusal(is_answered=False, parts=(), answer="查实。") is None
    assert answer_refusal(is_answered=False, parts=(), answer=" ") == "reason_missing"
    assert answer_refusal(is_answered=False, parts=(Part.TRAINER,), answer="查实。") == "involved"
    assert answer_refusal(is_answered=True, parts=(), answer="查实。") == "appeal_over"


def test_what_is_answered_is_never_late(now) -> None:
    assert is_late(now, None, now + DAY)
    assert not is_late(now, None, now)
    assert not is_late(now, now, now + DAY)
    assert appeal_number(2026, 7, 3) == "C26-7-0003"


class Case(Desk):
    """A desk that refused a file, and another decider of the same issuer."""

    def __init__(self, session, now) -> None:
        super().__init__(session, now, people=2)
        self.person = make_actor(self.people[0])
        self.other = make_actor(
            make_user(session, now, "另一位"), unit_grant(Role.DECIDER, self.office.issuer)
        )
        self.decide(Outcome.REFUSED, "证明不实", file=self.file())

    def offered(self, actor=None, at=None):
        actor = actor or self.person
        return list_contested(self.session, actor.user_id, at or self.now)

    def lodge(self, actor=None, at=None, code=None) -> CertificateAppeal:
        code = code or self.offered()[0].code
        number = lodge_appeal(
            self.session,
            actor or self.person,
            code=code,
            text="证明由原单位出具，可以核实。",
            now=at or self.now,
        )
        found = select(CertificateAppeal).where(CertificateAppeal.number == number)
        return self.session.scalars(found).one()

    def answer(self, row, actor=None, *, teachers=nobody, verdict=Verdict.UPHELD):
        answer_appeal(
            self.session,
            actor or self.other,
            row.public_id,
            verdict=verdict,
            answer="核实属实，请重新办理。",
            teachers=teachers,
            now=self.now,
        )


def told_to_appeal(session, user_id: int) -> list[str]:
    """Return the titles of the letters that name the right to appeal, in both languages."""
    letters = session.scalars(
        select(PersonalNotice).where(PersonalNotice.user_id == user_id).order_by(PersonalNotice.id)
    )
    right = (f"可在 {LODGE_DAYS} 天内", f"within {LODGE_DAYS} days")
    return [one.title for one in letters if right[0] in one.text and right[1] in one.text_en]


@pytest.fixture
def case(session, now) -> Case:
    return Case(session, now)


def test_who_was_refused_is_told_of_the_right_to_appeal(case, session) -> None:
    [title] = told_to_appeal(session, case.person.user_id)

    assert title.endswith("不予发证")


def test_a_refusal_is_appealed_against_and_answered_by_somebody_else(case, session, now) -> None:
    row = case.lodge()

    assert (row.kind, row.answer_by) == (Against.REFUSED.value, now + 30 * DAY)
    with pytest.raises(Conflict, match="involved"):
        case.answer(row, case.decider)
    case.answer(row)

    assert (row.verdict, row.decided_by) == ("upheld", case.other.user_id)
    with pytest.raises(Conflict, match="appeal_over"):
        case.answer(row, verdict=Verdict.REJECTED)
    told = session.scalars(
        select(PersonalNotice.title)
        .where(PersonalNotice.user_id == case.person.user_id)
        .order_by(PersonalNotice.id)
    ).all()
    assert [title for title in told if row.number in title] == [
        f"申诉 {row.number} 已收到",
        f"申诉 {row.number} 已答复：成立",
    ]
    acts = session.scalars(
        select(AuditEntry.act).where(AuditEntry.subject == row.public_id).order_by(AuditEntry.id)
    ).all()
    assert acts == ["certificate.appealed", "certificate.appeal_answered"]


def test_each_decision_is_appealed_against_once_and_within_thirty_days(case, now) -> None:
    code = case.offered()[0].code
    assert case.offered(at=now + LODGE_DAYS * DAY) != []
    with pytest.raises(NotFound):
        case.lodge(code=code, at=now + (LODGE_DAYS + 1) * DAY)
    case.lodge(code=code)

    assert case.offered() == []
    with pytest.raises(NotFound):
        case.lodge(code=code)


def test_somebody_elses_decision_is_like_a_missing_one(case, session, now) -> None:
    stranger = make_actor(case.people[1])
    code = case.offered()[0].code
    assert case.offered(stranger) == []
    with pytest.raises(NotFound):
        case.lodge(stranger, code=code)
    row = case.lodge()

    away = make_unit(session, now, name="别处")
    elsewhere = make_actor(make_user(session, now), unit_grant(Role.DECIDER, away))
    for actor in (elsewhere, stranger):
        with pytest.raises(NotFound):
            case.answer(row, actor)
        assert queries.count_register(session, actor, now) == (0, 0)
    assert queries.count_register(session, case.other, now) == (1, 0)


def test_who_taught_or_examined_the_appellant_does_not_answer(case) -> None:
    row = case.lodge()
    taught = {case.person.user_id: frozenset({case.other.user_id})}

    with pytest.raises(Conflict, match="involved"):
        case.answer(row, teachers=lambda _session, _people: taught)
    examiner = replace(case.other, user_id=case.office.examiner.id)
    with pytest.raises(Conflict, match="involved"):
        case.answer(row, examiner)


def test_a_suspension_and_a_revocation_are_appealed_against_too(case, session, now) -> None:
    issued = case.decide(actor=case.other, file=case.file(1))
    holder, keeper = make_actor(case.people[1]), case.office.actor
    services.suspend_certificate(session, keeper, issued.public_id, reason="待查", now=now)
    assert [one.against for one in case.offered(holder)] == [Against.SUSPENDED]
    services.lift_suspension(session, keeper, issued.public_id, reason="无事", now=now)
    assert case.offered(holder) == []
    services.revoke_certificate(session, keeper, issued.public_id, reason="冒名", now=now)
    [revoked] = case.offered(holder)
    told = [title.split()[-1] for title in told_to_appeal(session, holder.user_id)]
    assert told == ["已暂停", "已撤销"]

    row = case.lodge(holder, code=revoked.code)

    # the examiner revoked it, and the other decider had granted it
    for involved in (replace(case.decider, user_id=keeper.user_id), case.other):
        with pytest.raises(Conflict, match="involved"):
            case.answer(row, involved)
    case.answer(row, case.decider)
    assert row.verdict == "upheld"


def test_who_examined_has_a_part_also_where_the_pass_fell_since(case, session, now) -> None:
    issued = case.decide(actor=case.other, file=case.file(1))
    services.revoke_certificate(
        session, case.office.actor, issued.public_id, reason="成绩更正", now=now
    )
    [revoked] = case.offered(make_actor(case.people[1]))

    session.execute(update(Fulfilment).values(withdrawn_at=now))

    involved = get_involved(session, revoked, nobody)
    assert case.office.examiner.id in involved.examiners


def test_clicks_at_once_make_one_appeal_and_numbers_without_gaps(database, now) -> None:
    with database.transaction() as session:
        case = Case(session, now)
        case.decide(Outcome.REFUSED, "不齐", file=case.file(1))
        people = [make_actor(person) for person in case.people]
        codes = [case.offered(person)[0].code for person in people]

    def click(n: int) -> str:
        try:
            with database.transaction() as session:
                return lodge_appeal(session, people[n % 2], code=codes[n % 2], text="不服", now=now)
        except NotFound:
            return ""

    with ThreadPoolExecutor(6) as pool:
        numbers = sorted(filter(None, pool.map(click, range(12))))

    assert [number[-4:] for number in numbers] == ["0001", "0002"]


class TestPages:
    @pytest.fixture
    def world(self, database, now):
        with database.transaction() as session:
            case = Case(session, now)
            people = {
                "person": case.people[0],
                "decider": session.get_one(User, case.decider.user_id),
                "other": session.get_one(User, case.other.user_id),
            }
            for who in ("decider", "other"):
                grant_role(session, now, people[who], Role.DECIDER, case.office.issuer)
        return people

    def test_from_the_refusal_to_the_answer(self, open_browser, world) -> None:
        person = open_browser(world["person"])
        page = person.get("/certificate-appeals").text
        code = page.split('<option value="refused-')[1].split('"')[0]
        said = {"subject": f"refused-{code}", "text": ""}
        for nothing in ("", " \r\n　"):  # an appeal of blanks would use up the only one
            empty = person.post("/certificate-appeals", {**said, "text": nothing})
            assert empty.status_code == 400
        sent = person.post("/certificate-appeals", {**said, "text": "<b>可以核实</b>"})
        assert sent.status_code == 303
        second = person.post("/certificate-appeals", {**said, "text": "另一个窗口里写的长文。"})
        assert (second.status_code, "另一个窗口里写的长文。" in second.text) == (400, True)

        decider, other = open_browser(world["decider"]), open_browser(world["other"])
        register = other.get("/certificate-appeals/register").text
        address = "/certificate-appeals/register/" + register.split("/register/")[1].split('"')[0]
        barred = decider.get(address).text
        assert "您作出了被申诉的决定" in barred
        assert "可以核实" not in barred
        refused = decider.post(address, {"verdict": "rejected", "answer": "维持。"})
        assert (refused.status_code, "维持。" in refused.text) == (409, True)
        assert "须由没有参与" in refused.text
        assert "可以核实" not in refused.text
        assert "&lt;b&gt;可以核实" in other.get(address).text
        blank = other.post(address, {"verdict": "upheld", "answer": "  "})
        assert blank.status_code == 400
        [chosen] = [one for one in blank.text.split("<input")[1:] if 'value="upheld"' in one]
        assert " checked" in chosen.split(">")[0]
        answer = {"verdict": "upheld", "answer": "核实属实。"}
        assert other.post(address, answer).status_code == 303
        later = other.post(address, {**answer, "answer": "迟到的答复。"})
        assert (later.status_code, "迟到的答复。" in later.text) == (409, True)

        assert "核实属实。" in person.get("/certificate-appeals").text
        over = other.get("/certificate-appeals/register?show=over").text
        assert "已办结 1" in over
        assert "期限近的在前" not in over

    def test_every_page_calls_the_scheme_in_the_readers_language(
        self, open_browser, database, world
    ) -> None:
        with database.transaction() as session:
            session.execute(update(Scheme).values(title="首席质量工程师", title_en="Lead engineer"))
        person, other = open_browser(world["person"]), open_browser(world["other"])

        def read(browser, address: str) -> tuple[bool, bool]:
            page = browser.get(f"{address}?lang=en").text
            return "Lead engineer" in page, "首席质量工程师" in page

        form = person.get("/certificate-appeals?lang=en").text
        offered = read(person, "/certificate-appeals")
        code = form.split('<option value="')[1].split('"')[0]
        person.post("/certificate-appeals", {"subject": code, "text": "可以核实"})
        register = other.get("/certificate-appeals/register").text
        address = "/certificate-appeals/register/" + register.split("/register/")[1].split('"')[0]

        pages = [offered, read(person, "/certificate-appeals")]
        pages += [read(other, one) for one in ("/certificate-appeals/register", address)]
        assert pages == [(True, False)] * 4
