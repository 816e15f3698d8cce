"""How papers are put together, in words: forms, common shapes, levels, bands of difficulty."""

from learning.attempts.rules import CODES
from learning.exams.words.sittings import _
from learning.question_bank.rules import Band, Level


def forms_words(forms: int) -> str:
    """Return how papers are put together."""
    if forms > 1:
        letters = _("、").join(CODES[:forms])
        return _("%(n)s 套平行卷（%(letters)s），互不重题，难度相当", n=forms, letters=letters)
    return _("固定一卷，人人相同") if forms else _("每人随机一卷")


def presets() -> list[tuple[str, str]]:
    """Return common papers: the label, and rows as kind:count:points for the script."""
    return [
        (_("80 单选 + 40 多选"), "single:80:1,multiple:40:2"),
        (_("60 单选 + 20 多选"), "single:60:1,multiple:20:2"),
        (_("40 单选 + 20 多选 + 20 判断"), "single:40:1,multiple:20:2,true_false:20:1"),
    ]


def level_words(level: Level) -> str:
    """Return how well a point must be known."""
    return {
        Level.MASTER: _("掌握"),
        Level.FAMILIAR: _("熟悉"),
        Level.AWARE: _("了解"),
    }[level]


def band_words(band: Band) -> str:
    """Return a band of difficulty, with its limits."""
    return {
        Band.EASY: _("易（低于 0.35）"),
        Band.MIDDLE: _("中（0.35 至 0.65）"),
        Band.HARD: _("难（0.65 及以上）"),
    }[band]
