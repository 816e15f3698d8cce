"""When two typed texts count as the same answer.

Width, case, white space and the form of punctuation do not matter: the two ends of a keyboard must
not decide over a point. Digits raised by superscript keep their mark, so 10³ is not 103.
"""

import re
import unicodedata
from functools import lru_cache

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SUPERSCRIPT_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
_PUNCTUATION = str.maketrans(
    {
        "。": ".",
        "、": ",",
        "“": '"',
        "”": '"',
        "„": '"',
        "「": '"',
        "」": '"',
        "『": '"',
        "』": '"',
        "‘": "'",
        "’": "'",
        "′": "'",
        "‐": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "―": "-",
        "−": "-",
        "─": "-",
        "〜": "~",
        "∼": "~",
        "【": "[",
        "】": "]",
        "〔": "[",
        "〕": "]",
        "・": "·",
        "•": "·",
        "‧": "·",
    }
)
_ENDS = ".,;:!?"


def widths_folded(text: str) -> str:
    """Fold full and half width (NFKC), dashes and quotes; superscripts become ^ and digits."""
    marked = _SUPERSCRIPT_RUN.sub(lambda run: "^" + run.group().translate(_SUPERSCRIPTS), text)
    return unicodedata.normalize("NFKC", marked).translate(_PUNCTUATION)


@lru_cache(maxsize=8192)
def fold(text: str, *, is_exact: bool = False) -> str:
    """Fold a text for comparison: NFKC, case, white space, punctuation, closing punctuation.

    `is_exact` keeps case and closing punctuation. Folding twice changes nothing more.
    """
    for _ in range(3):  # removing a character may join its neighbours
        text = _fold_once(text, is_exact=is_exact)
    return text


def _fold_once(text: str, *, is_exact: bool) -> str:
    folded = widths_folded(text)
    if not is_exact:
        folded = widths_folded(folded.casefold())
    visible = "".join(character for character in folded if _is_visible(character))
    if is_exact:
        return visible
    return visible.rstrip(_ENDS) or visible


def _is_visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in {"Cc", "Cf", "Zs"}
