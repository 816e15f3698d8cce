"""Visits to courses being written: one in review and one in draft, of no unit."""

from tests.crawl.visits import AUTHORS, ITEM_READERS, REVIEWERS, Visit

DRAFT = {"raw_code": "@draft_course"}
WAITING = {"raw_code": "@waiting_course"}
FIGURE = {**DRAFT, "raw_sha256": "@draft_figure"}
FILE = {**DRAFT, "raw_sha256": "@draft_file"}
TEXT = {"path": "01-lesson.md", "text": "改过", "revision": "1"}
PATH = {"path": "01-lesson.md"}
NEW = {"code": "crawl-course", "title": "新课程", "title_en": "New", "unit": "", "bank": ""}

AUTHORING = (
    Visit("authoring.index", may=ITEM_READERS, public=True),
    Visit("authoring.new", may=AUTHORS, public=True, form=NEW),
    Visit("authoring.desk", DRAFT, may=ITEM_READERS, public=True),
    Visit("authoring.desk", WAITING, may=ITEM_READERS, public=True),
    Visit("authoring.export", DRAFT, may=ITEM_READERS, public=True),
    Visit("authoring.figure", FIGURE, may=ITEM_READERS, public=True),
    Visit("authoring.file", FILE, may=ITEM_READERS, public=True),
    Visit(
        "authoring.file_page",
        {**FILE, "number": "1"},
        may=ITEM_READERS,
        public=True,
        own=frozenset({404}),
        why="a table has no pages",
    ),
    Visit("authoring.add_file", DRAFT, may=AUTHORS, public=True),
    Visit("authoring.add_deck", DRAFT, may=AUTHORS, public=True),
    Visit("authoring.changes", DRAFT, may=ITEM_READERS, public=True),
    Visit("authoring.changes", WAITING, may=ITEM_READERS, public=True),
    Visit("authoring.history", DRAFT, may=ITEM_READERS, public=True),
    Visit("authoring.edit", DRAFT, may=AUTHORS, public=True),
    Visit("authoring.shown", WAITING, may=ITEM_READERS, public=True, query=PATH),
    Visit("authoring.head", DRAFT, may=AUTHORS, public=True, query=PATH),
    Visit(
        "authoring.save_head",
        DRAFT,
        may=AUTHORS,
        public=True,
        form={**PATH, "revision": "1", "title": "课", "title_en": "Lesson"},
        last=True,
    ),
    Visit("authoring.preview", DRAFT, may=AUTHORS, public=True, form=TEXT),
    Visit("authoring.add_figure", DRAFT, may=AUTHORS, public=True),
    Visit("authoring.replace", DRAFT, may=AUTHORS, public=True, form={"revision": "1"}),
    Visit("authoring.submit", DRAFT, may=AUTHORS, public=True, form={"revision": "1"}),
    Visit(
        "authoring.restore",
        DRAFT,
        may=AUTHORS,
        public=True,
        form={"release": "1", "revision": "1"},
        posted=frozenset({404}),
    ),
    Visit("authoring.save", DRAFT, may=AUTHORS, public=True, form=TEXT, last=True),
    Visit("authoring.discard", DRAFT, may=AUTHORS, public=True, form={"revision": "1"}, last=True),
    Visit(
        "authoring.add_lesson",
        DRAFT,
        may=AUTHORS,
        public=True,
        form={"code": "crawl-lesson", "title": "新课时"},
        last=True,
    ),
    Visit(
        "authoring.change_file",
        DRAFT,
        may=AUTHORS,
        public=True,
        form={"path": "01-lesson.md", "act": "down"},
        last=True,
    ),
    Visit(
        "authoring.decide",
        WAITING,
        may=REVIEWERS,
        public=True,
        form={"revision": "1", "act": "publish"},
        last=True,
    ),
    Visit(
        "authoring.shelf", WAITING, may=REVIEWERS, public=True, form={"act": "retire"}, last=True
    ),
    Visit("authoring.withdraw", WAITING, may=AUTHORS, public=True, last=True),
)
