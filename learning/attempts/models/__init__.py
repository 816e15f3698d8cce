"""Tables of the attempt engine: attempts and answers, scores, rulings, time. No queries here."""

from learning.attempts.models.acts import AttemptAct
from learning.attempts.models.attempts import (
    RESPONSE_PARTITIONS,
    Assessment,
    AssessmentItem,
    Attempt,
    ResponseRow,
    StepwiseEntry,
    partition_statements,
)
from learning.attempts.models.printed import PrintedForm
from learning.attempts.models.room_events import RoomEventRow
from learning.attempts.models.scores import Regrade, RegradePlan, RulingRow, ScoreRow
from learning.attempts.models.time import MakeUp, Outage, TimeGrant

__all__ = [
    "RESPONSE_PARTITIONS",
    "Assessment",
    "AssessmentItem",
    "Attempt",
    "AttemptAct",
    "MakeUp",
    "Outage",
    "PrintedForm",
    "Regrade",
    "RegradePlan",
    "ResponseRow",
    "RoomEventRow",
    "RulingRow",
    "ScoreRow",
    "StepwiseEntry",
    "TimeGrant",
    "partition_statements",
]
