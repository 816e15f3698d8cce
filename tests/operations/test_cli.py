"""The commands of operators do what they say, once, and refuse what would harm."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning.accounts.models import LoginName, OneTimeCode, User
from learning.accounts.password_hashing import verify_password
from learning.app import create_app
from learning.attempts.models import Assessment, Attempt, ScoreRow
from learning.attempts.rules import Form
from learning.certification.models import Certificate
from learning.cli.demo import STAFF
from learning.competitions.models import Competition, EnterpriseResult, Entry
from learning.exams.models import Sitting
from learning.kernel import audit
from learning.kernel.clock import utc_now
from learning.kernel.db import Database
from learning.kernel.permissions import Permission, Role
from learning.organisations.queries import list_grants
from learning.question_bank.models import ItemRow, ItemVersionRow
from learning.settings import Settings, SettingsError
from learning.web.transaction import TransactionalFlask

CODE = re.compile(r"activation code: ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})")


@pytest.fixture
def runner(app: TransactionalFlask) -> FlaskCliRunner:
    return app.test_cli_runner()


def count(database: Database, model: type) -> int:
    with database.session(write=False) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


class TestInit:
    ARGUMENTS = ("init", "--login-name", "13800000000", "--name", "张运维")

    def test_the_first_operator_gets_an_activation_code_and_the_role(
        self, runner: FlaskCliRunner, database: Database
    ) -> None:
        result = runner.invoke(args=self.ARGUMENTS)

        assert result.exit_code == 0, result.output
        assert CODE.search(result.output)
        with database.session(write=False) as session:
            user = session.scalars(select(User)).one()
            (grant,) = list_grants(session, user.id, utc_now())
            acts = set(session.scalars(select(audit.AuditEntry.act)))
        assert user.password_hash is None
        assert grant.role is Role.OPERATOR
        assert Permission.PLATFORM_HEALTH_READ.value == "platform:health:read"
        assert len(acts) >= 2

    def test_a_lost_code_is_replaced_before_activation(
        self, runner: FlaskCliRunner, database: Database
    ) -> None:
        first = CODE.search(runner.invoke(args=self.ARGUMENTS).output)
        second = CODE.search(runner.invoke(args=self.ARGUMENTS).output)

        assert first
        assert second
        assert first.group(1) != second.group(1)
        assert count(database, User) == 1
        with database.session(write=False) as session:
            valid = select(func.count()).where(OneTimeCode.replaced_at.is_(None))
            assert session.scalar(valid) == 1

    def test_it_refuses_once_an_operator_exists(
        self, runner: FlaskCliRunner, database: Database
    ) -> None:
        runner.invoke(args=self.ARGUMENTS)
        with database.transaction() as session:
            session.scalars(select(User)).one().password_hash = "set"

        again = runner.invoke(args=self.ARGUMENTS)
        other = runner.invoke(args=["init", "--login-name", "13900000000", "--name", "李"])

        assert (again.exit_code, other.exit_code) == (1, 1)
        assert "operator exists already" in other.output
        assert count(database, User) == 1

    def test_what_is_no_login_name_is_refused(
        self, runner: FlaskCliRunner, database: Database
    ) -> None:
        result = runner.invoke(args=["init", "--login-name", "?", "--name", "x"])

        assert result.exit_code == 1
        assert count(database, User) == 0


class TestContent:
    @pytest.mark.wide  # `make content` does it too
    @pytest.mark.sqlite
    def test_all_items_of_the_repository_are_sound(self, runner: FlaskCliRunner) -> None:
        result = runner.invoke(args=["content", "check"])

        assert result.exit_code == 0, result.output
        assert "no problems" in result.output

    def test_every_problem_is_named_with_its_line(self, runner: FlaskCliRunner, tmp_path) -> None:
        (tmp_path / "bank.toml").write_text('id = "b"\ntitle = "题库"\n', encoding="utf-8")
        (tmp_path / "01.md").write_text(
            "# 知识点\n\n## b-001 单选 · 掌握 · 难度 0.3\n\n没有正确选项。\n\n- [ ] 甲\n- [ ] 乙\n\n"
            "## b-002 奇怪 · 掌握 · 难度 0.3\n\n题型不对。\n",
            encoding="utf-8",
        )

        result = runner.invoke(args=["content", "check", str(tmp_path)])

        assert result.exit_code == 1
        assert "01.md:3" in result.output
        assert "01.md:10" in result.output

    def test_syncing_twice_changes_nothing(
        self, runner: FlaskCliRunner, database: Database
    ) -> None:
        first = runner.invoke(args=["content", "sync"])
        items, versions = count(database, ItemRow), count(database, ItemVersionRow)

        second = runner.invoke(args=["content", "sync"])

        assert first.exit_code == second.exit_code == 0, second.output
        assert items >= 30
        assert all("0 added, 0 changed" in line for line in second.output.splitlines())
        assert "courses/tqm-foundation: 0 added, 0 changed, 6 unchanged, 0 gone" in second.output
        assert count(database, ItemVersionRow) == versions


def expect_the_story(output: str, database: Database) -> None:
    """A year was told, and the passwords printed are the ones set."""
    with database.session(write=False) as session:
        states = session.scalars(select(Competition.state).order_by(Competition.id)).all()
        assert states == ["closed", "open"]
        states = session.scalars(select(Sitting.state).order_by(Sitting.id)).all()
        assert states == ["closed"] * 2 + ["open"] * 3
        expect_the_real_shapes(session)
        staff = select(func.count()).where(LoginName.kind == "staff")
        assert session.scalar(staff) == STAFF
        ends = session.scalars(select(Certificate.valid_until)).all()
        soon = utc_now() + timedelta(days=90)
        assert any(end < soon for end in ends)
        assert any(end > soon for end in ends)
    assert count(database, EnterpriseResult) == 3
    expect_passwords(output, database)


def expect_the_real_shapes(session: Session) -> None:
    """The examinations of reliability engineers and quality officers can be sat, and were."""
    sat = session.execute(
        select(Assessment.title, Attempt.form, ScoreRow.max_milli, ScoreRow.pending)
        .join(Attempt, Attempt.assessment_id == Assessment.id)
        .join(ScoreRow, ScoreRow.attempt_id == Attempt.id)
        .join(Sitting, Sitting.assessment_id == Assessment.id)
        .where(Sitting.state == "open")
    ).all()
    shapes = {
        (title, len(Form.from_json(form).positions), most, pending)
        for title, form, most, pending in sat
    }
    assert shapes == {
        ("可靠性工程师考试（演示）", 120, 120_000, 0),
        ("首席质量官任职培训考试（演示）", 54, 100_000, 2),
    }


def expect_passwords(output: str, database: Database) -> None:
    printed = {
        line.split("\t")[1].split()[0]: line.split("\t")[2].strip()
        for line in output.splitlines()
        if line.count("\t") == 2
    }
    assert len(printed) == len(set(printed.values())) == 8
    with database.session(write=False) as session:
        able = session.scalars(select(User).where(User.password_hash.is_not(None))).all()
        assert len(able) == len(printed)
        for name, password in printed.items():
            user = session.scalars(
                select(User)
                .join(LoginName, LoginName.user_id == User.id)
                .where(LoginName.name == name)
            ).one()
            assert verify_password(password, user.password_hash).is_right


class TestDemo:
    @pytest.mark.deep  # preparing tells the same story in the quick run
    def test_it_tells_a_year_once_and_prints_the_passwords_it_set(
        self, runner: FlaskCliRunner, database: Database
    ) -> None:
        result = runner.invoke(args=["demo"])

        assert result.exit_code == 0, result.output
        expect_the_story(result.output, database)
        again = runner.invoke(args=["demo"])
        assert again.exit_code == 1
        assert "there already" in again.output

    def test_it_refuses_in_production(self, settings: Settings, database: Database) -> None:
        production = replace(settings, environment="production")
        runner = create_app(production, database).test_cli_runner()

        refused = runner.invoke(args=["demo"])

        assert refused.exit_code == 1
        assert count(database, User) == 0

    @pytest.mark.deep
    def test_scale_adds_people_whose_lists_hang_together(
        self, runner: FlaskCliRunner, database: Database
    ) -> None:
        result = runner.invoke(args=["demo", "--scale", "10k"])

        assert result.exit_code == 0, result.output
        with database.session(write=False) as session:
            states = session.scalars(select(Competition.state).order_by(Competition.id)).all()
            assert states == ["closed", "open", "closed"]
            large = session.scalars(select(Competition).order_by(Competition.id.desc())).first()
            entries = select(func.count()).where(Entry.competition_id == large.id)
            assert session.scalar(entries) == 9_000
            serials = session.scalars(
                select(Certificate.serial).where(Certificate.year == utc_now().year)
            ).all()
            assert len(serials) == len(set(serials))


class TestPreparing:
    @pytest.mark.long
    @pytest.mark.wide
    @pytest.mark.sqlite
    def test_a_first_start_has_schema_content_and_demo_and_a_second_adds_nothing(
        self, settings: Settings, tmp_path
    ) -> None:
        fresh = Database(f"sqlite:///{tmp_path / 'fresh.db'}")
        runner = create_app(settings, fresh).test_cli_runner()

        first = runner.invoke(args=["prepare", "--demo"])
        people = count(fresh, User)
        second = runner.invoke(args=["prepare", "--demo"])

        assert first.exit_code == second.exit_code == 0, first.output
        assert people == STAFF + 9
        expect_the_story(first.output, fresh)
        assert count(fresh, User) == people
        assert runner.invoke(args=["db", "check"]).exit_code == 0
        fresh.dispose()


class TestSettings:
    def test_production_does_not_start_without_a_secret(self, tmp_path) -> None:
        with pytest.raises(SettingsError, match="SECRET_KEY: missing"):
            Settings.from_env({"DATA_DIR": str(tmp_path)})

    def test_every_fault_is_named_at_once(self, tmp_path) -> None:
        with pytest.raises(SettingsError) as caught:
            Settings.from_env(
                {"DATA_DIR": str(tmp_path), "PORT": "many", "QUEUE": "redis", "LOG_LEVEL": "LOUD"}
            )

        words = str(caught.value)
        assert all(key in words for key in ("PORT", "LOG_LEVEL", "SECRET_KEY", "REDIS_URL"))
