"""A Moodle XML file, question by question, with what is common to all types."""

import re
from collections.abc import Iterator
from dataclasses import replace
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
from learning.question_bank.formats.intake import parse_xml
from learning.question_bank.formats.moodle.questions import Feedback, Source, read
from learning.question_bank.formats.moodle.texts import Texts, plain, raw
from learning.question_bank.formats.moodle.writing import NAME, OWN, question_of
from learning.question_bank.formats.tags import from_tags
from learning.question_bank.formats.wording import code, explanation, number, points
from learning.question_bank.formats.xml_out import shown_pictures

_QUIZ = re.compile(rb"<quiz[\s>]")
_SURE = 96
_LOOKED_AT = 4096
_STEP = 50
_USUAL_PENALTIES = {"", "0", "0.1", "0.3333333", "0.33333", "0.5", "1"}
# What Moodle itself writes into every new question: nothing that an author said.
_STANDARD = {
    "Your answer is correct.",
    "Your answer is partially correct.",
    "Your answer is incorrect.",
    "That is correct.",
    "您的答案正确",
    "您的答案部分正确",
    "您的答案不正确",
    "回答正确。",
    "回答部分正确。",
    "回答不正确。",
}
_OUTCOMES = (
    ("correctfeedback", "答对时"),
    ("partiallycorrectfeedback", "部分答对时"),
    ("incorrectfeedback", "答错时"),
)


class MoodleImporter:
    """The way in."""

    NAME = NAME

    def detect(self, upload: Upload) -> int:
        """Be sure of a file that has `<quiz>` near its beginning."""
        head = upload.content[:_LOOKED_AT].replace(b"\0", b"")
        return _SURE if _QUIZ.search(head) else 0

    def parse(self, upload: Upload, progress: Progress) -> Parsed:
        """Read all questions; categories give the area, descriptions are named."""
        root = parse_xml(upload.content)
        if root.tag != "quiz":
            raise Unreadable("unreadable", "这不是 Moodle XML：最外层应是 <quiz>。")
        questions = root.findall("question")
        check_count(len(questions))
        album = Album()
        entries: list[Entry] = []
        problems: list[SourceProblem] = []
        area = ""
        for done, question in enumerate(questions, 1):
            kind = (question.get("type") or "").strip().lower()
            if kind == "category":
                area = _area(raw(question.find("category")))
            elif kind == "description":
                problems.append(_described(question))
            else:
                entries.append(_entry(len(entries) + 1, question, kind, album, area))
            if done % _STEP == 0:
                progress(done, len(questions))
        if not entries:
            raise Unreadable("unreadable", "Moodle XML 里没有试题。")
        progress(len(questions), len(questions))
        return Parsed(NAME, tuple(entries), tuple(problems), album.assets)


def _entry(number_: int, question: Element, kind: str, album: Album, area: str) -> Entry:
    name = " ".join(raw(question, "name").split())[:40]
    notes = Notes(f"第 {number_} 题" + (f"（{name}）" if name else ""))
    draft = _draft(question, kind, album, notes, area)
    own = kept_draft.read(question.findtext(OWN))
    if own is None or not _agrees(own, draft, question, album):
        return Entry(number_, notes.where, draft, notes.problems)
    is_moved = area and area != " ".join(own.area.split())
    return Entry(number_, notes.where, replace(own, area=area) if is_moved else own)


def _agrees(own: ItemDraft, draft: ItemDraft, question: Element, album: Album) -> bool:
    """Tell whether a question still shows what our own draft in it says: what is shown counts."""
    files = {file.get("name", ""): file.text or "" for file in question.iter("file")}
    again = question_of(own, files)
    if again is None or not shown_pictures(own) <= shown_pictures(draft):
        return False
    return replace(draft, area="") == _draft(again, again.get("type", ""), album, Notes(""), "")


def _draft(question: Element, kind: str, album: Album, notes: Notes, area: str) -> ItemDraft:
    texts = Texts(question, album, notes)
    stem = texts.of(question, "questiontext") or texts.of(question, "name")
    source = Source(question, _with_old_picture(question, stem, album, notes), texts, notes)
    feedback: Feedback = []
    draft = read(source, kind, feedback)
    general, origin = _general(question, texts)
    _note_rest(question, kind, notes)
    said = explanation(
        [("", general), *feedback, *_outcomes(question, texts), *_hints(question, texts)]
    )
    texts.note_files()
    identifier = plain(question, "idnumber")
    if identifier and not code(identifier):
        notes.lose(f"编号“{identifier[:40]}”不能用作题号，没有带入")
    draft = replace(
        draft,
        explanation=said,
        source=origin,
        code=code(identifier),
        area=area,
        points=points(plain(question, "defaultgrade")),
    )
    return from_tags(draft, [raw(tag) for tag in question.findall("tags/tag")], notes)


def _general(question: Element, texts: Texts) -> tuple[str, str]:
    """Return the explanation and, from files of our own, the source that stands behind it."""
    element = question.find("generalfeedback")
    text = raw(element)
    found = re.search(r'<p class="source">出处：(.*?)</p>\s*$', text, re.DOTALL)
    if element is None or not found:
        return texts.of(element), ""
    form = element.get("format") or "html"
    return texts.markdown(text[: found.start()], form), texts.markdown(found[1], form)


def _outcomes(question: Element, texts: Texts) -> Iterator[tuple[str, str]]:
    for name, label in _OUTCOMES:
        text = texts.of(question, name)
        yield label, "" if text in _STANDARD else text


def _hints(question: Element, texts: Texts) -> Iterator[tuple[str, str]]:
    hints = question.findall("hint")
    for place, hint in enumerate(hints, 1):
        old = hint.find("hintcontent")
        yield f"提示 {place}" if len(hints) > 1 else "提示", texts.of(hint if old is None else old)


def _note_rest(question: Element, kind: str, notes: Notes) -> None:
    penalty = number(plain(question, "penalty") or "0")
    if penalty is not None and f"{penalty.normalize():f}" not in _USUAL_PENALTIES:
        notes.lose(f"重答扣分 {penalty.normalize():f}，没有带入")
    if plain(question, "hidden") == "1":
        notes.lose("原题是隐藏的，导入后不再隐藏")
    if kind in {"calculated", "calculatedmulti", "calculatedsimple"}:
        notes.lose("公式和数据集没有带入，请改写成参数化试题")


def _with_old_picture(question: Element, stem: str, album: Album, notes: Notes) -> str:
    """Show the picture that files of Moodle 1 carry beside the text."""
    encoded, name = plain(question, "image_base64"), plain(question, "image")
    if not encoded or not name:
        return stem
    shown = album.add_encoded(f"data:image/png;base64,{encoded}", "")
    if shown is None:
        notes.add("picture", f"“{name[:60]}”不是可用的图片")
        return stem
    return f"{stem}\n\n{shown}"


def _area(path: str) -> str:
    """Return the last name of a category's path; a slash of a name is written twice."""
    last = re.split(r"(?<!/)/(?!/)", re.sub(r"^\$\w+\$/", "", path))[-1]
    name = " ".join(last.replace("//", "/").split())
    is_default = name.lower() in {"top", "default"} or name.lower().startswith("default for ")
    return "" if is_default else name[:120]


def _described(question: Element) -> SourceProblem:
    text = " ".join(re.sub(r"<[^<>]*>", " ", raw(question, "questiontext")).split())[:60]
    name = raw(question, "name")[:40]
    message = f"说明文字“{text or name}”不是试题，没有带入"
    return SourceProblem(f"说明“{name}”", "not_representable", message, is_loss=True)
