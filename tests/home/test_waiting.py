"""What waits for who keeps a desk stands on their first page: theirs alone, and never their own."""

from learning.accounts.models import User
from learning.certification.queries.unchecked import count_unchecked
from learning.certification.services import external
from learning.kernel.clock import utc_now
from tests.factories.external import make_employer, make_external
from tests.factories.people import log_in


def test_a_paper_waits_for_the_second_person_of_its_employer_until_it_is_checked(
    session, now
) -> None:
    employer, other = make_employer(session, now), make_employer(session, now, "别的企业")
    row = make_external(session, now, employer)

    def waiting() -> list[int]:
        everybody = (employer.hr, employer.second, other.hr)
        return [count_unchecked(session, actor, now) for actor in everybody]

    before = waiting()
    external.check(session, employer.second, row.public_id, now=now)

    assert before == [0, 1, 0], "who entered it cannot check it"
    assert waiting() == [0, 0, 0]


def test_the_first_page_of_hr_says_what_waits_and_of_others_nothing(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        employer = make_employer(session, now)
        for number in ("T1", "T2"):
            make_external(session, now, employer, number)
        second = session.get_one(User, employer.second.user_id)
        worker = employer.staff[0]
        session.flush()
        session.expunge_all()

    def first_page(user: User) -> str:
        client = app.test_client()
        log_in(client, database, user, now)
        return client.get("/").text

    desk = first_page(second).split("等您处理")[1].split("</section>")[0]

    assert 'href="/external-certificates?show=unchecked"' in desk
    assert '<span class="num">2</span>' in desk
    assert "等审批的学时" not in desk
    assert "等您处理" not in first_page(worker)
