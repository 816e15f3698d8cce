"""Entry conditions: declared and kept, refused with a reason, declared anew, forgotten."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from learning.accounts.models import PersonalNotice
from learning.accounts.rules import CURRENT_NOTICE, kept_fields
from learning.compliance.queries import list_waiting
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.permissions import Role
from learning.study.models import TrackEnrolment
from learning.study.queries.entries import DeclarationView, get_entry, list_declarations
from learning.study.queries.tracks import list_enrolments
from learning.study.rules.entry import MAX_DECLARATIONS, Background, DeclarationState, Education
from learning.study.services.entries import (
    confirm_entries,
    confirm_entry,
    enrol_self,
    forget_declarations,
    refuse_entry,
)
from learning.study.services.tracks import enrol_people, sync_track
from tests.factories.people import make_actor, make_membership, make_user, unit_grant
from tests.study.hours import Office
from tests.study.test_tracks import ASKING, FILE, write

TRACK = "sample"
FOUR = Background(Education.COLLEGE, 4)
FIVE = Background(Education.COLLEGE, 5)


class Entry:
    """A learner's entry in a track that asks for education and years, and its HR."""

    def __init__(self, office: Office) -> None:
        self.office, self.session, self.now = office, office.session, office.now

    def declare(self, told: Background = FOUR, word: str = "") -> Any:
        return enrol_self(
            self.session,
            self.office.learner,
            TRACK,
            has_declared=True,
            told=told,
            raw_word=word,
            now=self.now,
        )

    def decide(self, decide: Callable[..., None], *, by: Any = None, **more: Any) -> None:
        given = {"seen": self.seen, "now": self.now, **more}
        decide(self.session, by or self.office.hr, self.office.person.public_id, TRACK, **given)

    def refuse(self, why: str = "年限不足。", **more: Any) -> None:
        self.decide(refuse_entry, raw_answer=why, **more)

    def confirm(self, **more: Any) -> None:
        self.decide(confirm_entry, **more)

    @property
    def rounds(self) -> list[DeclarationView]:
        return list_declarations(self.session, self.office.person.id, TRACK)

    @property
    def seen(self) -> str:
        return self.rounds[0].public_id if self.rounds else ""

    @property
    def stands(self) -> tuple[bool, bool]:
        (one,) = list_enrolments(self.session, [self.office.person.id])
        return one.confirmed_at is not None, one.refused_at is not None

    @property
    def waits(self) -> bool:
        lines = list_waiting(self.session, self.office.hr, [TRACK], self.now)
        return [line.public_id for line in lines] == [self.office.person.public_id]

    def told(self) -> list[str]:
        notices = select(PersonalNotice.text).where(PersonalNotice.user_id == self.office.person.id)
        return list(self.session.scalars(notices.order_by(PersonalNotice.id)))


@pytest.fixture
def entry(session, now, tmp_path) -> Entry:
    sync_track(session, write(tmp_path, ASKING), now)
    return Entry(Office(session, now))


def test_what_is_declared_is_kept_with_its_day_and_shown_to_hr(entry) -> None:
    (unmet,) = entry.declare(FOUR, "另有中级职称。")

    (line,) = list_waiting(entry.session, entry.office.hr, [TRACK], entry.now)
    kept = line.declared
    assert unmet.text == "满一年。"
    assert (kept.told, kept.word, kept.declared_at) == (FOUR, "另有中级职称。", entry.now)
    assert kept.track.conditions[0].text == "满一年。"
    assert entry.rounds == [kept]


def test_declaring_the_same_again_adds_nothing_and_another_replaces_it(entry) -> None:
    entry.declare(FOUR)
    entry.declare(FOUR)
    entry.declare(FIVE)

    assert [(one.told, one.state) for one in entry.rounds] == [
        (FIVE, DeclarationState.DECLARED),
        (FOUR, DeclarationState.REPLACED),
    ]


def test_who_is_refused_reads_why_keeps_the_track_and_declares_anew_with_a_word(entry) -> None:
    entry.declare(FOUR)
    entry.refuse("社保记录只有四年。")

    assert entry.stands == (False, True)
    assert not entry.waits
    assert "社保记录只有四年。" in entry.told()[0]
    with pytest.raises(Conflict, match="word_missing"):
        entry.declare(FIVE)
    entry.declare(FIVE, "补充了前一家单位的证明。")

    assert entry.stands == (False, False)
    assert entry.waits
    entry.confirm()
    assert entry.stands == (True, False)
    assert [one.state for one in entry.rounds] == [
        DeclarationState.CONFIRMED,
        DeclarationState.REFUSED,
    ]
    assert entry.rounds[1].answer == "社保记录只有四年。"
    assert "已确认" in entry.told()[1]


def test_every_step_is_in_the_audit_trail(entry) -> None:
    entry.declare(FOUR)
    entry.refuse()
    entry.declare(FIVE, "补充。")
    entry.confirm()

    rows = entry.session.execute(
        select(AuditEntry.act, AuditEntry.actor_id)
        .where(AuditEntry.subject == TRACK)
        .order_by(AuditEntry.id)
    )
    hr, learner = entry.office.hr.user_id, entry.office.person.id
    assert [tuple(row) for row in rows] == [
        ("track.declared", learner),
        ("track.refused", hr),
        ("track.declared", learner),
        ("track.confirmed", hr),
    ]


def test_a_refusal_without_a_reason_is_none(entry) -> None:
    entry.declare()
    for why in ("", " \n", "长" * 501):
        with pytest.raises(Invalid):
            entry.refuse(why)
    assert entry.stands == (False, False)


def test_hr_decides_on_what_it_looked_at_alone(entry) -> None:
    entry.declare(FOUR)
    looked_at = entry.seen
    entry.declare(FIVE)

    with pytest.raises(Conflict, match="changed"):
        entry.confirm(seen=looked_at)
    with pytest.raises(Conflict, match="changed"):
        entry.refuse(seen="")
    assert entry.stands == (False, False)


def test_the_second_of_two_decisions_is_told_of_the_first(entry) -> None:
    entry.declare()
    seen = entry.seen
    entry.confirm()
    entry.confirm()
    entry.refuse("弄错了人。")
    with pytest.raises(Conflict, match="refused_already"):
        entry.refuse(seen=seen)

    assert entry.stands == (False, True)
    assert len(entry.told()) == 2


def test_a_confirmation_taken_back_and_given_again_stays_in_the_history(entry) -> None:
    entry.declare(FIVE)
    entry.confirm()
    entry.refuse("弄错了人。")
    entry.confirm()

    assert entry.stands == (True, False)
    assert [(one.declared_at is None, one.state.value) for one in entry.rounds] == [
        (True, "confirmed"),
        (True, "refused"),
        (False, "confirmed"),
    ]


def test_hr_confirms_a_page_at_once_and_leaves_what_changed_since(entry) -> None:
    office = entry.office
    others = [make_user(entry.session, entry.now) for _ in range(2)]
    chosen = []
    for number, person in enumerate(others):
        make_membership(entry.session, entry.now, person, office.firm, staff_no=f"P{number}")
        enrol_self(
            entry.session, make_actor(person), TRACK, has_declared=True, told=FIVE, now=entry.now
        )
        seen = list_declarations(entry.session, person.id, TRACK)[0].public_id
        chosen.append((person.public_id, TRACK, seen))
    entry.declare(FOUR)
    stale = (office.person.public_id, TRACK, entry.seen)
    entry.declare(FIVE)
    own = (office.hr.public_id, TRACK, "")

    def confirm(actor, rows) -> tuple[int, int]:
        return confirm_entries(entry.session, actor, rows, now=entry.now)

    assert confirm(office.stranger, chosen) == (0, 2)
    assert confirm(office.hr, [*chosen, chosen[0], stale, own]) == (2, 2)
    found = list_enrolments(entry.session, [one.id for one in others])
    assert [one.confirmed_at for one in found] == [entry.now, entry.now]
    assert entry.stands == (False, False)
    with pytest.raises(Invalid):
        confirm(office.hr, [("x", TRACK, str(n)) for n in range(51)])


def test_whom_a_post_enrolled_may_be_refused_and_may_declare(entry) -> None:
    person = entry.office.person
    entry.session.add(
        TrackEnrolment(
            user_id=person.id, track_code=TRACK, source="post",
            enrolled_by=entry.office.hr.user_id, enrolled_at=entry.now,
        )
    )  # fmt: skip
    entry.session.flush()
    assert entry.waits

    entry.refuse("请先填写声明。")
    entry.declare(FIVE, "按要求填写。")

    assert entry.waits
    assert [one.told for one in entry.rounds] == [FIVE, None]


def test_nobody_out_of_reach_and_nobody_for_oneself_decides(entry) -> None:
    entry.declare()
    own = make_actor(entry.office.person, unit_grant(Role.HR_MANAGER, entry.office.firm))

    for decide in (entry.confirm, entry.refuse):
        with pytest.raises(NotFound):
            decide(by=entry.office.stranger)
        with pytest.raises(NotFound):
            decide(by=entry.office.learner)
        with pytest.raises(Conflict, match="own_entry"):
            decide(by=own)
    with pytest.raises(NotFound):
        get_entry(
            entry.session, entry.office.stranger, entry.office.person.public_id, TRACK, entry.now
        )
    assert entry.stands == (False, False)


def test_who_enrols_a_list_with_oneself_on_it_does_not_confirm_oneself(entry) -> None:
    office = entry.office
    people = [office.person.id, office.hr.user_id]

    enrol_people(entry.session, office.hr, people, TRACK, is_by_post=False, now=entry.now)

    found = {one.user_id: one.confirmed_at for one in list_enrolments(entry.session, people)}
    assert found == {office.person.id: entry.now, office.hr.user_id: None}


def test_a_confirmed_person_declares_nothing_more(entry) -> None:
    entry.declare(FIVE)
    entry.confirm()
    entry.declare(FOUR, "再来。")

    assert len(entry.rounds) == 1
    assert entry.stands == (True, False)


def test_declarations_end_somewhere(entry) -> None:
    for turn in range(MAX_DECLARATIONS):
        entry.declare(FOUR, str(turn))
    with pytest.raises(Conflict, match="declaration_limit"):
        entry.declare(FOUR, "又一次")


def test_where_nobody_confirms_the_first_declaration_stays(session, now, tmp_path) -> None:
    sync_track(session, write(tmp_path, FILE.replace('by = "hr"', 'by = "self"')), now)
    entry = Entry(Office(session, now))
    entry.declare()
    entry.declare(FIVE, "再来。")

    assert [(one.told, one.state.value) for one in entry.rounds] == [(None, "declared")]
    with pytest.raises(NotFound):
        entry.confirm()


def test_hr_reads_the_conditions_as_they_were_declared_to(entry, tmp_path) -> None:
    entry.declare(FIVE)
    changed = write(tmp_path, ASKING.replace("满一年。", "满两年。"))
    sync_track(entry.session, changed, entry.now)

    assert entry.rounds[0].track.conditions[0].text == "满一年。"


def test_closing_the_account_forgets_what_was_declared_and_keeps_what_was_decided(entry) -> None:
    entry.declare(FOUR)
    entry.refuse("社保记录只有四年。")
    entry.declare(FIVE, "补充了证明。")

    forget_declarations(entry.session, entry.office.person.id)

    assert [(one.told, one.word, one.answer, one.state.value) for one in entry.rounds] == [
        (None, "", "", "withdrawn"),
        (None, "", "", "refused"),
    ]
    assert entry.rounds[1].decided_at == entry.now


def test_the_notice_tells_of_what_is_kept_here() -> None:
    (row,) = [field for field in kept_fields(CURRENT_NOTICE) if field.code == "entry"]
    assert "学历" in row.name
    assert "账号注销时删除" in row.kept
