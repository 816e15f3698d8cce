"""Next year's edition from this year's: settings and dates, and nothing of who took part."""

import json
from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert, literal, select, update
from sqlalchemy.orm import Session

from learning.competitions.formats import FIRST, TRAINING, RoundPlan
from learning.competitions.models import (
    ContestPage,
    ContestPartner,
    ContestPicture,
    Edition,
    FairnessSetting,
    Round,
)
from learning.competitions.queries import CompetitionView, get_managed, get_round, list_rounds
from learning.competitions.queries.awards import find_plan
from learning.competitions.queries.fairness import find_fairness
from learning.competitions.queries.hours import find_pledge
from learning.competitions.queries.pages import get_page
from learning.competitions.queries.paper_rules import list_paper_rules
from learning.competitions.queries.teams import find_settings
from learning.competitions.rules.series import (
    problems_of_place,
    retitle,
    shift_or_none,
    shift_years,
)
from learning.competitions.services.awards import write_awards
from learning.competitions.services.fairness import set_fairness
from learning.competitions.services.hours import set_pledge
from learning.competitions.services.managing import create_competition
from learning.competitions.services.paper_rules import set_paper
from learning.competitions.services.rounds import add_round, set_promotion
from learning.competitions.services.series import row_id_of, take_year
from learning.competitions.services.teams import set_team_rules
from learning.kernel import audit
from learning.kernel.errors import Conflict, Invalid
from learning.kernel.permissions import Actor


def clone_edition(
    session: Session, actor: Actor, raw_public_id: str, *, year: int, now: datetime
) -> str:
    """Write the draft of another year's edition after this one; return its public id.

    It has the settings, rounds, divisions, page with pictures, rules of teams, prizes, hours and
    fairness of the old one, and its dates shifted by years, which wait to be confirmed. No people,
    offices, entries or results. Raises NotFound, Invalid (year, or what no longer holds: a bank
    grown too small), Conflict("no_edition" | "edition_taken"), Conflict("edition_past") where
    answering would begin before now.
    """
    old = get_managed(session, actor, raw_public_id, now)
    if old.year is None:
        raise Conflict("no_edition")
    problems = problems_of_place(None, year)
    if problems:
        raise Invalid(problems)
    years = year - old.year
    if years == 0:
        raise Conflict("edition_taken")
    contest = replace(
        old.contest,
        title=retitle(old.title, old.year, year),
        opens_at=shift_years(old.opens_at, years, old.zone),
        closes_at=shift_years(old.closes_at, years, old.zone),
    )
    if contest.opens_at <= now:
        raise Conflict("edition_past")
    public_id = create_competition(
        session, actor, raw_organiser_id=old.organiser_public_id, contest=contest, now=now
    )
    new_id = row_id_of(session, public_id)
    _place(session, actor, old, new_id, year, now)
    _clone_rounds(session, actor, old, public_id, years, now)
    _clone_page(session, old, new_id, years)
    _clone_rules(session, actor, old, public_id, years, now)
    audit.log(
        session,
        "competition.cloned",
        public_id,
        actor_id=actor.user_id,
        now=now,
        details={"from": old.public_id, "year": year},
    )
    return public_id


def _place(
    session: Session, actor: Actor, old: CompetitionView, new_id: int, year: int, now: datetime
) -> None:
    held = session.get_one(Edition, old.id)
    take_year(session, held.series_id, year, new_id)
    edition = Edition(
        competition_id=new_id,
        series_id=held.series_id,
        year=year,
        cloned_from=old.id,
        dates_due=True,
        placed_by=actor.user_id,
        placed_at=now,
    )
    session.add(edition)
    session.flush()


def _clone_rounds(
    session: Session, actor: Actor, old: CompetitionView, public_id: str, years: int, now: datetime
) -> None:
    """Add the other rounds in their order, who goes on from each, and how lists are shown."""
    for line in sorted(list_rounds(session, old.id), key=lambda line: line.number):
        view = get_round(session, old, line.number)
        if line.number != FIRST:
            plan = RoundPlan(
                view.round_title,
                shift_years(view.opens_at, years, old.zone),
                shift_years(view.closes_at, years, old.zone),
                view.rules,
            )
            is_training = line.number == TRAINING
            add_round(session, actor, public_id, plan=plan, is_training=is_training, now=now)
    papers = list_paper_rules(session, old.id)
    for line in list_rounds(session, old.id):
        if line.promotion is not None:
            number, promotion = line.number, line.promotion
            set_promotion(session, actor, public_id, number, promotion=promotion, now=now)
        if line.number in papers:
            held = papers[line.number]
            until = shift_years(held.until, years, old.zone)
            kept = replace(held, until=until)
            set_paper(session, actor, public_id, line.number, rules=kept, now=now)
        shown = get_round(session, old, line.number).showing
        freeze_at = shift_or_none(shown.freeze_at, years, old.zone)
        text = json.dumps(replace(shown, freeze_at=freeze_at).to_dict(), sort_keys=True)
        session.execute(
            update(Round)
            .where(
                Round.competition_id == row_id_of(session, public_id), Round.number == line.number
            )
            .values(showing=text)
        )


def _clone_page(session: Session, old: CompetitionView, new_id: int, years: int) -> None:
    page = get_page(session, old.id)
    session.execute(
        insert(ContestPage).values(
            competition_id=new_id,
            banner=page.banner,
            banner_alt=page.banner_alt,
            enrols_from=shift_or_none(page.enrols_from, years, old.zone),
            enrols_until=shift_or_none(page.enrols_until, years, old.zone),
            final_at=shift_or_none(page.final_at, years, old.zone),
            final_place=page.final_place,
        )
    )
    for table, names in (
        (ContestPartner, ("number", "role", "name", "logo")),
        (ContestPicture, ("sha256", "media_type", "content")),
    ):
        columns = table.__table__.c
        held = select(literal(new_id), *(columns[name] for name in names)).where(
            columns.competition_id == old.id
        )
        session.execute(insert(table).from_select(("competition_id", *names), held))


def _clone_rules(
    session: Session, actor: Actor, old: CompetitionView, public_id: str, years: int, now: datetime
) -> None:
    """Take over the rules of teams, prizes, hours and what looks unfair, where there are some."""
    teams, prizes = find_settings(session, old.id), find_plan(session, old.id)
    if teams is not None:
        set_team_rules(session, actor, public_id, rules=teams.rules, now=now)
    if prizes is not None:
        source_at = shift_years(prizes.rules.source_at, years, old.zone)
        rules = replace(prizes.rules, source_at=source_at)
        write_awards(session, actor, public_id, rules=rules, now=now)
    if session.get(FairnessSetting, old.id) is not None:
        rules_of_flags = find_fairness(session, old.id)
        set_fairness(session, actor, public_id, rules=rules_of_flags, now=now)
    pledge = find_pledge(session, old.id)
    if pledge is not None:
        set_pledge(session, actor, public_id, pledge=pledge, now=now)
