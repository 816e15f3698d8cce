"""Rooms of a sitting and duties of people at it."""

from dataclasses import dataclass
from enum import StrEnum

MAX_ROOMS = 500
MAX_SEATS = 5_000
MAX_ROOM_NAME = 80
MAX_PLACE = 200
MAX_STAFF = 2_000


class Duty(StrEnum):
    """What a person is appointed to at a sitting. Twin: the CHECK of `sitting_staff`."""

    INVIGILATOR = "invigilator"  # 监考
    MARKER = "marker"  # 阅卷
    DECIDER = "decider"  # 申诉处理


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """What is written down of a room."""

    name: str
    place: str
    seats: int
