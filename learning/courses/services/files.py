"""Recordings, captions and documents of a course being written; a PDF that becomes a lesson."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from learning.courses.drafts import LessonHead, free_path, head_text
from learning.courses.loader import (
    CODE,
    MAX_MINUTES,
    Asset,
    is_kept_apart,
    judge_asset,
    lesson_paths,
)
from learning.courses.models import AuthoredCourse
from learning.courses.models.authoring import MAX_NAME
from learning.courses.queries.authoring import list_files
from learning.courses.services.glossary import fold
from learning.courses.services.working_files import (
    MAX_FILES,
    MAX_TITLE,
    forget_contents,
    get_working_file,
    hold,
    keep_contents,
    keep_one,
    note_change,
    put_file,
)
from learning.kernel.content import ProblemList
from learning.kernel.errors import Conflict, Invalid, Problem
from learning.kernel.permissions import Actor

FOLDER = "assets/"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was brought and judged; `name` is what its owner calls it."""

    asset: Asset
    content: bytes
    name: str


@dataclass(frozen=True, slots=True)
class DeckLesson:
    """What a person says of a lesson that is a PDF; `raw_minutes` as typed, "" for an estimate.

    `page_texts` are what its pages say, in order.
    """

    code: str
    title: str
    title_en: str
    raw_minutes: str
    page_texts: tuple[str, ...] = ()


def judge_upload(raw_name: str, content: bytes, most_mb: int) -> Upload:
    """Judge a file by its bytes; slow, so that it is done before the database is held.

    A Chinese name is written in pinyin, so that captions keep the name of their video; one that is
    no good gives way to one made of the content's hash. Raises Invalid for what is
    no recording, no captions and no document, for nothing, and for more than `most_mb` megabytes.
    """
    shown = raw_name[:80] or "file"
    if not content:
        raise Invalid([Problem("", None, "file", "file", "没有选文件，或文件是空的")])
    if len(content) > most_mb * 1024 * 1024:
        raise Invalid([Problem(shown, None, "file", "file_size", f"文件大于 {most_mb} MB")])
    name = _file_name(raw_name, content)
    problems = ProblemList()
    if not is_kept_apart(FOLDER + name):
        message = (
            "这里传视频（mp4、webm）、音频（m4a、mp3、ogg）、字幕（vtt）和资料"
            "（pdf、docx、xlsx、pptx、csv）；图在编辑课时的时候放"
        )
        raise Invalid([Problem(shown, None, "", "asset_name", message)])
    asset = judge_asset(name, content, problems.at(shown))
    problems.raise_if_any()
    if asset is None:
        raise Invalid([Problem(shown, None, "", "asset_name", "文件名不能用")])
    return Upload(asset, content, _printable(raw_name)[-MAX_NAME:])


def _printable(raw_name: str) -> str:
    return "".join(filter(str.isprintable, raw_name))


def _file_name(raw_name: str, content: bytes) -> str:
    from pypinyin import lazy_pinyin  # its dictionary takes 0.3 s: not at every start

    stem, _, suffix = raw_name.lower().rpartition(".")
    language = ".en" if suffix == "vtt" and stem.endswith(".en") else ""
    spelled = "-".join(lazy_pinyin(stem.removesuffix(language)))
    stem = re.sub(r"[^a-z0-9_]+", "-", spelled).strip("-_")[:60].rstrip("-_")
    if not re.match(r"[a-z0-9]", stem) or not re.search(r"[a-z]", stem):
        stem = f"file-{hashlib.sha256(content).hexdigest()[:12]}"
    return f"{stem}{language}.{suffix}"


def add_file(
    session: Session, actor: Actor, authored: AuthoredCourse, upload: Upload, now: datetime
) -> str:
    """Store a file that was judged; return its path. One of the same name is replaced.

    Raises Conflict("in_review" | "too_many"), Invalid when another file's name is spelled alike.
    """
    hold(session, authored)
    path = _put(session, actor, authored, upload, now)
    note_change(session, actor, authored, now)
    return path


def add_deck_lesson(
    session: Session,
    actor: Actor,
    authored: AuthoredCourse,
    lesson: DeckLesson,
    upload: Upload,
    now: datetime,
) -> str:
    """Store a PDF and a lesson that shows it page by page, after the others; return its path.

    Raises Invalid for a file that is no PDF with pages, a code or a title that are none and minutes
    out of bounds, Conflict("in_review" | "too_many").
    """
    hold(session, authored)
    minutes = _minutes(lesson.raw_minutes)
    problems = [
        *_lesson_problems(lesson, minutes),
        *_deck_problems(upload.asset, lesson.page_texts),
    ]
    if problems:
        raise Invalid(problems)
    path = free_path(lesson_paths(list_files(session, authored)), lesson.code)
    if path is None:
        raise Conflict("too_many")
    deck = _put(session, actor, authored, upload, now)
    title = lesson.title.strip()
    head = LessonHead(
        lesson.code,
        title,
        lesson.title_en.strip() or title,
        minutes=minutes,
        deck=deck,
        page_texts=lesson.page_texts,
    )
    content = head_text(head).encode()
    sha256 = keep_contents(session, {path: content}, now)[path]
    put_file(session, actor, authored, path, sha256, now)
    note_change(session, actor, authored, now)
    return path


def _put(
    session: Session, actor: Actor, authored: AuthoredCourse, upload: Upload, now: datetime
) -> str:
    path = FOLDER + upload.asset.name
    files = list_files(session, authored)
    before = files.get(path)
    if before is None and len(files) >= MAX_FILES:
        raise Conflict("too_many")
    if before is not None and before.sha256 == upload.asset.sha256:
        return path
    if before is not None:
        _refuse_another(get_working_file(session, authored, path).brought_as, upload)
    sha256 = keep_one(session, upload.asset, upload.content, now)
    put_file(session, actor, authored, path, sha256, now, brought_as=upload.name)
    if before is not None:
        forget_contents(session, [before.sha256])
    return path


def _refuse_another(known: str, upload: Upload) -> None:
    """Refuse a file whose name is another's and is only spelled like it; `known` may be "".

    Who types the name as it is spelled means the file that is there.
    """
    spelled = upload.asset.name
    if fold(upload.name) in {fold(known), spelled}:
        return
    held = f"已有的“{known}”" if known else "已有的一个文件"
    message = (
        f"“{upload.name[:80]}”和{held}在课程里都写作 {spelled}，没有替换。"
        f"是另一个文件：改个名字再传；要替换：把它改名为 {spelled} 再传"
    )
    raise Invalid([Problem(upload.name[:80], None, "file", "name_taken", message)])


def _minutes(raw: str) -> int | None:
    """Return typed minutes, None for none, 0 for what is no number."""
    if not raw.strip():
        return None
    is_number = raw.strip().isascii() and raw.strip().isdigit() and len(raw.strip()) <= 4
    return int(raw) if is_number else 0


def _lesson_problems(lesson: DeckLesson, minutes: int | None) -> list[Problem]:
    problems = []
    if not CODE.fullmatch(lesson.code):
        message = "课时 id 用小写字母、数字和连字符，3～60 个字符"
        problems.append(Problem("", None, "code", "code", message))
    title = lesson.title.strip()
    if not title or len(title) > MAX_TITLE or not title.isprintable():
        message = f"标题应有 1～{MAX_TITLE} 字"
        problems.append(Problem("", None, "title", "title", message))
    if len(lesson.title_en.strip()) > MAX_TITLE or not lesson.title_en.isprintable():
        message = f"英文标题至多 {MAX_TITLE} 字"
        problems.append(Problem("", None, "title_en", "title", message))
    if minutes is not None and not 1 <= minutes <= MAX_MINUTES:
        message = f"分钟应在 1～{MAX_MINUTES} 之间"
        problems.append(Problem("", None, "minutes", "minutes", message))
    return problems


def _deck_problems(asset: Asset, page_texts: tuple[str, ...]) -> list[Problem]:
    if asset.media_type != "application/pdf":
        message = "课时的幻灯片要用 PDF：在演示软件里选“导出为 PDF”再上传"
        return [Problem(asset.name, None, "", "deck_kind", message)]
    if not asset.pages:
        message = "这个 PDF 的页不能显示：有密码、已损坏，或多于 300 页"
        return [Problem(asset.name, None, "", "deck_pages", message)]
    if len(page_texts) > asset.pages:
        message = f"写了 {len(page_texts)} 页的文字，PDF 只有 {asset.pages} 页：一行一页"
        return [Problem(asset.name, None, "page_texts", "page_texts", message)]
    return []
