"""Projects and declarations: handed in with papers, reviewed or confirmed by who may, kept in time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from learning.certification import queries, services
from learning.certification.models import (
    AwardPaper,
    Certificate,
    CertificateAppeal,
    Fulfilment,
    SchemeAssessor,
)
from learning.certification.queries import papers
from learning.certification.queries.contested import list_contested
from learning.certification.queries.deciding import list_involved
from learning.certification.queries.papers import (
    confirmable,
    count_confirmable,
    list_declarations,
    list_projects,
    of_person,
    projects_of,
)
from learning.certification.rules.papers import ProjectState, check_papers, outcome_of
from learning.certification.rules.terms import Decider, Need, NeedKind
from learning.certification.services import appeals, assessing, declaring, keeping
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Role
from learning.organisations.rules.corrections import Evidence
from tests.certification.test_deciding import nobody
from tests.certification.test_files import count, publish
from tests.certification.test_terms import FORM, RICH, YEARS
from tests.factories.certification import make_office
from tests.factories.people import (
    grant_role,
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)
from tests.world.people import PNG

TERMS = replace(RICH, first=((YEARS,), (Need(NeedKind.PROJECT),)), renewal=(), window_days=0)
PAPER = Evidence("报告.pdf", "application/pdf", b"%PDF-1.7")
GOOD, POOR = (40, 40), (10, 20)


class Bench:
    """A scheme that asks for years and a project; a candidate with HR, two assessors."""

    def __init__(self, session, now, terms=TERMS) -> None:
        self.session, self.now = session, now
        self.office = make_office(session, now)
        publish(session, self.office, terms, now)
        self.firm = make_unit(session, now, name="示例精密制造")
        self.person = make_user(session, now, "王㛃")
        make_membership(session, now, self.person, self.firm)
        hr = make_user(session, now, "人事")
        grant_role(session, now, hr, Role.HR_MANAGER, self.firm)
        self.hr = make_actor(hr, unit_grant(Role.HR_MANAGER, self.firm))
        self.actor = make_actor(self.person)
        self.assessors = [make_user(session, now, name) for name in ("评审甲", "评审乙")]
        for user in self.assessors:
            session.add(
                SchemeAssessor(
                    scheme_id=self.office.scheme_id,
                    user_id=user.id,
                    appointed_by=user.id,
                    appointed_at=now,
                )
            )
        self.file = services.begin_file(session, self.person.id, self.office.scheme_id, now)
        self.decider = make_actor(
            make_user(session, now), unit_grant(Role.DECIDER, self.office.issuer)
        )

    def hand_in(self, title: str = "减少错装") -> None:
        assessing.hand_in_project(
            self.session, self.actor, self.file, title=title, summary="", papers=[PAPER],
            now=self.now,
        )  # fmt: skip

    def project(self):
        where = projects_of(self.person.id, self.office.scheme_id)
        return list_projects(self.session, where)[-1]

    def review(self, points=GOOD, n: int = 0):
        return assessing.give_opinion(
            self.session,
            make_actor(self.assessors[n]),
            self.project().public_id,
            points=points,
            comment="有数据。",
            now=self.now,
        )

    def declare(self, years: int = 4, kind: NeedKind = NeedKind.EXPERIENCE):
        declaring.declare(
            self.session, self.actor, self.file, kind=kind, years=years, words="检验岗位。",
            papers=[PAPER], now=self.now,
        )  # fmt: skip
        where = of_person(self.person.id, self.office.scheme_id)
        return list_declarations(self.session, where)[0].public_id


@given(st.lists(st.integers(0, 100), min_size=1, max_size=2))
def test_the_mean_of_all_opinions_decides_exactly(totals: list[int]) -> None:
    state = outcome_of(FORM, totals, len(totals))
    assert (state is ProjectState.PASSED) is (sum(totals) >= 60 * len(totals))
    assert outcome_of(FORM, totals, len(totals) + 1) is ProjectState.SUBMITTED


def test_papers_are_what_their_bytes_say_and_each_fault_names_its_file() -> None:
    found, problems = check_papers([("a.png", PNG), ("b.exe", b"MZ"), ("", b"")])
    assert found == ()
    assert [(problem.path, problem.code) for problem in problems] == [("b.exe", "evidence_type")]
    assert len(check_papers([("a.png", PNG)] * 5)[0]) == 5
    assert check_papers([("a.png", PNG)] * 6)[1][0].code == "papers_many"


class TestProject:
    def test_a_project_that_passes_is_in_the_file_with_its_points(self, session, now) -> None:
        bench = Bench(session, now)
        bench.hand_in()

        assert bench.review() is ProjectState.PASSED

        (deed,) = queries.list_deeds(session, bench.office.scheme_id, bench.person.id)
        assert (deed.kind, deed.measure["points"]) == (NeedKind.PROJECT, 80.0)

    def test_one_that_fails_is_not_and_another_can_be_handed_in(self, session, now) -> None:
        bench = Bench(session, now)
        bench.hand_in()
        with pytest.raises(Conflict, match="project_waiting"):
            bench.hand_in()

        assert bench.review(POOR) is ProjectState.FAILED

        assert count(session, Fulfilment) == 0
        bench.hand_in("减少返工")
        assert bench.project().state is ProjectState.SUBMITTED

    def test_each_criterion_needs_points_within_its_most_and_words(self, session, now) -> None:
        bench = Bench(session, now)
        bench.hand_in()
        with pytest.raises(Invalid) as caught:
            bench.review((41, None))
        assert [problem.line for problem in caught.value.problems] == [1, 2]

    def test_what_waits_is_listed_before_all_that_was_reviewed(
        self, session, now, monkeypatch
    ) -> None:
        bench = Bench(session, now)
        for title in ("甲", "乙", "丙", "丁"):
            bench.hand_in(title)
            if title != "丁":
                bench.review(POOR)
        monkeypatch.setattr(papers, "MAX_SHOWN", 2)

        found = papers.list_assessable(session, bench.assessors[0].id)

        assert [one.title for one in found] == ["丁", "丙", "乙"]

    def test_who_is_not_appointed_or_is_the_candidate_finds_nothing(self, session, now) -> None:
        bench = Bench(session, now)
        bench.hand_in()
        bench.assessors.append(make_user(session, now))
        with pytest.raises(NotFound):
            bench.review(n=2)
        session.add(
            SchemeAssessor(
                scheme_id=bench.office.scheme_id,
                user_id=bench.person.id,
                appointed_by=bench.person.id,
                appointed_at=now,
            )
        )
        bench.assessors.append(bench.person)
        with pytest.raises(NotFound):
            bench.review(n=3)

    def test_a_second_opinion_takes_the_first_back_until_both_are_there(self, session, now) -> None:
        bench = Bench(session, now)
        bench.hand_in()
        bench.review(GOOD)

        assessing.ask_second_opinion(session, bench.decider, bench.file, now=now)

        done = queries.list_done(session, bench.office.scheme_id, [bench.person.id])
        assert done == {bench.person.id: []}
        with pytest.raises(Conflict, match="opinion_given"):
            bench.review(GOOD)
        assert bench.review(POOR, n=1) is ProjectState.FAILED  # 80 and 30: the mean is 55
        with pytest.raises(Conflict, match="second_opinion"):
            assessing.ask_second_opinion(session, bench.decider, bench.file, now=now)

    def test_a_project_that_earned_a_certificate_is_not_reviewed_again(self, session, now) -> None:
        bench = Bench(session, now)
        bench.hand_in()
        bench.review()
        declaring.confirm_declaration(session, bench.hr, bench.declare(), years=4, now=now)
        services.decide_file(
            session, bench.decider, bench.file, outcome=services.Outcome.GRANTED, reason="",
            teachers=nobody, now=now,
        )  # fmt: skip
        following = services.begin_file(session, bench.person.id, bench.office.scheme_id, now)

        with pytest.raises(NotFound):
            assessing.ask_second_opinion(session, bench.decider, following, now=now)

        assert queries.list_doubtful(session, bench.office.scheme_id, now) == []

    def test_its_assessors_do_not_decide(self, session, now) -> None:
        bench = Bench(session, now)
        bench.hand_in()
        bench.review()
        files = queries.list_open_of(session, [bench.person.id])

        (involved,) = list_involved(session, files, nobody).values()

        assert involved.assessors == {bench.assessors[0].id}

    def test_a_scheme_without_a_project_takes_none(self, session, now) -> None:
        bench = Bench(session, now, replace(TERMS, first=((YEARS,),)))
        with pytest.raises(NotFound):
            bench.hand_in()


class TestDeclaration:
    def test_hr_confirms_the_years_it_found(self, session, now) -> None:
        bench = Bench(session, now)
        raw = bench.declare(9)
        with pytest.raises(Conflict, match="declared_already"):
            bench.declare(9)

        declaring.confirm_declaration(session, bench.hr, raw, years=4, now=now)

        (deed,) = queries.list_deeds(session, bench.office.scheme_id, bench.person.id)
        assert (deed.measure["years"], deed.recorded_by) == (4, "人事")
        with pytest.raises(Conflict, match="award_declaration_decided"):
            declaring.confirm_declaration(session, bench.hr, raw, years=4, now=now)

    def test_a_refusal_needs_its_reason_and_leaves_the_way_open(self, session, now) -> None:
        bench = Bench(session, now)
        raw = bench.declare()
        with pytest.raises(Invalid):
            declaring.refuse_declaration(session, bench.hr, raw, answer=" ", now=now)

        declaring.refuse_declaration(session, bench.hr, raw, answer="年限不足", now=now)

        assert count(session, Fulfilment) == 0
        bench.declare()

    def test_only_the_employer_confirms_work_and_never_its_own(self, session, now) -> None:
        bench = Bench(session, now)
        raw = bench.declare()
        other = make_unit(session, now, name="别家")
        stranger = make_actor(make_user(session, now), unit_grant(Role.HR_MANAGER, other))
        for actor in (stranger, bench.office.actor):
            with pytest.raises(NotFound):
                declaring.confirm_declaration(session, actor, raw, years=4, now=now)
        own = replace(bench.hr, user_id=bench.person.id)
        waiting = [count_confirmable(session, one, now) for one in (bench.hr, stranger, own)]
        assert waiting == [1, 0, 0]
        with pytest.raises(Conflict, match="own_declaration"):
            declaring.confirm_declaration(session, own, raw, years=4, now=now)

    def test_an_exam_elsewhere_is_confirmed_by_who_keeps_the_scheme(self, session, now) -> None:
        terms = replace(TERMS, first=((Need(NeedKind.EXAM),),), decider=Decider.PERSON)
        bench = Bench(session, now, terms)
        raw = bench.declare(kind=NeedKind.EXAM)
        assert list_declarations(session, confirmable(session, bench.hr, now)) == []

        declaring.confirm_declaration(session, bench.office.actor, raw, years=0, now=now)

        file = queries.find_open_file(session, bench.office.scheme_id, bench.person.id)
        assert file.ready_at == now

    @pytest.mark.parametrize(("percent", "met"), [(0, False), (79, False), (80, True)])
    def test_an_exam_elsewhere_meets_a_score_only_by_the_points_that_were_confirmed(
        self, session, now, percent, met
    ) -> None:
        terms = replace(TERMS, first=((Need(NeedKind.EXAM, cut_percent=80),),))
        bench = Bench(session, now, replace(terms, decider=Decider.PERSON))
        raw = bench.declare(kind=NeedKind.EXAM)

        declaring.confirm_declaration(session, bench.office.actor, raw, percent=percent, now=now)

        file = queries.find_open_file(session, bench.office.scheme_id, bench.person.id)
        assert (file.ready_at == now) is met

    def test_what_is_not_asked_cannot_be_declared(self, session, now) -> None:
        bench = Bench(session, now)
        with pytest.raises(Invalid):
            bench.declare(kind=NeedKind.CONFIRMATION)


def test_all_together_make_a_certificate_by_a_person(session, now) -> None:
    bench = Bench(session, now)
    bench.hand_in()
    bench.review()
    declaring.confirm_declaration(session, bench.hr, bench.declare(), years=4, now=now)

    services.decide_file(
        session, bench.decider, bench.file, outcome=services.Outcome.GRANTED, reason="",
        teachers=nobody, now=now,
    )  # fmt: skip

    assert session.scalars(select(Certificate.user_id)).all() == [bench.person.id]


def test_papers_stay_while_a_file_is_open_and_go_90_days_after_a_refusal(session, now) -> None:
    bench = Bench(session, now)
    bench.hand_in()
    assert keeping.forget_papers(session, now + timedelta(days=400)) == 0
    services.decide_file(
        session, bench.decider, bench.file, outcome=services.Outcome.REFUSED, reason="材料不实",
        teachers=nobody, now=now,
    )  # fmt: skip

    assert keeping.forget_papers(session, now + timedelta(days=89)) == 0
    assert keeping.forget_papers(session, now + timedelta(days=91)) == 1
    assert count(session, AwardPaper) == 0


def test_papers_stay_while_an_appeal_waits_however_overdue_and_90_days_after_its_answer(
    session, now
) -> None:
    bench = Bench(session, now)
    bench.hand_in()
    services.decide_file(
        session, bench.decider, bench.file, outcome=services.Outcome.REFUSED, reason="材料不实",
        teachers=nobody, now=now,
    )  # fmt: skip
    [contested] = list_contested(session, bench.person.id, now)
    appeals.lodge_appeal(session, bench.actor, code=contested.code, text="材料属实", now=now)
    later = now + timedelta(days=400)

    during = keeping.forget_papers(session, later)
    answered = {"verdict": "upheld", "decided_by": bench.person.id, "decided_at": later}
    session.execute(update(CertificateAppeal).values(answered))
    left = [keeping.forget_papers(session, later + timedelta(days=days)) for days in (89, 91)]

    assert (during, left) == (0, [0, 1])


def test_who_leaves_takes_papers_along(session, now) -> None:
    bench = Bench(session, now)
    bench.hand_in()
    bench.declare()

    assert keeping.forget_person(session, bench.person.id, now) == 2

    assert bench.project().state is ProjectState.WITHDRAWN
    assert queries.find_open_file(session, bench.office.scheme_id, bench.person.id) is None
