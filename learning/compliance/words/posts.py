"""Why an act on a post is refused, in words, translated."""

from learning.compliance.words import _
from learning.kernel.errors import Conflict, Invalid


def name_words(error: Invalid) -> str:
    """Return what is wrong with the name of a post."""
    return {
        "bad_post_name": _("请填写名称，最多 120 个字。"),
        "name_taken": _("本单位已有这个名称的岗位；已停用的可以恢复。"),
    }[error.problems[0].code]


def reason_words() -> str:
    """Return what is asked of a reason to cancel the training that a post gives."""
    return _("请写明取消任务的原因，不超过 300 字。")


def refusal_words(error: Conflict) -> str:
    """Return why a post is not retired, and what to do first."""
    if error.code == "post_held":
        return _(
            "还有 %(n)s 人在这个岗位，没有停用。请先用花名册把他们调到别的岗位。",
            n=f"{error.data['people']:,}",
        )
    if error.code == "post_required":
        return _(
            "还有 %(n)s 项应持证要求，没有停用。请先在下面逐项改为“不要求”。",
            n=f"{error.data['cells']:,}",
        )
    if error.code == "post_trained":
        return _(
            "还有 %(rules)s 项培训任务按这个岗位发放，其中 %(tasks)s 人未完成，没有停用。"
            "请先在下面决定保留还是取消。",
            rules=f"{error.data['rules']:,}",
            tasks=f"{error.data['tasks']:,}",
        )
    raise error
