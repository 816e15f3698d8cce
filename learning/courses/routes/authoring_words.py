"""The words of the pages on which courses are written."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext

from learning.courses.drafts import Change, CourseImpact
from learning.courses.loader import Asset
from learning.courses.words import size_words
from learning.kernel.errors import Problem
from learning.kernel.translation import N_


def _(text: str, **values: object) -> str:
    """Translate; the library is untyped, and message extraction knows this name."""
    return str(gettext(text, **values))


CONFLICTS = {
    "course_changed": N_("打开这一页以后有人改过课程，请核对后再做。"),
    "course_code_taken": N_("这个 id 已有课程使用。"),
    "file_exists": N_("已有同名的文件。"),
    "head_unshown": N_("课时信息里有注释或表单没有的内容，请在原文里改。"),
    "in_review": N_("课程正在审阅，先撤回才能改。"),
    "no_change": N_("与已发布的版本相同，没有要审阅的。"),
    "not_in_review": N_("课程不在审阅中，可能刚被撤回或退回。"),
    "not_published": N_("课程还没有发布过。"),
    "own_course": N_("自上次发布以来改过这门课程的人不能发布它，请由另一人审阅。"),
    "too_many": N_("数量已到上限。"),
}
_STATES = {
    "draft": (N_("草稿"), "draft"),
    "review": (N_("待审阅"), "due"),
    "published": (N_("已发布"), "pass"),
}
_CHANGES = {
    Change.ADDED: (N_("新增"), "info"),
    Change.CHANGED: (N_("有修改"), "due"),
    Change.REMOVED: (N_("移除"), "over"),
    Change.SAME: (N_("不变"), "none"),
}


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """A problem as a page shows it; `where` is file and line, "" for the whole."""

    path: str
    line: int | None
    message: str


def problem_lines(problems: Iterable[Problem]) -> list[ProblemLine]:
    """Return problems ready to show."""
    return [ProblemLine(each.path, each.line, each.message) for each in problems]


@dataclass(frozen=True, slots=True)
class MediaLine:
    """A recording, captions or a document of a draft; `written` is how a lesson names it."""

    path: str
    sha256: str
    facts: str
    written: str


def media_line(path: str, asset: Asset) -> MediaLine:
    """Return a large file ready to show."""
    facts = [size_words(asset.size)]
    if asset.duration_ms:
        minutes, seconds = divmod(round(asset.duration_ms / 1000), 60)
        facts.insert(0, f"{minutes}:{seconds:02d}")
    if asset.pages:
        facts.insert(0, _("%(n)s 页", n=asset.pages))
    written = ""
    if asset.duration_ms:
        written = f"![{_('说明')}]({path})"
    elif asset.media_type != "text/vtt":
        written = f"[{_('名称')}]({path})"
    return MediaLine(path, asset.sha256, " · ".join(facts), written)


def conflict_words(code: str) -> str:
    """Say why something cannot be done now."""
    return _(CONFLICTS.get(code, N_("刚有人改过，请再试一次。")))


def state_badge(state: str) -> tuple[str, str]:
    """Return words and badge of where a course stands."""
    words, badge = _STATES[state]
    return _(words), badge


def change_badge(change: Change) -> tuple[str, str]:
    """Return words and badge of what becomes of a lesson."""
    words, badge = _CHANGES[change]
    return _(words), badge


def effect_words(change: Change, *, is_substantial: bool) -> str:
    """Say what a change of a lesson does to those who have begun or finished it."""
    if change is Change.ADDED:
        return _("新课时，从头学。")
    if change is Change.REMOVED:
        return _("不再显示；学过的记录和已计学时都保留，没学完的不再要求。")
    if is_substantial:
        return _("须重新学完并重做自测；原来的完成记录留档，已计学时不变。")
    return _("学完的仍算学完，在学的从原处接着读。")


def summary_words(impact: CourseImpact) -> list[str]:
    """Say in sentences what a publication means for those who have begun the course."""
    if not impact.enrolled:
        return [_("还没有人开始学这门课程。")]
    said = [
        _(
            "%(enrolled)s 人开始学了这门课程：%(midway)s 人正在中途，%(done)s 人已全部学完。",
            enrolled=impact.enrolled,
            midway=impact.midway,
            done=impact.done,
        )
    ]
    if impact.has_new_lessons and impact.done:
        said.append(_("全部学完的 %(n)s 人会多出新课时要学。", n=impact.done))
    said.append(_("已经计入的学时一律不变。"))
    return said


def script_words() -> dict[str, str]:
    """Return what the editor's scripts say; names in braces are filled in there."""
    return {
        "draft": _("草稿"),
        "save_pending": _("有改动未保存"),
        "save_sending": _("正在保存…"),
        "save_done": _("已保存 {at}"),
        "save_retry": _("未保存，正在重试；文字已留在这台电脑上"),
        "save_refused": _("未保存：内容超出限度，请删减后再存"),
        "save_login": _("未保存：请在另一页重新登录，这里会自动重试"),
        "save_gone": _("未保存：课程正在审阅或已移走，请复制文字后离开"),
        "save_conflict": _("未保存：另一处已修改"),
        "conflict": _("{who}在 {at} 改过这个文件。您写的还在页面上，没有丢。"),
        "act_failed": _("没有做成：连不上服务器，请再试一次。"),
        "preview_lost": _("预览没有更新：连不上服务器。"),
        "preview_refused": _("预览没有更新：内容超出限度。"),
        "preview_none": _("改好信息块以后才能预览。"),
        "to_mend": _("{n} 项要改"),
        "nothing_to_mend": _("没有要改的"),
        "line": _("第 {n} 行"),
        "kept": _("这台电脑上留有上次没有存上的文字（{at}）。"),
        "picture_none": _("请选择一张图片。"),
        "picture_type": _("只收 PNG、JPEG 和 SVG 图片。"),
        "picture_size": _("图片大于 500 KB，请缩小。"),
        "picture_alt": _("请写明图里是什么，读给看不见图的人。"),
        "picture_sending": _("正在上传…"),
        "picture_refused": _("这张图片不能用：内容不是 PNG、JPEG 或纯图形的 SVG。"),
        "picture_lost": _("没有上传：连不上服务器，请再试一次。"),
    }
