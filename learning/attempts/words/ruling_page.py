"""What the page of a regrade shows of its rulings, whoever's assessment it is."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from learning.attempts.queries import RegradeView, RuledItem, get_ruled_item, list_ruled_items
from learning.attempts.rules import Treatment
from learning.attempts.words.regrades import ItemToRule, ruling_words
from learning.kernel.errors import NotFound
from learning.kernel.markdown import render
from learning.question_bank.queries import get_documents

MAX_DIGITS = 18
MAX_CODE = 60


@dataclass(frozen=True, slots=True)
class RulingLine:
    """A ruling that is written down, in words; `is_bare`: another key that nobody explains."""

    item: RuledItem
    words: str
    explanation_html: str
    is_bare: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What to rule on next: an item, or the versions of a code to choose from."""

    code: str
    items: tuple[RuledItem, ...] = ()
    item: RuledItem | None = None
    shown: ItemToRule | None = None


def ruling_lines(session: Session, regrade: RegradeView) -> list[RulingLine]:
    """Return the rulings of a regrade in words."""
    documents = get_documents(session, [each.version_id for each in regrade.rulings])
    return [
        RulingLine(
            get_ruled_item(session, regrade.assessment_id, each.version_id),
            ruling_words(each, documents[each.version_id]),
            render(each.explanation) if each.explanation else "",
            each.treatment is Treatment.REKEY and not each.explanation,
        )
        for each in regrade.rulings
    ]


def explanation_of(regrade: RegradeView, version_id: int) -> str:
    """Return the explanation that a regrade has written for an item so far, "" for none."""
    return next((each.explanation for each in regrade.rulings if each.version_id == version_id), "")


def find_choice(
    session: Session, assessment_id: int, *, raw_code: str, raw_version: str, appealed: int | None
) -> Choice:
    """Return what was chosen to rule on; `appealed` is the version to offer where nothing was."""
    code = raw_code.strip()[:MAX_CODE].replace("\0", "")
    items = tuple(list_ruled_items(session, assessment_id, code)) if code else ()
    version_id = read_version(raw_version)
    if version_id is None and len(items) == 1:
        version_id = items[0].version_id
    if version_id is None and not code:
        version_id = appealed
    if version_id is None:
        return Choice(code, items)
    item = get_ruled_item(session, assessment_id, version_id)
    return Choice(item.code, items, item)


def read_version(raw: str) -> int | None:
    """Return an item version as a form names it, None for none; NotFound for what is no number."""
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) <= MAX_DIGITS):
        raise NotFound("item")
    return int(raw)
