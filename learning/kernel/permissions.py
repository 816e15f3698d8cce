"""Permissions as data: one enumeration, roles that grant them, and where a grant reaches.

A permission reads `scope:resource:action`. `self:*` permissions belong to every logged-in person
and concern only what is their own: ownership is then part of the query. All others come from a
role that was granted somewhere (platform, a unit's subtree, a region, an industry).
"""

from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """Everything that can be allowed, alphabetical by value."""

    CERTIFICATE_REVOKE = (
        "certification:certificate:revoke"  # correct, suspend, revoke, with a reason
    )
    CERTIFICATE_DECIDE = "certification:certificate:decide"  # grant or refuse what is asked for
    EXTERNAL_MANAGE = "certification:external:manage"  # certificates that others issued
    FULFILMENT_CONFIRM = "certification:fulfilment:confirm"  # confirm what people declare
    SCHEME_MANAGE = "certification:scheme:manage"  # certification schemes and their award rules
    COMPETITION_ENROL = "competition:enterprise:enrol"  # enrol an enterprise, see its own results
    COMPETITION_MANAGE = "competition:competition:manage"  # create, open, close competitions
    COMPETITION_EXPORT = "competition:results:export"  # download a ranked list
    ASSIGNMENT_MANAGE = "compliance:assignment:manage"  # training tasks, reminders of one's people
    COMPLIANCE_MANAGE = "compliance:requirement:manage"  # what posts require; exemptions, leave
    POST_AUTHORISE = "compliance:post:authorise"  # authorise people for posts, print their cards
    COMPLIANCE_READ = "compliance:staff:read"  # who learned, passed, holds what; HR's page
    TEAM_READ = "compliance:team:read"  # who of one's own people may stand at a post
    COURSE_PUBLISH = "course:draft:publish"  # publish or send back what somebody else wrote
    COURSE_READ_DRAFT = "course:draft:read"  # see courses being written, take them along as a zip
    COURSE_WRITE = "course:draft:write"  # write courses on the web or bring them as a zip
    SITTING_MANAGE = "exam:sitting:manage"  # create, open, admit to and close sittings; results
    BANK_MANAGE = "item:bank:manage"  # make banks, bulk moves, retire items
    ITEM_ANSWER = "item:report:answer"  # answer what learners report of items
    ITEM_READ = "item:item:read"  # see items of the banks, without keys
    ITEM_REVIEW = "item:item:review"  # sign off or send back what somebody else wrote
    ITEM_WRITE = "item:item:write"  # write and import drafts, send them to review
    ITEM_EXPORT_KEY = "item:key:export"  # take keys out of the house; every use is logged
    ITEM_READ_KEY = "item:key:read"  # see keys; every use is logged
    ITEM_WRITE_KEY = "item:key:write"  # set and change keys; every use is logged
    ORG_CODES_ISSUE = "org:codes:issue"  # print activation and reset codes
    ORG_JOIN_CONFIRM = "org:join:confirm"  # join codes, confirming who joined, requested units
    ORG_MANAGERS_APPOINT = "org:managers:appoint"  # who leads a team, who trains
    ORG_PEOPLE_MERGE = "org:people:merge"  # merge two records of one person, and undo it
    ORG_PEOPLE_READ = "org:people:read"  # see the people of a unit
    ORG_ROSTER_IMPORT = "org:roster:import"  # import a roster
    ORG_ROLES_GRANT = "org:roles:grant"  # every role, for a unit or the platform
    ORG_UNIT_MANAGE = "org:unit:manage"  # create, rename, move, merge, split units
    AUDIT_READ = "platform:audit:read"  # who did what; every export is logged
    PLATFORM_HEALTH_READ = "platform:health:read"  # operator's page of health
    PRACTICE_SETTINGS = "practice:settings:manage"  # streaks and ladders of a unit's people
    PRIVACY_DECIDE = "privacy:request:decide"  # decide requests for correction
    SELF_ACCOUNT = "self:account:manage"  # one's own log-ins, password, language
    SELF_APPEAL = "self:appeal:manage"  # appeals: one's own, and those one is appointed to decide
    SELF_ASSESS = "self:assessment:manage"  # the projects one is appointed to review
    SELF_ATTEMPT = "self:attempt:sit"  # one's own attempts
    SELF_CERTIFICATE = "self:certificate:read"  # one's own certificates
    SELF_COMPETITION_ENTER = "self:competition:enter"  # see and enter competitions
    SELF_CONTEST_DESK = "self:contest_desk:manage"  # units of a contest that one looks after
    SELF_COURSE_LEARN = "self:course:learn"  # lessons, self-checks, one's own progress
    SELF_HOME = "self:home:read"  # one's own first page
    SELF_INVIGILATE = "self:invigilation:manage"  # the sittings one is appointed to invigilate
    SELF_JOIN = "self:membership:join"  # join a unit by code, request a missing one
    SELF_KEY = "self:keying:manage"  # the answer sheets one is appointed to key
    SELF_MARK = "self:marking:manage"  # the papers one is appointed to mark
    SELF_PRACTICE = "self:practice:use"  # one's own notebook and practice
    SELF_PRIVACY = "self:privacy:manage"  # consent, requests for correction, closing the account
    SELF_SITTING = "self:sitting:sit"  # the sittings one is admitted to
    STUDY_CLASS_MANAGE = "study:class:manage"  # classes of a unit: plan, sign in, confirm
    STUDY_DECIDE = "study:hours:decide"  # hours from outside; take back and correct credits
    STUDY_RULES = "study:rules:manage"  # what counts as study hours from tomorrow on
    TRACK_ASSIGN = "study:track:assign"  # enrol people in tracks, confirm entry conditions


class Role(StrEnum):
    """Roles as granted to people; what each allows is `GRANTS`."""

    OPERATOR = "operator"  # 运维
    ASSOCIATION_MANAGER = "association_manager"  # 协会竞赛管理
    HR_MANAGER = "hr_manager"  # 人力资源
    AUTHOR = "author"  # 命题
    REVIEWER = "reviewer"  # 审题
    ITEM_MANAGER = "item_manager"  # 题库管理
    EXAMINER = "examiner"  # 考务
    TRAINER = "trainer"  # 培训师
    AUDITOR = "auditor"  # 审计
    MANAGER = "manager"  # 班组长、部门负责人
    DECIDER = "decider"  # 发证决定人


SELF_PERMISSIONS = frozenset(p for p in Permission if p.value.startswith("self:"))

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset(
        {
            Permission.CERTIFICATE_REVOKE,
            Permission.FULFILMENT_CONFIRM,
            Permission.SCHEME_MANAGE,
            Permission.ORG_CODES_ISSUE,
            Permission.ORG_JOIN_CONFIRM,
            Permission.ORG_MANAGERS_APPOINT,
            Permission.ORG_PEOPLE_MERGE,
            Permission.ORG_PEOPLE_READ,
            Permission.ORG_ROLES_GRANT,
            Permission.ORG_ROSTER_IMPORT,
            Permission.ORG_UNIT_MANAGE,
            Permission.AUDIT_READ,
            Permission.PLATFORM_HEALTH_READ,
            Permission.PRACTICE_SETTINGS,
            Permission.PRIVACY_DECIDE,
            Permission.STUDY_RULES,
        }
    ),
    Role.ASSOCIATION_MANAGER: frozenset(
        {Permission.COMPETITION_MANAGE, Permission.COMPETITION_EXPORT}
    ),
    Role.HR_MANAGER: frozenset(
        {
            Permission.ASSIGNMENT_MANAGE,
            Permission.COMPETITION_ENROL,
            Permission.COMPLIANCE_MANAGE,
            Permission.COMPLIANCE_READ,
            Permission.EXTERNAL_MANAGE,
            Permission.FULFILMENT_CONFIRM,
            Permission.POST_AUTHORISE,
            Permission.ORG_CODES_ISSUE,
            Permission.ORG_JOIN_CONFIRM,
            Permission.ORG_MANAGERS_APPOINT,
            Permission.ORG_PEOPLE_MERGE,
            Permission.ORG_PEOPLE_READ,
            Permission.ORG_ROSTER_IMPORT,
            Permission.PRACTICE_SETTINGS,
            Permission.PRIVACY_DECIDE,
            Permission.STUDY_CLASS_MANAGE,
            Permission.STUDY_DECIDE,
            Permission.TRACK_ASSIGN,
        }
    ),
    Role.AUTHOR: frozenset(
        {
            Permission.COURSE_READ_DRAFT,
            Permission.COURSE_WRITE,
            Permission.ITEM_ANSWER,
            Permission.ITEM_READ,
            Permission.ITEM_WRITE,
            Permission.ITEM_READ_KEY,
            Permission.ITEM_WRITE_KEY,
        }
    ),
    Role.REVIEWER: frozenset(
        {
            Permission.COURSE_PUBLISH,
            Permission.COURSE_READ_DRAFT,
            Permission.ITEM_READ,
            Permission.ITEM_READ_KEY,
            Permission.ITEM_REVIEW,
        }
    ),
    Role.ITEM_MANAGER: frozenset(
        {
            Permission.BANK_MANAGE,
            Permission.COURSE_PUBLISH,
            Permission.COURSE_READ_DRAFT,
            Permission.COURSE_WRITE,
            Permission.ITEM_ANSWER,
            Permission.ITEM_READ,
            Permission.ITEM_REVIEW,
            Permission.ITEM_WRITE,
            Permission.ITEM_EXPORT_KEY,
            Permission.ITEM_READ_KEY,
            Permission.ITEM_WRITE_KEY,
        }
    ),
    Role.EXAMINER: frozenset(
        {
            Permission.SITTING_MANAGE,
            Permission.SCHEME_MANAGE,
            Permission.CERTIFICATE_REVOKE,
            Permission.FULFILMENT_CONFIRM,
        }
    ),
    Role.TRAINER: frozenset({Permission.STUDY_CLASS_MANAGE}),
    Role.AUDITOR: frozenset({Permission.AUDIT_READ}),
    Role.MANAGER: frozenset({Permission.TEAM_READ}),
    Role.DECIDER: frozenset({Permission.CERTIFICATE_DECIDE}),
}


class ScopeKind(StrEnum):
    """How far a granted role reaches."""

    PLATFORM = "platform"  # everything
    UNIT = "unit"  # a unit and all below it
    REGION = "region"  # units of a region, by prefix of the division code (GB/T 2260)
    INDUSTRY = "industry"  # units of an industry, by prefix of the code (GB/T 4754)


@dataclass(frozen=True, slots=True)
class Grant:
    """One role held somewhere; `scope_value` is "" for the platform, else the unit id or code."""

    role: Role
    scope_kind: ScopeKind
    scope_value: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: passed to services instead of any request or session object.

    `closed_room` is the closed-book attempt whose room is the only page meanwhile, "" for none.
    """

    user_id: int
    public_id: str
    display_name: str
    login_session_id: str
    locale: str
    session_expires_at_ms: int = 0
    notice_version: int = 0
    closed_room: str = ""
    grants: tuple[Grant, ...] = ()

    def holds(self, permission: Permission) -> bool:
        """Tell whether the permission is held anywhere; where it reaches is the query's matter."""
        if permission in SELF_PERMISSIONS:
            return True
        return any(permission in GRANTS[grant.role] for grant in self.grants)

    def grants_for(self, permission: Permission) -> tuple[Grant, ...]:
        """Return the grants that carry the permission."""
        return tuple(g for g in self.grants if permission in GRANTS[g.role])
