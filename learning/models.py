"""All tables, imported in one place, so that the metadata is whole for migrations and tests."""

from learning.accounts import models as accounts
from learning.attempts import models as attempts
from learning.certification import models as certification
from learning.competitions import models as competitions
from learning.compliance import models as compliance
from learning.courses import models as courses
from learning.exams import models as exams
from learning.kernel import audit, content_states, events, jobs, mail
from learning.kernel.db import Base
from learning.leaderboards import models as leaderboards
from learning.live_rounds import models as live_rounds
from learning.organisations import models as organisations
from learning.practice import models as practice
from learning.question_bank import models as question_bank
from learning.study import models as study

metadata = Base.metadata

__all__ = [
    "accounts",
    "attempts",
    "audit",
    "certification",
    "competitions",
    "compliance",
    "content_states",
    "courses",
    "events",
    "exams",
    "jobs",
    "leaderboards",
    "live_rounds",
    "mail",
    "metadata",
    "organisations",
    "practice",
    "question_bank",
    "study",
]
