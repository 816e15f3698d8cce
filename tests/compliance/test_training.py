"""Who could be trained in time where too few are left: with reasons, promising nothing."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from learning.attempts.models import Assessment
from learning.certification.models import AwardRule, Scheme
from learning.certification.rules.terms import Need, NeedKind, Standing, standing_of
from learning.compliance.queries.training import Place, Trainee, list_trainees
from learning.compliance.rules.training import Chance, Exam, Progress, chance_of, progress_of
from learning.exams.models import Admission, Sitting
from learning.kernel.clock import utc_now
from tests.compliance.staffed import Firm, make_firm
from tests.factories.certification import Office, make_office, make_sitting, record_result
from tests.factories.people import log_in

DAY = timedelta(days=1)
AT = datetime.fromisoformat("2026-11-23T02:00:00+00:00")
EXAM, HOURS = (NeedKind.EXAM,), (NeedKind.HOURS,)
OWN, OTHER = Exam("已准考的", AT), Exam("可报考的", AT)


@pytest.mark.parametrize(
    ("missing", "own", "others", "expected"),
    [
        ((), [], [], Chance.READY),
        ((EXAM,), [OWN], [OTHER], Chance.ADMITTED),
        ((EXAM,), [], [OTHER], Chance.SITTING),
        ((EXAM,), [], [], Chance.NO_SITTING),
        ((EXAM, HOURS), [], [OTHER], Chance.OTHER),
        ((EXAM, HOURS), [], [], Chance.NO_SITTING),
        ((HOURS,), [], [], Chance.OTHER),
        (((NeedKind.EXAM, NeedKind.PROJECT),), [], [], Chance.OTHER),
    ],
)
def test_how_near_a_person_is(missing, own, others, expected) -> None:
    assert chance_of(Progress(0, len(missing), missing), own, others) is expected


def test_a_pass_that_is_not_decided_on_is_the_exam_and_nothing_else() -> None:
    groups = ((Need(NeedKind.EXAM),), (Need(NeedKind.CONFIRMATION),))
    standing = standing_of(groups, [], hold_months=None, zone="Asia/Shanghai", now=AT)

    assert progress_of(standing, has_passed=False) == Progress(
        0, 2, (EXAM, (NeedKind.CONFIRMATION,))
    )
    assert progress_of(standing, has_passed=True) == Progress(1, 2, ((NeedKind.CONFIRMATION,),))
    assert isinstance(standing, Standing)


@pytest.fixture
def firm(session: Session, now: datetime) -> Firm:
    firm = make_firm(session, now)
    firm.require(0, 0)
    return firm


@pytest.fixture
def office(session: Session, now: datetime) -> Office:
    return make_office(session, now)


def place_of(firm: Firm) -> Place:
    ids = (firm.units[2].id, firm.posts[0].id, firm.schemes[0].id, firm.units[0].id)
    return Place(*ids, "Asia/Shanghai")


def hold_sitting(
    session: Session, now: datetime, firm: Firm, office: Office, days: int, title: str = "开放考试"
) -> Sitting:
    """A sitting of the firm for its first scheme that closes so many days from now."""
    sitting = make_sitting(session, now, office, title)
    sitting.organiser_id = firm.units[0].id
    session.execute(
        update(Assessment)
        .where(Assessment.id == sitting.assessment_id)
        .values(closes_at=now + days * DAY)
    )
    rule = AwardRule(scheme_id=firm.schemes[0].id, sitting_id=sitting.id, created_by=firm.hr.id)
    rule.active_from = now
    session.add(rule)
    session.flush()
    return sitting


def admit(session: Session, now: datetime, sitting: Sitting, person) -> None:
    row = Admission(sitting_id=sitting.id, user_id=person.id, candidate_name="某人")
    row.admitted_by, row.admitted_at = sitting.created_by, now
    session.add(row)
    session.flush()


def told(found: list[Trainee]) -> dict[str, Chance]:
    return {one.name: one.chance for one in found}


def test_who_will_hold_it_or_is_not_asked_is_no_trainee(session, now, firm) -> None:
    lacking, ending, fine, away, spared = (firm.hire(name, 2, 0) for name in "缺将好假免")
    firm.hire("别岗", 2, 1)
    firm.hold(ending, 0, 20)
    firm.hold(fine, 0, 500)
    firm.status(away, "leave")
    firm.exempt(spared, 0, 300)

    found = list_trainees(session, place_of(firm), now, now + 90 * DAY)

    assert {one.name for one in found} == {"缺", "将"}
    assert {one.name: one.held_until for one in found}["将"] == now + 20 * DAY
    assert lacking.display_name == "缺"


def test_the_nearest_come_first_with_the_sittings_that_end_in_time(
    session, now, firm, office
) -> None:
    admitted, open_to, passed, failed = (firm.hire(name, 2, 0) for name in "准可过败")
    soon = hold_sitting(session, now, firm, office, 10, "及时的")
    hold_sitting(session, now, firm, office, 99, "太晚的")
    admit(session, now, soon, admitted)
    record_result(session, now, soon, passed)
    record_result(session, now, soon, failed, points_milli=10_000)

    found = list_trainees(session, place_of(firm), now, now + 90 * DAY)

    assert [(one.name, one.chance) for one in found] == [
        ("过", Chance.READY),
        ("准", Chance.ADMITTED),
        ("可", Chance.SITTING),
        ("败", Chance.NO_SITTING),
    ]
    assert [exam.title for exam in found[2].exams] == ["及时的"]
    assert open_to.display_name == "可"


def test_a_sitting_of_strangers_that_takes_no_applications_is_not_told(
    session, now, firm, office
) -> None:
    firm.hire("某人", 2, 0)
    sitting = hold_sitting(session, now, firm, office, 10)
    sitting.organiser_id = office.issuer.id
    session.flush()

    found = list_trainees(session, place_of(firm), now, now + 90 * DAY)

    assert told(found) == {"某人": Chance.NO_SITTING}
    assert found[0].exams == ()


def test_of_what_others_issue_nothing_is_claimed(session, now, firm) -> None:
    firm.hire("某人", 2, 0)
    session.execute(update(Scheme).where(Scheme.id == firm.schemes[0].id).values(kind="external"))
    session.expire_all()

    found = list_trainees(session, place_of(firm), now, now + 90 * DAY)

    assert told(found) == {"某人": Chance.OUTSIDE}


def test_the_forecast_leads_to_the_people_and_their_reasons(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        firm = make_firm(session, now)
        firm.require(0, 0)
        office = make_office(session, now)
        firm.hire("张缺", 2, 0)
        ending = firm.hire("王将", 2, 0)
        firm.hold(ending, 0, 40)
        hold_sitting(session, now, firm, office, 10)
        hr, unit, post, scheme = firm.hr, firm.units[2], firm.posts[0], firm.schemes[0]
        address = (
            f"/staff/coverage/forecast/trainable?unit={unit.public_id}"
            f"&post={post.public_id}&scheme={scheme.public_id}"
        )
        wrong = address.replace(scheme.public_id, firm.schemes[1].public_id)
    client = app.test_client()
    log_in(client, database, hr, now)

    forecast = client.get("/staff/coverage/forecast").text
    page = client.get(address).text

    assert address.replace("&", "&amp;") in forecast
    assert "有场次，可安排考试" in page
    assert page.count("可参加“开放考试”") == 2
    assert "还缺：考试" in page
    assert client.get(wrong).status_code == 404
