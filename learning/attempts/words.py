"""The attempt engine's words for what a room tells; what has none yet keeps its own name."""

from flask_babel import lazy_gettext as _l

_EVENTS = {
    "leave": _l("离开本页"),
    "back": _l("回到本页"),
    "blur": _l("切到别的窗口"),
    "focus": _l("从别的窗口回来"),
    "idle": _l("长时间没有操作"),
    "copy": _l("复制"),
    "cut": _l("剪切"),
    "paste": _l("粘贴"),
    "print": _l("打印"),
    "full_screen": _l("进入全屏"),
    "screen_left": _l("退出全屏"),
    "second_screen": _l("接有第二块屏幕"),
    "offline": _l("网络断开"),
    "online": _l("网络恢复"),
    "open": _l("打开作答页"),
    "reload": _l("刷新作答页"),
    "tabs": _l("同时打开了两个作答页"),
    "warned": _l("看到离开提醒"),
}


def event_words(kind: str) -> str:
    """Return what an event of a room is called."""
    return str(_EVENTS.get(kind, kind))
