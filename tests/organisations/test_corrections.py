"""Requests for correction: what may be asked, who decides, what is forgotten and when."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from learning.accounts.models import User
from learning.accounts.rules import pinyin_sort_key
from learning.accounts.services import add_login_name
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Grant, Role, ScopeKind
from learning.organisations.models import CorrectionRequest
from learning.organisations.queries.corrections import (
    count_corrections,
    find_present,
    get_correction,
    list_corrections,
    list_own_corrections,
)
from learning.organisations.rules.corrections import (
    EVIDENCE_BYTES,
    MAX_RECENT,
    CorrectionField,
    CorrectionState,
    CorrectionWish,
    Evidence,
    check_wish,
    evidence_type,
)
from learning.organisations.services.corrections import (
    accept_correction,
    file_correction,
    forget_corrections,
    open_evidence,
    prune_evidence,
    refuse_correction,
    withdraw_correction,
)
from tests.factories.people import (
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
JPEG = b"\xff\xd8\xff\xe1\x00\x10Exif\x00" + b"\0" * 64
PLATFORM = Grant(Role.OPERATOR, ScopeKind.PLATFORM, "")


def name_wish(wanted="𬭚小明"):
    return CorrectionWish(
        CorrectionField.NAME, wanted, "户口簿上是这个字", Evidence("a.pdf", "application/pdf", PDF)
    )


def post_wish(field=CorrectionField.POST):
    return CorrectionWish(field, "检验员", "换岗了", None)


class Place:
    """An enterprise with its HR manager, a member, and a stranger elsewhere."""

    def __init__(self, session, now):
        self.unit = make_unit(session, now, name="示例重工", code="SLZG")
        self.other = make_unit(session, now, name="别的企业", code="BIE")
        self.person = make_user(session, now, "示小名")
        make_membership(session, now, self.person, self.unit, staff_no="0012")
        self.me = make_actor(self.person)
        self.hr = make_actor(make_user(session, now), unit_grant(Role.HR_MANAGER, self.unit))
        self.foreign = make_actor(make_user(session, now), unit_grant(Role.HR_MANAGER, self.other))
        self.operator = make_actor(make_user(session, now), PLATFORM)


@pytest.fixture
def place(session, now):
    return Place(session, now)


def acts(session):
    return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (b"GIF89a" + b"\0" * 40, None),
        (b"<html>%PDF-1.4", None),
        (b"\0%PDF-1.4", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"PK\x03\x04" + b"\0" * 40, None),
        (b"x", None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_bytes_say(content, kind):
    assert evidence_type(content) == kind


def test_everything_wrong_with_a_wish_is_said_at_once():
    wish, problems = check_wish("nothing", " ", "", name="证件.png", content=b"MZ\x90\0")

    assert wish is None
    assert {(p.place, p.code) for p in problems} == {
        ("field", "field"),
        ("reason", "words_missing"),
        ("evidence", "evidence_type"),
    }


@pytest.mark.parametrize(
    ("field", "wanted", "name", "content", "code"),
    [
        ("name", "示小明", "", b"", "evidence_missing"),
        ("name", "示小明", "a.pdf", b"", "evidence_empty"),
        ("name", "示小明", "a.pdf", PDF.ljust(EVIDENCE_BYTES + 1, b"\0"), "evidence_too_large"),
        ("name", "123", "a.pdf", PDF, "name_odd"),
        ("phone", "12345", "", b"", "bad_phone"),
        ("post", "岗" * 201, "", b"", "wanted_too_long"),
        ("post", "\u202e \x00", "", b"", "words_missing"),
    ],
)
def test_what_cannot_be_filed(field, wanted, name, content, code):
    wish, problems = check_wish(field, wanted, "原因", name=name, content=content)

    assert wish is None
    assert [p.code for p in problems] == [code]


def test_a_rare_name_is_kept_as_typed_and_a_hostile_file_name_loses_what_hides_text():
    wish, problems = check_wish(
        "name", "  𬭚　小明 ", "原因", name="证件\u202egpj.exe\r\nX: y.png", content=PNG
    )

    assert not problems
    assert wish.wanted == "𬭚小明"
    assert wish.evidence.name == "证件gpj.exe X: y.png"
    assert wish.evidence.media_type == "image/png"


def test_a_request_keeps_what_was_recorded_when_it_was_filed(session, now, place):
    add_login_name(session, place.person, "phone", "13800000000", now=now)

    file_correction(session, place.me, post_wish(CorrectionField.STAFF_NO), now=now)

    (row,) = list_own_corrections(session, place.person.id)
    assert (row.current_text, row.wanted_text, row.state) == ("0012", "检验员", "pending")
    present = find_present(session, place.person.id, now)
    assert present[CorrectionField.DEPARTMENT] == "示例重工"
    assert present[CorrectionField.PHONE].endswith("13800000000")
    assert acts(session) == ["correction.requested"]


def test_one_request_a_field_waits_at_a_time(session, now, place):
    file_correction(session, place.me, post_wish(), now=now)

    with pytest.raises(Conflict, match="correction_pending"):
        file_correction(session, place.me, post_wish(), now=now)
    file_correction(session, place.me, post_wish(CorrectionField.OTHER), now=now)

    assert len(list_own_corrections(session, place.person.id)) == 2


def test_the_number_of_requests_in_a_month_is_bounded(session, now, place):
    for _number in range(MAX_RECENT):
        public_id = file_correction(session, place.me, post_wish(), now=now)
        withdraw_correction(session, place.me, public_id, now=now)

    with pytest.raises(Conflict, match="correction_limit"):
        file_correction(session, place.me, post_wish(), now=now + timedelta(days=29))
    file_correction(session, place.me, post_wish(), now=now + timedelta(days=31))


def test_withdrawing_takes_the_evidence_along_and_twice_changes_nothing(session, now, place):
    public_id = file_correction(session, place.me, name_wish(), now=now)

    withdraw_correction(session, place.me, public_id, now=now)
    withdraw_correction(session, place.me, public_id, now=now)

    row = session.scalars(select(CorrectionRequest)).one()
    assert (row.state, row.evidence, row.evidence_name) == ("withdrawn", None, "")
    assert row.evidence_removed_at == now
    assert acts(session) == ["correction.requested", "correction.withdrawn"]


def test_only_ones_own_request_is_withdrawn(session, now, place):
    public_id = file_correction(session, place.me, post_wish(), now=now)

    with pytest.raises(NotFound):
        withdraw_correction(session, place.hr, public_id, now=now)


def test_an_accepted_name_is_the_name_with_its_place_in_lists(session, now, place):
    public_id = file_correction(session, place.me, name_wish("曾小明"), now=now)

    accept_correction(session, place.hr, public_id, raw_answer="", now=now)

    person = session.get_one(User, place.person.id)
    assert (person.display_name, person.sort_key) == ("曾小明", pinyin_sort_key("曾小明"))
    assert person.sort_key.startswith("zeng ")
    assert acts(session) == ["correction.requested", "person.renamed", "correction.accepted"]
    renamed = session.scalars(select(AuditEntry).where(AuditEntry.act == "person.renamed")).one()
    assert renamed.actor_id == place.hr.user_id
    assert json.loads(renamed.details) == {"old": "示小名", "new": "曾小明"}


def test_any_other_acceptance_changes_nothing_by_itself(session, now, place):
    public_id = file_correction(session, place.me, post_wish(), now=now)

    accept_correction(session, place.hr, public_id, raw_answer="已改", now=now)

    detail = get_correction(session, place.hr, public_id, now)
    assert (detail.request.state, detail.request.answer) == ("accepted", "已改")
    assert detail.recorded_now == ""
    assert detail.places == ((place.unit.public_id, "示例重工"),)


def test_a_refusal_needs_an_answer(session, now, place):
    public_id = file_correction(session, place.me, post_wish(), now=now)

    for raw in ("", " \u200b", "长" * 501):
        with pytest.raises(Invalid):
            refuse_correction(session, place.hr, public_id, raw_answer=raw, now=now)
    refuse_correction(session, place.hr, public_id, raw_answer="请先办换岗手续", now=now)

    (row,) = list_own_corrections(session, place.person.id)
    assert (row.state, row.answer, row.decided_by) == (
        "refused",
        "请先办换岗手续",
        place.hr.user_id,
    )


def test_a_request_is_decided_once(session, now, place):
    public_id = file_correction(session, place.me, name_wish(), now=now)
    accept_correction(session, place.hr, public_id, raw_answer="", now=now)

    with pytest.raises(Conflict, match="not_pending"):
        accept_correction(session, place.operator, public_id, raw_answer="", now=now)
    with pytest.raises(Conflict, match="not_pending"):
        refuse_correction(session, place.hr, public_id, raw_answer="不", now=now)
    with pytest.raises(Conflict, match="not_pending"):
        withdraw_correction(session, place.me, public_id, now=now)


def test_out_of_reach_is_like_missing_for_every_act(session, now, place):
    public_id = file_correction(session, place.me, name_wish(), now=now)

    for raw in (public_id, "0" * 26, "x\ud800"):
        with pytest.raises(NotFound):
            get_correction(session, place.foreign, raw, now)
        with pytest.raises(NotFound):
            open_evidence(session, place.foreign, raw, now=now)
        with pytest.raises(NotFound):
            accept_correction(session, place.foreign, raw, raw_answer="", now=now)
        with pytest.raises(NotFound):
            refuse_correction(session, place.foreign, raw, raw_answer="不", now=now)
    assert list_corrections(session, place.foreign, now) == []
    assert sum(count_corrections(session, place.foreign, now).values()) == 0


def test_nobody_decides_their_own_request(session, now, place):
    make_membership(session, now, session.get_one(User, place.hr.user_id), place.unit)
    public_id = file_correction(session, place.hr, name_wish(), now=now)

    with pytest.raises(NotFound):
        accept_correction(session, place.hr, public_id, raw_answer="", now=now)
    accept_correction(session, place.operator, public_id, raw_answer="", now=now)


def test_people_without_a_unit_are_the_operators(session, now, place):
    alone = make_user(session, now, "无单位")
    public_id = file_correction(session, make_actor(alone), post_wish(), now=now)

    assert get_correction(session, place.operator, public_id, now).places == ()
    with pytest.raises(NotFound):
        get_correction(session, place.hr, public_id, now)


def test_opening_the_evidence_is_in_the_audit_trail(session, now, place):
    public_id = file_correction(session, place.me, name_wish(), now=now)

    file = open_evidence(session, place.hr, public_id, now=now)

    assert (file.content, file.media_type) == (PDF, "application/pdf")
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.act, entry.actor_id) == ("correction.evidence_opened", place.hr.user_id)
    assert json.loads(entry.details) == {"person": place.person.public_id, "field": "name"}


def test_the_list_has_waiting_ones_first_and_the_last_decided_next(session, now, place):
    first = file_correction(session, place.me, post_wish(), now=now)
    second = file_correction(session, place.me, name_wish(), now=now + timedelta(hours=1))
    done = [
        file_correction(session, place.me, post_wish(field), now=now)
        for field in (CorrectionField.PHONE, CorrectionField.OTHER)
    ]
    for hours, public_id in enumerate(done, 2):
        refuse_correction(
            session, place.hr, public_id, raw_answer="不", now=now + timedelta(hours=hours)
        )
    later = now + timedelta(days=1)

    lines = list_corrections(session, place.hr, later)

    assert [line.public_id for line in lines] == [first, second, done[1], done[0]]
    assert {line.organisations for line in lines} == {"示例重工"}
    assert [line.has_evidence for line in lines] == [False, True, False, False]
    refused = list_corrections(session, place.hr, later, state=CorrectionState.REFUSED, limit=1)
    assert [line.public_id for line in refused] == [done[1]]
    assert list_corrections(session, place.hr, later, search="没有这人") == []
    assert len(list_corrections(session, place.hr, later, search="示小")) == 4
    counts = count_corrections(session, place.hr, later)
    assert (counts[CorrectionState.PENDING], counts[CorrectionState.REFUSED]) == (2, 2)


def test_evidence_goes_90_days_after_the_decision_and_not_before(session, now, place):
    decided = file_correction(session, place.me, name_wish(), now=now - timedelta(days=200))
    refuse_correction(session, place.hr, decided, raw_answer="不", now=now - timedelta(days=90))
    file_correction(session, place.me, name_wish(), now=now - timedelta(days=100))

    assert prune_evidence(session, now) == 0
    assert prune_evidence(session, now + timedelta(seconds=1)) == 1
    assert prune_evidence(session, now + timedelta(seconds=1)) == 0

    session.expire_all()
    old, waiting = session.scalars(select(CorrectionRequest).order_by(CorrectionRequest.id)).all()
    assert (old.evidence, old.evidence_name, old.evidence_type) == (None, "", "")
    assert old.evidence_removed_at == now + timedelta(seconds=1)
    assert waiting.evidence == PDF


def test_closing_the_account_forgets_what_was_written(session, now, place):
    decided = file_correction(session, place.me, name_wish(), now=now)
    accept_correction(session, place.hr, decided, raw_answer="好", now=now)
    file_correction(session, place.me, post_wish(), now=now)

    forget_corrections(session, place.person.id, now=now)

    for row in session.scalars(select(CorrectionRequest)):
        assert row.state in {"accepted", "withdrawn"}
        assert row.current_text + row.wanted_text + row.reason + row.answer == ""
        assert row.evidence is None


def test_a_closed_account_gets_no_name_back(session, now, place):
    public_id = file_correction(session, place.me, name_wish(), now=now)
    place.person.closed_at = now
    session.flush()

    with pytest.raises(Conflict, match="account_closed"):
        accept_correction(session, place.operator, public_id, raw_answer="", now=now)


def test_lists_do_not_load_the_files(session, now, place):
    file_correction(session, place.me, name_wish(), now=now)
    session.expunge_all()

    (row,) = list_own_corrections(session, place.person.id)

    assert "evidence" not in row.__dict__
    assert session.scalar(select(func.length(CorrectionRequest.evidence))) == len(PDF)
