"""From an upheld appeal to another result: looked at first, applied once, told to whom it concerns."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.accounts.models import User
from learning.attempts.models import Attempt, RegradePlan, ScoreRow
from learning.attempts.queries import get_regrade
from learning.attempts.rules import KeyWish, RegradeState, Release, RulingWish, Treatment
from learning.attempts.services import preparing, void_attempt
from learning.certification import services as schemes
from learning.certification.models import Certificate
from learning.certification.rules import SchemePlan
from learning.exams import services
from learning.exams.jobs import NOTICES, regrade_due
from learning.exams.models import RegradeEffect, ResultRow
from learning.exams.queries import regrades as queries
from learning.exams.rules.regrading import EffectKind
from learning.kernel import events
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.mail import OutboxMessage
from tests.factories.appeals import make_disputed, version_at
from tests.factories.exams import make_hall
from tests.factories.marking import tell
from tests.world import deliver_all

YEAR = timedelta(days=365)
OLD = "因为如此。"
"""The explanation of every item of the bank."""


@pytest.fixture
def disputed(database, now):
    with database.transaction() as session:
        made = make_disputed(session, now)
    tell(database, now)
    return made


def version(database, made, position=1):
    with database.session(write=False) as session:
        return version_at(session, made.papers[0], position)


def prepare(database, made, now, *wishes):
    with database.transaction() as session:
        args = (session, made.hall.actor, made.public_id)
        found = services.start_regrade(*args, raw_appeal_id="", now=now)
        for wish in wishes:
            services.rule_on(*args, raw_regrade_id=found, wish=wish, now=now)
    return found


def rekey(database, made, *keys, position=1):
    number = version(database, made, position)
    return RulingWish(number, Treatment.REKEY, KeyWish(frozenset(keys)))


def look(database, made, regrade, now):
    with database.transaction() as session:
        args = (session, made.hall.actor, made.public_id)
        found = services.ask_for_look(*args, raw_regrade_id=regrade, now=now)
        if found is not None:
            services.keep_look(session, found, services.look(session, found), now)


def apply(database, made, regrade, now):
    """Put a regrade into force; tell whether this call did it."""
    with database.transaction() as session:
        args = (session, made.hall.actor, made.public_id)
        found = services.ask_for_force(*args, raw_regrade_id=regrade, reason="答案有误", now=now)
        return found is not None and services.put_into_force(session, found, now)


def settle(database, now):
    tell(database, now)
    events.deliver(database, NOTICES, now)


def results(database):
    with database.session(write=False) as session:
        rows = session.scalars(select(ResultRow).order_by(ResultRow.user_id))
        return [(row.points_milli, row.max_milli, row.passed) for row in rows]


def versions(database):
    with database.session(write=False) as session:
        counts = select(func.count()).select_from(ScoreRow).group_by(ScoreRow.attempt_id)
        return sorted(session.scalars(counts))


def letters(database):
    with database.session(write=False) as session:
        return {each.recipient: each.body for each in session.scalars(select(OutboxMessage))}


def view(database, made, regrade, now):
    with database.session(write=False) as session:
        return get_regrade(session, made.hall.view(session, now).assessment_id, regrade)


def void(database, made, number, now):
    with database.transaction() as session:
        paper = session.scalars(
            select(Attempt.id).where(Attempt.public_id == made.papers[number])
        ).one()
        void_attempt(session, paper, actor_id=made.hall.actor.user_id, reason="违纪", now=now)


class TestFlips:
    def test_a_new_key_flips_two_results_and_both_are_told(self, database, now, disputed) -> None:
        assert results(database) == [(4_000, 8_000, True), (0, 8_000, False)]
        regrade = prepare(database, disputed, now, rekey(database, disputed, "c"))
        look(database, disputed, regrade, now)

        found = view(database, disputed, regrade, now)
        expected = {"passes": 1, "fails": 1, "moves": 0, "scores": 2, "papers": 2}
        assert found.summary == expected
        with database.session(write=False) as session:
            kinds = (EffectKind.PASSES, EffectKind.FAILS)
            listed = [queries.list_effects(session, found, kind, page=1) for kind in kinds]
        assert [[line.name for line in lines] for lines in listed] == [["考生2"], ["考生1"]]
        assert (listed[0][0].before_milli, listed[0][0].after_milli) == (0, 4_000)
        assert (versions(database), letters(database)) == ([1, 1], {}), "a look writes nothing"

        assert apply(database, disputed, regrade, now)
        settle(database, now)

        assert results(database) == [(0, 8_000, False), (4_000, 8_000, True)]
        told = letters(database)
        assert "您现在未合格" in told["c1@example.org"]
        assert "You have now passed" in told["c2@example.org"]

    def test_the_same_regrade_again_changes_nothing(self, database, now, disputed) -> None:
        regrade = prepare(database, disputed, now, rekey(database, disputed, "c"))
        look(database, disputed, regrade, now)

        first = apply(database, disputed, regrade, now)
        again = apply(database, disputed, regrade, now + YEAR)
        settle(database, now)
        settle(database, now)

        assert (first, again) == (True, False), "regraded twice"
        assert versions(database) == [2, 2]
        assert len(letters(database)) == 2
        with database.session(write=False) as session:
            acts = list(session.scalars(select(AuditEntry.act)))
        assert acts.count("assessment.regraded") == 1

    def test_fifty_at_once_make_one_score_and_one_certificate_each(
        self, database, now, disputed
    ) -> None:
        with database.transaction() as session:
            args = {"raw_issuer_id": disputed.hall.association.public_id, "now": now}
            plan = SchemePlan("QA-TQM", "全面质量管理基础", "Foundations of TQM", 36)
            scheme = schemes.create_scheme(session, disputed.hall.actor, plan=plan, **args)
            attach = {"raw_sitting_id": disputed.public_id, "now": now}
            schemes.attach_sitting(session, disputed.hall.actor, scheme, **attach)
        deliver_all(database, now)
        regrade = prepare(database, disputed, now, rekey(database, disputed, "c"))
        look(database, disputed, regrade, now)

        with ThreadPoolExecutor(8) as pool:
            did = list(pool.map(lambda _: apply(database, disputed, regrade, now), range(50)))
            list(pool.map(lambda _: deliver_all(database, now), range(8)))

        assert did.count(True) == 1
        with database.session(write=False) as session:
            held = list(session.scalars(select(Certificate.user_id).order_by(Certificate.user_id)))
        assert held == [each.user_id for each in disputed.candidates]
        assert versions(database) == [2, 2]
        assert results(database) == [(0, 8_000, False), (4_000, 8_000, True)]

    @pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
    def test_in_whatever_order_regrades_come_the_results_are_the_same(
        self, database, now, disputed, order
    ) -> None:
        wishes = [
            [rekey(database, disputed, "c")],
            [RulingWish(version(database, disputed, 2), Treatment.EXCLUDED)],
            [],  # only looked for: an event told again
        ]
        for number in order:
            if wishes[number]:
                regrade = prepare(database, disputed, now, *wishes[number])
                look(database, disputed, regrade, now)
                apply(database, disputed, regrade, now)
            settle(database, now)

        assert results(database) == [(0, 4_000, False), (4_000, 4_000, True)]


class TestPreparing:
    def test_a_ruling_put_anew_needs_another_look(self, database, now, disputed) -> None:
        regrade = prepare(database, disputed, now, rekey(database, disputed, "c"))
        look(database, disputed, regrade, now)
        with database.transaction() as session:
            services.rule_on(
                session,
                disputed.hall.actor,
                disputed.public_id,
                raw_regrade_id=regrade,
                wish=rekey(database, disputed, "a"),
                now=now,
            )

        with pytest.raises(Conflict, match="not_looked"):
            apply(database, disputed, regrade, now)
        with database.session(write=False) as session:
            assert session.scalar(select(func.count()).select_from(RegradeEffect)) == 0

    def test_what_another_act_overtook_must_be_looked_at_again(
        self, database, now, disputed
    ) -> None:
        """The second one's look said who passes by scores that the first one has changed since."""
        first = prepare(database, disputed, now, rekey(database, disputed, "c"))
        second = prepare(database, disputed, now, rekey(database, disputed, "d", position=2))
        for regrade in (first, second):
            look(database, disputed, regrade, now)
        assert apply(database, disputed, first, now)

        with pytest.raises(Conflict, match="look_stale"):
            apply(database, disputed, second, now)
        assert versions(database) == [2, 2]
        look(database, disputed, second, now)
        assert view(database, disputed, second, now).summary["passes"] == 1
        assert apply(database, disputed, second, now)

    def test_one_that_waits_for_the_worker_is_overtaken_too(
        self, database, now, disputed, monkeypatch
    ) -> None:
        monkeypatch.setattr(preparing, "SMALL", 1)
        both = [
            prepare(database, disputed, now, rekey(database, disputed, key, position=number))
            for number, key in ((1, "c"), (2, "d"))
        ]
        for regrade in both:
            look(database, disputed, regrade, now)
        assert [regrade_due(database, now) for _ in both] == [1, 1]
        for regrade in both:
            assert not apply(database, disputed, regrade, now)

        assert [regrade_due(database, now) for _ in range(3)] == [1, 1, 0]
        stands = [view(database, disputed, regrade, now) for regrade in both]
        assert [each.state for each in stands] == [RegradeState.APPLIED, RegradeState.DRAFT]
        assert stands[1].error == "look_stale"

    def test_an_attempt_that_was_voided_meanwhile_needs_another_look(
        self, database, now, disputed
    ) -> None:
        regrade = prepare(database, disputed, now, rekey(database, disputed, "c"))
        look(database, disputed, regrade, now)
        void(database, disputed, 0, now)

        with pytest.raises(Conflict, match="look_stale"):
            apply(database, disputed, regrade, now)

    @pytest.mark.parametrize("keys", [(), ("a", "b"), ("z",)])
    def test_a_key_that_the_item_cannot_have_is_refused(
        self, database, now, disputed, keys
    ) -> None:
        with pytest.raises(Invalid):
            prepare(database, disputed, now, rekey(database, disputed, *keys))

    def test_what_is_foreign_looks_like_what_is_missing(self, database, now, disputed) -> None:
        regrade = prepare(database, disputed, now)
        with database.transaction() as session:
            other = make_hall(session, now, title="另一场")
        for sitting in (disputed.public_id, other.public_id):
            with pytest.raises(NotFound), database.transaction() as session:
                services.ask_for_look(
                    session, other.actor, sitting, raw_regrade_id=regrade, now=now
                )
        with pytest.raises(NotFound):
            prepare(database, disputed, now, RulingWish(10**9, Treatment.EXCLUDED))

    def test_nobody_is_told_of_a_result_that_is_not_released(self, database, now) -> None:
        with database.transaction() as session:
            made = make_disputed(session, now, release=Release.AT_CLOSE)
        tell(database, now)
        regrade = prepare(database, made, now, rekey(database, made, "c"))
        look(database, made, regrade, now)
        apply(database, made, regrade, now)
        settle(database, now)

        assert results(database)[0][2] is False
        assert letters(database) == {}

    def test_who_loses_an_attempt_is_told_of_it_and_where_to_appeal(
        self, database, now, disputed
    ) -> None:
        void(database, disputed, 0, now)
        settle(database, now)
        settle(database, now)

        told = letters(database)
        assert list(told) == ["c1@example.org"]
        assert ("作废" in told["c1@example.org"], "申诉" in told["c1@example.org"]) == (True, True)


class TestMany:
    def test_many_papers_are_left_to_the_worker(self, database, now, disputed, monkeypatch) -> None:
        monkeypatch.setattr(preparing, "SMALL", 1)
        regrade = prepare(database, disputed, now, rekey(database, disputed, "c"))
        look(database, disputed, regrade, now)
        assert view(database, disputed, regrade, now).state is RegradeState.LOOKING

        assert regrade_due(database, now) == 1
        assert view(database, disputed, regrade, now).summary["fails"] == 1
        assert not apply(database, disputed, regrade, now)
        assert [regrade_due(database, now) for _ in range(2)] == [1, 0]
        settle(database, now)

        assert view(database, disputed, regrade, now).state is RegradeState.APPLIED
        assert results(database) == [(0, 8_000, False), (4_000, 8_000, True)]

    def test_what_cannot_be_computed_goes_back_to_its_examiner(
        self, database, now, disputed, monkeypatch
    ) -> None:
        monkeypatch.setattr(preparing, "SMALL", 1)
        regrade = prepare(database, disputed, now, rekey(database, disputed, "c"))
        look(database, disputed, regrade, now)
        with database.transaction() as session:
            row = session.scalars(select(RegradePlan)).one()
            row.rulings = row.rulings.replace(str(version(database, disputed)), str(10**9))

        assert [regrade_due(database, now) for _ in range(2)] == [1, 0]
        found = view(database, disputed, regrade, now)
        assert (found.state, bool(found.error)) == (RegradeState.DRAFT, True)


class TestPages:
    def test_an_examiner_goes_from_the_item_to_the_force(
        self, database, now, disputed, open_browser
    ) -> None:
        with database.session(write=False) as session:
            browser = open_browser(session.get_one(User, disputed.hall.actor.user_id))
        home = f"/sittings/{disputed.public_id}/regrades"
        number = version(database, disputed)

        sent = browser.post(home, {"appeal": "", "version": str(number)})
        page = sent.headers["Location"]
        base = page.partition("?")[0]
        assert "改答案" in browser.get(page).text
        wrong = browser.post(f"{base}/ruling", {"version": str(number), "treatment": "rekey"})
        ruled = browser.post(
            f"{base}/ruling", {"version": str(number), "treatment": "rekey", "option-c": "y"}
        )
        assert (wrong.status_code, ruled.status_code) == (400, 303)
        assert "改答案为 C" in browser.get(base).text
        browser.post(f"{base}/look")
        seen = browser.get(f"{base}?kind=fails").text
        assert ("考生1" in seen, "变为未合格 1" in seen) == (True, True)
        assert browser.post(f"{base}/apply", {"reason": "答案有误"}).status_code == 400
        assert browser.post(f"{base}/apply", {"reason": "答案有误", "sure": "y"}).status_code == 303
        settle(database, now)

        assert "已生效" in browser.get(home).text
        with database.session(write=False) as session:
            candidate = open_browser(session.get_one(User, disputed.candidates[1].user_id))
        told = candidate.get(f"/attempts/{disputed.papers[1]}/result").text
        assert ("重新评分" in told, "合格" in told) == (True, True)

    @pytest.mark.parametrize("explanation", ["3.2 条说的是另一项。", ""])
    def test_the_candidate_reads_the_key_that_holds_and_never_the_old_argument(
        self, database, now, open_browser, explanation
    ) -> None:
        with database.transaction() as session:
            made = make_disputed(session, now, release=Release.AT_CLOSE, review=True)
            services.close_sitting(
                session, made.hall.view(session, now), actor=made.hall.actor, now=now + YEAR
            )
        tell(database, now)
        wish = replace(rekey(database, made, "c"), explanation=explanation)
        regrade = prepare(database, made, now, wish)
        look(database, made, regrade, now)
        with database.session(write=False) as session:
            examiner = open_browser(session.get_one(User, made.hall.actor.user_id))
            candidate = open_browser(session.get_one(User, made.candidates[1].user_id))
        page = f"/attempts/{made.papers[1]}/result"
        before = candidate.get(page).text
        assert before.count(OLD) == 2

        apply(database, made, regrade, now)

        desk = examiner.get(f"/sittings/{made.public_id}/regrades/{regrade}").text
        told = candidate.get(page).text
        assert told.count(OLD) == 1, "of the item that nobody ruled on"
        assert "答案经复核更正" in told
        for text in (desk, told):
            assert (explanation in text, "旧答案" in text or "没有写更正后的解析" in text) == (
                True,
                not explanation,
            )
