"""What a section of one kind of item is called where nobody gave it a title."""

from learning.kernel.translation import N_
from learning.question_bank.item_types import get_type
from learning.question_bank.rules import ItemKind

_TITLES = {
    ItemKind.SINGLE: N_("单项选择题"),
    ItemKind.MULTIPLE: N_("多项选择题"),
    ItemKind.TRUE_FALSE: N_("判断题"),
    ItemKind.BLANK: N_("填空题"),
    ItemKind.NUMERIC: N_("计算题"),
    ItemKind.MATCHING: N_("匹配题"),
    ItemKind.ORDERING: N_("排序题"),
    ItemKind.ESSAY: N_("问答题"),
    ItemKind.CASE: N_("案例题"),
}


def section_title(kind: ItemKind) -> str:
    """Return the title of a section of one kind, marked for translation."""
    return _TITLES.get(kind) or get_type(kind).WORD
