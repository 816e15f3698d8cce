"""Words that make an item weak: of options, of what is asked, of the explanation."""

import re
from collections.abc import Iterator

from learning.question_bank.rules import Item, ItemKind

CHOICES = (ItemKind.SINGLE, ItemKind.MULTIPLE)
GRAM = 2
_CATCH_ALL = re.compile(r"以上(?:都|均|皆|全|各项|选项)|(?:都|均|皆|全)(?:对|错|正确|不对|不正确)$")
_NEGATION = re.compile(
    r"(?:不(?:正确|恰当|妥|合理|符合|属于|包括|应|宜|需要|适用|适合|是|会|能)|错误|无关)"
    r"(?=[^，。；：]{0,15}的(?:是|有|一项|说法|做法|理解)[^，。；：]{0,8}（　?）)|除外"
)
_NEGATIVE_START = re.compile(r"(?:不|未|无|非|没有|并非)")
_TWICE = re.compile(r"不(?:是|能|会|应)不|没有不|无不|并非不|不无|不是没有|不会没有")
_ASKED = re.compile(r"[^，。；：！？\n]*（　?）[^。！？\n]*|[^，。；：！？\n]*[。？]?\s*$")
_ASIDE = re.compile(r"（[^（）\u3000]+）")
_BOLD = re.compile(r"\*\*[^*]+\*\*")
_OTHERS = re.compile(r"其余|其他各项|另外[一两三]项|第[一二三四五六]项|后[两三]项|前[两三]项")


def catch_alls(item: Item) -> Iterator[str]:
    """Find options that point at the others: they give the key away or cannot be shuffled."""
    for option in item.document.options if item.document.kind in CHOICES else ():
        if _CATCH_ALL.search(option.text.strip("。 ")):
            yield f"选项“{option.text[:20]}”指向别的选项，应写成独立的内容"


def quiet_negations(item: Item) -> Iterator[str]:
    """Find a negation in what is asked that does not stand in bold."""
    found = _NEGATION.search(_BOLD.sub("", _asked(item)))
    if found:
        yield f"设问里的否定词“{found.group()}”应当用 ** 加粗"


def double_negatives(item: Item) -> Iterator[str]:
    """Find "不是不", and a negative question one of whose options begins with a negation."""
    if item.document.kind in CHOICES and _TWICE.search(item.document.stem):
        yield "题干有双重否定，应改成肯定的说法"
    is_negative = bool(_NEGATION.search(_asked(item).replace("*", "")))
    for option in item.document.options if is_negative else ():
        if _NEGATIVE_START.match(option.text):
            yield f"设问是否定的，选项“{option.text[:20]}”又以否定开头，成了双重否定"


def unexplained(item: Item) -> Iterator[str]:
    """Find what the explanation and the source leave unsaid.

    That a distractor is spoken of can be seen only roughly: two characters in a row of it, or one
    that no key has, stand in the explanation too, or it is counted ("第三项").
    """
    document, key = item.document, item.key
    told = key.explanation or "".join(part.explanation for part in key.parts)
    if not told:
        yield "没有解析"
    if not key.source:
        yield "没有出处"
    if not told or document.kind not in CHOICES or document.draw or _OTHERS.search(told):
        return
    keys = "".join(_plain(o.text) for o in document.options if o.id in key.choices)
    for option in document.options:
        if option.id not in key.choices and not _is_spoken_of(option.text, keys, _plain(told)):
            yield f"解析没有说到选项“{option.text[:20]}”为什么不对"


def _asked(item: Item) -> str:
    if item.document.kind not in CHOICES:
        return ""
    found = _ASKED.search(_ASIDE.sub("", item.document.stem))
    return found.group() if found else ""


def _plain(text: str) -> str:
    return re.sub(r"[\s，。；：、“”（）$\\{}]+", "", text)


def _is_spoken_of(option: str, keys: str, told: str) -> bool:
    text = _plain(option)
    own = {sign for sign in text if sign not in keys}
    grams = {text[at : at + GRAM] for at in range(len(text) - GRAM + 1)}
    return any(part in told for part in own | grams)
