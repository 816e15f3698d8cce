"""The way in: every item of an upload, in order, those that share a stimulus as one case."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from xml.etree.ElementTree import Element

from learning.question_bank.drafts import ItemDraft
from learning.question_bank.formats import kept_draft
from learning.question_bank.formats.contract import (
    Entry,
    Parsed,
    Progress,
    SourceProblem,
    Unreadable,
    Upload,
)
from learning.question_bank.formats.gathering import Album, Notes, check_count
from learning.question_bank.formats.qti import items, manifest, version1
from learning.question_bank.formats.qti.bodies import Bodies
from learning.question_bank.formats.qti.names import normalised
from learning.question_bank.formats.qti.packages import ZIP, Listed, Source
from learning.question_bank.formats.qti.writing import item_element, why_not
from learning.question_bank.formats.wording import code, number, points, shown
from learning.question_bank.formats.xml_out import shown_pictures

NAME = "qti"
_LOOKED_AT = 4096
_STEP = 50
_ROOTS = re.compile(rb"<(?:[\w-]+:)?(?:questestinterop|assessmentItem|qti-assessment-item)[\s>/]")
_SURE = 96


@dataclass(frozen=True, slots=True)
class _Found:
    """A question before numbers are given; `stimulus` are the paths of what it shares."""

    draft: ItemDraft
    notes: Notes
    stimulus: tuple[str, ...] = ()


class QtiImporter:
    """The way in."""

    NAME = NAME

    def detect(self, upload: Upload) -> int:
        """Be sure of a package with a manifest, and of XML that begins like an item."""
        content = upload.content
        if content.startswith(ZIP):
            if b"imsmanifest.xml" in content[-1_000_000:]:
                return _SURE
            return _SURE - 40 if content.count(b".xml") and b"[Content_Types]" not in content else 0
        return _SURE if _ROOTS.search(content[:_LOOKED_AT].replace(b"\0", b"")) else 0

    def parse(self, upload: Upload, progress: Progress) -> Parsed:
        """Read everything; what asks nothing is named."""
        source = Source.open(upload)
        album = Album()
        problems: list[SourceProblem] = []
        found: list[_Found] = []
        listed = source.list_items()
        for done, each in enumerate(listed, 1):
            found += _questions(each, source, album, problems)
            check_count(len(found) + len(problems))
            if done % _STEP == 0:
                progress(done, len(listed))
        entries = list(_entries(found, source, album))
        if not entries and not problems and not source.problems:
            raise Unreadable("unreadable", "QTI 文件里没有试题。")
        progress(len(listed), len(listed))
        return Parsed(NAME, tuple(entries), (*source.problems, *problems), album.assets)


def _questions(
    listed: Listed, source: Source, album: Album, problems: list[SourceProblem]
) -> Iterator[_Found]:
    file = source.tree(listed.path)
    if file is None:
        return
    is_first_version = file.tag == "questestinterop"
    roots = list(file.iter("item")) if is_first_version else [file]
    check_count(len(roots))
    for root in roots:
        title = " ".join((root.get("title") or "").split())[:40]
        where = title or root.get("label") or root.get("identifier") or root.get("ident") or ""
        name = posixpath.basename(listed.path) if not is_first_version else ""
        notes = Notes(" · ".join(filter(None, (name, where))) or listed.path)
        bodies = Bodies(listed.path, source.read, album, notes)
        if is_first_version:
            draft = version1.read_item(root, bodies)
        else:
            draft = _item(root, bodies, listed)
        if draft is None:
            message = f"“{where}”没有要作答的内容，没有带入"
            problems.append(SourceProblem(notes.where, "not_representable", message, is_loss=True))
        else:
            yield _Found(draft, notes, _stimuli(listed, root))


def _item(root: Element, bodies: Bodies, listed: Listed) -> ItemDraft | None:
    draft = items.read_item(root, bodies)
    if draft is None:
        return None
    described = manifest.read_metadata(listed.resource)
    own = kept_draft.read(described.own)
    if own is not None and _agrees(own, draft, bodies):
        bodies.notes.forget()
        return own
    worth = number(listed.points)
    if worth is not None and worth > 0:  # a weight multiplies the item's own score
        worth *= number(draft.points) or 1
        draft = replace(draft, points=points(shown(worth)))
    if described.is_own:
        draft = replace(draft, code=code(root.get("identifier", "").removeprefix("item-")))
    return manifest.described(draft, described, bodies.notes)


def _agrees(own: ItemDraft, draft: ItemDraft, bodies: Bodies) -> bool:
    """Tell whether an item still shows what our own draft beside it says: what is shown counts."""
    item = kept_draft.item_of(own)
    if item is None or why_not(item) or not shown_pictures(own) <= shown_pictures(draft):
        return False
    again = normalised(item_element(item, own))
    return items.read_item(again, bodies.silent()) == draft


def _stimuli(listed: Listed, root: Element) -> tuple[str, ...]:
    folder = posixpath.dirname(listed.path)
    references = root.iter("assessmentStimulusRef")
    paths = (each.get("href", "") for each in references)
    return tuple(posixpath.normpath(posixpath.join(folder, path)) for path in paths if path)


def _entries(found: Sequence[_Found], source: Source, album: Album) -> Iterator[Entry]:
    count = 0
    for stimulus, group in groupby(found, key=lambda each: each.stimulus):
        for draft, notes in _with_stimulus(stimulus, list(group), source, album):
            count += 1
            yield Entry(count, f"第 {count} 题（{notes.where}）", draft, notes.problems)


def _with_stimulus(
    stimulus: tuple[str, ...], group: list[_Found], source: Source, album: Album
) -> Iterator[tuple[ItemDraft, Notes]]:
    """Put a shared stimulus before what is asked about it; several questions become a case."""
    if not stimulus:
        yield from ((each.draft, each.notes) for each in group)
        return
    text = _stimulus_text(stimulus, group[0].notes, source, album)
    is_case = len(group) > 1 and all(each.draft.kind not in {"", "case"} for each in group)
    if not is_case or not text:
        for each in group:
            yield replace(each.draft, stem=f"{text}\n\n{each.draft.stem}".strip()), each.notes
        return
    notes = Notes(group[0].notes.where)
    for each in group:
        notes.take(each.notes)
    total = sum(number(each.draft.points) or 0 for each in group)
    parts = tuple(
        replace(each.draft, weight="" if each.draft.points == "1" else each.draft.points, points="")
        for each in group
    )
    yield ItemDraft(kind="case", stem=text, parts=parts, points=points(str(total))), notes


def _stimulus_text(paths: Sequence[str], notes: Notes, source: Source, album: Album) -> str:
    texts = []
    for path in paths:
        root = source.tree(path)
        if root is None:
            notes.lose(f"共用的材料“{path[:60]}”不在文件里，没有带入")
            continue
        body = root.find("stimulusBody")
        bodies = Bodies(path, source.read, album, notes)
        texts.append(bodies.markdown(body if body is not None else root))
    return "\n\n".join(filter(None, texts))
