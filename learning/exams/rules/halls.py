"""Rooms of a sitting and duties of people at it."""

from dataclasses import dataclass
from enum import StrEnum

MAX_ROOMS = 500
MAX_SEATS = 5_000
MAX_ROOM_NAME = 80
MAX_PLACE = 200
MAX_STAFF = 2_000
MAX_NOTE = 500  # twin of SittingIncident.note


class Duty(StrEnum):
    """What a person is appointed to at a sitting. Twin: the CHECK of `sitting_staff`."""

    INVIGILATOR = "invigilator"  # 监考
    MARKER = "marker"  # 阅卷
    DECIDER = "decider"  # 申诉处理
    KEYER = "keyer"  # 录入


class IncidentReason(StrEnum):
    """What happened with a candidate; the code is kept, the words may change."""

    LATE = "late"  # 迟到
    ITEMS = "items"  # 携带规定以外的物品
    PHONE = "phone"  # 使用手机等电子设备
    TALKING = "talking"  # 交头接耳
    COPYING = "copying"  # 抄袭或传递答案
    IMPERSONATION = "impersonation"  # 冒名顶替
    DISTURBANCE = "disturbance"  # 扰乱考场秩序
    LEFT = "left"  # 擅自离开
    ILLNESS = "illness"  # 突发疾病
    EQUIPMENT = "equipment"  # 设备或网络故障
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """What is written down of a room."""

    name: str
    place: str
    seats: int
