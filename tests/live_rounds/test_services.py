"""What is written down of an evening: numbers under the lock, links, votes, keys, drawn items."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.live_rounds import queries, services
from learning.live_rounds.models import LiveItem, LiveRoom
from learning.live_rounds.rules import Act, Phase, Seat, StageRules
from learning.live_rounds.rules.settings import Kind, RoomRules
from learning.question_bank.queries import get_documents
from tests.factories.competitions import BANK, make_association
from tests.factories.items import make_bank
from tests.factories.live_rounds import do, make_plan, make_room


@pytest.fixture
def stage(session, now):
    """An open room and its organiser."""
    make_bank(session, now, bank=BANK, multiples=0)
    association, _manager, actor = make_association(session, now)
    public_id = make_room(session, actor, association, now)
    frame = queries.find_frame(session, public_id)

    def host(act, **raw):
        return do(session, actor, public_id, now, act, **raw)

    def team(number, act, *, at=now, epoch=1, **raw):
        seat = Seat(number, epoch)
        return services.act_as_team(session, public_id, seat=seat, act=act, raw=raw, now=at)

    return SimpleNamespace(
        session=session,
        now=now,
        association=association,
        actor=actor,
        public_id=public_id,
        frame=frame,
        host=host,
        team=team,
        state=lambda: queries.get_state(session, frame),
    )


def entries(stage):
    return queries.list_entries(stage.session, stage.frame.id)


def test_what_came_first_is_first_whatever_the_clocks_say(stage) -> None:
    stage.host(Act.STAGE, stage=2)
    stage.host(Act.SHOW)
    stage.host(Act.START)

    stage.team(2, Act.BUZZ, at=stage.now + timedelta(milliseconds=8))
    stage.team(1, Act.BUZZ, at=stage.now + timedelta(milliseconds=7))

    assert stage.state().asked.claimed_by == 2
    kept = [(entry.seq, entry.actor, entry.at) for entry in entries(stage)][-2:]
    assert [actor for _seq, actor, _at in kept] == ["team:2", "team:1"]
    assert [entry.seq for entry in entries(stage)] == [1, 2, 3, 4, 5]
    assert kept[0][2] - kept[1][2] == timedelta(milliseconds=1)


def test_what_a_team_has_said_already_is_not_written_again(stage) -> None:
    stage.host(Act.STAGE, stage=2)
    stage.host(Act.SHOW)
    stage.host(Act.START)
    stage.team(2, Act.BUZZ)

    assert stage.team(2, Act.BUZZ) is None
    assert stage.team(2, Act.ANSWER, response="b") == 5
    assert stage.team(2, Act.ANSWER, response="b") is None
    assert stage.team(2, Act.ANSWER, response="c") == 6
    assert len(entries(stage)) == 6


def test_the_state_after_a_restart_is_the_state_before_it(stage) -> None:
    stage.host(Act.STAGE, stage=1)
    stage.host(Act.SHOW)
    stage.host(Act.START)
    stage.team(3, Act.ANSWER, response="a")
    before = stage.state()

    queries.forget_states()

    assert stage.state() == before
    assert before.asked.answers[3].response == "a"


def test_an_answer_that_fits_no_option_is_refused(stage) -> None:
    stage.host(Act.STAGE, stage=1)
    stage.host(Act.SHOW)
    stage.host(Act.START)

    for response in ("zz", ["a", "b"], {"a": 1}, "", None, 5):
        with pytest.raises(Invalid):
            stage.team(1, Act.ANSWER, response=response)
    with pytest.raises(Conflict, match="late"):
        stage.team(1, Act.ANSWER, response="a", at=stage.now + timedelta(seconds=31))
    assert len(entries(stage)) == 3


def test_a_team_acts_for_itself_alone_and_only_by_its_newest_link(stage) -> None:
    stage.host(Act.STAGE, stage=2)
    stage.host(Act.SHOW)
    stage.host(Act.START)
    services.renew_link(stage.session, stage.actor, stage.public_id, number=1, now=stage.now)

    with pytest.raises(NotFound):
        stage.team(1, Act.BUZZ)
    with pytest.raises(NotFound):
        stage.team(2, Act.JUDGE, verdicts={"2": True})
    stage.team(1, Act.BUZZ, epoch=2, team=3)

    assert stage.state().asked.claimed_by == 1


def test_the_judges_words_stand_in_the_log_and_in_the_audit_trail(stage) -> None:
    stage.host(Act.STAGE, stage=2)
    stage.host(Act.SHOW)
    stage.host(Act.START)
    stage.team(2, Act.BUZZ)
    judged = stage.host(Act.JUDGE, verdicts={"2": False})
    assert stage.state().scores[2] == 90

    stage.host(Act.OVERRULE, seq=judged, verdicts={"2": True}, reason="答案等价")
    stage.host(Act.ADJUST, team=1, points=-5, reason="场外提示")

    assert stage.state().scores == {1: 95, 2: 110, 3: 100}
    said = stage.session.scalars(
        select(AuditEntry.details).where(AuditEntry.act == "live.judged").order_by(AuditEntry.id)
    ).all()
    assert [json.loads(each)["reason"] for each in said] == ["答案等价", "场外提示"]
    with pytest.raises(Invalid):
        stage.host(Act.ADJUST, team=1, points=5, reason=" ")
    with pytest.raises(Conflict, match="no_verdict"):
        stage.host(Act.OVERRULE, seq=judged, verdicts={"1": True}, reason="别的队")


def test_a_seat_of_the_audience_votes_once_and_while_it_is_asked(stage) -> None:
    def vote(seat, response="a", at=stage.now):
        return services.vote(
            stage.session, stage.public_id, seat=seat, raw={"response": response}, now=at
        )

    stage.host(Act.STAGE, stage=4)
    stage.host(Act.SHOW)
    with pytest.raises(Conflict, match="not_now"):
        vote("one")
    stage.host(Act.START)

    assert [vote("one"), vote("one", "b"), vote("two")] == [True, False, True]
    with pytest.raises(Conflict, match="late"):
        vote("three", at=stage.now + timedelta(seconds=31))
    item = stage.state().asked.number
    assert queries.count_votes(stage.session, stage.frame.id, item) == {"a": 2}

    stage.host(Act.GIVE, team=3)
    assert (stage.state().phase, stage.state().scores[3]) == (Phase.SETTLED, 110)


def test_each_use_of_a_key_by_the_host_is_written_down(stage) -> None:
    with pytest.raises(Conflict, match="not_now"):
        services.show_key_to_host(stage.session, stage.actor, stage.public_id, now=stage.now)
    stage.host(Act.STAGE, stage=0)
    stage.host(Act.SHOW)

    number, key = services.show_key_to_host(
        stage.session, stage.actor, stage.public_id, now=stage.now
    )

    assert (number, bool(key.choices)) == (1, True)
    acts = stage.session.scalars(select(AuditEntry.act)).all()
    assert acts.count("live.key.shown") == 1


def test_a_stranger_finds_no_room(stage) -> None:
    _unit, _user, stranger = make_association(stage.session, stage.now, "别的协会")

    for use in (services.show_key_to_host, services.open_room):
        with pytest.raises(NotFound):
            use(stage.session, stranger, stage.public_id, now=stage.now)
    with pytest.raises(NotFound):
        do(stage.session, stranger, stage.public_id, stage.now, Act.FINISH)


def test_an_open_room_stays_as_it_is_and_its_items_are_drawn_once(stage) -> None:
    with pytest.raises(Conflict, match="room_open"):
        services.edit_room(
            stage.session, stage.actor, stage.public_id, plan=make_plan(), now=stage.now
        )
    with pytest.raises(Conflict, match="room_open"):
        services.open_room(stage.session, stage.actor, stage.public_id, now=stage.now)

    drawn = stage.session.execute(
        select(LiveItem.stage, LiveItem.value, LiveItem.version_id).where(
            LiveItem.room_id == stage.frame.id
        )
    ).all()
    # 3 turns, 1 common, 2 to buzz for, 1 of each value of risk, 1 for the audience, 2 of sudden
    # death; and a spare one for each of the seven values.
    assert len({row.version_id for row in drawn}) == len(drawn) == 18
    documents = get_documents(stage.session, [row.version_id for row in drawn])
    risk = sorted((r.value, documents[r.version_id].difficulty) for r in drawn if r.stage == 3)
    assert [value for value, _difficulty in risk] == [10, 10, 30, 30]
    assert risk[1][1] <= risk[2][1]


def test_a_bank_with_too_few_items_opens_no_room(session, now) -> None:
    make_bank(session, now, bank=BANK)
    association, _manager, actor = make_association(session, now)
    rules = RoomRules(0, (StageRules(Kind.BUZZ, "抢答", 50, (10,), 30),))
    public_id = make_room(session, actor, association, now, rules=rules, is_open=False)

    with pytest.raises(Invalid, match="51 >"):
        services.open_room(session, actor, public_id, now=now)

    assert session.scalar(select(LiveRoom.state)) == "draft"
    with pytest.raises(NotFound):
        queries.get_open(session, public_id)


def test_a_room_is_found_by_its_code_however_it_is_typed(stage) -> None:
    code = stage.frame.code

    assert queries.find_by_code(stage.session, f" {code.lower()} ") == stage.public_id
    assert queries.find_by_code(stage.session, code.replace("-", "")) == stage.public_id
    assert queries.find_by_code(stage.session, "AAAA") is None


def test_the_bank_is_told_in_which_rooms_an_item_is_asked(stage) -> None:
    used = next(iter(stage.frame.versions.values()))

    assert queries.list_using(stage.session, [used], limit=5) == (
        [("质量知识现场决赛", stage.now)],
        1,
    )
    assert queries.list_using(stage.session, [10**9], limit=5) == ([], 0)


def test_what_has_no_place_in_a_room_is_refused_and_written_nowhere(stage) -> None:
    draft = make_room(stage.session, stage.actor, stage.association, stage.now, is_open=False)

    with pytest.raises(Conflict, match="room_draft"):
        do(stage.session, stage.actor, draft, stage.now, Act.FINISH)
    with pytest.raises(Conflict, match="stage_over"):
        stage.host(Act.SHOW)
    with pytest.raises(Invalid):
        stage.host(Act.STAGE, stage=6)
    stage.host(Act.ADJUST, team=1, points=1, reason="评委加分")
    stage.host(Act.ADJUST, team=2, points=2, reason="评委加分")
    with pytest.raises(Conflict, match="no_tie"):
        stage.host(Act.STAGE, stage=5)
    with pytest.raises(Conflict, match="not_newest"):
        stage.host(Act.UNDO, seq=1, reason="误加")

    assert [entry.act for entry in entries(stage)] == [Act.ADJUST, Act.ADJUST]
