"""What stands behind an answer label: letters, a verdict, texts for gaps, and a reason after it."""

import re
from dataclasses import dataclass

from learning.question_bank.formats.paste.lines import fold

_LETTERS = re.compile(
    r"[\s(\[【\"“]*(?:应?选|为|是|:)?\s?(?P<letters>[A-Z](?:\s?[,、;.和与及/|]?\s?[A-Z])*)(?![A-Za-z0-9])"
    r"[\s)\]】\"”]*"
)
_SMALL = re.compile(r"[\s(\[【]*(?P<letters>[a-h](?:\s?[,、;]?\s?[a-h])*)[\s)\]】.。]*\Z")
_CIRCLED = re.compile(r"\s*(?P<letters>[①-⑩](?:\s?[,、;]?\s?[①-⑩])*)[\s.。]*\Z")
_TRUE = "√|正确|对|是|TRUE|True|true|T|Y|YES|Yes|V|R|同意|✅"
_FALSE = "×|错误|错|不正确|不对|否|非|FALSE|False|false|F|N|NO|No|X|x|W|不同意"
_VERDICT = re.compile(
    rf"[\s(\[【\"“]*(?:(?P<false>{_FALSE})|(?P<true>{_TRUE}))(?P<end>[\s)\]】\"”]*)"
    r"(?=$|[\s。.,，;；:：!(（\[【、\n]|因为|理由|应|改)"
)
_STEM_LETTERS = re.compile(
    r"[(\[【]\s*(?P<letters>[A-Z](?:[\s,、;.]*[A-Z])*)\s*[)\]】]"
    r"|_{2,}\s*(?P<line>[A-Z](?:[,、 ]?[A-Z])*)\s*_{2,}"
)
_STEM_VERDICT = re.compile(
    rf"[(\[【]\s*(?:(?P<false>{_FALSE})|(?P<true>{_TRUE}))\s*"
    r"(?:[,;:。、](?P<why>[^()\n]{1,200}))?[)\]】]"
)
_OFFERED = re.compile(  # both verdicts below the statement, the right one named
    r"\n\s?(?:对|正确)\s?(?P<true>[(【\[]正确答案[)】\]])?\s?\n\s?"
    r"(?:错|错误)\s?(?P<false>[(【\[]正确答案[)】\]])?\s?\Z"
)
_BARE_VERDICT = re.compile(r"\s*(?:(?P<false>×)|(?P<true>√))\s*\Z")
_EMPTY_BRACKETS = re.compile(r"[(（\[【〔][ \u3000\xa0_]*[)）\]】〕]")
_REASON = re.compile(r"[\s。.,，;；:：、]*")


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer that could be read: `value` are letters or a verdict, `rest` what follows."""

    value: str
    rest: str = ""


def read_letters(text: str, *, count: int) -> Reading | None:
    """Read option letters at the beginning of an answer, each once, in order; `count` options."""
    folded = fold(text)
    found = _CIRCLED.match(folded)
    if found:
        letters = "".join(chr(ord("A") + ord(c) - ord("①")) for c in found["letters"] if c >= "①")
        return Reading("".join(sorted(set(letters))))
    found = _LETTERS.match(folded) or _SMALL.match(folded)
    if not found:
        return None
    letters = "".join(c for c in found["letters"].upper() if c.isalpha() and c.isascii())
    rest = text[found.end() :]
    if count and len(letters) > 1 and len(set(letters)) < len(letters):
        return None
    return Reading("".join(sorted(set(letters))), reason(rest))


def read_ordered(text: str) -> str:
    """Read letters whose order matters, "" if there are none."""
    folded = fold(text)
    found = _LETTERS.match(folded)
    return "".join(re.findall("[A-Z]", re.sub("[-→>]+", "", found["letters"]))) if found else ""


def read_verdict(text: str) -> Reading | None:
    """Read 对 or 错 in any of its forms: "T" or "F"."""
    found = _VERDICT.match(fold(text))
    if not found:
        return None
    return Reading("F" if found["false"] else "T", reason(text[found.end() :]))


def reason(rest: str) -> str:
    """Clean what stands behind an answer: signs before it, brackets around it."""
    found = _REASON.match(rest)
    text = rest[found.end() :].strip() if found else rest
    if len(text) > 1 and text[0] in "(（" and text[-1] in ")）":
        text = text[1:-1].strip()
    return "" if not text.strip("()（）[]【】。.,，;； ") else text


def key_in_stem(stem: str, *, count: int = 0) -> tuple[str, str]:
    """Take option letters out of the brackets of a stem; return stem and letters ("" if none).

    With `count` options, more than one letter beyond them are an abbreviation, as in “(FMEA)”.
    """
    read = ((match, _of_stem(match)) for match in _STEM_LETTERS.finditer(fold(stem)))
    found = [(match, letters) for match, letters in read if not _is_word(letters, count)]
    if not found:
        return stem, ""
    last, letters = found[-1]
    return f"{stem[: last.start()]}（　）{stem[last.end() :]}", "".join(sorted(set(letters)))


def _of_stem(match: re.Match[str]) -> str:
    return re.sub(r"[^A-Z]", "", match["letters"] or match["line"])


def _is_word(letters: str, count: int) -> bool:
    highest = chr(ord("A") + count - 1)
    return bool(count) and len(letters) > 1 and any(letter > highest for letter in letters)


def verdict_in_stem(stem: str) -> tuple[str, str, str]:
    """Take a verdict out of brackets at either end of a stem.

    Return the stem, "T", "F" or "", and the reason that stood in the brackets.
    """
    folded = fold(stem)
    offered = _OFFERED.search(folded)
    if offered and bool(offered["true"]) != bool(offered["false"]):
        return stem[: offered.start()].rstrip(), "T" if offered["true"] else "F", ""
    found = [
        match
        for match in _STEM_VERDICT.finditer(folded)
        if match.start() == 0 or not folded[match.end() :].strip(" .。,;!\n")
    ]
    if found:
        last = found[-1]
        rest = stem[: last.start()].rstrip() + stem[last.end() :]
        why = stem[last.start("why") : last.end("why")].strip() if last["why"] else ""
        return rest.strip(), "F" if last["false"] else "T", why
    bare = _BARE_VERDICT.search(folded)
    if bare and bare.start():
        return stem[: bare.start()].rstrip(), "F" if bare["false"] else "T", ""
    return stem, "", ""


def without_brackets_at_end(stem: str) -> str:
    """Take the empty brackets off a statement that is to be judged."""
    found = list(_EMPTY_BRACKETS.finditer(stem))
    for bracket in reversed(found):
        is_end = not stem[bracket.end() :].strip(" 。.")
        if is_end or not stem[: bracket.start()].strip():
            return (stem[: bracket.start()].rstrip() + stem[bracket.end() :]).strip()
    return stem


def has_empty_brackets(stem: str) -> bool:
    """Tell whether a stem has brackets to be filled in."""
    return bool(_EMPTY_BRACKETS.search(stem))
