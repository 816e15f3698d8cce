"""The editor's words: of findings, where those of item files do not fit a form; of scripts."""

from flask_babel import gettext

from learning.kernel.translation import N_
from learning.question_bank.drafts import DraftFinding
from learning.question_bank.forms import FormItem

_FINDINGS = {
    ("single", "key_count"): N_("标出一个正确选项"),
    ("single", "no_key"): N_("标出一个正确选项"),
    ("multiple", "key_count"): N_("至少勾出两个正确选项"),
    ("multiple", "no_key"): N_("至少勾出两个正确选项"),
    ("true_false", "no_key"): N_("选“正确”或“错误”"),
    ("numeric", "key_count"): N_("写出正确的数"),
    ("numeric", "no_key"): N_("写出正确的数"),
    ("numeric", "key_number"): N_("这不是一个能读懂的数"),
    ("numeric", "tolerance"): N_(
        "误差读不懂：绝对误差填数，相对误差填百分数；答案为 0 时只能用绝对误差"
    ),
    ("blank", "no_key"): N_("写出每个空的答案"),
    ("matching", "no_key"): N_("写出至少两对"),
    ("ordering", "no_key"): N_("写出各个步骤"),
}
_ABOUT = {
    "single": N_("几个选项里一项正确。"),
    "multiple": N_("几个选项里两项以上正确。"),
    "true_false": N_("一句话，判断对还是错。"),
    "blank": N_("题干里留空，考生填文字。"),
    "numeric": N_("考生算出一个数，可带单位和允许误差。"),
    "matching": N_("左右两列配成对，可加干扰项。"),
    "ordering": N_("把打乱的步骤排回正确的先后。"),
    "essay": N_("考生写一段文字，由人按要点评分。"),
    "case": N_("一段背景材料，下面几道小题。"),
}
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _(text: str, **values: object) -> str:
    """Translate; the library is untyped, and message extraction knows this name."""
    return str(gettext(text, **values))


def finding_words(form: FormItem, finding: DraftFinding) -> tuple[str, str]:
    """Say what is wrong as somebody sees it who writes in a form, not in a file.

    Return the words and their language: "zh-CN" for those of the check, "" for the page's own.
    """
    owner = form
    places = finding.place.split(".")
    if places[0] == "parts" and len(places) > 1 and places[1].isdigit():
        at = int(places[1])
        owner = form.parts[at] if at < len(form.parts) else form
    known = _FINDINGS.get((owner.get("kind"), finding.code))
    message = _(known) if known else finding.message
    if finding.code == "option_duplicate":
        known = finding.code
        message = _("和另一个选项一样，请改写或删去")
    if places[-2:-1] == ["options"] and places[-1].isdigit() and int(places[-1]) < len(_LETTERS):
        letter = _LETTERS[int(places[-1])]
        message = _("选项 %(letter)s：%(message)s", letter=letter, message=message)
    if owner is not form:
        number = int(places[1]) + 1
        message = _("第 %(n)s 小题：%(message)s", n=number, message=message)
    return message, "" if known else "zh-CN"


def about(kind: str) -> str:
    """Say what a kind is, "" for one that brings only its own help."""
    return _(_ABOUT[kind]) if kind in _ABOUT else ""


def script_words() -> dict[str, str]:
    """Return what the page's scripts say; names in braces are filled in there."""
    return {
        "draft": _("草稿"),
        "save_pending": _("有改动未保存"),
        "save_sending": _("正在保存…"),
        "save_done": _("已保存 {at}"),
        "save_retry": _("未保存，正在重试"),
        "save_refused": _("未保存：内容超出限度，请删减后再存"),
        "save_login": _("未保存：请在另一页重新登录，这里会自动重试"),
        "save_gone": _("未保存：这道题不能再改，请复制文字后离开"),
        "save_conflict": _("未保存：另一处已修改"),
        "conflict": _("{who}在 {at} 改过这道题。您写的还在页面上，没有丢。"),
        "to_mend": _("{n} 项要改"),
        "nothing_to_mend": _("没有要改的"),
        "mend_first": _("请先改好所列各项，再提交审核。"),
        "preview_lost": _("预览没有更新：连不上服务器。"),
        "preview_refused": _("预览没有更新：内容超出限度。"),
        "variant": _("第 {n} 份，可用 {total} 份"),
        "act_failed": _("没有做成：连不上服务器，请再试一次。"),
        "no_more_rows": _("已经够多了，不能再加。"),
        "step_add": _("添加一行"),
        "step_remove": _("删去{what}"),
        "step_move": _("移动一行"),
        "step_paste": _("粘贴多行"),
        "step_kind": _("换题型"),
        "step_part": _("改动小题"),
        "step_part_remove": _("删去小题"),
        "step_theirs": _("换成对方的版本"),
        "moved": _("移到第 {n} 行，共 {total} 行"),
        "pasted": _("粘贴成 {n} 行"),
        "pasted_cut": _("粘贴了前 {n} 行，共 {total} 行：行数已到上限"),
        "undone": _("已撤销：{what}"),
        "redone": _("已重做：{what}"),
        "easy": _("易"),
        "easier": _("较易"),
        "middle": _("中"),
        "harder": _("较难"),
        "hard": _("难"),
        "picture_none": _("先选一张图片。"),
        "picture_type": _("只收 PNG、JPEG、GIF、WebP 图片。"),
        "picture_size": _("图片大于 5 MB。"),
        "picture_alt": _("写一句图里是什么。"),
        "picture_sending": _("正在上传…"),
        "picture_refused": _("没有收下：文件不是所说的图片，或已损坏。"),
        "picture_lost": _("没有上传：连不上服务器，请再试一次。"),
    }
