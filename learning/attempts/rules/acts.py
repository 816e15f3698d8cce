"""What people who supervise do to attempts, and why: closed lists of codes, words elsewhere."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

MAX_ADDED = timedelta(hours=6)
MAX_ACT_NOTE = 300  # twin of AttemptAct.note


class ActKind(StrEnum):
    """What is done to an attempt. Twin: the CHECK of `attempt_acts`."""

    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    MESSAGE = "message"  # a word to the candidate: `note` is what is said
    FORCE = "force"
    VOID = "void"


class ActReason(StrEnum):
    """Why it is done; the code is kept, the words may change."""

    EQUIPMENT = "equipment"  # 设备故障
    NETWORK = "network"  # 网络或供电中断
    ILLNESS = "illness"  # 考生身体不适
    ACCOMMODATION = "accommodation"  # 考试便利
    EMERGENCY = "emergency"  # 疏散等突发情况
    ORDER = "order"  # 维持考场秩序
    MISCONDUCT = "misconduct"  # 违纪
    MISTAKE = "mistake"  # 更正操作
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Act:
    """An act as a person decided it; `act_id` is its own id, so that it is done once.

    `extra` is for EXTEND alone, whole minutes. `note` is free text, for MESSAGE what is said.
    """

    kind: ActKind
    reason: ActReason
    act_id: str
    note: str = ""
    extra: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        if (self.kind is ActKind.EXTEND) != (timedelta(0) < self.extra <= MAX_ADDED):
            raise ValueError("extra time goes with adding time, and is bounded")
        if self.kind is ActKind.MESSAGE and not self.note:
            raise ValueError("a message says something")
        if not self.act_id:
            raise ValueError("an act has an id")

    @property
    def account(self) -> str:
        """Return the reason as it is kept in the audit trail: the code, and the note behind it."""
        return f"{self.reason.value}: {self.note}" if self.note else self.reason.value
