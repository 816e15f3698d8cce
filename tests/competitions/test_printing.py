"""Certificates of prizes in bulk: resumed where they were, none twice, none for a prize lost."""

import zipfile
from datetime import timedelta

import pytest

from learning.competitions import services
from learning.competitions.queries import awards as award_queries
from learning.competitions.queries.printing import check_award, find_due_printing, find_printing
from learning.competitions.rules import Names, Showing, mask_name
from learning.competitions.rules.awards import AwardRules, Prize
from learning.competitions.rules.prize_lists import PrizeKind
from learning.competitions.services import printing as bulk
from learning.kernel.errors import Conflict, NotFound
from tests.competitions.test_award_rules import NUMBER
from tests.factories.competitions import add_scored_attempt, make_participant, make_stage

ADDRESS = "https://example.org/competitions/x/awards/{award}/check"
WINNERS = 5


@pytest.fixture
def stage(session, now, monkeypatch):
    """A contest with five final prizes and one in reserve; certificates come in parts of two."""
    monkeypatch.setattr(bulk, "PART", 2)
    stage = make_stage(session, now)
    assessment_id = stage.view(session, now).assessment_id
    stage.people = []
    for number in range(WINNERS + 1):
        person = make_participant(session, now, stage, f"参赛者{number}")
        add_scored_attempt(
            session,
            assessment_id,
            person.user_id,
            points_milli=20_000 - 1_000 * number,
            started_at=now,
        )
        stage.people.append(person)
    plan = services.plan_close(session, stage.view(session, now))
    services.close_competition(session, plan, actor=stage.actor, now=now)
    rules = AwardRules(
        (Prize("top", "一等奖", PrizeKind.RANK, WINNERS, reserve=1),),
        "某指数",
        now + timedelta(days=14),
        7,
        30,
    )
    by = (session, stage.actor, stage.public_id)
    services.write_awards(*by, rules=rules, now=now)
    services.announce_awards(*by, now=now)
    services.draw_awards(*by, number=NUMBER, now=now + timedelta(days=14))
    stage.at = now + timedelta(days=21)
    services.finalise_awards(*by, now=stage.at)
    stage.plan_id = award_queries.get_announced(session, stage.view(session, now).id).id
    return stage


def ask(session, stage):
    services.ask_for_certificates(
        session, stage.actor, stage.public_id, address=ADDRESS, now=stage.at
    )


def turn(session, stage):
    """Make one part, as the worker does; return what was due before it."""
    printing = find_due_printing(session)
    if printing is not None:
        services.keep_part(session, printing, services.make_part(session, printing), stage.at)
    return printing


def made(session, stage) -> dict[str, bytes]:
    with services.join_parts(session, find_printing(session, stage.plan_id)) as file:
        archive = zipfile.ZipFile(file)
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_winner_gets_one_certificate_with_progress_on_the_way(session, stage):
    ask(session, stage)

    progress = []
    while (printing := turn(session, stage)) is not None:
        progress.append((printing.done, printing.total))

    files = made(session, stage)
    lines, _ = award_queries.list_awards(
        session, award_queries.get_announced(session, stage.view(session, stage.at).id)
    )
    assert progress == [(0, 5), (2, 5), (4, 5)]
    assert set(files) == {f"{line.public_id}.pdf" for line in lines}
    assert all(body.startswith(b"%PDF") for body in files.values())


def test_a_part_made_twice_is_kept_once(session, stage):
    ask(session, stage)
    due = find_due_printing(session)
    part = services.make_part(session, due)

    services.keep_part(session, due, part, stage.at)
    services.keep_part(session, due, part, stage.at)  # by a second worker, or after a restart

    assert find_printing(session, stage.plan_id).done == 2
    while turn(session, stage) is not None:
        pass
    assert len(made(session, stage)) == WINNERS


def test_a_prize_lost_after_printing_is_in_no_download_and_void_when_checked(session, stage):
    ask(session, stage)
    while turn(session, stage) is not None:
        pass
    view = stage.view(session, stage.at)
    lost = award_queries.list_awards(session, award_queries.get_announced(session, view.id))[0][0]
    assert check_award(session, view, lost.public_id).is_held

    services.strike_award(
        session, stage.actor, stage.public_id, lost.public_id, reason="替考", now=stage.at
    )

    assert f"{lost.public_id}.pdf" not in made(session, stage)
    checked = check_award(session, view, lost.public_id)
    assert (checked.is_held, checked.public_name) == (False, lost.public_name)
    with pytest.raises(NotFound):
        check_award(session, view, "nothing")


def test_who_checks_a_certificate_sees_no_name_where_all_are_masked(session, stage):
    services.show_name(session, stage.people[0], stage.public_id, shows_name=True)
    view = stage.view(session, stage.at)
    lines = award_queries.list_awards(session, award_queries.get_announced(session, view.id))[0]
    line = next(each for each in lines if each.user_id == stage.people[0].user_id)
    assert check_award(session, view, line.public_id).public_name == line.participant_name

    showing = Showing(names=Names.MASKED)
    services.set_showing(session, stage.actor, stage.public_id, showing=showing, now=stage.at)

    masked = check_award(session, stage.view(session, stage.at), line.public_id).public_name
    assert masked == mask_name(line.participant_name) != line.participant_name


def test_one_bulk_runs_at_a_time_and_a_new_one_takes_the_place_of_the_old(session, stage):
    ask(session, stage)
    with pytest.raises(Conflict, match="printing"):
        ask(session, stage)
    services.note_printing_failed(session, find_due_printing(session).id, "fonts")
    assert find_due_printing(session) is None

    ask(session, stage)
    while turn(session, stage) is not None:
        pass

    assert services.forget_printings(session, stage.at + bulk.KEPT) == 0
    assert services.forget_printings(session, stage.at + bulk.KEPT + timedelta(days=1)) == 1
    assert find_printing(session, stage.plan_id) is None
