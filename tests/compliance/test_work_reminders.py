"""Who reviews projects, decides and answers appeals hears what waits: on Mondays, and of late work."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.accounts.models import PersonalNotice, User
from learning.certification.models import (
    AwardFile,
    AwardProject,
    CertificateAppeal,
    ProjectOpinion,
    Scheme,
    SchemeAssessor,
)
from learning.certification.queries import find_terms
from learning.compliance.jobs import reminders_job
from learning.compliance.models import ReminderSettings
from learning.compliance.queries import reminders as queries
from learning.compliance.rules.work import Work, is_due_to_tell, work_digest
from learning.compliance.services.work_reminders import find_work_tellings, tell_work
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Role
from learning.organisations.models import RoleAssignment, UnitParent
from learning.study.queries.entries import list_declarations
from learning.study.services.entries import confirm_entry, enrol_self
from learning.study.services.tracks import sync_track
from tests.compliance.reminding import DAY, ZONE, letters, notices
from tests.factories.certification import Office, make_office
from tests.factories.people import (
    grant_role,
    make_actor,
    make_contact,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)
from tests.study.test_tracks import write

MONDAY = datetime.fromisoformat("2026-11-23T02:00:00+00:00")
WEDNESDAY = MONDAY + 2 * DAY


@pytest.fixture
def office(session: Session) -> Office:
    return make_office(session, MONDAY - 300 * DAY)


def assessor(session: Session, office: Office, name: str = "评审甲") -> User:
    user = make_user(session, MONDAY - 90 * DAY, name)
    session.add(
        SchemeAssessor(
            scheme_id=office.scheme_id,
            user_id=user.id,
            appointed_by=office.examiner.id,
            appointed_at=MONDAY - 90 * DAY,
        )
    )
    session.flush()
    return user


def decider(session: Session, office: Office, unit=None, name: str = "决定人甲") -> User:
    user = make_user(session, MONDAY - 90 * DAY, name)
    grant_role(session, MONDAY - 90 * DAY, user, Role.DECIDER, unit or office.issuer)
    return user


def hand_in(session: Session, office: Office, at: datetime, person: User | None = None) -> int:
    person = person or make_user(session, at - 90 * DAY, "候选人")
    row = AwardProject(
        public_id=new_public_id(),
        scheme_id=office.scheme_id,
        version_id=find_terms(session, office.scheme_id, at).version_id,
        user_id=person.id,
        title="降低返修率",
        state="submitted",
        submitted_at=at,
    )
    session.add(row)
    session.flush()
    return row.id


def ready(session: Session, office: Office, at: datetime) -> None:
    person = make_user(session, at - 90 * DAY, "候选人")
    session.add(
        AwardFile(
            public_id=new_public_id(),
            scheme_id=office.scheme_id,
            user_id=person.id,
            purpose="first",
            opened_at=at,
            ready_at=at,
        )
    )
    session.flush()


def appeal(session: Session, office: Office, at: datetime) -> None:
    session.add(
        CertificateAppeal(
            public_id=new_public_id(),
            number="C26-1-0001",
            scheme_id=office.scheme_id,
            user_id=office.examiner.id,
            kind="revoked",
            source_id=1,
            text="依据有误",
            lodged_at=at,
            answer_by=at + 30 * DAY,
        )
    )
    session.flush()


def tell(session: Session, now: datetime) -> int:
    return tell_work(session, find_work_tellings(session, queries.list_settings(session), now), now)


def test_an_assessor_hears_on_mondays_how_many_wait_since_when_and_until_when(
    session, office
) -> None:
    one = assessor(session, office)
    hand_in(session, office, MONDAY - 3 * DAY)
    hand_in(session, office, MONDAY - DAY)

    told = [tell(session, at) for at in (MONDAY - DAY, MONDAY, MONDAY)]

    assert told == [0, 1, 0]
    title = session.scalar(select(Scheme.title))
    assert notices(session, one) == [
        f"“{title}”：2 份项目等您评审，最早的自 2026-11-20 起，应在 2026-11-27 前办完"
    ]
    page = select(PersonalNotice.endpoint, PersonalNotice.title)
    assert session.execute(page).one() == ("assessing.index", "2 件等您办理")


def test_what_becomes_late_is_told_that_day_and_not_again_before_monday(session, office) -> None:
    one = assessor(session, office)
    hand_in(session, office, WEDNESDAY - 7 * DAY - timedelta(minutes=1))

    told = [tell(session, WEDNESDAY + day * DAY) for day in (-1, 0, 1, 2, 5)]

    assert told == [0, 1, 0, 0, 1]
    assert all("已超过期限 2026-11-25" in text for text in notices(session, one))


def test_own_projects_and_those_reviewed_by_oneself_do_not_wait_for_one(session, office) -> None:
    one, other = assessor(session, office), assessor(session, office, "评审乙")
    hand_in(session, office, MONDAY - DAY, one)
    reviewed = hand_in(session, office, MONDAY - DAY)
    session.add(
        ProjectOpinion(
            project_id=reviewed,
            given_by=one.id,
            points="{}",
            total=80,
            comment="",
            given_at=MONDAY,
        )
    )
    session.flush()

    tell(session, MONDAY)

    assert notices(session, one) == []
    (text,) = notices(session, other)
    assert "2 份项目" in text


def test_deciders_hear_of_files_and_appeals_of_the_issuers_in_their_reach(session, office) -> None:
    here = decider(session, office)
    elsewhere = decider(session, office, make_unit(session, MONDAY, name="别的协会"), "决定人乙")
    ready(session, office, MONDAY - 9 * DAY)
    appeal(session, office, MONDAY - 9 * DAY)

    tell(session, MONDAY)

    (text,) = notices(session, here)
    assert "1 份档案等您作发证决定，最早的自 2026-11-14 起，已超过期限 2026-11-21" in text
    assert "1 件申诉等您答复，最早的自 2026-11-14 起，应在 2026-12-14 前办完" in text
    assert notices(session, elsewhere) == []


def test_a_decider_of_a_unit_above_and_of_a_region_hear_too(session, office) -> None:
    office.issuer.region = "310000"
    above = make_unit(session, MONDAY - 90 * DAY, name="上级协会")
    since = {"valid_from": MONDAY - 90 * DAY, "recorded_at": MONDAY - 90 * DAY}
    session.add(UnitParent(unit_id=office.issuer.id, parent_id=above.id, **since))
    by_unit = decider(session, office, above)
    by_region = make_user(session, MONDAY, "区域决定人")
    scope = {"scope_kind": "region", "scope_value": "310000"}
    role = Role.DECIDER.value
    session.add(RoleAssignment(user_id=by_region.id, role=role, **scope, **since))
    ready(session, office, MONDAY - DAY)

    tell(session, MONDAY)

    assert [len(notices(session, one)) for one in (by_unit, by_region)] == [1, 1]


def test_the_issuer_says_after_how_many_days_one_is_late_and_whether_by_mail(
    session, office
) -> None:
    one = assessor(session, office)
    make_contact(session, MONDAY, one.id, "p@example.com")
    session.add(
        ReminderSettings(
            public_id=new_public_id(),
            organisation_id=office.issuer.id,
            days="30",
            by_mail=True,
            from_hour=8,
            to_hour=20,
            wait_days=2,
            changed_by=office.examiner.id,
            changed_at=MONDAY,
        )
    )
    hand_in(session, office, WEDNESDAY - 2 * DAY)

    told = [tell(session, WEDNESDAY - DAY), tell(session, WEDNESDAY)]

    assert told == [0, 1]
    (letter,) = letters(session)
    assert letter.recipient == "p@example.com"
    assert "已超过期限 2026-11-25" in letter.body


def test_at_night_nobody_hears_anything_and_the_job_tells_once(database) -> None:
    with database.transaction() as session:
        office = make_office(session, MONDAY - 300 * DAY)
        one = assessor(session, office)
        hand_in(session, office, MONDAY - DAY)
        night = tell(session, MONDAY - timedelta(hours=8))
    job = reminders_job(ZONE)

    job.run(database, MONDAY)
    job.run(database, MONDAY + timedelta(minutes=10))

    with database.session(write=False) as session:
        assert (night, len(notices(session, one))) == (0, 1)


def test_words_name_what_is_to_be_done_first_at_the_top_in_both_languages() -> None:
    rows = [
        Work("decision", "甲", "A", 3, MONDAY - DAY, MONDAY + 6 * DAY),
        Work("project", "乙", "", 1, MONDAY - 9 * DAY, MONDAY - 2 * DAY),
    ]

    text = work_digest(rows, MONDAY, ZONE)

    assert text.title == "4 件等您办理，有的已超过期限"
    assert text.title_en == "Waiting for you: 4, some beyond the limit"
    assert [line[:3] for line in text.text.splitlines()] == ["“乙”", "“甲”"]
    assert text.text_en.splitlines()[0] == (
        "“乙”, projects to review: 1; the oldest since 2026-11-14, beyond the limit of 2026-11-21"
    )
    assert not is_due_to_tell([], MONDAY, MONDAY, ZONE)


class TestEntryConditions:
    """What people declared of a track's entry conditions, told to their HR."""

    @pytest.fixture
    def firm(self, session, tmp_path):
        sync_track(session, write(tmp_path), MONDAY - 90 * DAY)
        return make_unit(session, MONDAY - 90 * DAY, name="示例企业")

    def person(
        self, session, firm, name: str = "学员", role: Role | None = None, unit=None
    ) -> User:
        user = make_user(session, MONDAY - 90 * DAY, name)
        number = f"{name}{user.id}"
        make_membership(
            session, MONDAY - 90 * DAY, user, unit or firm, organisation=firm, staff_no=number
        )
        if role:
            grant_role(session, MONDAY - 90 * DAY, user, role, firm)
        return user

    def declare(self, session, user: User, at: datetime) -> None:
        enrol_self(session, make_actor(user), "sample", has_declared=True, now=at)

    def test_hr_hears_of_their_people_and_the_way_to_the_list(self, session, firm) -> None:
        hr = self.person(session, firm, "人力", Role.HR_MANAGER)
        other = make_unit(session, MONDAY - 90 * DAY, name="别的企业")
        stranger = self.person(session, other, "别家人力", Role.HR_MANAGER)
        department = make_unit(
            session, MONDAY - 90 * DAY, kind="department", name="质量部", parent=firm
        )
        self.declare(session, self.person(session, firm), MONDAY - 3 * DAY)
        self.declare(session, self.person(session, firm, unit=department), MONDAY - DAY)

        assert [tell(session, at) for at in (MONDAY - DAY, MONDAY)] == [0, 1]
        (text,) = notices(session, hr)
        assert "2 份报名条件声明等您确认，最早的自 2026-11-20 起" in text
        assert notices(session, stranger) == []
        page = select(PersonalNotice.endpoint).where(PersonalNotice.user_id == hr.id)
        assert session.scalars(page).all() == ["compliance.waiting"]

    def test_ones_own_and_what_was_answered_do_not_wait(self, session, firm) -> None:
        hr = self.person(session, firm, "人力", Role.HR_MANAGER)
        learner = self.person(session, firm)
        self.declare(session, hr, MONDAY - DAY)
        self.declare(session, learner, MONDAY - DAY)
        actor = make_actor(hr, unit_grant(Role.HR_MANAGER, firm))
        seen = list_declarations(session, learner.id, "sample")[0].public_id
        confirm_entry(session, actor, learner.public_id, "sample", seen=seen, now=MONDAY)

        assert tell(session, MONDAY) == 0
