"""Two courses being written: a draft with something wrong, and one that waits for review."""

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from learning.accounts.models import User
from learning.courses.services import bring_course, submit_course
from learning.kernel.permissions import Grant, Role, ScopeKind
from tests.factories.courses import COURSE, HEAD, SVG
from tests.factories.people import make_actor

BODY = "\n## 一\n\n文字与公式 $a+b$。\n\n![图：说明](assets/figure.svg)\n"
FORM = b"name,number\n"


def furnish_authoring(session: Session, now: datetime, author: User) -> dict[str, str]:
    """Return codes and a figure's hash by the names that visits use."""
    writing = make_actor(author, Grant(Role.AUTHOR, ScopeKind.PLATFORM, ""))
    found = {
        "draft_figure": hashlib.sha256(SVG.encode()).hexdigest(),
        "draft_file": hashlib.sha256(FORM).hexdigest(),
    }
    for name, code in (("draft_course", "drafted-course"), ("waiting_course", "waiting-course")):
        settings = COURSE.replace("sample-course", code).replace('bank = "course-bank"\n', "")
        files = {
            "course.toml": settings.encode(),
            "assets/figure.svg": SVG.encode(),
            "assets/form.csv": FORM,
        }
        for number in (1, 2):
            head = HEAD.format(code=f"{code}-{number:02d}", title=f"第 {number} 课" * 8)
            files[f"{number:02d}-lesson.md"] = (head + BODY).encode()
        if name == "draft_course":
            files["02-lesson.md"] += b"\n$\\frac{$\n"
        course = bring_course(session, writing, files, "", now)
        found[name] = code
        if name == "waiting_course":
            submit_course(
                session,
                writing,
                course,
                note="第一版",
                substantial=(),
                revision=course.revision,
                now=now,
            )
    return found
