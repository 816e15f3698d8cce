"""What a search of lessons costs: 5,000 lessons of some 3,000 characters, on both databases.

A search is the first page with its excerpts and the count. Prints a table and, as its last line,
one JSON object of median milliseconds; exit 1 when a search takes longer than 50 ms.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

import learning.models as all_models
from bench.search import WORDS
from learning.courses.models import (
    Course,
    CourseVersion,
    CourseVersionLesson,
    LessonSearch,
    LessonVersion,
)
from learning.courses.queries import search_lessons
from learning.courses.rules import (
    CourseDocument,
    LessonDocument,
    Objective,
    Term,
    to_json,
)
from learning.courses.services.searching import findable_terms
from learning.kernel.db import Database
from learning.kernel.search import fts5_learn
from learning.question_bank.rules import Level, Pool
from tests.postgres import DURABLE, running_postgres

LIMIT_MS = 50
A_COURSE = 20  # lessons
SENTENCES = 150
SHARES = {"质量": 1, "鱼骨": 30 / 100, "检验图": 6 / 100, "布尔": 1 / 100}
SEARCHES = ("布尔", "检验图", "鱼骨", "质量", "鱼骨 布尔", "质", "没有这个", "抽样方案的接收概率")


def seed(database: Database, count: int) -> None:
    """Create the schema and `count` lessons whose words are as common as SHARES says."""
    all_models.metadata.create_all(database.engine)
    now, rng = datetime.now(UTC), random.Random(11)
    for first in range(1, count + 1, A_COURSE):
        number = first // A_COURSE + 1
        with database.transaction() as session:
            _add_course(session, number, range(first, min(first + A_COURSE, count + 1)), now, rng)
    with database.autocommit.connect() as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM (ANALYZE)"))


def _add_course(
    session: Session, number: int, lessons: range, now: datetime, rng: random.Random
) -> None:
    documents = {n: _lesson(n, rng) for n in lessons}
    course = CourseDocument(
        f"course-{number:04d}",
        f"第 {number} 门课程",
        f"Course {number}",
        "",
        "",
        "",
        "",
        Pool.PRACTICE,
        tuple(document.code for document in documents.values()),
    )
    session.execute(
        insert(Course),
        [{"id": number, "code": course.code, "current_version_id": number, "created_at": now}],
    )
    version = {"id": number, "course_id": number, "number": 1, "content_hash": f"{number:064d}"}
    session.execute(
        insert(CourseVersion),
        [{**version, "title": course.title, "document": to_json(course), "created_at": now}],
    )
    session.execute(
        insert(LessonVersion),
        [_row(n, number, document, now) for n, document in documents.items()],
    )
    places = [
        {"course_version_id": number, "position": at, "lesson_version_id": n}
        for at, n in enumerate(documents, 1)
    ]
    session.execute(insert(CourseVersionLesson), places)
    terms = [
        {"lesson_version_id": n, "course_id": number, "terms": findable_terms(each)}
        for n, each in documents.items()
    ]
    session.execute(insert(LessonSearch), terms)
    if session.get_bind().dialect.name == "sqlite":
        learnt = [{"id": row["lesson_version_id"], "terms": row["terms"]} for row in terms]
        session.execute(text(fts5_learn("lesson_search")), learnt)


def _row(number: int, course: int, document: LessonDocument, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "course_id": course,
        "lesson_code": document.code,
        "number": 1,
        "content_hash": f"{number:064d}",
        "title": document.title,
        "title_en": document.title_en,
        "minutes": document.minutes,
        "document": to_json(document),
        "created_at": now,
    }


def _lesson(number: int, rng: random.Random) -> LessonDocument:
    sentences = [rng.choice(WORDS) + "。" for _ in range(SENTENCES)]
    for word, share in SHARES.items():
        if rng.random() < share:
            sentences.insert(rng.randrange(SENTENCES), f"这里说到{word}。")
    return LessonDocument(
        code=f"lesson-{number:05d}",
        title=f"第 {number} 课",
        title_en=f"Lesson {number}",
        minutes=20,
        objectives=(Objective(Level.MASTER, "会用"),),
        terms=(Term("术语", "term", "解释。"),),
        sources=(),
        body="\n\n".join(sentences),
        rest="",
        check_items=(),
        figures=(),
    )


def measure(database: Database, rounds: int) -> dict[str, float]:
    """Return the median milliseconds of each search, and print them."""
    found = {}
    for words in SEARCHES:
        taken = []
        for _ in range(rounds):
            with database.session(write=False) as session:
                began = time.perf_counter()
                lessons, total = search_lessons(session, words)
                taken.append((time.perf_counter() - began) * 1000)
        found[words] = round(statistics.median(taken), 1)
        print(f"  {words:<16}{found[words]:8.1f} ms  {len(lessons)} of {total}", flush=True)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lessons", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=15)
    args = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with running_postgres(folder / "pg", DURABLE) as server:
            server.execute("CREATE DATABASE bench")
            urls = {"sqlite": f"sqlite:///{folder / 'bench.db'}", "postgresql": server.url("bench")}
            for backend, url in urls.items():
                print(backend)
                database = Database(url)
                seed(database, args.lessons)
                found[backend] = measure(database, args.rounds)
                database.dispose()
    print(json.dumps(found, ensure_ascii=False))
    return 1 if any(ms > LIMIT_MS for side in found.values() for ms in side.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
