"""What an item says beyond other formats' fields, as tags in the words of item files: 难度 0.35."""

from collections.abc import Sequence
from dataclasses import replace

from learning.question_bank.drafts import ItemDraft, read_enemies
from learning.question_bank.formats.gathering import Notes
from learning.question_bank.formats.wording import number, shown
from learning.question_bank.loader.headings import LEVEL_WORDS, POOL_WORDS

_DIFFICULTIES = {"易": "0.2", "较易": "0.35", "中": "0.5", "较难": "0.65", "难": "0.8"}


def to_tags(draft: ItemDraft) -> list[str]:
    """Return the tags of a draft; the area is the category."""
    words = {value.value: word for word, value in (LEVEL_WORDS | POOL_WORDS).items()}
    tags = [words[draft.level]] if draft.level else []
    tags += [f"难度 {draft.difficulty}"] if draft.difficulty else []
    tags += [f"用途 {words[draft.pool]}"] if draft.pool else []
    tags += [f"互斥 {code}" for code in draft.excludes]
    return tags + [f"方向 {track}" for track in draft.tracks or ()]


def from_tags(draft: ItemDraft, tags: Sequence[str], notes: Notes) -> ItemDraft:
    """Read the tags back; those that mean nothing to an item are named."""
    tracks: list[str] = []
    excludes: list[str] = []
    strangers = []
    for tag in filter(None, (" ".join(tag.split()) for tag in tags)):
        word, _, value = tag.replace("：", " ").replace(":", " ").partition(" ")
        value = value.strip()
        if tag in LEVEL_WORDS:
            draft = replace(draft, level=LEVEL_WORDS[tag].value)
        elif word == "难度" and (difficulty := _difficulty(value)):
            draft = replace(draft, difficulty=difficulty)
        elif word == "用途" and value in POOL_WORDS:
            draft = replace(draft, pool=POOL_WORDS[value].value)
        elif word == "方向" and value:
            tracks.append(value)
        elif word == "互斥" and value:
            excludes += read_enemies(value)
        else:
            strangers.append(tag[:30])
    if strangers:
        notes.lose(f"标签“{'”“'.join(strangers[:10])}”没有带入")
    draft = replace(draft, excludes=tuple(dict.fromkeys(excludes))) if excludes else draft
    return replace(draft, tracks=tuple(tracks)) if tracks else draft


def _difficulty(value: str) -> str:
    if value in _DIFFICULTIES:
        return _DIFFICULTIES[value]
    found = number(value)
    return shown(found) if found is not None and 0 <= found <= 1 else ""
