"""What an answer cell says: letters, a verdict, texts of gaps, a number, pairs, steps, criteria.

A table of this platform (`is_ours`) is read as it was written; in any other, common wordings are
understood. What cannot be read stays as it is, for the check to name.
"""

import re
from decimal import Decimal, InvalidOperation

from learning.question_bank.formats.sheets.vocabulary import verdict_of
from learning.question_bank.item_types.folding import fold, widths_folded

_LETTERS = re.compile(r"[(\[]?[A-Z](?:[ ,;./|&和与及]{0,3}[A-Z])*[)\]]?[.;]?")
_NUMBERS = re.compile(r"\d{1,2}(?:[ ,;./|]{1,3}\d{1,2})*")
_LABEL = re.compile(r"\s*[(\[]?([A-Za-z])\s*(?:[.、:：)\]）．。]|\s)\s*")
_GLUED = re.compile(
    r"(?:^|(?<=[\s;；,，。|]))[(\[（]?([A-Z])\s*[.、:：)\]）．]\s*|(?<=[^A-Za-z0-9])([A-Z])[.、．]\s*"
)
_SURE = (r"\s*\n\s*", r"\s*\|\s*", r"\s*\$;\$\s*", r"\s*[;；]\s*")
_UNSURE = (r"\s*、\s*", r"\s*[,，]\s*", r"\s{2,}", r"\s+")
_ARROW = re.compile(r"\s*(?:->|→|=>|⇒|——>|—>|－>)\s*")
_LOOSE_ARROW = re.compile(r"\s*(?:——|--|—|=|:|：)\s*")
_CRITERION = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})? ?分[ ：:]*\S.*")
_RANGE = re.compile(r"([-+]?[\d.]+)\s*[~～至]\s*([-+]?[\d.]+)\s*(\S*)")
_PLUS_MINUS = re.compile(r"\s*(?:\+/-|\+-|＋－|±)\s*")


def split_options(text: str) -> list[str]:
    """Cut a cell that holds all options into them: by letters, else by the likeliest sign."""
    marks = _consecutive(text)
    if len(marks) > 1:
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        return [text[m.end() : end].strip(" \n;；|") for m, end in zip(marks, ends, strict=True)]
    for pattern in _SURE:
        parts = [part for part in re.split(pattern, text) if part]
        if len(parts) > 1:
            return without_labels(parts)
    return [text] if text else []


def _consecutive(text: str) -> list[re.Match[str]]:
    """Find A, B, C … in this order: a letter out of turn is part of a text."""
    found: list[re.Match[str]] = []
    for mark in _GLUED.finditer(text):
        if (mark[1] or mark[2]) == chr(ord("A") + len(found)):
            found.append(mark)
    return found if found and not text[: found[0].start()].strip() else []


def without_labels(texts: list[str]) -> list[str]:
    """Take "A." off every option if all have their own letter."""
    labels = [_LABEL.match(text) for text in texts]
    own = [found and found[1].upper() == chr(ord("A") + n) for n, found in enumerate(labels)]
    if len(texts) < 2 or not all(own):
        return texts
    return [
        text[found.end() :] if found else text for text, found in zip(texts, labels, strict=True)
    ]


def keys_of(text: str, options: list[str]) -> list[int] | None:
    """Return the options (from 0) that an answer names, None if it cannot be read as such."""
    folded = widths_folded(text).strip()
    upper = re.sub(r"^(?:正确)?答案[:为是]?|^选", "", folded).strip().upper().replace("、", ",")
    if _LETTERS.fullmatch(upper):
        return sorted({ord(letter) - ord("A") for letter in re.findall("[A-Z]", upper)})
    texts = [fold(option, is_exact=True) for option in options]
    wanted = [fold(part, is_exact=True) for part in re.split(r"\n|[;；|]", text) if part.strip()]
    if wanted and all(part in texts for part in wanted):
        return sorted({texts.index(part) for part in wanted})
    if _NUMBERS.fullmatch(folded):
        numbers = [int(number) - 1 for number in re.findall(r"\d+", folded)]
        return sorted(set(numbers)) if min(numbers) >= 0 else None
    label = _LABEL.match(text)
    if label:
        place = ord(label[1].upper()) - ord("A")
        rest = fold(text[label.end() :], is_exact=True)
        return [place] if place < len(texts) and rest == texts[place] else None
    return None


def verdict(text: str, options: list[str]) -> str:
    """Return 对 or 错; a letter means what its option says."""
    keys = keys_of(text, options) if options else None
    if keys and len(keys) == 1 and keys[0] < len(options):
        return verdict_of(options[keys[0]]) or verdict_of(text)
    return verdict_of(text)


def gap_answers(text: str, gaps: int) -> tuple[str, ...]:
    """Cut the answer of a fill-in item into a line for each gap, alternatives set apart by |."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) == gaps and gaps > 1:
        return tuple(_alternatives(line) for line in lines)
    if gaps <= 1:
        return (_alternatives(" | ".join(lines)),) if lines else ()
    for pattern in (*_SURE, *_UNSURE):
        parts = [part.strip() for part in re.split(pattern, text) if part.strip()]
        if len(parts) == gaps:
            return tuple(_alternatives(part) for part in parts)
    return tuple(lines)


def _alternatives(text: str) -> str:
    if "|" in text:
        return text
    return " | ".join(part for part in re.split(r"\s*[;；]\s*", text) if part)


def number_answer(text: str, unit: str, tolerance: str) -> str:
    """Write value, unit and tolerance from their columns as an item file does."""
    text = " ".join(text.split())
    found = _RANGE.fullmatch(widths_folded(text).replace(",", ""))
    if found and not tolerance:
        return _between(found, unit) or text
    text = _PLUS_MINUS.sub(" ± ", text)
    if unit and re.fullmatch(r"[-+\d.,eE ]+", text):
        text = f"{text} {unit}"
    if tolerance and "±" not in text:
        text = f"{text} ± {_PLUS_MINUS.sub('', tolerance)}"
    return text


def _between(found: re.Match[str], unit: str) -> str:
    try:
        low, high = Decimal(found[1]), Decimal(found[2])
    except InvalidOperation:
        return ""
    if low > high:
        return ""
    middle, half = (low + high) / 2, (high - low) / 2
    return f"{middle:f} {found[3] or unit}".strip() + f" ± {half:f}"


def pairs_of(text: str) -> tuple[str, ...]:
    """Cut pairs into lines "left -> right"."""
    lines = _lines(text)
    for arrow in (_ARROW, _LOOSE_ARROW):
        if lines and all(arrow.search(line) for line in lines):
            return tuple(arrow.sub(" -> ", line, count=1).strip() for line in lines)
    return tuple(lines)


def steps_of(text: str, options: list[str]) -> tuple[str, ...]:
    """Cut steps into lines, in their right order; letters stand for the options."""
    letters = re.sub(r"[\s,，、;；>→-]+", "", widths_folded(text)).upper()
    places = [ord(letter) - ord("A") for letter in letters]
    if options and sorted(places) == list(range(len(options))):
        return tuple(options[place] for place in places)
    lines = _lines(text)
    if len(lines) == 1:
        lines = [part for part in _ARROW.split(lines[0]) if part]
    return tuple(re.sub(r"^\(?\d{1,2}[.、)）]\s*", "", line) for line in lines)


def criteria_of(text: str) -> tuple[tuple[str, ...], str]:
    """Part criteria ("3 分 要点") from the model answer around them."""
    lines = text.split("\n")
    criteria = tuple(line.strip() for line in lines if _CRITERION.fullmatch(line.strip()))
    rest = "\n".join(line for line in lines if not _CRITERION.fullmatch(line.strip())).strip()
    return criteria, rest


def _lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) > 1:
        return lines
    return [part for part in re.split(r"\s*(?:\$;\$|[;；|])\s*", text) if part]
