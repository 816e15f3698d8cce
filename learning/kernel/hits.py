"""Marking where words stand in HTML that is safe already: in its texts, not in tags or formulas.

And finding the passages that hold a word where what is shown of a text does not.
"""

import re
from collections.abc import Iterable, Sequence
from unicodedata import normalize

from markupsafe import Markup, escape

MOST_PASSAGES = 2
PASSAGE = 160  # characters
_LEAD = 40  # of them before the word
_WHOLE = (
    r"<math\b.*?</math>",
    r"<svg\b.*?</svg>",
    r"""<(?:"[^"]*"|'[^']*'|[^'">])*>""",
    r"&(?:#\w+|\w+);",
)


def mark_hits(safe: Markup | str, words: Iterable[str]) -> Markup:
    """Return safe HTML with each place of a word in its texts as <mark>; a plain text is escaped.

    Upper and lower case are the same. Words that stand across tags are left alone.
    """
    html = str(escape(safe))
    longest_first = sorted({str(escape(word)) for word in words if word}, key=len, reverse=True)
    if not longest_first:
        return Markup(html)  # noqa: S704 - escaped, or safe as it was given
    wanted = "|".join(re.escape(word) for word in longest_first)
    pattern = re.compile(f"(?P<hit>{wanted})|{'|'.join(_WHOLE)}", re.IGNORECASE | re.DOTALL)
    marked = pattern.sub(lambda m: f"<mark>{m[0]}</mark>" if m["hit"] else m[0], html)
    return Markup(marked)  # noqa: S704 - as above, with our own tags


def unseen_passages(texts: Sequence[str], shown: str, words: Iterable[str]) -> list[str]:
    """Return from texts the passages with the words that what is shown lacks, at most two.

    Letter case and width make no difference. A long text is cut to 160 characters around the word.
    """
    seen, found = _folded(shown), []
    for word in map(_folded, words):
        if not word or word in seen:
            continue
        text = next((each for each in texts if word in _folded(each)), None)
        if text is not None:
            seen += f"\n{_folded(passage := _cut(text, word))}"
            found.append(passage)
    return found[:MOST_PASSAGES]


def _cut(text: str, word: str) -> str:
    if len(text) <= PASSAGE:
        return text
    start = max(0, _folded(text).find(word) - _LEAD)
    end = start + PASSAGE
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _folded(text: str) -> str:
    return normalize("NFKC", text).casefold()
