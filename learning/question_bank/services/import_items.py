"""What the taken questions of an import become, worked out before anything is written."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.question_bank.drafts import (
    Defaults,
    DraftOption,
    ItemDraft,
    check,
    draft_from_json,
    draft_to_json,
)
from learning.question_bank.models import ItemImport, ItemImportRow, ItemRow
from learning.question_bank.rules import document_to_json, key_to_json
from learning.question_bank.services.import_rows import TAKE, findings_of
from learning.question_bank.services.records import (
    describe_unchecked,
    enemy_findings,
    pool_findings,
    pool_in_bank,
)

DESCRIBED = (
    "kind",
    "area",
    "level",
    "difficulty_milli",
    "is_parametric",
    "excerpt",
)
"""What a row of an item says of its content."""
_ASSET = re.compile(r"asset:([^)\s\"'<>]+)")
_CHUNK = 1000
Address = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version to be written: what it is found by, document and key as JSON."""

    content_hash: str
    document: str
    key: str


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to be made of the question `number`; without a version it is a draft.

    `described` are the columns that say what it is.
    """

    number: int
    code: str
    pool: str
    described: Mapping[str, Any]
    draft: str
    problem_count: int
    version: NewVersion | None


def wanted_codes(session: Session, kept: ItemImport) -> dict[int, str]:
    """Return the code that each taken question brings, "" for none, by its number."""
    rows = session.execute(
        select(ItemImportRow.number, ItemImportRow.draft)
        .where(ItemImportRow.import_id == kept.id, ItemImportRow.decision == TAKE)
        .order_by(ItemImportRow.number)
    )
    return {
        number: draft_from_json(text).code if '"code":' in text else "" for number, text in rows
    }


def new_items(
    session: Session,
    kept: ItemImport,
    defaults: Defaults,
    codes: Mapping[int, str],
    address: Address,
    *,
    submits: bool,
) -> Iterator[NewItem]:
    """Work out the items of an import's taken rows, in order.

    `address` gives the address of a picture by its name in the file. With `submits` what is
    good becomes a version.
    """
    rows = session.execute(
        select(
            ItemImportRow.number,
            ItemImportRow.draft,
            ItemImportRow.findings,
            ItemImportRow.is_good,
        )
        .where(ItemImportRow.import_id == kept.id, ItemImportRow.decision == TAKE)
        .order_by(ItemImportRow.number)
        .execution_options(yield_per=_CHUNK)
    )
    names: dict[str, str] | None = None
    made = frozenset(codes.values())
    for number, text, findings, is_good in rows:
        code = codes[number]
        mine = replace(defaults, code=code)
        draft = replace(with_pictures(draft_from_json(text), address), code="")
        if draft.excludes:
            names = names if names is not None else _new_names(session, kept, codes)
            draft = replace(draft, excludes=tuple(names.get(c, c) for c in draft.excludes))
        misplaced = pool_findings(draft, mine.pool.value)  # the bank may have changed since
        strange = enemy_findings(session, kept.bank, draft.excludes, made)
        problems = (len(misplaced) if is_good else _problems(findings)) + len(strange)
        is_ready = is_good and submits and not misplaced and not strange
        version = _version(draft, mine) if is_ready else None
        yield _new_item(number, draft, mine, version, problems)


def _new_names(session: Session, kept: ItemImport, codes: Mapping[int, str]) -> dict[str, str]:
    """Return the code that each question was given by the one that it brought along."""
    wanted = wanted_codes(session, kept)
    return {code: codes[number] for number, code in wanted.items() if code and number in codes}


def _problems(findings: str) -> int:
    return sum(not each.is_remark for each in findings_of(findings))


def with_pictures(draft: ItemDraft, address: Address) -> ItemDraft:
    """Let every text of a draft refer to its pictures by their address."""

    def mended(text: str) -> str:
        return _ASSET.sub(lambda found: address(found[1]), text) if "asset:" in text else text

    return replace(
        draft,
        stem=mended(draft.stem),
        explanation=mended(draft.explanation),
        options=tuple(DraftOption(mended(o.text), o.is_key) for o in draft.options),
        answers=tuple(mended(answer) for answer in draft.answers),
        parts=tuple(with_pictures(part, address) for part in draft.parts),
    )


def _new_item(
    number: int, draft: ItemDraft, defaults: Defaults, version: NewVersion | None, problems: int
) -> NewItem:
    row = ItemRow()
    describe_unchecked(row, draft, defaults)
    return NewItem(
        number=number,
        code=defaults.code,
        pool=pool_in_bank(draft, defaults.pool.value),
        described={name: getattr(row, name) for name in DESCRIBED},
        draft=draft_to_json(draft),
        problem_count=problems,
        version=version,
    )


def _version(draft: ItemDraft, defaults: Defaults) -> NewVersion | None:
    item = check(draft, defaults).item
    if item is None:
        return None
    return NewVersion(item.content_hash, document_to_json(item.document), key_to_json(item.key))
