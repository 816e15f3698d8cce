"""Over HTTP: a proof is judged by its bytes, the screen's code leads to the button, posts enrol."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from learning.kernel.clock import utc_now
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Role
from learning.organisations.models import Post
from learning.study.models import StudyClaim, StudyClass, StudyMark, StudySession, TrackPostRule
from learning.study.rules.classes import SessionPlan, Turn, code_at
from learning.study.rules.hours import Field
from learning.study.rules.tracks import Step, StepKind
from learning.study.services.classes import ClassPlan, make_class
from learning.study.services.tracks import sync_track
from tests.factories.courses import CODE, make_course
from tests.factories.people import grant_role, log_in
from tests.study.hours import PDF, Office
from tests.study.test_tracks import ASKING, write

CLAIM = {
    "title": "统计过程控制培训",
    "issuer": "示例协会",
    "field": "professional",
    "first_day": "2026-01-05",
    "last_day": "2026-01-06",
    "hours": "8",
}


class Site:
    """An office with the browsers of its learner and its HR."""

    def __init__(self, app, database, folder) -> None:
        self.database, self.now = database, utc_now()
        with database.transaction() as session:
            office = Office(session, self.now)
            sync_track(session, write(folder), self.now)
            self.hr = office.hr
            self.firm_id, self.firm = office.firm.id, office.firm.public_id
            self.learner_id = office.person.public_id
            chief = session.get_one(type(office.person), office.hr.user_id)
            grant_role(session, self.now, chief, Role.HR_MANAGER, office.firm)
        self.learner, self.desk = app.test_client(), app.test_client()
        log_in(self.learner, database, office.person, self.now)
        log_in(self.desk, database, chief, self.now)

    def post(self, client, page, path, **data):
        token = client.get(page).text.split('name="csrf_token" value="')[1].split('"')[0]
        return client.post(path, data={"csrf_token": token, **data})

    def hand_in(self, content, name="proof.pdf", **changed):
        path = "/study/claims/new"
        file = (io.BytesIO(content), name)
        return self.post(self.learner, path, path, **{**CLAIM, **changed}, evidence=file)

    def rows(self, table):
        with self.database.session(write=False) as session:
            return session.scalars(select(table)).all()


@pytest.fixture
def site(app, database, tmp_path) -> Site:
    return Site(app, database, tmp_path)


def test_a_proof_is_what_its_bytes_say_and_hr_approves_less_with_a_reason(site) -> None:
    assert site.hand_in(b"MZ\x90\x00" + b"\0" * 200, "proof.pdf").status_code == 400
    assert site.hand_in(b"", "").status_code == 400
    assert site.hand_in(PDF, last_day="2099-01-01").status_code == 400
    assert site.rows(StudyClaim) == []

    assert site.hand_in(PDF).status_code == 303
    (claim,) = site.rows(StudyClaim)
    page = f"/study/desk/{claim.public_id}"
    file = site.post(site.desk, page, f"{page}/evidence")
    less = {"decision": "approve", "hours": "5.00"}
    assert site.post(site.desk, page, f"{page}/decide", **less, answer="").status_code == 400
    assert (
        site.post(site.desk, page, f"{page}/decide", **less, answer="含参观。").status_code == 303
    )

    assert file.data == PDF
    assert "attachment" in file.headers["Content-Disposition"]
    assert "申报 8.00 学时，批准 5.00 学时" in site.learner.get("/study/claims").text
    assert site.learner.get("/study/desk").status_code == 403


def test_the_code_of_the_screen_leads_to_the_button_and_an_old_one_does_not(site) -> None:
    plan = ClassPlan("课", "室", "", Field.COMMON, needs_sign_out=False, units=(site.firm,))
    with site.database.transaction() as session:
        hour = timedelta(hours=1)
        first = SessionPlan(site.now - hour, site.now + hour, 60)
        made = make_class(session, site.hr, plan, first, now=site.now)
        meeting = session.scalars(select(StudySession)).one().public_id
    screen = site.desk.get(f"/study/classes/{made}/sessions/{meeting}/code").json
    with site.database.session(write=False) as session:
        key = session.scalars(select(StudyClass)).one().key
    path = f"/study/sessions/{meeting}"
    now = utc_now()

    old = site.learner.get(
        path, query_string={"c": code_at(key, meeting, Turn.IN, now - timedelta(minutes=1))}
    )
    page = site.learner.get(
        path, query_string={"t": "in", "c": code_at(key, meeting, Turn.IN, now)}
    ).text
    ticket = page.split('name="ticket" value="')[1].split('"')[0]
    signed = site.post(site.learner, "/study/claims/new", path, turn="in", ticket=ticket)
    forged = site.post(site.desk, "/study/claims/new", path, turn="in", ticket=ticket)

    assert screen["is_open"]
    assert screen["path"]
    assert old.status_code == 409
    assert signed.status_code == 303
    assert forged.status_code == 409
    assert len(site.rows(StudyMark)) == 1


def test_who_has_no_phone_is_written_down_by_the_trainer_after_a_look(site) -> None:
    plan = ClassPlan("课", "室", "", Field.COMMON, needs_sign_out=False, units=(site.firm,))
    with site.database.transaction() as session:
        first = SessionPlan(site.now, site.now + timedelta(hours=1), 60)
        made = make_class(session, site.hr, plan, first, now=site.now)
        meeting = session.scalars(select(StudySession)).one().public_id
    page = f"/study/classes/{made}/sessions/{meeting}"

    wrong = site.post(site.desk, page, f"{page}/lists", people="示例员工 0012\n无此人 9")
    shown = site.desk.get(wrong.location).text
    right = site.post(site.desk, page, f"{page}/lists", people="示例员工 0012")
    nothing = site.post(site.desk, page, f"{page}/lists", people=" \n")

    assert "#2" in shown
    assert "参加单位里没有这个人" in shown
    assert site.rows(StudyMark) == []
    assert nothing.location.endswith(page)
    site.post(site.desk, right.location, f"{right.location}/apply")
    assert len(site.rows(StudyMark)) == 1


def test_hr_sets_a_track_for_a_post_with_the_filter_of_its_page(site) -> None:
    with site.database.transaction() as session:
        post = Post(
            public_id=new_public_id(), organisation_id=site.firm_id, name="检验员",
            name_key="检验员", created_at=site.now,
        )  # fmt: skip
        session.add(post)
        session.flush()
        post_id = post.public_id
    given = {"track": "sample", "post": post_id, "later": "y"}
    site.post(site.desk, "/staff", "/staff/tracks", **given)
    assert site.rows(TrackPostRule) == []

    site.post(site.desk, "/staff", "/staff/tracks", **given, unit=site.firm)

    (rule,) = site.rows(TrackPostRule)
    assert "检验员" in site.desk.get("/staff").text
    site.post(site.desk, "/staff", f"/staff/track-rules/{rule.public_id}/end")
    assert site.rows(TrackPostRule)[0].ended_at is not None


def test_a_refused_form_keeps_what_was_typed_and_says_what_is_wrong_where(site, tmp_path) -> None:
    with site.database.transaction() as session:
        sync_track(session, write(tmp_path, ASKING), site.now)
    path = "/tracks/sample"

    refused = site.post(
        site.learner, path, f"{path}/enrol", declared="y", education="college", years="x",
        word="在两家企业做过检验。",
    )  # fmt: skip

    assert refused.status_code == 400
    assert '<option selected value="college">' in refused.text
    assert 'value="x"' in refused.text
    assert "在两家企业做过检验。" in refused.text
    assert "请填 0 到 60 的整数" in refused.text
    assert "选定这个方向" in refused.text


def test_who_is_not_let_in_reads_which_condition_is_not_reached(site, tmp_path) -> None:
    with site.database.transaction() as session:
        asking = ASKING.replace("满一年。", "大专满五年。").replace('by = "hr"', 'by = "self"')
        sync_track(session, write(tmp_path, asking), site.now)
    path = "/tracks/sample"

    refused = site.post(
        site.learner, path, f"{path}/enrol", declared="y", education="college", years="4"
    )

    assert refused.status_code == 400
    assert "还未达到：大专满五年。" in refused.text
    assert 'value="4"' in refused.text


def test_an_entry_goes_from_the_learner_to_hr_and_back(site, tmp_path) -> None:
    with site.database.transaction() as session:
        sync_track(session, write(tmp_path, ASKING.replace("满一年。", "满五年。")), site.now)
    path, waiting = "/tracks/sample", "/staff/tracks/waiting"
    told = {"declared": "y", "education": "college", "years": "4"}
    site.post(site.learner, path, f"{path}/enrol", **told)
    taken = site.learner.get(path).text
    assert "还未达到：满五年。" in taken
    assert "按声明未达到" in taken
    assert "大专，相关工作满 4 年" in taken

    listed = site.desk.get(waiting).text
    entry = f"/staff/{site.learner_id}/tracks/sample"
    seen = listed.split('name="seen" value="')[1].split('"')[0]
    assert "大专，相关工作满 4 年" in listed
    assert "按声明未达到" in listed
    assert entry in listed
    decide = {"seen": seen, "decision": "refuse"}
    empty = site.post(site.desk, entry, f"{entry}/decide", **decide, answer=" ")
    assert empty.status_code == 400
    assert "请写明退回的原因" in empty.text
    done = site.post(site.desk, entry, f"{entry}/decide", **decide, answer="社保只有三年。")
    assert done.status_code == 303
    assert "没有人在等确认" in site.desk.get(waiting).text

    refused = site.learner.get(path).text
    assert "条件未获人力资源确认" in refused
    assert "社保只有三年。" in refused
    assert "社保只有三年。" in site.learner.get("/notices").text
    silent = site.post(site.learner, path, f"{path}/enrol", **told)
    assert silent.status_code == 400
    assert "请写明这次补充或更正了什么" in silent.text
    assert "大专，相关工作满 4 年" in silent.text  # the history stays on the page
    site.post(site.learner, path, f"{path}/enrol", **told, word="补充了合同。")

    again = site.desk.get(entry).text
    assert "补充了合同。" in again
    assert "社保只有三年。" in again
    stale = site.post(site.desk, entry, f"{entry}/decide", seen=seen, decision="confirm")
    assert stale.location == entry
    assert "刚才有了新的声明" in site.desk.get(entry).text
    seen = again.split('name="seen" value="')[1].split('"')[0]
    nobody = site.post(site.desk, waiting, waiting)
    assert nobody.location == waiting
    assert "请先勾选要确认的人" in site.desk.get(waiting).text
    chosen = site.desk.get(waiting).text.split('name="chosen" form="chosen" value="')[1]
    site.post(site.desk, waiting, waiting, chosen=chosen.split('"')[0])

    assert "条件已由人力资源确认" in site.learner.get(path).text
    assert site.learner.get(entry).status_code == 403


def test_a_course_that_is_to_wait_says_what_comes_first_to_who_takes_the_track(
    site, tmp_path
) -> None:
    steps = (Step("base", StepKind.COMPULSORY, ()), Step(CODE, StepKind.COMPULSORY, ("base",)))
    with site.database.transaction() as session:
        for code in ("base", CODE):
            make_course(session, site.now, tmp_path / code, code=code)
        loaded = write(tmp_path)
        track = replace(loaded.document, conditions=(), electives=0, steps=steps)
        sync_track(session, replace(loaded, document=track), site.now)
    before = site.learner.get(f"/courses/{CODE}").text
    site.post(site.learner, "/tracks/sample", "/tracks/sample/enrol")

    page = site.learner.get(f"/courses/{CODE}").text

    assert "先修未完" not in before
    assert "先学完：示例课程" in page
    assert "先修未完" not in site.learner.get("/courses/base").text
