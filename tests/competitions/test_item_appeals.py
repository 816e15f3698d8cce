"""From a participant's appeal on an item to another list, through the pages."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from learning.accounts.models import User
from learning.attempts.models import RulingRow
from learning.competitions import services
from learning.competitions.models import Competition
from learning.competitions.queries import appeals
from learning.competitions.rules import problems_of
from learning.competitions.rules.appeals import AppealDays
from learning.competitions.words import rule_lines
from learning.exams.rules import AppealState, Verdict
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, NotFound
from learning.kernel.mail import OutboxMessage
from tests.competitions.test_regrading import through
from tests.factories.competitions import make_association, make_participant, make_stage
from tests.factories.regrading import close, codes_of, make_regraded

DAY = timedelta(days=1)


@pytest.fixture
def contest(session, now):
    made = make_regraded(session, now)
    close(session, made.stage, now)
    return made


def lodge(session, made, now, name="乙", position=1):
    return services.lodge_item_appeal(
        session,
        made.people[name],
        made.stage.public_id,
        1,
        raw_attempt_id=made.attempts[name],
        position=position,
        text="标准 3.2 条说的是另一项。",
        now=now,
    )


class TestLodging:
    def test_it_names_the_item_that_stood_there(self, session, now, contest) -> None:
        lodge(session, contest, now, position=3)

        view = contest.stage.view(session, now)
        [found] = appeals.list_item_appeals(session, view.round_id)
        assert (found.position, found.state) == (3, AppealState.LODGED)
        assert [found.code] == codes_of(session, [found.version_id])

    def test_the_same_item_once_until_it_is_taken_back(self, session, now, contest) -> None:
        first = lodge(session, contest, now)
        with pytest.raises(Conflict, match="appeal_exists"):
            lodge(session, contest, now)
        by = (session, contest.people["乙"], contest.stage.public_id, 1)
        services.withdraw_item_appeal(*by, first, now=now)

        assert lodge(session, contest, now) != first

    @pytest.mark.parametrize(
        ("days", "position", "code"),
        [(16, 1, "appeal_late"), (0, 26, "appeal_position"), (0, 0, "appeal_position")],
    )
    def test_late_or_about_no_item_it_is_refused(
        self, session, now, contest, days, position, code
    ) -> None:
        with pytest.raises(Conflict, match=code):
            lodge(session, contest, now + days * DAY, position=position)

    def test_until_when_is_the_contests_own_setting_and_stands_in_its_rules(
        self, session, now
    ) -> None:
        made = make_regraded(session, now)
        close(session, made.stage, now)
        days = AppealDays(lodge=3, answer=5)
        session.execute(update(Competition).values(appeal_days=3, answer_days=5))

        view = made.stage.view(session, now)
        told = dict(rule_lines(view.contest, view.zone))["试题申诉"]
        assert ("3 天内" in told, "5 天内" in told) == (True, True)
        assert view.contest.appeals == days
        lodge(session, made, now + 3 * DAY)
        [found] = appeals.list_item_appeals(session, view.round_id)
        assert found.answer_by == now + 8 * DAY
        with pytest.raises(Conflict, match="appeal_late"):
            lodge(session, made, now + 3 * DAY + timedelta(seconds=1), name="甲")

    @pytest.mark.parametrize("days", [AppealDays(lodge=0), AppealDays(answer=367)])
    def test_days_out_of_range_are_refused_by_field(self, session, now, days) -> None:
        contest = replace(make_stage(session, now).view(session, now).contest, appeals=days)

        [problem] = problems_of(contest)
        assert problem.place in {"appeal_days", "answer_days"}

    def test_whose_score_a_regrade_changed_may_appeal_from_then_on(
        self, session, now, contest
    ) -> None:
        later = now + 20 * DAY
        lodge(session, contest, now)
        services.decide_item_appeal(
            session,
            contest.stage.actor,
            contest.stage.public_id,
            1,
            appeals.list_item_appeals(session, contest.stage.view(session, now).round_id)[
                0
            ].public_id,
            verdict=Verdict.REJECTED,
            answer="查原文无误。",
            now=now,
        )
        through(session, contest, later, contest.rekey("c"))
        session.flush()

        assert lodge(session, contest, later + 15 * DAY)
        with pytest.raises(Conflict, match="appeal_late"):
            lodge(session, contest, later + 16 * DAY, position=2)

    def test_before_the_list_is_published_and_for_strangers_there_is_nothing(
        self, session, now, contest
    ) -> None:
        open_one = make_regraded_open(session, now)
        with pytest.raises(NotFound):
            services.get_appealable(session, *open_one, 1)
        _unit, _user, stranger = make_association(session, now, "别的协会")
        with pytest.raises(NotFound):
            services.get_appealable(session, stranger, contest.stage.public_id, 1)

    def test_nobody_appeals_on_anothers_paper(self, session, now, contest) -> None:
        with pytest.raises(NotFound):
            services.lodge_item_appeal(
                session,
                contest.people["甲"],
                contest.stage.public_id,
                1,
                raw_attempt_id=contest.attempts["乙"],
                position=1,
                text="别人的卷",
                now=now,
            )


def make_regraded_open(session, now):
    """A person who entered a contest that runs, and its id."""
    stage = make_stage(session, now)
    return make_participant(session, now, stage, "在答的人"), stage.public_id


class TestDeciding:
    def decide(self, session, made, actor, appeal, now) -> None:
        services.decide_item_appeal(
            session,
            actor,
            made.stage.public_id,
            1,
            appeal,
            verdict=Verdict.UPHELD,
            answer="查标准原文，另一项对。",
            now=now,
        )

    def test_an_answer_is_given_once_and_told(self, session, now, contest) -> None:
        appeal = lodge(session, contest, now)
        self.decide(session, contest, contest.stage.actor, appeal, now)

        with pytest.raises(Conflict, match="appeal_over"):
            self.decide(session, contest, contest.stage.actor, appeal, now)
        [own] = appeals.list_own_appeals(
            session, contest.stage.view(session, now).round_id, contest.people["乙"].user_id
        )
        assert (own.state, own.answer) == (AppealState.UPHELD, "查标准原文，另一项对。")

    def test_a_foreign_organiser_finds_nothing(self, session, now, contest) -> None:
        appeal = lodge(session, contest, now)
        _unit, _user, stranger = make_association(session, now, "别的协会")
        with pytest.raises(NotFound):
            self.decide(session, contest, stranger, appeal, now)

    def test_who_appeals_does_not_decide(self, session, now, contest, monkeypatch) -> None:
        appeal = lodge(session, contest, now)
        monkeypatch.setattr(
            "learning.competitions.services.appeals.list_writers",
            lambda *_: frozenset({contest.stage.actor.user_id}),
        )
        with pytest.raises(Conflict, match="involved"):
            self.decide(session, contest, contest.stage.actor, appeal, now)


class TestPages:
    def test_from_the_appeal_to_the_changed_list(self, database, now, open_browser) -> None:
        with database.transaction() as session:
            made = make_regraded(session, now)
            close(session, made.stage, now)
            users = {
                name: session.get_one(User, actor.user_id) for name, actor in made.people.items()
            }
        candidate, organiser = open_browser(users["乙"]), open_browser(made.stage.manager)
        home = f"/competitions/{made.stage.public_id}"
        assert "对试题有异议" in candidate.get(home).text
        own = f"{home}/rounds/1/appeals"
        sent = {"attempt": made.attempts["乙"], "position": "1", "text": "另一项对。"}
        assert candidate.post(own, {**sent, "text": ""}).status_code == 400
        assert candidate.post(own, sent).status_code == 303
        second = candidate.post(own, {**sent, "text": "另一个窗口里写的长文。"})
        assert (second.status_code, "另一个窗口里写的长文。" in second.text) == (409, True)
        assert "您已就这件事提出过申诉" in second.text
        assert "处理情况" in candidate.get(own).text or "已提出" in candidate.get(own).text

        desk = f"{home}/rounds/1/regrades"
        page = organiser.get(desk).text
        assert "参赛者乙" in page
        with database.session(write=False) as session:
            [appeal] = appeals.list_item_appeals(session, made.stage.view(session, now).round_id)
        base = f"{own}/{appeal.public_id}"
        assert candidate.get(base).status_code in {403, 404}
        assert "解析" in organiser.post(f"{base}/item", {}).text
        answer = {"verdict": "upheld", "answer": "查原文，另一项对。"}
        assert organiser.post(f"{base}/decide", answer).status_code == 303
        later = organiser.post(f"{base}/decide", {**answer, "answer": "迟到的答复。"})
        assert (later.status_code, "迟到的答复。" in later.text) == (409, True)
        assert "查原文" in candidate.get(own).text

        started = organiser.post(desk, {"appeal": appeal.public_id}).headers["Location"]
        assert appeal.number in organiser.get(started).text
        ruled = {"version": str(made.version_id), "treatment": "rekey", "option-c": "y"}
        ruled["explanation"] = "3.2 条说的是另一项。"
        assert organiser.post(f"{started}/ruling", {**ruled, "option-b": "y"}).status_code == 400
        assert organiser.post(f"{started}/ruling", ruled).status_code == 303
        organiser.post(f"{started}/look", {})
        seen = organiser.get(started).text
        assert ("得分有变 4" in seen, "单位榜" in seen) == (True, True)
        assert organiser.post(f"{started}/apply", {"reason": "错", "sure": "y"}).status_code == 303

        listed = organiser.get(f"{home}/standings").text
        assert listed.index("参赛者乙") < listed.index("参赛者甲")
        with database.session(write=False) as session:
            acts = set(session.scalars(select(AuditEntry.act)))
            letters = list(session.scalars(select(OutboxMessage.subject)))
            told = session.scalars(select(RulingRow.explanation)).all()
        assert {"appeal.lodged", "appeal.decided", "item.key_shown"} <= acts
        assert told == ["3.2 条说的是另一项。"]
        assert all("答案" not in letter for letter in letters)
