"""Archived editions: every act that writes is refused, corrections stay possible."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from learning.attempts.models import Attempt
from learning.competitions import services
from learning.competitions.models import Edition, Entry, FairnessFlag, Round
from learning.competitions.rules import Page, Showing
from learning.competitions.rules.awards import AwardRules, Prize
from learning.competitions.rules.desks import TypedHeadcount
from learning.competitions.rules.prize_lists import PrizeKind
from learning.competitions.rules.teams import TeamRules
from learning.competitions.services import fairness, teams
from learning.kernel.errors import Conflict, DomainError
from learning.kernel.permissions import ScopeKind
from tests.competitions.test_enterprises import enrol, make_company
from tests.competitions.test_series import place
from tests.factories.competitions import make_stage
from tests.factories.pictures import make_png
from tests.factories.rounds import add_later, close_round, plan_round, play

DAY = timedelta(days=1)


class TestArchiving:
    def sealed(self, session, now):
        """An archived edition with a company, its entry link and a participant."""
        stage = make_stage(session, now)
        place(session, now, stage)
        company, _user, hr = make_company(session, now)
        enrol(session, now, stage, hr, company)
        people = play(session, now, stage, {"甲": (20, 60), "乙": (10, 60)})
        close_round(session, now, stage)
        services.seal_edition(session, stage.actor, stage.public_id, now=now)
        return stage, company, hr, people

    def test_every_act_that_writes_is_refused(self, session, now) -> None:
        stage, company, hr, people = self.sealed(session, now)
        view, manager = stage.view(session, now), stage.actor
        one, pid = people["甲"], stage.public_id
        unit = {"raw_unit_id": company.public_id, "now": now}
        at = {"now": now}
        prizes = AwardRules((Prize("a", "奖", PrizeKind.RANK, 1),), "号码", now + DAY, 7, 30)
        plan = plan_round(now)
        count = TypedHeadcount("9", now.date().isoformat(), "a.png", make_png())
        acts = {
            "edit_competition": lambda f: f(session, manager, pid, contest=view.contest, **at),
            "open_competition": lambda f: f(session, manager, pid, **at),
            "add_round": lambda f: f(session, manager, pid, plan=plan, is_training=False, **at),
            "edit_round": lambda f: f(session, manager, pid, 2, plan=plan, **at),
            "remove_round": lambda f: f(session, manager, pid, 2, **at),
            "set_promotion": lambda f: f(session, manager, pid, 1, promotion=None, **at),
            "promote_from": lambda f: f(session, manager, pid, 1, digest="", **at),
            "move_round_window": lambda f: f(
                session,
                manager,
                pid,
                1,
                opens_at=now,
                closes_at=now + DAY,
                reason="延长",
                **at,
            ),
            "write_page": lambda f: f(session, manager, pid, page=Page(), **at),
            "set_showing": lambda f: f(session, manager, pid, showing=Showing(), **at),
            "reveal_next": lambda f: f(session, manager, pid, step=1, **at),
            "write_awards": lambda f: f(session, manager, pid, rules=prizes, **at),
            "create_final": lambda f: f(
                session, manager, pid, preset="xiangshan", places=2, title="决赛", **at
            ),
            "appoint_office": lambda f: f(
                session,
                manager,
                pid,
                raw_person="x",
                title="分办",
                scope_kind=ScopeKind.REGION,
                raw_scope="37",
                **at,
            ),
            "correct_headcount": lambda f: f(session, manager, pid, headcount=5, **unit),
            "declare_headcount": lambda f: f(session, hr, pid, typed=count, **unit),
            "enrol_enterprise": lambda f: f(session, hr, pid, **unit),
            "revoke_link": lambda f: f(session, hr, pid, raw_link_id="x" * 26, **unit),
            "remind_absent": lambda f: f(session, hr, pid, **unit),
            "enter_competition": lambda f: f(session, one, pid, **at),
            "start_round": lambda f: f(session, one, pid, device_token="", **at),
            "place_in_series": lambda f: f(
                session, manager, pid, raw_series_id="", title="别的", year=2030, **at
            ),
            "confirm_dates": lambda f: f(session, manager, pid, **at),
            "seal_edition": lambda f: f(session, manager, pid, **at),
        }
        answers = {}
        for name, act in acts.items():
            try:
                act(getattr(services, name))
            except DomainError as error:
                answers[name] = error.code
            else:
                answers[name] = "done"
        for name, act in {
            "set_team_rules": lambda: teams.set_team_rules(
                session, manager, pid, rules=TeamRules(), now=now
            ),
            "set_fairness": lambda: fairness.set_fairness(
                session, manager, pid, rules=fairness.find_fairness(session, view.id), now=now
            ),
        }.items():
            with pytest.raises(Conflict) as refused:
                act()
            answers[name] = refused.value.code

        told = set(answers.values())
        assert told <= {"sealed", "closed", "not_answering"}, answers
        assert [n for n, code in answers.items() if code == "closed"] == [
            "correct_headcount",
            "declare_headcount",
            "enrol_enterprise",
            "enter_competition",
            "start_round",
        ]

    def test_corrections_and_the_choice_of_ones_name_stay_possible(self, session, now) -> None:
        stage, _company, _hr, people = self.sealed(session, now)

        services.show_name(session, people["甲"], stage.public_id, shows_name=True)
        regrade = services.start_round_regrade(
            session, stage.actor, stage.public_id, 1, raw_appeal_id="", now=now
        )

        assert regrade

    def test_it_waits_for_what_is_open(self, session, now) -> None:
        stage = make_stage(session, now)

        def refusal() -> str:
            with pytest.raises(Conflict) as refused:
                services.seal_edition(session, stage.actor, stage.public_id, now=now)
            return refused.value.code

        codes = [refusal()]
        place(session, now, stage)
        codes.append(refusal())
        number = add_later(session, now, stage)
        people = play(session, now, stage, {"甲": (20, 60)})
        close_round(session, now, stage)
        codes.append(refusal())
        session.execute(update(Round).where(Round.number == number).values(state="closed"))
        entry = session.scalars(select(Entry).where(Entry.user_id == people["甲"].user_id)).one()
        flag = FairnessFlag(
            public_id="F" * 26,
            competition_id=entry.competition_id,
            entry_id=entry.id,
            attempt_id=session.scalars(select(Attempt.id)).first(),
            kind="speed",
            evidence="{}",
            state="open",
            found_at=now,
        )
        session.add(flag)
        session.flush()
        codes.append(refusal())
        session.delete(flag)
        session.flush()
        services.seal_edition(session, stage.actor, stage.public_id, now=now)

        assert codes == ["no_edition", "seal_running", "seal_rounds", "seal_flags"]
        held = session.scalars(select(Edition)).one()
        assert held.sealed_at == now
