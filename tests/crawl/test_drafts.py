"""A draft of another unit is to who writes courses exactly like one that is nowhere.

The crawl's own writers reach everything; here each of two units has one of its own, who holds every
right to write and to review, and a course of each unit is in draft and in review.
"""

import hashlib
import re

import pytest

from learning.courses.services import bring_course, submit_course
from learning.kernel.clock import utc_now
from learning.kernel.permissions import Role
from tests.crawl.authoring_endpoints import AUTHORING
from tests.crawl.test_matrix import masked
from tests.crawl.visiting import Reply
from tests.crawl.visits import Visit
from tests.factories.courses import COURSE, HEAD, SVG
from tests.factories.people import (
    grant_role,
    log_in,
    make_actor,
    make_unit,
    make_user,
    unit_grant,
)
from tests.world.authoring import FORM

pytestmark = pytest.mark.sqlite  # whose a draft is stands in one query, tested on both
TEXT = "\n## 一\n\n甲单位与乙单位的草稿。\n\n![图：说明](assets/figure.svg)\n"
VISITS = [visit for visit in AUTHORING if "raw_code" in visit.path]
KINDS = {"@draft_course": "draft", "@waiting_course": "waiting"}


def _files(code: str) -> dict[str, bytes]:
    settings = COURSE.replace("sample-course", code).replace('bank = "course-bank"\n', "")
    head = HEAD.format(code=f"{code}-01", title="第一课")
    return {
        "course.toml": settings.encode(),
        "assets/figure.svg": SVG.encode(),
        "assets/form.csv": FORM,
        "01-lesson.md": (head + TEXT).encode(),
    }


class Drafts:
    """Two units, `a` and `b`, each with a writer's browser and with two courses in the making."""

    def __init__(self, app, database) -> None:
        app.config.update({"WTF_CSRF_ENABLED": False})
        self.app, self.clients, now = app, {}, utc_now()
        for side in "ab":
            with database.transaction() as session:
                unit, user = make_unit(session, now, name=f"单位{side}"), make_user(session, now)
                grant_role(session, now, user, Role.ITEM_MANAGER, unit)
                actor = make_actor(user, unit_grant(Role.ITEM_MANAGER, unit))
                for kind in ("draft", "waiting"):
                    files = _files(f"{kind}-of-{side}")
                    course = bring_course(session, actor, files, unit.public_id, now)
                    if kind == "waiting":
                        submit_course(
                            session, actor, course,
                            note="第一版", substantial=(), revision=course.revision, now=now,
                        )  # fmt: skip
            self.clients[side] = app.test_client()
            log_in(self.clients[side], database, user, now)

    def send(self, visit: Visit, method: str, whose: str) -> tuple[object, ...]:
        """Let the writer of `a` make a visit to a course of `whose`; return the reply, masked."""
        kind = KINDS[visit.path["raw_code"]]
        code = f"{kind}-of-{whose}"
        values = {**visit.path, "raw_code": code}
        if "raw_sha256" in values:
            is_file = values["raw_sha256"] == "@draft_file"
            values["raw_sha256"] = hashlib.sha256(FORM).hexdigest() if is_file else "0" * 64
        with self.app.test_request_context():
            path = self.app.url_for(visit.endpoint, **values)
        if method == "GET":
            got = self.clients["a"].get(path, query_string=dict(visit.query))
        else:
            got = self.clients["a"].post(path, data=dict(visit.form))
        reply = Reply(got.status_code, got.headers, got.get_data())
        return masked(reply, path, {"raw_code": code})


@pytest.fixture
def drafts(app, database) -> Drafts:
    return Drafts(app, database)


def test_a_foreign_draft_is_like_none_for_every_page_of_authors(drafts) -> None:
    told_apart, reached = [], set()
    for visit in VISITS:
        rules = drafts.app.url_map.iter_rules(visit.endpoint)
        methods = {method for rule in rules for method in rule.methods or ()} & {"GET", "POST"}
        for method in sorted(methods):
            foreign = drafts.send(visit, method, "b")
            if foreign != drafts.send(visit, method, "x"):
                told_apart.append((visit.endpoint, method))
            assert foreign[0] in {400, 404}, (visit.endpoint, method, foreign[0])
            assert not re.search("乙单位的草稿|单位b", str(foreign))
            if drafts.send(visit, method, "a")[0] in {200, 302, 303, 400, 409}:
                reached.add(visit.endpoint)
            drafts.clients["a"].get(
                "/authoring"
            )  # shows what the visit to one's own left to be said

    assert told_apart == []
    # All but the figure, asked for here by a hash that is none, a page of what has none, and a
    # version that was not published.
    assert {visit.endpoint for visit in VISITS} - reached <= {
        "authoring.figure",
        "authoring.file_page",
        "authoring.restore",
    }
