"""Which text set apart by its look may mark a key: not labels, not numbers, not whole headings."""

import re

from learning.question_bank.formats.paste.lines import KEY_CLOSE, KEY_OPEN

_LABEL = re.compile(
    rf"{KEY_OPEN}(\s*(?:[【\[]?[\u4e00-\u9fff]{{1,6}}[】\]]?\s*[:：]|[【\[][\u4e00-\u9fff]{{2,8}}[】\]]"
    rf"|\d{{1,4}}\s*[.、．:：)）]?|[A-HＡ-Ｈ]\s*[.、．:：)）]?)\s*){KEY_CLOSE}"
)
_LEADING = re.compile(
    rf"\A(\s*){KEY_OPEN}(\s*(?:\d{{1,4}}|[A-HＡ-Ｈ])\s*[.、．:：)）]\s*)(?!{KEY_CLOSE})"
)
_OPTION = re.compile(r"\s*[A-HＡ-Ｈ]\s*[.、．:：)）]")


def settled(text: str) -> str:
    """Keep the marks of a line that may mean something; a label is found without them.

    A letter of an option that is set apart with its text keeps the mark behind the label.
    """
    if KEY_OPEN not in text:
        return text
    text = _LABEL.sub(_bare, text)
    text = _LEADING.sub(rf"\1\2{KEY_OPEN}", text)
    is_whole = text.strip().startswith(KEY_OPEN) and text.strip().endswith(KEY_CLOSE)
    if is_whole and text.count(KEY_OPEN) == 1:
        return text.replace(KEY_OPEN, "").replace(KEY_CLOSE, "")
    return text


def _bare(found: re.Match[str]) -> str:
    """Take the marks off a label; of an option's letter alone, keep that it was set apart."""
    label = found.group(1)
    is_letter = len(label.strip()) == 1 and label.strip().isalpha()
    return found.group() if is_letter and not _OPTION.match(label) else label
