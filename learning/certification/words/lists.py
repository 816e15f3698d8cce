"""Why a list of certificates is not checked now, in words, translated."""

from datetime import datetime
from zoneinfo import ZoneInfo

from learning.certification.words import _
from learning.kernel.errors import Throttled


def throttle_words(error: Throttled, zone: str) -> str:
    """Return why a list is not checked now, and from when on it is; raise what is none of these."""
    if error.code == "lists":
        return _("十五分钟内最多查验 10 份名单。这份没有查验，请过一会儿再上传。")
    if error.code == "list_misses":
        return _(
            "您或所在网络一小时内查无此证的已达 %(most)s 对，这份没有查验。%(at)s 起可以再上传。",
            most=f"{error.data['most']:,}",
            at=clock_words(error.data["at"], zone),
        )
    raise error


def clock_words(at: datetime, zone: str) -> str:
    """Return an instant of today as the minute after it: 14:05."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"
