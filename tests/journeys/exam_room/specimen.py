"""What the pages are given besides the paper: who is looking, the navigation, a result."""

from typing import Any

from flask import render_template
from markupsafe import Markup

from tests.journeys.exam_room.paper import ITEMS, PERSON, Item


def drawn(item: Item) -> Markup:
    """Return an item as the room is given it: HTML."""
    return Markup(render_template("attempts/item.html", item=item))  # noqa: S704 - our own template


def viewer() -> dict[str, str]:
    return {
        "name": "学员甲",
        "public_id": PERSON,
        "unit": "示范机械集团",
        "account_url": "/",
        "logout_url": "/logout",
    }


NAV = [
    {"label": "我的学习", "url": "/", "current": False, "icon": "home", "short": "学习"},
    {"label": "课程", "url": "/", "current": False, "icon": "book"},
    {"label": "考试", "url": "/", "current": True, "icon": "clipboard-check"},
    {"label": "竞赛", "url": "/", "current": False, "icon": "trophy"},
    {"label": "证书", "url": "/", "current": False, "icon": "certificate"},
]


def attempt_words() -> dict[str, Any]:
    return {
        "title": "质量可靠性工程师（初级）考试",
        "sub": "2026 年第 2 场 · 考生 0417 · 学员甲",
        "deadline_words": "11 月 22 日 12:00 截止",
        "sections": [
            {"title": "一、选择与判断", "note": "选错不扣分", "first": 1, "last": 3},
            {"title": "二、填空与计算", "note": "", "first": 4, "last": 6},
        ],
    }


def result_values(answered: int, *, released: bool, by_clock: bool) -> dict[str, Any]:
    """Return the values of the result page; nothing of the score when it is not released."""
    sections = [
        {"title": "一、选择与判断", "points": "6", "of": "6", "ratio": 100},
        {"title": "二、填空与计算", "points": "3.5", "of": "7", "ratio": 50},
    ]
    reviews = [
        {
            "position": 4,
            "kind": "blank",
            "outcome": "partial",
            "points": "1",
            "of": "2",
            "stem_html": ITEMS[3].stem_html,
            "response_words": "S；D",
            "key_words": "S（或 C）；A",
            "explanation_html": Markup("<p>休哈特循环：计划、实施、研究、处置。</p>"),
        }
    ]
    return {
        "released": released,
        "release_words": "成绩将于 11 月 25 日 10:00 公布",
        "submitted_words": "11 月 22 日 10:42 交卷",
        "auto_submitted": by_clock,
        "points": "9.5",
        "of": "13",
        "cut": "9",
        "passed": True,
        "official": True,
        "answered": answered,
        "item_count": 6,
        "duration_words": "42 分钟",
        "sections": sections,
        "reviews": reviews,
        "links": [{"label": "回到我的学习", "url": "/"}],
    }
