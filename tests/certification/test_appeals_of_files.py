"""Reviews of projects and declarations are appealed against as decisions on certificates are."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from learning.accounts.models import PersonalNotice, User
from learning.certification.models import CertificateAppeal
from learning.certification.queries import appeals as queries
from learning.certification.queries.contested import get_contested, get_involved, list_contested
from learning.certification.rules.appeals import LODGE_DAYS, Against
from learning.certification.rules.deciding import Part, parts_of
from learning.certification.rules.papers import ProjectState
from learning.certification.services import assessing, declaring
from learning.certification.services.appeals import answer_appeal, lodge_appeal
from learning.exams.rules import Verdict
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.permissions import Actor, Role
from tests.certification.test_appeals import told_to_appeal
from tests.certification.test_assessing import POOR, Bench
from tests.certification.test_deciding import nobody
from tests.factories.people import grant_role, make_actor, make_user, unit_grant

DAY = timedelta(days=1)


class Early(Bench):
    """A bench whose candidate appeals before anybody decided on a certificate."""

    def fail(self, n: int = 0) -> None:
        assert self.review(POOR, n) is ProjectState.FAILED

    def refuse(self, actor: Actor | None = None) -> str:
        raw = self.declare()
        declaring.refuse_declaration(
            self.session, actor or self.hr, raw, answer="年限不足", now=self.now
        )
        return raw

    def offered(self, at=None):
        return list_contested(self.session, self.person.id, at or self.now)

    def lodge(self, actor=None, code: str = "", at=None) -> CertificateAppeal:
        number = lodge_appeal(
            self.session,
            actor or self.actor,
            code=code or self.offered()[0].code,
            text="数据齐全，可以核实。",
            now=at or self.now,
        )
        found = select(CertificateAppeal).where(CertificateAppeal.number == number)
        return self.session.scalars(found).one()

    def answer(self, row, actor=None, teachers=nobody) -> None:
        answer_appeal(
            self.session,
            actor or self.decider,
            row.public_id,
            verdict=Verdict.UPHELD,
            answer="核实属实，请复评。",
            teachers=teachers,
            now=self.now,
        )

    def deciding(self, user: User) -> Actor:
        """Return somebody as who also decides for the issuer."""
        return make_actor(user, unit_grant(Role.DECIDER, self.office.issuer))


@pytest.fixture
def early(session, now) -> Early:
    return Early(session, now)


def test_a_project_that_failed_is_appealed_against_and_no_assessor_of_it_answers(
    early, session, now
) -> None:
    early.hand_in()
    assert early.offered() == []
    early.fail()
    assert len(told_to_appeal(session, early.person.id)) == 1
    [offered] = early.offered()
    assert (offered.against, offered.detail, offered.reason) == (
        Against.FAILED,
        "减少错装",
        "有数据。",
    )

    row = early.lodge()

    assert (row.kind, row.answer_by) == ("failed", now + 30 * DAY)
    with pytest.raises(Conflict, match="involved"):
        early.answer(row, early.deciding(early.assessors[0]))
    assert queries.count_register(session, early.decider, now) == (1, 0)
    early.answer(row)
    assert queries.count_register(session, early.decider, now) == (0, 1)
    told = session.scalars(
        select(PersonalNotice.title).where(PersonalNotice.user_id == early.person.id)
    ).all()
    assert {f"申诉 {row.number} 已收到", f"申诉 {row.number} 已答复：成立"} <= set(told)


def test_a_second_review_is_a_decision_of_its_own_and_both_assessors_had_a_part(
    early, session, now
) -> None:
    early.hand_in()
    early.fail()
    first = early.lodge()
    assert early.offered() == []

    assessing.ask_second_opinion(session, early.decider, early.file, now=now)
    assert early.offered() == []
    early.fail(1)
    second = early.lodge()

    assert first.source_id != second.source_id
    for row in (first, second):
        contested = get_contested(session, Against.FAILED, row.source_id)
        involved = get_involved(session, contested, nobody)
        assert involved.assessors == {one.id for one in early.assessors}
        for one in early.assessors:
            assert Part.ASSESSOR in parts_of(frozenset({one.id}), involved)


def test_a_project_that_waits_or_passed_is_not_appealed_against(early, session) -> None:
    early.hand_in()
    waits = early.offered()
    early.review()

    assert (waits, early.offered()) == ([], [])
    assert told_to_appeal(session, early.person.id) == []


@pytest.mark.parametrize("verdict", ["refused", "confirmed", "pending"])
def test_only_a_declaration_that_was_refused_is_appealed_against(
    early, session, now, verdict
) -> None:
    if verdict == "refused":
        early.refuse()
    elif verdict == "confirmed":
        declaring.confirm_declaration(session, early.hr, early.declare(), years=4, now=now)
    else:
        early.declare()

    found = [(one.against, one.detail, one.reason) for one in early.offered()]

    refused = [(Against.UNCONFIRMED, "experience", "年限不足")]
    assert found == (refused if verdict == "refused" else [])
    assert len(told_to_appeal(session, early.person.id)) == (verdict == "refused")


def test_who_refused_the_declaration_does_not_answer_nor_who_taught_the_person(
    early, session, now
) -> None:
    early.refuse()
    row = early.lodge()
    assert row.kind == "unconfirmed"

    with pytest.raises(Conflict, match="involved"):
        early.answer(row, early.deciding(session.get_one(User, early.hr.user_id)))
    with pytest.raises(Conflict, match="involved"):
        early.answer(row, early.deciding(early.person))
    taught = {early.person.id: frozenset({early.decider.user_id})}
    with pytest.raises(Conflict, match="involved"):
        early.answer(row, teachers=lambda _session, _people: taught)

    early.answer(row)
    assert (row.verdict, row.decided_by) == ("upheld", early.decider.user_id)


@pytest.mark.parametrize("kind", ["failed", "unconfirmed"])
def test_each_is_appealed_against_once_by_its_own_person_within_thirty_days(
    early, session, now, kind
) -> None:
    if kind == "failed":
        early.hand_in()
        early.fail()
    else:
        early.refuse()
    [offered] = early.offered(at=now + LODGE_DAYS * DAY)
    assert offered.against.value == kind
    with pytest.raises(NotFound):
        early.lodge(code=offered.code, at=now + (LODGE_DAYS + 1) * DAY)
    with pytest.raises(NotFound):
        early.lodge(make_actor(make_user(session, now)), code=offered.code)
    early.lodge(code=offered.code)

    with pytest.raises(NotFound):
        early.lodge(code=offered.code)


def test_the_table_takes_every_kind_there_is(early, session, now) -> None:
    for number, against in enumerate(Against):
        session.execute(
            insert(CertificateAppeal).values(
                public_id=f"{number:026d}",
                number=f"C26-1-{number:04d}",
                scheme_id=early.office.scheme_id,
                user_id=early.person.id,
                kind=against.value,
                source_id=1,
                text="不服",
                lodged_at=now,
                answer_by=now,
            )
        )

    assert queries.count_register(session, early.decider, now) == (len(Against), 0)


def test_from_the_file_to_the_answer_on_the_pages(open_browser, database, now) -> None:
    with database.transaction() as session:
        early = Early(session, now)
        early.hand_in("<i>减少错装</i>")
        early.fail()
        early.refuse()
        users = {
            "person": early.person,
            "assessor": early.assessors[0],
            "decider": session.get_one(User, early.decider.user_id),
        }
        for who in ("assessor", "decider"):
            grant_role(session, now, users[who], Role.DECIDER, early.office.issuer)
        file = early.file
    person = open_browser(users["person"])
    own = person.get(f"/award-files/{file}").text
    assert "对评审结果有异议" in own
    assert "对不予确认有异议" in own
    page = person.get("/certificate-appeals").text
    assert "项目评审不合格：&lt;i&gt;减少错装" in page
    assert "申报不予确认：工作年限" in page
    assert "Declaration not confirmed: " in person.get("/certificate-appeals?lang=en").text
    for kind in ("unconfirmed", "failed"):
        code = f"{kind}-" + page.split(f'<option value="{kind}-')[1].split('"')[0]
        sent = person.post("/certificate-appeals", {"subject": code, "text": "可以核实"})
        assert sent.status_code == 303

    assessor, decider = open_browser(users["assessor"]), open_browser(users["decider"])
    register = decider.get("/certificate-appeals/register").text
    row = next(one for one in register.split("<tr>") if "项目评审不合格" in one)
    address = "/certificate-appeals/register/" + row.split("/register/")[1].split('"')[0]
    barred = assessor.get(address).text
    assert "您评审过此人的项目" in barred
    assert "可以核实" not in barred
    shown = decider.get(address).text
    assert f'href="/award-decisions/{file}"' in shown
    answer = {"verdict": "upheld", "answer": "请另一位评审人复评。"}
    assert decider.post(address, answer).status_code == 303
    assert "请另一位评审人复评。" in person.get("/certificate-appeals").text
