"""What shows only over a whole bank: where keys stand, how long they are, what is asked."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from learning.question_bank.item_types import cognition
from learning.question_bank.rules import Item, ItemKind
from learning.question_bank.similarity import find_twins

SIGNIFICANT = 0.05
FEWEST = 20
"""Of fewer items nothing is said by tests: any pattern may be chance."""
LEAST_ABOVE_RECALL = 40
"""Share of items that ask for more than recalling or understanding, in %."""
LEAST_LIKENESS = 800
_ABOVE = {"apply", "analyse"}
_CALCULATED = {ItemKind.NUMERIC, ItemKind.CASE, ItemKind.ESSAY}
_MARKUP = re.compile(r"\\[a-zA-Z]+|[\s$*{}\\]")
CHOICES = (ItemKind.SINGLE, ItemKind.MULTIPLE)


def uneven_keys(items: Sequence[Item]) -> Iterator[str]:
    """Find keys that stand at some positions more often than at others (χ² test)."""
    # Late: scipy takes longer to load than all rules together.
    from scipy.stats import chisquare

    places: dict[tuple[ItemKind, int], Counter[int]] = defaultdict(Counter)
    for item in items:
        options = [option.id for option in item.document.options]
        if item.document.kind in CHOICES:
            places[item.document.kind, len(options)].update(
                options.index(choice) for choice in item.key.choices
            )
    for (kind, count), found in places.items():
        counts = [found[place] for place in range(count)]
        if sum(counts) >= FEWEST and (p := float(chisquare(counts).pvalue)) <= SIGNIFICANT:
            word = {ItemKind.SINGLE: "单选", ItemKind.MULTIPLE: "多选"}[kind]
            told = "、".join(map(str, counts))
            yield f"{count} 个选项的{word}题，答案各位置的次数 {told} 不均匀（χ² 检验 p = {p:.3f}）"


def long_keys(items: Sequence[Item]) -> Iterator[str]:
    """Find that the longest option is right more often than chance would have it (binomial)."""
    chances, hits = [], 0
    for item in items:
        lengths = {o.id: len(_MARKUP.sub("", o.text)) for o in item.document.options}
        longest = [o for o, length in lengths.items() if length == max(lengths.values())]
        if item.document.kind not in CHOICES or len(longest) != 1:
            continue
        chances.append(len(item.key.choices) / len(lengths))
        hits += longest[0] in item.key.choices
    if len(chances) >= FEWEST and (p := _at_least(hits, chances)) <= SIGNIFICANT:
        expected = sum(chances)
        yield (
            f"有唯一最长选项的 {len(chances)} 题里，最长的是答案的有 {hits} 题，"
            f"按机会应为 {expected:.0f} 题（二项检验 p = {p:.3f}）"
        )


def _at_least(hits: int, chances: Sequence[float]) -> float:
    """Return the probability of `hits` or more successes of independent trials."""
    spread = [1.0]
    for chance in chances:
        missed = [*(each * (1 - chance) for each in spread), 0.0]
        spread = [
            stay + gain
            for stay, gain in zip(missed, [0.0, *(e * chance for e in spread)], strict=True)
        ]
    return sum(spread[hits:])


def mostly_recall(items: Sequence[Item]) -> Iterator[str]:
    """Find that too few items ask for application or analysis.

    Calculations, cases and essays do by their kind; of the others the heading says it (认知 应用).
    A bank none of whose headings says anything is not judged.
    """
    if not any(item.key.setting(cognition.SETTING) for item in items):
        return
    above = sum(_is_above_recall(item) for item in items)
    if above * 100 < LEAST_ABOVE_RECALL * len(items):
        share = above * 100 // len(items)
        yield f"应用、分析和计算题占 {share} %，应不少于 {LEAST_ABOVE_RECALL} %"


def _is_above_recall(item: Item) -> bool:
    said = item.key.setting(cognition.SETTING)
    if said:
        return said in _ABOVE
    return item.document.kind in _CALCULATED or item.document.draw is not None


def near_duplicates(items: Sequence[Item]) -> list[tuple[str, str]]:
    """Find items that say nearly the same, numbers aside; named at the later one."""
    texts = [
        "\n".join([item.document.stem, *(option.text for option in item.document.options)])
        for item in items
    ]
    return [
        (
            items[twins.second].document.code,
            f"与 {items[twins.first].document.code} 相似 {twins.likeness_milli / 10:.0f} %",
        )
        for twins in find_twins(texts, least_milli=LEAST_LIKENESS)
    ]
