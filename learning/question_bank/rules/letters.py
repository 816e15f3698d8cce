"""What authors of items are told, in Chinese and English. Pure.

No stems and no keys: a notice is read on a phone beside others.
"""

from learning.accounts.rules.letters import Letter


def key_ruled(code: str, *, is_drafted: bool) -> Letter:
    """Tell an author that the key of an item was ruled wrong where it had been asked."""
    chinese = "新答案和解析已写入修订草稿，请核对后送审；审定前题库仍用原来的版本。"
    english = (
        "The new key and its explanation are in the item's draft: please check it and submit it. "
        "Until it is signed off the bank keeps the earlier version."
    )
    if not is_drafted:
        chinese = "本题正在修改、送审、停用，或题目已变，新答案没有写入，请核对答案并修订。"
        english = (
            "The item is being edited or reviewed, is retired, or asks something else by now, so "
            "the new key was not written into it. Please check its key and revise it."
        )
    return Letter(
        f"试题 {code} 的答案经复核更改",
        f"The key of item {code} was ruled wrong",
        f"试题 {code} 在一次考试或竞赛的复核中改了答案。{chinese}",
        f"A review of an exam or contest changed the key of item {code}. {english}",
    )
