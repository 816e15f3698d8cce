"""States, steps and differences of items in words, translated."""

from learning.kernel.errors import DomainError
from learning.kernel.translation import N_
from learning.question_bank.models import ItemRow
from learning.question_bank.queries import Difference
from learning.question_bank.words import _

ACTS = {
    "submitted": N_("送审"),
    "commented": N_("留言"),
    "returned": N_("退回"),
    "approved": N_("审定"),
    "retired": N_("停用"),
    "restored": N_("恢复使用"),
    "rekeyed": N_("复核改了答案，已写入修订草稿，请核对后送审"),
    "key_ruled": N_("复核改了答案，请核对本题答案并修订"),
}
DIFFERENCES = {
    "kind": N_("题型"),
    "level": N_("要求"),
    "difficulty": N_("难度"),
    "area": N_("知识点"),
    "pool": N_("用途"),
    "tracks": N_("培养方向"),
    "excludes": N_("互斥题"),
    "stem": N_("题干"),
    "unit": N_("单位"),
    "settings": N_("设定"),
    "option": N_("选项 %(place)s"),
    "prompt": N_("左项 %(place)s"),
    "part_kind": N_("小题 %(place)s 的题型"),
    "part_stem": N_("小题 %(place)s 的题干"),
    "part_option": N_("小题的选项 %(place)s"),
    "part_prompt": N_("小题的左项 %(place)s"),
    "part_unit": N_("小题 %(place)s 的单位"),
    "key": N_("答案"),
    "explanation": N_("解析"),
    "source": N_("出处"),
}
REFUSALS = {
    "own_item": N_("自己写过的试题要由别人审定。"),
    "review_changed": N_("这道题刚刚有了变化，请看过现在的内容再决定。"),
    "item_gone": N_("这道题刚刚被删去了。"),
    "in_review": N_("这道题正在等待审定。"),
    "no_draft": N_("这道题没有草稿。"),
    "draft_not_clean": N_("草稿里还有问题，请先改好。"),
    "unchanged": N_("内容与已审定的版本相同，没有可送审的改动。"),
    "retired": N_("这道题已停用。"),
    "not_retired": N_("这道题没有停用。"),
    "not_approved": N_("还没有审定的试题不用停用，删去草稿即可。"),
    "bank_file": N_("这个题库的内容在文件里，请在文件里修改。"),
    "permission": N_("您没有这项权限。"),
}


def state_words(item: ItemRow, *, has_draft: bool = False) -> tuple[str, str]:
    """Return what state an item is in, and the status of its badge."""
    words = {
        "draft": (_("草稿"), "draft"),
        "review": (_("等待审定"), "due"),
        "retired": (_("已停用"), "none"),
    }
    if item.state in words:
        return words[item.state]
    if item.review_version_id is not None:
        return _("已审定，修订等待审定"), "due"
    if has_draft:
        return _("已审定，正在修订"), "pass"
    return _("已审定"), "pass"


def act_words(act: str) -> str:
    """Return what somebody did to an item."""
    return _(ACTS[act])


def difference_words(difference: Difference) -> str:
    """Return which field differs."""
    words = _(DIFFERENCES[difference.name], place=difference.place)
    needs_place = difference.place and "%(place)s" not in DIFFERENCES[difference.name]
    return f"{words} {difference.place}" if needs_place else words


def refusal_words(error: DomainError) -> str:
    """Return why an act on an item was refused."""
    return _(REFUSALS.get(error.code, N_("无法完成这个操作。")))
