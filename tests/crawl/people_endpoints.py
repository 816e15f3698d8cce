"""Visits to accounts, units and their people; read by `endpoints`."""

from tests.crawl.visits import (
    EVERYONE,
    HR,
    HR_AND_OPERATOR,
    LEARNERS,
    OPERATOR,
    REACHED,
    Visit,
)

UNIT = {"raw_public_id": "@enterprise"}
DEPARTMENT = {"raw_public_id": "@department"}
SPARE = {"raw_public_id": "@spare_department"}
ROSTER = {**UNIT, "raw_import_id": "@roster"}
FAULTY = {**UNIT, "raw_import_id": "@faulty_roster"}
DOUBLES = {**UNIT, "raw_person_id": "@double", "raw_other_id": "@other_double"}
WISH = {"raw_public_id": "@unit_request"}
SPARE_WISH = {"raw_public_id": "@spare_unit_request"}
CORRECTION = {"raw_public_id": "@correction"}
OK_OR_AWAY = frozenset({200, 302})

ACCOUNTS = (
    Visit("accounts.notices", public=True),
    Visit("accounts.read_notice", public=True, form={"notice": "none"}),
    Visit("accounts.login", may=EVERYONE, public=True, own=OK_OR_AWAY),
    Visit("accounts.wait", may=EVERYONE, public=True, own=frozenset({200, 302, 303, 400, 404})),
    Visit("accounts.activate", may=EVERYONE, public=True, own=OK_OR_AWAY),
    Visit("accounts.reset_request", may=EVERYONE, public=True, own=OK_OR_AWAY),
    Visit("accounts.reset", {"token": "@reset_token"}, may=EVERYONE, public=True),
    Visit(
        "accounts.renew",
        may=EVERYONE,
        public=True,
        json={"login_name": "13800000000", "password": "wrong-password"},
        posted=frozenset({200, 202, 400, 401, 429}),
    ),
    Visit(
        "accounts.register",
        {"raw_code": "@join_code_text"},
        may=EVERYONE,
        public=True,
        own=OK_OR_AWAY,
        posted=REACHED | {403},  # who does not say to be of age is led away
    ),
    Visit("accounts.register_minor", may=EVERYONE, public=True),
    Visit("accounts.privacy", may=EVERYONE, public=True),
    Visit("accounts.privacy_version", {"version": "1"}, may=EVERYONE, public=True),
    Visit("accounts.consent", public=True, own=OK_OR_AWAY),
    Visit("accounts.account", public=True),
    Visit("accounts.change_password", public=True),
    Visit("accounts.close", public=True),
    Visit("accounts.logout_everywhere", public=True, ends_session=True, last=True),
    Visit("accounts.logout", may=EVERYONE, public=True, ends_session=True, last=True),
)  # fmt: skip

JOINING = (
    Visit("joining.type_code", may=EVERYONE, public=True),
    Visit("joining.enter", {"raw_code": "@join_code_text"}, may=EVERYONE, public=True),
    Visit("joining.join", {"raw_code": "@join_code_text"}, public=True),
    Visit("joining.own", public=True),
    Visit("joining.pick", public=True),
    Visit("joining.picked", UNIT, public=True),
    Visit("joining.missing", public=True),
    Visit("joining.withdraw", {"raw_public_id": "@own_join_request"}, owners=LEARNERS, last=True),
    Visit(
        "joining.withdraw_missing",
        {"raw_public_id": "@own_unit_request"},
        owners=LEARNERS,
        last=True,
    ),
)

UNITS = (
    Visit("organisations.index", may=HR_AND_OPERATOR, public=True),
    Visit("organisations.detail", UNIT, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR),
    Visit("organisations.detail", DEPARTMENT, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR),
    Visit("organisations.people", UNIT, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR),
    Visit(
        "organisations.person",
        {**UNIT, "raw_person_id": "@person"},
        may=HR_AND_OPERATOR,
        owners=HR_AND_OPERATOR,
    ),
    Visit(
        "organisations.person_category",
        {**UNIT, "raw_person_id": "@person"},
        may=HR_AND_OPERATOR,
        owners=HR_AND_OPERATOR,
        form={"category": "technical"},
    ),
    Visit(
        "organisations.give_role",
        {**UNIT, "raw_person_id": "@person"},
        may=HR_AND_OPERATOR,
        owners=HR_AND_OPERATOR,
        form={"role": "none"},  # a role given here would change what the others see
    ),
    Visit(
        "organisations.end_role",
        {**UNIT, "raw_person_id": "@person"},
        may=HR_AND_OPERATOR,
        owners=HR_AND_OPERATOR,
        form={"role": "none"},
    ),
    Visit("organisations.role_holders", may=OPERATOR, public=True),
    Visit("organisations.give_role_by_login", may=OPERATOR, public=True),
    Visit("organisations.end_role_anywhere", may=OPERATOR, public=True, form={"role": "none"}),
    Visit("organisations.new", may=OPERATOR, public=True),
    Visit("organisations.new_child", UNIT, may=OPERATOR, owners=OPERATOR),
    Visit("organisations.manage", UNIT, may=OPERATOR, owners=OPERATOR),
    Visit("organisations.update_details", UNIT, may=OPERATOR, owners=OPERATOR),
    Visit("organisations.rename", UNIT, may=OPERATOR, owners=OPERATOR),
    Visit("organisations.move", DEPARTMENT, may=OPERATOR, owners=OPERATOR),
    Visit("organisations.merge", DEPARTMENT, may=OPERATOR, owners=OPERATOR),
    Visit("organisations.split", UNIT, may=OPERATOR, owners=OPERATOR),
    Visit("organisations.close", SPARE, may=OPERATOR, owners=OPERATOR, last=True),
    Visit(
        "organisations.codes",
        UNIT,
        may=HR_AND_OPERATOR,
        owners=HR_AND_OPERATOR,
        form={"who": "reset", "person": "@person"},
        private=frozenset({"raw_public_id", "person"}),
    ),
    Visit("organisations.codes", UNIT, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR,
          form={"who": "waiting"}),
)  # fmt: skip

CONFIRMING = (
    Visit("organisations.join_codes", UNIT, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR),
    Visit(
        "organisations.join_poster",
        {**UNIT, "raw_code_id": "@join_code"},
        may=HR_AND_OPERATOR,
        owners=HR_AND_OPERATOR,
    ),
    Visit(
        "organisations.revoke_code",
        {**UNIT, "raw_code_id": "@spare_join_code"},
        may=HR_AND_OPERATOR,
        owners=HR_AND_OPERATOR,
    ),
    Visit("organisations.join_requests", may=HR_AND_OPERATOR, public=True),
    Visit(
        "organisations.refuse_joining",
        may=HR_AND_OPERATOR,
        owners=HR_AND_OPERATOR,
        form={"person": "@own_join_request", "reason": "不是本单位的人。"},
        private=frozenset({"person"}),
    ),
    Visit(
        "organisations.confirm_joining",
        may=HR_AND_OPERATOR,
        owners=HR_AND_OPERATOR,
        form={"person": "@join_request"},
        private=frozenset({"person"}),
    ),
    Visit("organisations.unit_requests", may=OPERATOR, public=True),
    Visit("organisations.unit_request", WISH, may=OPERATOR, owners=OPERATOR),
    Visit("organisations.point_wished", SPARE_WISH, may=OPERATOR, owners=OPERATOR,
          form={"target": "@enterprise"}, private=frozenset({"raw_public_id"})),
    Visit("organisations.refuse_wished", SPARE_WISH, may=OPERATOR, owners=OPERATOR,
          form={"reason": "已有同名单位。"}),
    Visit("organisations.create_wished", WISH, may=OPERATOR, owners=OPERATOR, last=True),
)  # fmt: skip

ROSTERS = (
    Visit("organisations.roster", UNIT, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR),
    Visit("organisations.roster_template", UNIT, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR),
    Visit("organisations.roster_preview", ROSTER, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR),
    Visit("organisations.roster_preview", FAULTY, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR),
    Visit("organisations.roster_mend", FAULTY, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR,
          form={"all": "y"}),
    Visit("organisations.roster_choose", FAULTY, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR,
          form={"choice-4": "new"}),
    Visit("organisations.roster_apply", ROSTER, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR),
    Visit("organisations.roster_undo", ROSTER, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR),
    Visit("organisations.roster_missing", ROSTER, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR),
    Visit(
        "organisations.roster_leaving",
        ROSTER,
        may=HR_AND_OPERATOR,
        owners=HR_AND_OPERATOR,
        form={"person": "@person", "confirmed": "2"},
        private=frozenset({"raw_public_id", "raw_import_id"}),
    ),
)  # fmt: skip

MERGING = (
    Visit("organisations.doubles", UNIT, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR),
    Visit(
        "organisations.merge_choose",
        {**UNIT, "raw_person_id": "@double"},
        may=HR_AND_OPERATOR,
        owners=HR_AND_OPERATOR,
    ),
    Visit("organisations.merge_preview", DOUBLES, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR),
    Visit("organisations.merges", UNIT, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR),
    Visit("organisations.merge_people", DOUBLES, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR,
          last=True),
    Visit(
        "organisations.merge_undo",
        {**UNIT, "raw_merge_id": "@merge"},
        may=HR_AND_OPERATOR,
        owners=HR_AND_OPERATOR,
        last=True,
    ),
)  # fmt: skip

CORRECTIONS = (
    Visit("corrections.own", public=True),
    Visit("corrections.new", public=True),
    Visit("corrections.withdraw", {"raw_public_id": "@own_correction"}, owners=LEARNERS, last=True),
    Visit("corrections.index", may=HR_AND_OPERATOR, public=True),
    Visit("corrections.detail", CORRECTION, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR),
    Visit("corrections.evidence", CORRECTION, may=HR_AND_OPERATOR, owners=HR_AND_OPERATOR),
    Visit(
        "corrections.decide",
        CORRECTION,
        may=HR_AND_OPERATOR,
        owners=HR_AND_OPERATOR,
        form={"decision": "accept", "answer": ""},
        last=True,
    ),
    Visit("compliance.index", may=HR, public=True),
    Visit("compliance.person", {"raw_public_id": "@person"}, may=HR, owners=HR),
    Visit("compliance.staff_xlsx", may=HR, public=True),
)

PEOPLE = (*ACCOUNTS, *JOINING, *UNITS, *CONFIRMING, *ROSTERS, *MERGING, *CORRECTIONS)
