"""What is done to certificates after their issue, and what verification says of each holder."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from learning.accounts.models import PersonalNotice, User
from learning.accounts.password_hashing import Verdict
from learning.accounts.rules import Claim
from learning.accounts.services.privacy import close_account
from learning.certification import queries, rules, services
from learning.certification.models import (
    Certificate,
    CertificateCorrection,
    CertificateReplacement,
    Suspension,
)
from learning.certification.rules import Act, State
from learning.certification.services.holdings import refresh_holdings
from learning.kernel.audit import AuditEntry
from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.events import EventRow
from learning.kernel.permissions import Role
from learning.organisations.models import Membership
from learning.organisations.queries import get_unit
from learning.organisations.services.merging import merge_persons
from tests.certification.test_holdings import holders
from tests.factories.certification import make_certificate, make_office, make_sitting
from tests.factories.people import (
    make_actor,
    make_membership,
    make_unit,
    make_user,
    unit_grant,
)

DAY = timedelta(days=1)


class Case:
    """An issuer, a holder and a certificate."""

    def __init__(self, session, now) -> None:
        self.session, self.now = session, now
        self.office = make_office(session, now)
        self.holder = make_user(session, now, "王小明")
        self.sitting = make_sitting(session, now, self.office)
        self.row = make_certificate(session, now, self.office, self.holder, sitting=self.sitting)
        self.id, self.actor = self.row.public_id, self.office.actor

    def suspend(self, at) -> None:
        services.suspend_certificate(self.session, self.actor, self.id, reason="待查", now=at)

    def lift(self, at) -> None:
        services.lift_suspension(self.session, self.actor, self.id, reason="查清", now=at)

    def correct(self, name: str, at) -> None:
        services.correct_name(
            self.session, self.actor, self.id, name=name, reason="身份证更名", now=at
        )

    def replace(self, at) -> Certificate:
        other = make_user(self.session, self.now)
        successor = make_certificate(self.session, at, self.office, other, sitting=self.sitting)
        self.session.add(
            CertificateReplacement(
                certificate_id=self.row.id, successor_id=successor.id, replaced_at=at
            )
        )
        self.session.flush()
        refresh_holdings(self.session, self.row.id, at)
        return successor

    def detail(self, at):
        return queries.find_by_code(self.session, self.row.code, at)


@pytest.fixture
def case(session, now) -> Case:
    return Case(session, now)


class TestStates:
    @pytest.mark.parametrize(
        ("state", "possible"),
        [
            (State.VALID, {Act.CORRECT, Act.SUSPEND, Act.REVOKE, Act.REPLACE}),
            (State.SUSPENDED, {Act.CORRECT, Act.LIFT, Act.REVOKE, Act.REPLACE}),
            (State.EXPIRED, {Act.CORRECT, Act.REVOKE, Act.REPLACE}),
            (State.REPLACED, {Act.CORRECT, Act.REVOKE}),
            (State.REVOKED, set()),
        ],
    )
    def test_which_acts_a_state_allows(self, state, possible) -> None:
        assert {act for act in Act if rules.may(act, state)} == possible

    def test_the_last_word_wins_where_several_apply(self, now) -> None:
        before, after = now - DAY, now + DAY
        facts = {"replaced_at": before, "suspended_at": before}

        assert rules.state_of(before, before, now, **facts) is State.REVOKED
        assert rules.state_of(before, None, now, **facts) is State.REPLACED
        assert rules.state_of(before, None, now, suspended_at=before) is State.EXPIRED
        assert rules.state_of(after, None, now, suspended_at=before) is State.SUSPENDED
        assert rules.state_of(after, None, now, replaced_at=after) is State.VALID

    def test_names_compare_without_width_spaces_and_dots_and_never_empty(self) -> None:
        assert rules.is_name_of("王 小明", ["王小明"])
        assert rules.is_name_of("阿依古丽•买买提", ["旧名", "阿依古丽·买买提"])
        assert rules.is_name_of("ＪＯＨＮ smith", ["John Smith"])
        assert not rules.is_name_of("王晓明", ["王小明"])
        assert not rules.is_name_of("", [""])


class TestActs:
    def test_a_suspension_pauses_what_is_held_and_its_end_gives_it_back(self, case, now) -> None:
        case.suspend(now + DAY)
        during = case.detail(now + 2 * DAY)
        assert (during.state, during.reason) == (State.SUSPENDED, "待查")
        assert holders(case.session, now + 2 * DAY, now + 2 * DAY) == 0

        case.lift(now + 3 * DAY)
        assert case.detail(now + 3 * DAY).state is State.VALID
        assert holders(case.session, now + 4 * DAY, now + 4 * DAY) == 1
        assert holders(case.session, now + 2 * DAY, now + 4 * DAY) == 0
        acts = queries.list_acts(case.session, case.row.id)
        assert [(act.kind, act.reason) for act in acts] == [
            ("suspended", "待查"),
            ("lifted", "查清"),
        ]

    def test_acts_out_of_order_are_refused_and_change_nothing(self, case, now) -> None:
        with pytest.raises(Conflict):
            case.lift(now)
        case.suspend(now)
        with pytest.raises(Conflict):
            case.suspend(now)
        services.revoke_certificate(case.session, case.actor, case.id, reason="冒名", now=now)
        for act in (case.suspend, case.lift, lambda at: case.correct("李明", at)):
            with pytest.raises(Conflict):
                act(now)
        assert len(case.session.scalars(select(Suspension)).all()) == 1

    def test_a_corrected_name_is_printed_verified_and_chained_to_the_issue(self, case, now) -> None:
        case.correct("王晓明", now + DAY)
        case.correct("王曉明", now + 2 * DAY)

        found = case.detail(now + 2 * DAY)
        assert found.facts.holder_name == "王曉明"
        assert found.names == ("王小明", "王晓明", "王曉明")
        assert found.is_intact
        assert found.sha256 != case.row.document_sha256
        assert case.row.holder_name == "王小明"  # the facts of the issue stay

    @pytest.mark.parametrize("column", ["holder_name", "reason", "sha256"])
    def test_an_edited_correction_is_not_confirmed(self, case, now, column) -> None:
        case.correct("王晓明", now)
        case.session.execute(update(CertificateCorrection).values({column: "李鬼"}))
        case.session.expire_all()

        assert not case.detail(now).is_intact

    def test_a_correction_that_is_missing_is_noticed(self, case, now) -> None:
        case.correct("王晓明", now)
        case.correct("王曉明", now)
        case.session.execute(
            update(CertificateCorrection)
            .where(CertificateCorrection.number == 1)
            .values(certificate_id=case.replace(now).id)
        )
        case.session.expire_all()

        assert not case.detail(now).is_intact

    @pytest.mark.parametrize(
        ("name", "reason"),
        [("", "更名"), ("王小明", "更名"), ("长" * 201, "更名"), ("王晓明", "\u200b")],
    )
    def test_a_correction_needs_another_name_and_a_reason(self, case, now, name, reason) -> None:
        with pytest.raises(Invalid):
            services.correct_name(
                case.session, case.actor, case.id, name=name, reason=reason, now=now
            )

    def test_a_strangers_certificate_looks_missing(self, case, now) -> None:
        stranger = make_user(case.session, now)
        unit = make_unit(case.session, now, kind="association", name="别的协会")
        case.actor = make_actor(stranger, unit_grant(Role.EXAMINER, unit))

        for act in (case.suspend, case.lift, lambda at: case.correct("李明", at)):
            with pytest.raises(NotFound):
                act(now)

    def test_each_act_is_audited_and_told_to_the_holder(self, case, now) -> None:
        case.suspend(now)
        case.lift(now)
        case.correct("王晓明", now)

        acts = case.session.scalars(
            select(AuditEntry.act)
            .where(AuditEntry.subject == case.id, AuditEntry.actor_id == case.actor.user_id)
            .order_by(AuditEntry.id)
        ).all()
        assert acts == [
            "certificate.suspended",
            "certificate.suspension_lifted",
            "certificate.corrected",
        ]
        told = case.session.scalars(
            select(PersonalNotice.title).where(PersonalNotice.user_id == case.holder.id)
        ).all()
        number = case.row.number
        assert {
            f"证书 {number} 已暂停",
            f"证书 {number} 已恢复",
            f"证书 {number} 的姓名已更正",
        } <= set(told)


def _nothing(_case: Case, _at) -> None:
    """Leave a certificate as it was issued."""


class TestHolders:
    """Whatever became of the holder, the certificate verifies with the right words."""

    @pytest.fixture
    def says(self, database, now, open_browser, clock):
        """Do something to a certificate; return the verification pages by code and by number."""

        def verify(act, *, days: int = 1, name: str = "王小明") -> str:
            with database.transaction() as session:
                case = Case(session, now)
                act(case, now + timedelta(hours=1))
                code, number = case.row.code, case.row.number
            clock.move_to(now + days * DAY)
            public = open_browser()
            by_code = public.get(f"/verify/{code}").text
            form = {"typed": number, "name": name}
            by_number = public.post("/verify", form, token=public.token("/verify")).text
            assert "王*明" in by_number
            return by_code + by_number

        return verify

    def test_valid(self, says) -> None:
        assert says(_nothing).count("记录在册，未撤销") == 2

    def test_expired(self, says) -> None:
        assert says(_nothing, days=4 * 365).count("真实，但已过期") == 2

    def test_suspended_and_lifted(self, says) -> None:
        assert says(lambda case, at: case.suspend(at)).count("解除前不能作为持证依据") == 2

    def test_lifted(self, says) -> None:
        def act(case, at) -> None:
            case.suspend(at)
            case.lift(at)

        assert says(act).count("记录在册，未撤销") == 2

    def test_revoked(self, says) -> None:
        def act(case, at) -> None:
            services.revoke_certificate(case.session, case.actor, case.id, reason="冒名", now=at)

        page = says(act)
        assert page.count("这张证书不再有效") == 2
        assert "冒名" not in page

    def test_renewed(self, says) -> None:
        page = says(lambda case, at: case.replace(at))

        assert page.count("真实，但已换新证") == 2
        assert "QA-TQM-2026-000002" in page

    @pytest.mark.parametrize("name", ["王小明", "王晓明"])
    def test_renamed_by_a_correction_under_either_name(self, says, name) -> None:
        page = says(lambda case, at: case.correct("王晓明", at), name=name)

        assert page.count("记录在册，未撤销") == 2
        assert page.count("更正前的证书文件") == 2
        assert "身份证更名" not in page

    def test_renamed_in_the_account_alone_the_certificate_stays(self, says) -> None:
        def act(case, at) -> None:
            case.session.execute(
                update(User).where(User.id == case.holder.id).values(display_name="王大明")
            )

        page = says(act)
        assert page.count("记录在册，未撤销") == 2
        assert "王大明" not in page

    def test_moved_away_from_the_unit(self, says) -> None:
        def act(case, at) -> None:
            firm = make_unit(case.session, case.now, name="示例企业")
            make_membership(case.session, case.now, case.holder, firm)
            case.session.execute(update(Membership).values(valid_to=at))

        page = says(act)
        assert page.count("记录在册，未撤销") == 2
        assert "示例企业" not in page

    def test_whose_record_was_merged_into_another(self, says) -> None:
        def act(case, at) -> None:
            firm = make_unit(case.session, case.now, name="示例企业", code="SL")
            kept = make_user(case.session, case.now, "王小明")
            for number, user in enumerate((kept, case.holder)):
                make_membership(case.session, case.now, user, firm, staff_no=f"000{number}")
            hr = make_actor(make_user(case.session, case.now), unit_grant(Role.HR_MANAGER, firm))
            case.session.execute(delete(EventRow))  # all consumers are done
            merge_persons(
                case.session,
                hr,
                unit=get_unit(case.session, firm.id, at),
                kept_id=kept.id,
                merged_id=case.holder.id,
                now=at,
            )
            case.session.expire_all()
            assert case.row.user_id == kept.id
            assert holders(case.session, at, at) == 1
            case.actor = case.office.actor
            case.suspend(at)  # an act after the merge finds the holdings of the kept record
            assert holders(case.session, at, at) == 0

        assert says(act).count("解除前不能作为持证依据") == 2

    def test_who_closed_the_account(self, says) -> None:
        def act(case, at) -> None:
            claim, actor = Claim((), (), "", ""), make_actor(case.holder)
            assert close_account(case.session, actor, claim, Verdict(is_right=True), now=at) == "ok"

        assert says(act).count("记录在册，未撤销") == 2
