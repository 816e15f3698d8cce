"""Exempting many people at once: looked at first, with a reason and an end, ended together."""

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from markupsafe import escape
from sqlalchemy import select

from learning.compliance.models import Assignment, Exemption, StaffStatus
from learning.compliance.queries import bulk
from learning.compliance.rules.requirements import Period
from learning.compliance.services.bulk_exemptions import (
    end_batch,
    end_statuses,
    exempt_people,
    note_statuses,
)
from learning.compliance.services.exemptions import end_exemption, end_status
from learning.kernel.audit import AuditEntry
from learning.kernel.clock import utc_now
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Permission, Role
from tests.compliance.staffed import make_firm
from tests.factories.people import log_in, make_actor, make_user, unit_grant

MANAGE = Permission.COMPLIANCE_MANAGE
DAY = timedelta(days=1)


@pytest.fixture
def firm(session, now):
    made = make_firm(session, now)
    for number in range(4):
        made.hire(f"员工{number}", 2, 0, staff_no=f"00{number}")
    return made


def exempt(firm, now, *, reason: str = "改造停产", days: int | None = 30):
    period = Period(now, None if days is None else now + days * DAY)
    unit = bulk.unit_of_act(firm.session, firm.actor, "", MANAGE, now)
    ids = [one.id for one in firm.people]
    return exempt_people(
        firm.session, firm.actor, unit, ids, firm.schemes[0].public_id,
        reason=reason, period=period, now=now,
    )  # fmt: skip


def rows(firm) -> list[Exemption]:
    firm.session.flush()
    return list(firm.session.scalars(select(Exemption).order_by(Exemption.id)))


def test_all_are_exempted_together_but_who_is_exempt_already(session, now, firm) -> None:
    firm.exempt(firm.people[0], 0)
    chosen = [bulk.Chosen(one.id, one.display_name) for one in firm.people]
    looked = bulk.reach_by_exemption(session, chosen, firm.schemes[0].public_id, now)

    done = exempt(firm, now)

    assert [one.user_id for one in looked.people] == [one.id for one in firm.people[1:]]
    assert [one.user_id for one in looked.left_out[bulk.EXEMPT]] == [firm.people[0].id]
    made = [row for row in rows(firm) if row.batch == done.batch]
    assert (done.count, {row.user_id for row in made}) == (3, {p.id for p in firm.people[1:]})
    assert {(row.reason, row.valid_to) for row in made} == {("改造停产", now + 30 * DAY)}
    acts = session.scalars(select(AuditEntry.act)).all()
    assert acts.count("exemption.granted") == 3
    assert exempt(firm, now).count == 0  # sent twice: nobody is left


@pytest.mark.parametrize(
    ("reason", "days", "code"),
    [(" ", 30, "reason_needed"), ("停产", None, "end_needed"), ("停产", -1, "end_before_start")],
)
def test_without_a_reason_and_an_end_nothing_is_done(
    session, now, firm, reason, days, code
) -> None:
    with pytest.raises(Invalid) as refused:
        exempt(firm, now, reason=reason, days=days)

    assert refused.value.problems[0].code == code
    assert rows(firm) == []


def test_a_batch_is_ended_together_and_keeps_what_was_planned(session, now, firm) -> None:
    batch = exempt(firm, now).batch
    later = now + DAY
    end_exemption(session, firm.actor, rows(firm)[0].public_id, now=now + DAY / 2)

    assert end_batch(session, firm.actor, batch, now=later) == 3

    ends = [(row.valid_to, row.planned_to) for row in rows(firm)]
    planned = now + 30 * DAY
    assert ends == [(now + DAY / 2, planned), *[(later, planned)] * 3]
    with pytest.raises(Conflict, match="ended_already"):
        end_batch(session, firm.actor, batch, now=later)


def test_who_keeps_a_part_ends_what_was_noted_of_its_people_alone(session, now, firm) -> None:
    outside = firm.hire("总部的人", 0, 0, staff_no="900")
    for person in (firm.people[0], outside):
        firm.status(person, "leave")
    batch = exempt(firm, now).batch
    plant = make_user(session, now, "分厂人力")
    actor = make_actor(plant, unit_grant(Role.HR_MANAGER, firm.units[1]))
    mine, theirs = session.scalars(select(StaffStatus).order_by(StaffStatus.id)).all()

    end_status(session, actor, mine.public_id, ends_at=now, now=now)
    with pytest.raises(NotFound):
        end_status(session, actor, theirs.public_id, ends_at=now, now=now)

    assert (mine.ended_at, theirs.ended_at) == (now, None)
    assert end_batch(session, actor, batch, now=now + DAY) == 4
    assert [row.user_id for row in rows(firm) if row.ended_at is None] == [outside.id]


@pytest.mark.parametrize("raw", ["", "x", "\0"])
def test_what_is_no_batch_of_ones_own_reads_as_missing(session, now, firm, raw: str) -> None:
    firm.exempt(firm.people[0], 0)  # by itself, without a batch
    batch = exempt(firm, now).batch
    other = make_firm(session, now)

    with pytest.raises(NotFound):
        end_batch(session, firm.actor, raw, now=now)
    with pytest.raises(NotFound):
        end_batch(session, other.actor, batch, now=now)


def test_people_are_found_by_their_numbers_within_reach(session, now, firm) -> None:
    other = make_firm(session, now)
    other.hire("别人", 2, 0, staff_no="777")

    found, unknown = bulk.find_by_numbers(
        session, firm.actor, " 000，001\n００２、777；nobody 001", MANAGE, now
    )

    assert found == sorted(one.public_id for one in firm.people[:3])
    assert unknown == ["777", "nobody"]


def test_hr_pastes_numbers_looks_exempts_and_ends_the_batch(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        firm = make_firm(session, now)
        firm.require(0, 0)
        people = [firm.hire(f"员工{n}", 2, 0, staff_no=f"00{n}").public_id for n in range(2)]
        scheme = firm.schemes[0].public_id
        hr = firm.hr
    client = app.test_client()
    log_in(client, database, hr, now)
    page = client.get("/staff/exemptions").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]

    given = {"csrf_token": token, "act": "exempt"}
    first = client.post("/staff/grid/bulk", data={**given, "numbers": "000\n001 9"})
    carried = first.text.split('name="numbers" value="')[1].split('"')[0]
    looked = client.post("/staff/grid/bulk", data={**given, "numbers": carried, "aim": scheme})
    today = now.date()
    wish = {**given, "person": people, "aim": scheme, "from": today.isoformat()}
    refused = client.post("/staff/grid/bulk/exempt", data={**wish, "reason": "停产", "to": ""})
    sent = client.post(
        "/staff/grid/bulk/exempt",
        data={**wish, "reason": "停产", "to": (today + 9 * DAY).isoformat()},
    )
    listed = client.get(sent.location).text
    address = listed.split('action="/staff/exemptions/batches/')[1].split('"')[0]
    ended = client.post(f"/staff/exemptions/batches/{address}", data={"csrf_token": token})

    assert "将处理 2 人" in looked.text
    assert "没有找到的工号：9" in first.text
    assert "没有找到的工号：9" in looked.text
    assert refused.status_code == 400
    assert "停产" in listed
    assert ended.status_code == 303
    assert "已结束" in client.get("/staff/exemptions").text


def test_leave_is_noted_of_all_who_have_none_and_only_of_ones_own(session, now, firm) -> None:
    firm.status(firm.people[0], "leave")
    other = make_firm(session, now)
    ids = [one.id for one in firm.people] + [other.hire("别人").id]
    wish = {"note": "产假", "period": Period(now, None), "now": now}

    noted = note_statuses(session, firm.actor, ids, "leave", **wish)
    session.flush()

    made = session.scalars(select(StaffStatus).where(StaffStatus.note == "产假")).all()
    assert (noted, {row.user_id for row in made}) == (3, {one.id for one in firm.people[1:]})
    assert note_statuses(session, firm.actor, ids, "leave", **wish) == 0
    with pytest.raises(Invalid):
        note_statuses(session, firm.actor, ids, "holiday", **wish)


@pytest.mark.parametrize(
    ("act", "typed", "field", "words"),
    [
        ("exempt", {"to": "2026-02-31"}, "to", "日期不对"),
        ("exempt", {"to": ""}, "to", "豁免必须有结束日期"),
        ("exempt", {"from": "2026-06-02", "to": "2026-06-01"}, "to", "结束日期早于开始日期"),
        ("exempt", {"from": "", "to": "2026-06-01"}, "from", "请填写开始日期"),
        ("exempt", {"to": "2026-12-31", "reason": " "}, "reason", "请写明理由"),
        ("leave", {"from": "gestern"}, "from", "日期不对"),
        ("leave", {"from": "2026-06-02", "to": "2026-06-01"}, "to", "结束日期早于开始日期"),
        ("leave", {"reason": "假" * 501}, "reason", "最多 500 个字"),
        ("return", {"back": "2026-02-31"}, "back", "日期不对"),
        ("return", {"back": ""}, "back", "请填写返岗或结束日期"),
        ("return", {"back": "2020-01-01"}, "back", "没有可以结束的"),
        ("task", {"due": "2026-02-31"}, "due", "日期不对"),
        ("task", {"due": ""}, "due", "请填写截止日期"),
        ("task", {"due": "2020-01-01"}, "due", "截止日期要晚于今天"),
    ],
)
def test_what_is_refused_stays_in_the_form_with_the_reason_by_its_field(
    app, database, act, typed, field, words
) -> None:
    now = utc_now()
    with database.transaction() as session:
        firm = make_firm(session, now)
        person = firm.hire("员工", 2, 0, staff_no="001").public_id
        if act == "return":
            firm.status(firm.people[0], "leave")
        hr, scheme = firm.hr, firm.schemes[0].public_id
    client = app.test_client()
    log_in(client, database, hr, now)
    page = client.get("/staff/exemptions").text
    given = {
        "csrf_token": page.split('name="csrf_token" value="')[1].split('"')[0],
        "person": person,
        "aim": "leave" if act in {"leave", "return"} else scheme,
        "title": "补证<1>",
        "from": now.date().isoformat(),
        "to": "",
        "reason": "停产<2>",
        **typed,
    }

    refused = client.post(f"/staff/grid/bulk/{act}", data=given)

    assert refused.status_code == 400
    fault = refused.text.split(f'id="{field}-error">')[1].split("</div>")[0]
    assert words in fault
    kept = {"task": ("title", "due"), "return": ("back",)}.get(act, ("from", "to", "reason"))
    for name in kept:
        entry = refused.text.split(f'id="{name}"')[1].split(">")[0]
        assert f'value="{escape(given.get(name, ""))}"' in entry
    assert f'name="person" value="{person}"' in refused.text
    with database.session(write=False) as session:
        assert session.scalars(select(Exemption)).all() == []
        assert [row.ended_at for row in session.scalars(select(StaffStatus))] == (
            [None] if act == "return" else []
        )
        assert session.scalars(select(Assignment)).all() == []


def test_a_look_has_no_address_to_come_back_to_and_leads_to_the_list(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        hr = make_firm(session, now).hr
    client = app.test_client()
    log_in(client, database, hr, now)

    for address in ("/staff/grid/bulk?lang=en", "/staff/grid/bulk/leave?lang=en"):
        assert client.get(address).location == "/staff/grid"
    assert client.get("/staff/grid/bulk/sack").status_code == 404


def test_leave_is_ended_together_on_one_day_and_only_what_lasts_on_it(session, now, firm) -> None:
    other = make_firm(session, now)
    stranger = other.hire("别人")
    other.status(stranger, "leave")
    for person in firm.people[:3]:
        firm.status(person, "leave")
    firm.status(firm.people[3], "contractor")
    standing = list(session.scalars(select(StaffStatus).order_by(StaffStatus.id)))
    ended_by_hand = standing[3]
    end_status(session, firm.actor, ended_by_hand.public_id, ends_at=now + DAY, now=now)
    ids = [*(one.id for one in firm.people), stranger.id]
    chosen = [bulk.Chosen(one.id, one.display_name) for one in [*firm.people, stranger]]

    looked = bulk.reach_by_return(session, firm.actor, chosen, "leave", now)
    done = end_statuses(session, firm.actor, ids, "leave", ends_at=now + 2 * DAY, now=now)
    session.flush()

    assert [one.user_id for one in looked.people] == [one.id for one in firm.people[:2]]
    assert [one.user_id for one in looked.left_out[bulk.NOT_NOTED]] == [
        firm.people[2].id, firm.people[3].id, stranger.id,
    ]  # fmt: skip
    assert done == 2
    ends = {row.user_id: (row.valid_to, row.planned_to, row.ended_at) for row in standing}
    back = (now + 2 * DAY, None, now)
    assert [ends[one.id] for one in firm.people[:2]] == [back, back]
    assert ends[firm.people[2].id][0] == now + DAY
    assert ends[firm.people[3].id][0] is None
    assert ends[stranger.id][0] is None
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.act == "staff_status.ended").order_by(AuditEntry.id)
    ).all()
    assert len(entries) == 3  # one by hand, two of the act
    assert len({json.loads(one.details)["batch"] for one in entries[1:]}) == 1
    assert end_statuses(session, firm.actor, ids, "leave", ends_at=now + 3 * DAY, now=now) == 0


def test_leave_that_begins_later_is_not_ended_before_it_begins(session, now, firm) -> None:
    person = firm.people[0]
    period = Period(now + 10 * DAY, now + 20 * DAY)
    note_statuses(session, firm.actor, [person.id], "leave", note="", period=period, now=now)
    session.flush()

    assert end_statuses(session, firm.actor, [person.id], "leave", ends_at=now + DAY, now=now) == 0
    assert end_statuses(session, firm.actor, [person.id], "leave", ends_at=now + 15 * DAY, now=now)
    with pytest.raises(Invalid):
        end_statuses(session, firm.actor, [person.id], "holiday", ends_at=now, now=now)


def test_hr_ticks_who_is_back_and_ends_their_leave_on_one_day(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        firm = make_firm(session, now)
        people = [firm.hire(f"员工{n}", 2, 0, staff_no=f"00{n}") for n in range(3)]
        for person in people:
            firm.status(person, "leave")
        ticked = [one.public_id for one in people[:2]]
        hr = firm.hr
    client = app.test_client()
    log_in(client, database, hr, now)
    page = client.get("/staff/exemptions?kind=statuses&open=1").text
    given = {"csrf_token": page.split('name="csrf_token" value="')[1].split('"')[0]}
    wish = {**given, "person": ticked, "aim": "leave"}

    looked = client.post("/staff/grid/bulk", data={**wish, "act": "return"}).text
    today = now.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
    sent = client.post("/staff/grid/bulk/return", data={**wish, "back": today})

    assert page.count('form="back"') == 3
    assert "将处理 2 人" in looked
    assert sent.status_code == 303
    assert "已为 2 人登记结束日期" in client.get(sent.location).text
    still = client.get("/staff/exemptions?kind=statuses&open=1").text
    assert [f"员工{n}</a>" in still for n in range(3)] == [False, False, True]


def test_hr_pastes_numbers_and_notes_leave(app, database) -> None:
    now = utc_now()
    with database.transaction() as session:
        firm = make_firm(session, now)
        person = firm.hire("员工", 2, 0, staff_no="001").public_id
        hr = firm.hr
    client = app.test_client()
    log_in(client, database, hr, now)
    page = client.get("/staff/exemptions?kind=statuses").text
    given = {"csrf_token": page.split('name="csrf_token" value="')[1].split('"')[0]}

    looked = client.post(
        "/staff/grid/bulk", data={**given, "act": "leave", "numbers": "001", "aim": "leave"}
    )
    wish = {**given, "person": person, "aim": "leave", "from": now.date().isoformat()}
    sent = client.post("/staff/grid/bulk/leave", data=wish)

    assert "将处理 1 人" in looked.text
    assert sent.status_code == 303
    assert "生效中" in client.get(sent.location).text
