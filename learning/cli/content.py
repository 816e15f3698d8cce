"""`flask content`: the items and lessons that live in files."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from flask.cli import with_appcontext

from learning.cli.context import cli_database
from learning.cli.unchanged import COURSE_NAME, find_unchanged, note_synced
from learning.cli.wording import judge_wording
from learning.courses.loader import LoadedCourse, list_courses, load_courses
from learning.courses.services import (
    CourseSyncReport,
    keep_course_ahead,
    retire_courses,
    sync_course,
)
from learning.kernel.clock import utc_now
from learning.kernel.content_states import hash_files
from learning.kernel.db import Database
from learning.kernel.errors import Problem
from learning.kernel.processes import map_in_processes
from learning.question_bank.loader import LoadedBank, load_bank
from learning.question_bank.rules import Item
from learning.question_bank.services import SyncReport, sync_bank, sync_settings
from learning.study.loader import LoadedTrack, load_tracks
from learning.study.services.tracks import retire_tracks, sync_track

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "question_bank"
COURSES = ROOT / "courses"
TRACKS = ROOT / "tracks"
MANY_LESSONS = 200


@dataclass(frozen=True, slots=True)
class Content:
    """What was read: banks and courses, with everything wrong in either."""

    banks: tuple[LoadedBank, ...]
    courses: tuple[LoadedCourse, ...]

    @property
    def problems(self) -> list[Problem]:
        """Return what is wrong, banks first."""
        return [problem for part in self._parts for problem in part.problems]

    @property
    def remarks(self) -> list[Problem]:
        """Return what is worth a look but not wrong."""
        return [remark for part in self._parts for remark in part.remarks]

    @property
    def _parts(self) -> list[LoadedBank | LoadedCourse]:
        return [*self.banks, *self.courses]


@click.group()
def content() -> None:
    """Check the content files, and bring them into the database."""


@content.command()
@click.argument(
    "folder", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False
)
@click.option("--remarks", is_flag=True, help="Also print what is worth a look but not wrong.")
def check(folder: Path | None, remarks: bool) -> None:  # noqa: FBT001 - click's way of a flag
    """Name every problem of the content files, those of style included: all, or those in FOLDER.

    FOLDER is a bank, a course, or a folder of either.
    """
    read, faults = _read_and_judge(folder)
    if not read.banks and not read.courses:
        raise click.ClickException(f"{folder}: neither bank.toml nor course.toml found")
    if remarks:
        for remark in read.remarks:
            click.echo(f"remark: {remark}")
    tracks = read_tracks() if folder is None else []
    wrong_tracks = [problem for track in tracks for problem in track.problems]
    problems = [*read.problems, *wrong_tracks, *faults]
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        raise click.ClickException(f"{len(problems)} problems")
    items = sum(len(bank.items) for bank in read.banks)
    lessons = sum(len(course.lessons) for course in read.courses)
    click.echo(
        f"content: {items} items in {len(read.banks)} banks, "
        f"{lessons} lessons in {len(read.courses)} courses, no problems"
    )


def _read_and_judge(folder: Path | None) -> tuple[Content, list[Problem]]:
    """Return what the folders hold and every fault of style, by all processors for much."""
    folders = list_folders(folder)
    lessons = sum(len(list(course.glob("*.md"))) for course in folders[1])
    processes = 1 if lessons < MANY_LESSONS else os.cpu_count() or 1
    read = read_content(folder, processes=processes)
    return read, judge_wording(*folders, processes=processes)


@content.command()
@with_appcontext
def sync() -> None:
    """Bring the content files into the database; new content becomes a new version."""
    for name, report in sync_all(cli_database()).items():
        gone = (
            f"{report.retired} retired" if isinstance(report, SyncReport) else f"{report.gone} gone"
        )
        click.echo(
            f"{name}: {report.added} added, {report.changed} changed, "
            f"{report.unchanged} unchanged, {gone}"
        )


def list_banks(folder: Path) -> list[Path]:
    """Return the bank folders at or right below a folder, in order of name."""
    if (folder / "bank.toml").exists():
        return [folder]
    return sorted(path.parent for path in folder.glob("*/bank.toml"))


def list_folders(folder: Path | None = None) -> tuple[list[Path], list[Path]]:
    """Return the folders of all banks and all courses, or those in a folder."""
    return list_banks(folder or FOLDER), list_courses(folder or COURSES)


def read_content(folder: Path | None = None, *, processes: int = 1) -> Content:
    """Read all content, or what is in a folder; courses alone are held against our own banks."""
    bank_folders, folders = list_folders(folder)
    banks = map_in_processes(load_bank, bank_folders, processes)
    known = banks
    if folders and not banks:
        known = map_in_processes(load_bank, list_banks(FOLDER), processes)
    are_all = folder is None or not banks
    areas = frozenset(item.document.area for bank in known for item in bank.items)
    held = areas if are_all else None
    courses = load_courses(folders, _items_by_bank(known), held, processes=processes)
    return Content(tuple(banks), tuple(courses))


def read_tracks(folder: Path = TRACKS, courses: Path = COURSES) -> list[LoadedTrack]:
    """Return the tracks of a folder, held against the courses that have one."""
    return load_tracks(folder, {path.name for path in list_courses(courses)})


def _items_by_bank(banks: Sequence[LoadedBank]) -> Mapping[str, Sequence[Item]]:
    return {loaded.bank.id: loaded.items for loaded in banks}


def sync_all(
    database: Database, folder: Path = FOLDER, courses: Path = COURSES
) -> dict[str, SyncReport | CourseSyncReport]:
    """Write all banks, then all courses, each in one transaction; refuse content with problems.

    Everything is read and checked before the first is written; nothing is parsed when files,
    program and rows are as the last sync left them. A course whose folder is gone leaves the
    catalogue. Returns the reports by "bank" or "courses/<course>".
    """
    files = hash_files([*list_banks(folder), *list_courses(courses), *_track_files(courses)])
    with database.session(write=False) as session:
        known = find_unchanged(session, files)
    if known is not None:
        return known
    banks = [load_bank(path) for path in list_banks(folder)]
    loaded = load_courses(list_courses(courses), _items_by_bank(banks))
    tracks = read_tracks() if _track_files(courses) else []
    _refuse_problems(Content(tuple(banks), tuple(loaded)), tracks)
    reports: dict[str, SyncReport | CourseSyncReport] = {}
    for bank in banks:
        with database.transaction() as session:
            sync_settings(session, bank.bank, utc_now())
            reports[bank.bank.id] = sync_bank(
                session, bank.bank.id, bank.items, utc_now(), pictures=bank.pictures
            )
    for course in loaded:
        keep_course_ahead(database.transaction, course, utc_now())
        with database.transaction() as session:
            name = f"{COURSE_NAME}{course.document.code}"
            reports[name] = sync_course(session, course, utc_now())
    with database.transaction() as session:
        retire_courses(session, [course.document.code for course in loaded], utc_now())
        for track in tracks:
            sync_track(session, track, utc_now())
        if courses == COURSES:
            retire_tracks(session, [track.document.code for track in tracks], utc_now())
        note_synced(session, files, reports, utc_now())
    return reports


def _track_files(courses: Path) -> list[Path]:
    """Return the files of our tracks; courses of a folder of their own may lack what they name."""
    return sorted(TRACKS.glob("*.toml")) if courses == COURSES else []


def _refuse_problems(read: Content, tracks: Sequence[LoadedTrack]) -> None:
    problems = [*read.problems, *(problem for track in tracks for problem in track.problems)]
    if problems:
        listed = "\n".join(str(problem) for problem in problems)
        raise click.ClickException(f"not synced, nothing changed:\n{listed}")
