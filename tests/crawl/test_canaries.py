"""Nothing of a key in any byte of any endpoint, in any format, for anybody who may see no keys.

Keys hold rare characters that nothing else has: in explanations, sources, rubrics and accepted
words. Every endpoint is visited rightly and wrongly, as owner and as stranger; pages, JSON,
documents, workbooks, pictures, redirects and errors are looked through, packed ones unpacked. A
control sees that who may see keys is told them.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from learning.attempts.models import Assessment
from learning.attempts.rules import AttemptRules, Release
from learning.question_bank.models import ItemKeyRow, ItemRow, ItemVersionRow
from learning.question_bank.rules import AnswerKey, Criterion, key_from_json, key_to_json
from tests.attempts.test_secrecy import forms_of
from tests.certification.test_printing import printed_text
from tests.crawl.conftest import CopyWorld, open_crawl
from tests.crawl.endpoints import ROWS
from tests.crawl.visiting import READING, Crawl, Reply, side_of
from tests.world import Persona
from tests.world.contests import BANK

pytestmark = pytest.mark.sqlite  # what is shown does not depend on the database

CANARY = "鑫淼焱垚"
MARKING = {"exams.marking_desk", "exams.give_mark", "exams.judged_key"}


def planted(key: AnswerKey) -> AnswerKey:
    """Return the key with the canary wherever a key says anything in words."""
    return replace(
        key,
        explanation=CANARY,
        source=CANARY,
        blanks=tuple((*words, CANARY) for words in key.blanks),
        rubric=tuple(Criterion(each.points, CANARY) for each in key.rubric),
        parts=tuple(planted(part) for part in key.parts),
    )


@pytest.fixture
def crawl(copy_world: CopyWorld) -> Iterator[Crawl]:
    """The world with canaries in the keys of its bank, and nothing released any more."""
    world = copy_world()
    with world.database.transaction() as session:
        rows = session.scalars(
            select(ItemKeyRow)
            .join(ItemVersionRow, ItemVersionRow.id == ItemKeyRow.item_version_id)
            .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
            .where(ItemRow.bank == BANK)
        )
        for row in rows:
            row.document = key_to_json(planted(key_from_json(row.document)))
        for assessment in session.scalars(select(Assessment)):
            rules = AttemptRules.from_json(assessment.rules)
            kept = replace(rules, release=Release.NEVER, review=False, tells_key=False)
            assessment.rules = kept.to_json()
    with open_crawl(world) as crawl:
        yield crawl


def unpacked(body: bytes) -> Iterator[bytes]:
    """Yield the bytes, and of an archive (workbook, Word file, export) every member's."""
    yield body
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                yield from unpacked(archive.read(name))


def tells(reply: Reply) -> bool:
    """Tell whether a reply says anything of a canary, however it is written down."""
    if reply.body.startswith(b"%PDF"):
        return bool(set(CANARY) & printed_text(reply.body))
    received = [*unpacked(reply.body), str(dict(reply.headers)).encode()]
    shapes = [shape for each in (CANARY, *CANARY) for shape in forms_of(each)[:1]]
    shapes += forms_of(CANARY)[1:]
    return any(shape in each for each in received for shape in shapes)


def replies(crawl: Crawl, persona: Persona) -> Iterator[tuple[str, Reply]]:
    """Visit every endpoint rightly and with what it cannot read, on both sides."""
    for visit in sorted(ROWS, key=lambda row: (row.last, row.ends_session)):
        for side in {side_of(persona), "A"}:
            ids = crawl.fill(visit, crawl.world.objects[side])
            for method in crawl.methods(visit.endpoint):
                about = f"{persona.name} {method} {visit.endpoint}"
                if method not in READING:
                    broken = replace(visit, form={}, json=None)
                    yield f"{about} (broken)", crawl.send(persona, broken, method, ids)
                yield about, crawl.send(persona, visit, method, ids)
        if visit.ends_session:
            crawl.log_in(persona)


def told_by(crawl: Crawl, name: str) -> tuple[set[str], list[str]]:
    """Return the kinds of content that a persona was sent, and each visit that told of a key."""
    kinds, found = set[str](), list[str]()
    for about, reply in replies(crawl, crawl.world.personas[name]):
        if reply.body:
            kinds.add(reply.headers.get("content-type", "").partition(";")[0])
        if tells(reply):
            found.append(about)
    return kinds, found


def test_no_byte_of_any_endpoint_tells_a_candidate_of_a_key(crawl: Crawl) -> None:
    kinds, found = told_by(crawl, "learner")

    assert found == []
    assert kinds >= {"text/html", "application/json", "application/pdf", "image/png", "text/csv"}


@pytest.mark.deep
@pytest.mark.parametrize("name", ["visitor", "stranger", "provisional", "newcomer"])
def test_no_byte_of_any_endpoint_tells_anybody_else_of_a_key(crawl: Crawl, name: str) -> None:
    assert told_by(crawl, name)[1] == []


@pytest.mark.deep
def test_who_marks_and_judges_is_told_there_alone(crawl: Crawl) -> None:
    """The HR manager of the world marks answers and judges items of a sitting."""
    _kinds, found = told_by(crawl, "hr")

    assert {about.split()[2] for about in found} <= MARKING


@pytest.mark.deep
def test_who_handles_appeals_and_prints_keys_is_told_there_alone(crawl: Crawl) -> None:
    """The control: what a candidate is not told is there, and what looks for it finds it."""
    _kinds, found = told_by(crawl, "manager")

    told = {about.split()[2] for about in found}
    assert told == {"competitions.appealed_item", "live_rounds.key"}
