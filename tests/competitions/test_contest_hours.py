"""Pages of the hours that a pass is worth: set, proved, handed in, confirmed, verified."""

from datetime import timedelta

from sqlalchemy import select

from learning.accounts.models import User
from learning.kernel.permissions import Role
from learning.study.models import ContestProof, StudyClaim
from tests.factories.people import grant_role
from tests.study.test_contest_hours import Contest


def test_a_participant_proves_and_hr_sees_it_confirmed(open_browser, database, now) -> None:
    with database.transaction() as session:
        contest = Contest(session, now - timedelta(days=1)).close()
        hr_user = session.get_one(User, contest.office.hr.user_id)
        grant_role(session, now, hr_user, Role.HR_MANAGER, contest.office.firm)
        session.flush()
        person, public_id = contest.office.person, contest.public_id
    browser = open_browser(person)
    told = browser.get(f"/competitions/{public_id}").text
    assert "达到 12 分的，成绩公布后可以下载学时证明" in told
    page = f"/study/contests/{public_id}"
    assert page in told
    assert "生成学时证明" in browser.get(page).text
    assert browser.get(f"{page}/proof.pdf").status_code == 404
    assert browser.post(f"{page}/hand-in", {}).status_code == 303
    assert "请先生成学时证明。" in browser.get(page).text
    assert browser.post(f"{page}/proof", {}).status_code == 303
    pdf = browser.get(f"{page}/proof.pdf")
    assert pdf.data.startswith(b"%PDF")
    assert browser.post(f"{page}/hand-in", {}).status_code == 303
    assert "待审批" in browser.get(page).text

    with database.session(write=False) as session:
        claim = session.scalars(select(StudyClaim)).one()
        code = session.scalars(select(ContestProof.code)).one()
        claim_id = claim.public_id
    seen = open_browser(hr_user).get(f"/study/desk/{claim_id}").text
    assert "系统已核对" in seen
    verify = open_browser().get(f"/study/verify/{code}").text
    assert "这份竞赛学时证明由本平台出具" in verify


def test_the_organiser_sets_the_hours(open_browser, database, now) -> None:
    with database.transaction() as session:
        contest = Contest(session, now, pledge=None)
        manager, public_id = contest.stage.manager, contest.public_id
        person = contest.office.person
    browser = open_browser(manager)
    page = f"/competitions/{public_id}/hours"
    assert "这项竞赛不计学时。" in browser.get(page).text
    sent = {"hours": "6", "cut": "99", "field": "common"}
    assert browser.post(page, sent).status_code == 400
    assert browser.post(page, {**sent, "cut": "12"}).status_code == 303
    assert "计 6.00 学时（公需科目）" in browser.get(page).text
    assert "成绩尚未公布" in open_browser(person).get(f"/study/contests/{public_id}").text
