"""From a candidate's appeal to the answer, by people who had no part in what is appealed on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from learning.app import jobs
from learning.attempts.models import Attempt, ScoreRow
from learning.attempts.rules import Mark, Release
from learning.attempts.services import add_marks
from learning.certification.jobs import prune
from learning.exams import services
from learning.exams.models import Sitting, SittingAppeal, SittingApplication
from learning.exams.queries import appeals, register
from learning.exams.queries.register import RegisterFilter, RegisterShown
from learning.exams.rules import Verdict, Wish, agreement_hash
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.mail import OutboxMessage
from learning.organisations.rules.corrections import Evidence
from learning.study.queries.teachers import list_teachers
from tests.exams.test_applications import AGREEMENT, make_offer
from tests.factories.appeals import make_disputed
from tests.factories.exams import make_candidate, make_hall
from tests.factories.marking import tell
from tests.factories.people import make_actor, make_user

READERS = {"exams.analyse", "question_bank.read"}  # slow, and they remove nothing
IMPARTIAL = {"take_appeal", "assign_appeal", "decide_appeal", "open_evidence"}
PNG = Evidence("a.png", "image/png", b"\x89PNG")


@pytest.fixture
def disputed(database, now):
    with database.transaction() as session:
        made = make_disputed(session, now)
    tell(database, now)
    return made


def lodge(database, made, now, number=0, *, subject="item", position=1, evidence=None, who=None):
    code = subject if subject in {"other", "entry"} else f"{subject}-{made.papers[number]}"
    with database.transaction() as session:
        return services.lodge_appeal(
            session,
            who or made.candidates[number],
            made.public_id,
            raw_subject=code,
            position=position,
            text="标准 3.2 条说的是 c。",
            evidence=evidence,
            now=now,
        )


def act(database, made, actor, appeal, now, *, verb, **more):
    with database.transaction() as session:
        service = getattr(services, verb)
        if verb in IMPARTIAL:
            more["teachers"] = list_teachers
        return service(session, actor, made.public_id, raw_appeal_id=appeal, now=now, **more)


def take(database, made, actor, appeal, now):
    return act(database, made, actor, appeal, now, verb="take_appeal")


def decide(database, made, actor, appeal, now, verdict=Verdict.UPHELD, answer="查实，答案应为 c。"):
    more = {"verdict": verdict, "answer": answer, "verb": "decide_appeal"}
    return act(database, made, actor, appeal, now, **more)


def row_of(database, appeal) -> SittingAppeal:
    with database.session(write=False) as session:
        return session.scalars(select(SittingAppeal).where(SittingAppeal.public_id == appeal)).one()


def letters(database, recipient):
    with database.session(write=False) as session:
        query = select(OutboxMessage).where(OutboxMessage.recipient == recipient)
        return [(each.subject, each.body) for each in session.scalars(query)]


class TestLodging:
    def test_an_appeal_goes_from_the_candidate_to_an_answer_with_reasons(
        self, database, now, disputed
    ) -> None:
        appeal = lodge(database, disputed, now, evidence=PNG)
        take(database, disputed, disputed.deciders[0], appeal, now)
        decide(database, disputed, disputed.deciders[0], appeal, now + timedelta(hours=1))

        row = row_of(database, appeal)
        assert (row.state, row.answer, row.position) == ("upheld", "查实，答案应为 c。", 1)
        assert (row.lodged_at, row.taken_at, row.decided_at) == (
            now,
            now,
            now + timedelta(hours=1),
        )
        received, answered = letters(database, "c1@example.org")
        assert "Appeal received" in received[0]
        assert ("成立" in answered[1], "upheld" in answered[1]) == (True, True)
        assert "查实" not in answered[1], "reasons stay on the page"

    def test_nothing_can_be_said_of_a_result_before_its_release(self, database, now) -> None:
        with database.transaction() as session:
            made = make_disputed(session, now, release=Release.AT_CLOSE)
        tell(database, now)

        with database.session(write=False) as session:
            sitting = appeals.get_party(session, made.candidates[0].user_id, made.public_id)
            subjects = appeals.list_subjects(session, made.candidates[0].user_id, sitting, now)
        assert [each.code for each in subjects] == ["other"], "an appeal before the release"
        with pytest.raises(NotFound):
            lodge(database, made, now)

    def test_it_comes_in_time_once_and_names_an_item_of_the_paper(
        self, database, now, disputed
    ) -> None:
        with pytest.raises(Conflict, match="appeal_late"):
            lodge(database, disputed, now + timedelta(days=15, minutes=2))
        with pytest.raises(Conflict, match="appeal_position"):
            lodge(database, disputed, now, position=3)
        lodge(database, disputed, now)
        with pytest.raises(Conflict, match="appeal_exists"):
            lodge(database, disputed, now)
        lodge(database, disputed, now, position=2)
        lodge(database, disputed, now, subject="result")

    def test_a_withdrawn_appeal_may_be_lodged_again_and_an_answered_one_stays(
        self, database, now, disputed
    ) -> None:
        first = lodge(database, disputed, now)
        own = {"actor": disputed.candidates[0], "verb": "withdraw_appeal"}
        act(database, disputed, appeal=first, now=now, **own)
        second = lodge(database, disputed, now)
        take(database, disputed, disputed.deciders[0], second, now)
        decide(database, disputed, disputed.deciders[0], second, now, Verdict.REJECTED)

        assert row_of(database, first).state == "withdrawn"
        with pytest.raises(Conflict, match="appeal_over"):
            act(database, disputed, appeal=second, now=now, **own)
        with pytest.raises(Conflict, match="appeal_over"):
            decide(database, disputed, disputed.deciders[0], second, now)
        with pytest.raises(Conflict, match="appeal_exists"):
            lodge(database, disputed, now)

    def test_who_appealed_before_a_regrade_may_appeal_on_what_it_made(
        self, database, now, disputed
    ) -> None:
        later = now + timedelta(hours=2)
        first = lodge(database, disputed, now + timedelta(hours=1), subject="result")
        take(database, disputed, disputed.deciders[0], first, now)
        decide(database, disputed, disputed.deciders[0], first, now, Verdict.REJECTED)
        with pytest.raises(Conflict, match="appeal_exists"):
            lodge(database, disputed, later, subject="result")
        with database.transaction() as session:
            paper = session.scalars(
                select(Attempt.id).where(Attempt.public_id == disputed.papers[0])
            ).one()
            add_marks(
                session,
                paper,
                {1: Mark(0)},
                cause="corrected",
                cause_id="c1",
                made_by=disputed.hall.actor.user_id,
                now=later,
            )

        second = lodge(database, disputed, later + timedelta(days=14), subject="result")
        assert row_of(database, second).state == "lodged"
        with pytest.raises(Conflict, match="appeal_exists"):
            lodge(database, disputed, later + timedelta(days=14), subject="result")

    def test_clicks_at_once_make_one_appeal_and_numbers_without_gaps(
        self, database, now, disputed
    ) -> None:
        def click(number):
            try:
                return lodge(database, disputed, now, number % 2)
            except Conflict:
                return ""

        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(click, range(20)))

        assert len([each for each in made if each]) == 2
        with database.session(write=False) as session:
            numbers = session.scalars(select(SittingAppeal.number)).all()
        assert sorted(number[-4:] for number in numbers) == ["0001", "0002"]

    def test_what_is_foreign_looks_like_what_is_missing(self, database, now, disputed) -> None:
        appeal = lodge(database, disputed, now)
        other, stranger = disputed.candidates[1], disputed.candidates[0]
        with database.transaction() as session:
            elsewhere = make_hall(session, now, title="另一场")
            guest = make_candidate(session, now, elsewhere, "外人")

        for who, verb in ((other, "withdraw_appeal"), (guest, "withdraw_appeal")):
            with pytest.raises(NotFound):
                act(database, disputed, who, appeal, now, verb=verb)
        with pytest.raises(NotFound):
            lodge(database, disputed, now, 0, who=other)  # somebody else's paper
        with pytest.raises(NotFound):
            lodge(database, disputed, now, who=guest)
        for who in (stranger, other, guest, elsewhere.actor):
            with pytest.raises(NotFound):
                take(database, disputed, who, appeal, now)
            with database.session(write=False) as session:
                shown = RegisterFilter(shown=RegisterShown.ALL)
                assert register.list_register(session, who, shown, now) == []


class TestRegister:
    def test_the_overdue_come_first_and_each_choice_is_counted(
        self, database, now, disputed
    ) -> None:
        early = lodge(database, disputed, now)
        late = lodge(database, disputed, now - timedelta(minutes=1), 1)
        over = lodge(database, disputed, now, 1, subject="result")
        take(database, disputed, disputed.deciders[0], over, now)
        decide(database, disputed, disputed.deciders[0], over, now)
        then = now + timedelta(days=20) - timedelta(seconds=30)

        with database.session(write=False) as session:
            every = RegisterFilter(shown=RegisterShown.ALL)
            lines = register.list_register(session, disputed.hall.actor, every, then)
            counts = register.count_register(session, disputed.deciders[1], every, then)
            mine = RegisterFilter(shown=RegisterShown.ALL, mine=True, search="26-")
            own = register.list_register(session, disputed.deciders[0], mine, then)

        assert [line.public_id for line in lines] == [late, early, over]
        assert list(counts.values()) == [2, 1, 1, 3]
        assert [line.public_id for line in own] == [over]


class TestKeeping:
    def test_ten_years_later_appeals_scores_and_the_audit_are_all_there(
        self, database, now, disputed, settings
    ) -> None:
        appeal = lodge(database, disputed, now, evidence=PNG)
        take(database, disputed, disputed.deciders[0], appeal, now)
        decide(database, disputed, disputed.deciders[0], appeal, now)
        tables = (SittingAppeal, ScoreRow, AuditEntry)

        def count():
            with database.session(write=False) as session:
                return [session.scalar(select(func.count()).select_from(t)) for t in tables]

        before = count()
        for job in jobs(settings):
            while job.name not in READERS and job.run(database, now + timedelta(days=3653)):
                pass

        assert [after >= was for after, was in zip(count(), before, strict=True)] == [True] * 3
        with database.session(write=False) as session:
            assert session.scalars(select(SittingAppeal.evidence)).one() == PNG.content

    def test_what_a_complaint_is_about_stays_until_it_is_answered(self, database, now) -> None:
        with database.transaction() as session:
            hall = make_offer(session, now)
            who = make_actor(make_user(session, now, "报考人"))
            wish = Wish("八年。", "", "", agreement_hash(AGREEMENT))
            services.apply(session, who, hall.public_id, wish=wish, now=now)
            session.execute(
                update(SittingApplication).values(
                    state="refused", decided_by=hall.actor.user_id, decided_at=now
                )
            )
        with database.transaction() as session:
            lodged = {"raw_subject": "application", "position": None, "text": "材料齐全"}
            appeal = services.lodge_appeal(
                session, who, hall.public_id, **lodged, evidence=None, now=now
            )

        later = now + timedelta(days=200)
        assert prune(database, later) == 0
        with pytest.raises(Conflict, match="involved"), database.transaction() as session:
            services.take_appeal(
                session,
                hall.actor,
                hall.public_id,
                raw_appeal_id=appeal,
                teachers=list_teachers,
                now=now,
            )
        with database.transaction() as session:
            services.withdraw_appeal(session, who, hall.public_id, raw_appeal_id=appeal, now=later)
        assert prune(database, later) == 1

    def test_what_was_sent_stays_while_its_sender_complains_of_something_else(
        self, database, now
    ) -> None:
        with database.transaction() as session:
            hall = make_offer(session, now)
            who = make_actor(make_user(session, now, "报考人"))
            wish = Wish("八年。", "", "", agreement_hash(AGREEMENT))
            services.apply(session, who, hall.public_id, wish=wish, now=now)
            session.execute(update(Sitting).values(state="closed", closed_at=now))
            lodged = {"raw_subject": "other", "position": None, "text": "考务未回电"}
            appeal = services.lodge_appeal(
                session, who, hall.public_id, **lodged, evidence=None, now=now
            )

        later = now + timedelta(days=200)
        assert prune(database, later) == 0
        with database.transaction() as session:
            services.withdraw_appeal(session, who, hall.public_id, raw_appeal_id=appeal, now=later)
        assert prune(database, later) == 1
