"""Courses and progress in words for people, translated; what the pages list, ready to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import get_locale, gettext

from learning.courses.presentation import DeckWords, Trace, trace
from learning.courses.queries import CheckView, CourseLine, CourseView, LessonLine, ProgressView
from learning.courses.queries.media import WatchView
from learning.courses.rules import CHECK_LIMIT, FileUse, LessonDocument, next_lesson
from learning.courses.rules.media import asked_recordings, percent_of
from learning.question_bank.rules import Level
from learning.question_bank.words import LEVELS
from learning.web.templating import kept_by_language


def _(text: str, **values: object) -> str:
    """Translate; the library is untyped, and message extraction knows this name."""
    return str(gettext(text, **values))


@dataclass(frozen=True, slots=True)
class LessonRow:
    """A lesson in a list: `state` is done, now (opened) or next; `mark` its status mark."""

    line: LessonLine
    state: str
    mark: str
    words: str


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A course in the catalogue with the reader's progress (none for people not logged in)."""

    line: CourseLine
    done: int
    trace: Trace
    words: str


_MARKS = {"done": "pass", "now": "live", "next": "none"}


@kept_by_language
def _state_words() -> dict[str, str]:
    return {"done": _("已学完"), "now": _("正在学"), "next": _("未学")}


def lesson_rows(
    lessons: Sequence[LessonLine], progress: Mapping[str, ProgressView]
) -> list[LessonRow]:
    """Return the lessons with the reader's state in each."""
    words = _state_words()
    rows = []
    for line in lessons:
        seen = progress.get(line.code)
        state = "next" if seen is None else "done" if seen.completed_at else "now"
        rows.append(LessonRow(line, state, _MARKS[state], words[state]))
    return rows


def course_trace(rows: Sequence[LessonRow], width: int = 560) -> Trace:
    """Return the trace of a course's lessons."""
    return trace(tuple(row.state for row in rows), width)


def course_row(line: CourseLine, done: set[str]) -> CourseRow:
    """Return a course of the catalogue; `done` holds the codes of completed lessons."""
    finished = len(done & set(line.document.lessons))
    states = tuple("done" if code in done else "next" for code in line.document.lessons)
    return CourseRow(line, finished, trace(states), progress_words(finished, line.lessons))


def progress_words(done: int, total: int) -> str:
    """Return how far a learner is in a course."""
    if done >= total:
        return _("%(total)s 课时全部学完", total=total)
    return _("已学 %(done)s / %(total)s 课时", done=done, total=total)


def go_on(course: CourseView, progress: Mapping[str, ProgressView]) -> LessonLine:
    """Return the lesson that the button of a course leads to; the first when all are done."""
    left = [view for view in progress.values() if view.completed_at is None]
    last = max(left, key=lambda view: view.last_at).lesson_code if left else None
    done = [view.lesson_code for view in progress.values() if view.completed_at]
    code = next_lesson([line.code for line in course.lessons], done, last)
    return course.get_lesson(code) if code else course.lessons[0]


def level_words(level: str) -> str:
    """Return how well a point must be known."""
    return _(LEVELS[Level(level)])


@kept_by_language
def check_words(count: int) -> list[str]:
    """Return what a learner should know before a self-check, sentence by sentence."""
    hours = int(CHECK_LIMIT.total_seconds()) // 3600
    return [
        _("共 %(count)s 题，一题一题作答，确认后立即看到对错和解析。", count=count),
        _("不计成绩，可以重做；一次作答最长 %(hours)s 小时，到时自动结束。", hours=hours),
    ]


def lesson_state(progress: ProgressView | None, check: CheckView | None) -> dict[str, object]:
    """Return what the script of the lesson page shows and updates."""
    return {
        "percent": progress.read_percent if progress else 0,
        "completed": bool(progress and progress.completed_at),
        "check_done": check.done if check else None,
    }


@dataclass(frozen=True, slots=True)
class Download:
    """A document that a lesson hands out."""

    label: str
    name: str
    size: str
    url: str


def downloads(document: LessonDocument, files_url: str) -> list[Download]:
    """Return the documents of a lesson, the PDF whose pages are the lesson first."""
    files = (*document.used_as(FileUse.DECK), *document.used_as(FileUse.DOWNLOAD))
    by_hash = {file.sha256: file for file in reversed(files)}
    return [
        Download(
            file.label or (_("整份 PDF") if file.use is FileUse.DECK else file.name),
            file.name,
            size_words(file.size),
            files_url + file.sha256,
        )
        for file in reversed(by_hash.values())
    ]


def size_words(size: int) -> str:
    """Return a size in bytes as people read it."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB"


def watched_files(
    document: LessonDocument, watched: Mapping[str, WatchView], need: int
) -> dict[str, dict[str, int]]:
    """Return by hash where the reader is in each recording and how much of it was seen.

    `need` is the percent that the rules ask for; in what is returned, 0 for a recording that the
    lesson does not ask for.
    """
    none = WatchView(0, 0)
    asked = asked_recordings({file.name: file.duration_ms for file in document.files})
    return {
        file.sha256: {
            "position_ms": (view := watched.get(file.sha256, none)).position_ms,
            "percent": percent_of(view.watched_ms, file.duration_ms),
            "need": need if file.name in asked else 0,
            "duration_ms": file.duration_ms,
        }
        for file in document.used_as(FileUse.PLAYED)
    }


def count_unwatched(watched: Mapping[str, Mapping[str, int]]) -> int | None:
    """Return of how many recordings more is to be watched; None for a lesson that asks for none."""
    asked = [one for one in watched.values() if one["need"]]
    return sum(one["percent"] < one["need"] for one in asked) if asked else None


def unwatched_words(count: int, words: Mapping[str, str]) -> str:
    """Return what is still to be watched of a lesson, in the words of its page's script."""
    return words["unwatched"].replace("{n}", str(count)) if count else words["all_watched"]


@kept_by_language
def deck_words() -> DeckWords:
    """Return what stands around the pages of a deck."""
    return DeckWords(
        "en" if str(get_locale()) == "en" else "zh-CN",
        _("第 {n} 页"),
        _("第 {n} 页，共 {total} 页"),
        _("第 {n} 页的文字"),
    )


def note_words() -> dict[str, str]:
    """Return the sentences that the script of notes needs; {text} is the beginning of one."""
    return {
        "saved": _("已保存。"),
        "removed": _("已删除。"),
        "offline": _("网络不通，没有保存，请稍后再试。"),
        "refused": _("没有保存：内容太长、太多或含有不能保存的字符。"),
        "too_long": _("选的正文太长，一次最多 500 个字。"),
        "detached": _("原文已改动，找不到这段话"),
        "edit": _("修改"),
        "edit_which": _("修改笔记：{text}"),
        "open_note": _("打开笔记：{text}"),
        "open_highlight": _("打开高亮：{text}"),
    }


@kept_by_language
def script_words(need: int) -> dict[str, str]:
    """Return the sentences that the script of the lesson page needs; {n} is a number.

    `need` percent of a recording are to be watched.
    """
    return {
        "percent": _("已读 {n}%"),
        "read": _("已读到末尾"),
        "watched": _("已看 {n}%"),
        "watched_kept": _("已看 {n}%。网络不通：看过的先记在本机，连上后补报；断网期间不计学时。"),
        "watched_closed": _("已看 {n}%。这一课现在打不开：看过的先记在本机，能打开时补报。"),
        "unwatched": _("还有 {n} 段视频或音频要看满 {need}%").replace("{need}", str(need)),
        "all_watched": _("视频、音频已看够"),
        "transcript": _("看文字稿"),
        "transcript_done": _("文字稿读完了"),
        "transcript_counts": _(
            "看不了或听不了的，读文字稿同样算：按停留的时间计入，读完后点一下。"
        ),
        "transcript_missing": _("文字稿没有取到，请稍后再试。"),
        "check_done": _("自测已做"),
        "completed": _("本课时已学完"),
        "login": _("登录已过期，进度没有保存。刷新本页重新登录。"),
        "offline": _("网络不通，进度稍后再存。"),
        "revised_minor": _("这一课刚有修订。可以接着读完，读过的照算；刷新后是新版本。"),
        "revised_substantial": _(
            "这一课刚有实质修订，须重新学完新版本；已计学时不变。刷新后是新版本。"
        ),
        "revised_gone": _("这一课刚从课程中移除。可以接着读完，已计学时不变。"),
    }
