"""Marking where words stand in HTML that is safe already: in its texts, not in tags or formulas."""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

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
