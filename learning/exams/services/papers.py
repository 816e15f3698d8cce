"""Papers of a sitting on paper: which forms there are, drawing more, and reading one to print it.

Reading works for whatever has an assessment: a `PaperSource` says what stands on its papers.

Whoever reads a form here sees items that may be secure: each use is written down by `log_use`.
"""

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from learning.attempts.queries import get_papers, list_documents, list_items, parse_blueprint
from learning.attempts.rules import AttemptRules, Form, draw_form, form_code, label_of
from learning.attempts.services import draw_papers
from learning.exams.presentation import PaperFacts, parts_of
from learning.exams.queries import SittingView, get_managed
from learning.kernel import audit
from learning.kernel.errors import Forbidden
from learning.kernel.markdown import render, render_inline
from learning.kernel.permissions import Actor, Permission
from learning.kernel.printed_html import picture_addresses
from learning.kernel.printing import as_svg
from learning.question_bank.presentation import view
from learning.question_bank.queries import list_media, may
from learning.question_bank.rules import AnswerKey, ItemDocument, ItemView

KEY_RIGHT = Permission.ITEM_EXPORT_KEY
_PICTURE = re.compile(r"/media/([0-9a-f]{64})\.[a-z]+")


@dataclass(frozen=True, slots=True)
class PaperSource:
    """What papers are of: what is printed on them, and what the audit trail names."""

    public_id: str
    title: str
    organiser: str
    assessment_id: int
    blueprint_json: str
    rules_json: str
    limit_minutes: int
    bank: str
    pool: str


@dataclass(frozen=True, slots=True)
class Readable:
    """A form as its candidate reads it, and the pictures of its texts as SVG by address."""

    form: Form
    facts: PaperFacts
    pictures: dict[str, str]


def paper_source(sitting: SittingView) -> PaperSource:
    """Return what the papers of a sitting are of."""
    return PaperSource(
        public_id=sitting.public_id,
        title=sitting.title,
        organiser=sitting.organiser,
        assessment_id=sitting.assessment_id,
        blueprint_json=sitting.blueprint_json,
        rules_json=sitting.rules_json,
        limit_minutes=sitting.rules.limit_minutes,
        bank=sitting.rules.bank,
        pool=sitting.rules.pool.value,
    )


def draw_for_print(
    session: Session, actor: Actor, raw_public_id: str, *, count: int, now: datetime
) -> list[str]:
    """Draw forms to be printed; return their labels. Raises as `draw_papers`, and NotFound."""
    sitting = get_managed(session, actor, raw_public_id, now)
    labels = draw_papers(session, sitting.assessment_id, count, made_by=actor.user_id, now=now)
    audit.log(
        session,
        "sitting.papers_drawn",
        sitting.public_id,
        actor_id=actor.user_id,
        now=now,
        details={"assessment": sitting.assessment_id, "forms": labels},
    )
    return labels


def read_papers(session: Session, source: PaperSource, labels: Sequence[str]) -> list[Readable]:
    """Return forms of an assessment as their candidates read them. Raises NotFound."""
    forms = get_papers(session, source.assessment_id, labels)
    return [_readable(session, source, form) for form in forms]


def read_sample(session: Session, source: PaperSource) -> Readable:
    """Return a form drawn now, as a candidate could get it; it is kept nowhere."""
    blueprint = parse_blueprint(source.blueprint_json)
    shuffle = AttemptRules.from_json(source.rules_json).shuffle_options
    form = draw_form(blueprint, secrets.token_hex(16), shuffle_options=shuffle)
    return _readable(session, source, form)


def read_keys(session: Session, form: Form, pictures: dict[str, str]) -> list[AnswerKey]:
    """Return the keys of a form by position; pictures of their texts are added to `pictures`."""
    keys = [item.key for item in list_items(session, form.positions)]
    pictures |= _pictures(session, (html for key in keys for html in _key_texts(key)))
    return keys


def require_key_right(session: Session, actor: Actor, sitting: SittingView, now: datetime) -> None:
    """Raise Forbidden unless the actor may take keys of the sitting's bank out of the house."""
    if not may(session, actor, KEY_RIGHT, sitting.rules.bank, now):
        raise Forbidden("permission", permission=KEY_RIGHT.value)


def log_use(
    session: Session,
    actor: Actor,
    source: PaperSource,
    papers: Iterable[Readable],
    *,
    act: str,
    now: datetime,
) -> None:
    """Write down who saw which forms and item versions: with secure items that is exposure."""
    used = [paper.form for paper in papers]
    audit.log(
        session,
        act,
        source.public_id,
        actor_id=actor.user_id,
        now=now,
        details={
            "assessment": source.assessment_id,
            "bank": source.bank,
            "pool": source.pool,
            "forms": [label_of(form) for form in used],
            "versions": sorted({n for form in used for n in form.version_ids}),
        },
    )


def _readable(session: Session, source: PaperSource, form: Form) -> Readable:
    views = _views(form, list_documents(session, form.positions))
    blueprint = parse_blueprint(source.blueprint_json)
    facts = PaperFacts(
        title=source.title,
        organiser=source.organiser,
        code=form_code(label_of(form)),
        limit_minutes=source.limit_minutes,
        parts=parts_of(
            views, ((s.title, s.kind, s.count, s.points, s.marking) for s in blueprint.sections)
        ),
    )
    return Readable(form, facts, _pictures(session, (html for v in views for html in _texts(v))))


def _views(form: Form, documents: Sequence[ItemDocument]) -> list[ItemView]:
    places = enumerate(zip(form.positions, documents, strict=True), start=1)
    return [
        view(
            document,
            place.option_order,
            position=number,
            points=Decimal(place.points_milli) / 1000,
        )
        for number, (place, document) in places
    ]


def _texts(shown: ItemView) -> list[str]:
    own = [shown.stem_html, *(each.html for each in (*shown.options, *shown.prompts))]
    return own + [text for part in shown.parts for text in _texts(part)]


def _key_texts(key: AnswerKey) -> list[str]:
    own = [render(key.explanation), *(render_inline(line.text) for line in key.rubric)]
    return own + [text for part in key.parts for text in _key_texts(part)]


def _pictures(session: Session, texts: Iterable[str]) -> dict[str, str]:
    """Return the stored pictures that rendered texts show."""
    addresses = {a for text in texts if "<img" in text for a in picture_addresses(text)}
    hashes = {found[1]: a for a in sorted(addresses) if (found := _PICTURE.fullmatch(a))}
    return {
        hashes[held.sha256]: as_svg(held.media_type, held.content)
        for held in list_media(session, list(hashes))
    }
