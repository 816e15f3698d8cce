"""An item as somebody wrote it, perhaps wrong: what imports parse, editors edit, `check` judges.

Every way in makes an `ItemDraft` (Markdown files excepted, whose problems have lines); one check
turns it into an `Item` or says what is wrong, field by field. `draft_of(item)` is the way back, and
`check(draft_of(item))` gives the same item. Pure.
"""

from learning.question_bank.drafts.checking import Checked, Defaults, DraftFinding, check, sketch
from learning.question_bank.drafts.draft import (
    DraftOption,
    ItemDraft,
    draft_from_json,
    draft_to_json,
)
from learning.question_bank.drafts.enemies import (
    enemy_faults,
    read_enemies,
    unknown_enemy,
    write_enemies,
)
from learning.question_bank.drafts.keys import (
    same_question,
    says_same_answers,
    says_same_key,
    with_key_of,
    without_key,
)
from learning.question_bank.drafts.texts import MAX_TEXT, formula_findings, shown_answers
from learning.question_bank.drafts.writing import draft_of

__all__ = [
    "MAX_TEXT",
    "Checked",
    "Defaults",
    "DraftFinding",
    "DraftOption",
    "ItemDraft",
    "check",
    "draft_from_json",
    "draft_of",
    "draft_to_json",
    "enemy_faults",
    "formula_findings",
    "read_enemies",
    "same_question",
    "says_same_answers",
    "says_same_key",
    "shown_answers",
    "sketch",
    "unknown_enemy",
    "with_key_of",
    "without_key",
    "write_enemies",
]
