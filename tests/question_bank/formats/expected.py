"""What files of other systems must become: the manifests under tests/cases."""

import json
from pathlib import Path
from typing import Any

from learning.question_bank.drafts import ItemDraft
from learning.question_bank.formats.contract import Importer, Parsed, SourceProblem, Upload

CASES = Path(__file__).parents[2] / "cases"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def list_cases(folder: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the files of a folder with what its manifest expects of each."""
    manifest = json.loads((CASES / folder / "manifest.json").read_text(encoding="utf-8"))
    return list(manifest.items())


def read_case(importer: Importer, folder: str, name: str) -> Parsed:
    content = (CASES / folder / name).read_bytes()
    return importer.parse(Upload(name, content), lambda *_: None)


def summary(parsed: Parsed) -> dict[str, Any]:
    """Put what was read into the manifest's form."""
    items = []
    for entry in parsed.entries:
        item = draft_summary(entry.draft)
        item["problems"] = [problem_summary(problem) for problem in entry.problems]
        items.append({name: value for name, value in item.items() if value})
    found: dict[str, Any] = {"items": items}
    if parsed.problems:
        found["problems"] = [problem_summary(problem) for problem in parsed.problems]
    if parsed.assets:
        found["pictures"] = len(parsed.assets)
    return found


def draft_summary(draft: ItemDraft) -> dict[str, Any]:
    keys = [LETTERS[n] for n, option in enumerate(draft.options) if option.is_key]
    return {
        "kind": draft.kind,
        "stem": draft.stem,
        "options": [option.text for option in draft.options],
        "key": keys or list(draft.answers),
        "points": draft.points,
        "area": draft.area,
        "level": draft.level,
        "explanation": draft.explanation,
        "parts": [
            {name: value for name, value in draft_summary(part).items() if value}
            for part in draft.parts
        ],
        "weight": draft.weight,
    }


def problem_summary(problem: SourceProblem) -> list[str]:
    return [problem.code, problem.message]
