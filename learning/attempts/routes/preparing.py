"""Papers made ready in each web process before their candidates come.

Drawing a form is a matter of a millisecond; reading, parsing and drawing the items of its pool for
the first time is one of seconds, and would fall to those who click first. What is kept is what
anybody may see of an item in a paper; keys are not read.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from learning.attempts.queries import OpeningPaper, list_opening_papers
from learning.attempts.routes import assembled, views
from learning.attempts.rules import FormPosition
from learning.question_bank.queries import get_documents

AHEAD = timedelta(minutes=15)
MOST_ITEMS = 4000  # half of what `assembled` keeps: what is asked for meanwhile has room

_ready: set[tuple[str, int]] = set()


def prepare_papers(session: Session, now: datetime) -> int:
    """Make ready the papers whose window begins soon or has begun; return how many items were.

    The latest window comes first; each is made ready once a process.
    """
    place, made = str(session.get_bind().engine.url), 0
    for paper in list_opening_papers(session, now, now + AHEAD):
        key = (place, paper.assessment_id)
        if key in _ready:
            continue
        if made >= MOST_ITEMS:
            break
        _ready.add(key)
        made += _prepare(session, paper)
    return made


def _prepare(session: Session, paper: OpeningPaper) -> int:
    made = 0
    for index, (section, heading) in enumerate(
        zip(paper.blueprint.sections, views.headings_of(paper.blueprint), strict=True)
    ):
        options = {each.version_id: each.options for each in section.candidates}
        documents = get_documents(session, list(options)[:MOST_ITEMS])
        for version_id, document in documents.items():
            if document.draw is None:  # each of its variants is a text of its own
                place = FormPosition(version_id, options[version_id], section.points_milli, index)
                assembled.items_html([(1, place, document, heading)])
                made += 1
    return made
