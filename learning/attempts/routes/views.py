"""What the pages of an attempt show: prepared here, so that templates hold no rule."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from flask import request, url_for
from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from sqlalchemy.orm import Session

from learning.attempts.queries import AttemptView, list_documents
from learning.attempts.routes import assembled
from learning.attempts.rules import Blueprint, Delivery, FormPosition, Sections, StoredResponse
from learning.kernel.clock import to_ms
from learning.kernel.permissions import Actor
from learning.question_bank import presentation
from learning.question_bank.rules import ItemDocument, ItemView
from learning.web.candidate_numbers import find_candidate_number
from learning.web.templating import points_text

ROOM_ADDRESSES = ("responses", "submit", "state", "result", "events", "pulse", "renew")
STEP_ADDRESSES = ("reveal", "commit")
_ENDPOINTS = {"responses": "attempts.save", "events": "attempts.tell"}  # others by their name
_ANY_ID = "0" * 26


def address(name: str, public_id: str) -> str:
    """Return one of the addresses that the scripts of an attempt's room use.

    Its form is made once: thousands open a room within a minute, and each has seven.
    """
    return _address(request.script_root, name).replace(_ANY_ID, public_id)


@lru_cache(maxsize=100)
def _address(_root: str, name: str) -> str:
    if name == "renew":
        return url_for("accounts.renew")
    return url_for(_ENDPOINTS.get(name, f"attempts.{name}"), raw_public_id=_ANY_ID)


@dataclass(frozen=True, slots=True)
class SectionHeading:
    """A section as printed, with the positions it spans."""

    title: str
    note: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class AttemptHeading:
    """The head of an attempt's pages."""

    title: str
    sub: str
    sections: tuple[SectionHeading, ...]
    deadline_words: str


def heading(attempt: AttemptView) -> AttemptHeading:
    """Return the head of the pages of an attempt."""
    return AttemptHeading(
        title=_(attempt.title),  # practice and mock exams are named in the catalogue
        sub=_(
            "%(count)s 题，满分 %(points)s 分",
            count=attempt.item_count,
            points=points_text(attempt.blueprint.max_milli),
        ),
        sections=tuple(headings_of(attempt.blueprint)),
        deadline_words=deadline_words(attempt),
    )


def report_url(attempt: AttemptView, position: int) -> str:
    """Return where somebody who was told the key of an item reports a fault of it."""
    return url_for("practice.report", raw_public_id=attempt.public_id, position=position)


def headings_of(blueprint: Blueprint) -> Iterable[SectionHeading]:
    """Give the sections as printed, in the reader's language."""
    first = 1
    for section in blueprint.sections:
        last = first + section.count - 1
        # Titles that the platform gives are translated; an author's own stay as they are.
        title = _(section.title) if section.title else ""
        yield SectionHeading(title, "", first, last)
        first = last + 1


def deadline_words(attempt: AttemptView) -> str:
    """Return the one deadline formula in words, with this attempt's instants."""
    words = _(
        "限时 %(minutes)s 分钟，最晚 %(at)s 交卷",
        minutes=attempt.rules.limit_s // 60,
        at=clock_words(attempt.deadline_at),
    )
    if attempt.extra_s:
        words += _("（已含延长 %(minutes)s 分钟）", minutes=attempt.extra_s // 60)
    return words


def clock_words(instant: datetime) -> str:
    """Return an instant as people write it, to the second."""
    return format_datetime(instant, "yyyy-MM-dd HH:mm:ss")


def watermark(session: Session, attempt: AttemptView, actor: Actor) -> str:
    """Return whose paper it is, to be seen on every picture of it: the name and a number.

    The number is the candidate's where one was given, else the end of the attempt's id.
    """
    number = find_candidate_number(session, attempt.assessment_id, actor.user_id)
    return f"{actor.display_name} · {number or attempt.public_id[-8:]}"


def items_html(
    session: Session, attempt: AttemptView, positions: Iterable[int] | None = None
) -> list[Markup]:
    """Return the items of a form as a candidate sees them, in order of position.

    `positions` limits them (stepwise: what was revealed). Documents alone are read: a key cannot
    slip in.
    """
    form = attempt.form
    wanted = list(positions) if positions is not None else range(1, len(form.positions) + 1)
    places = [form.positions[number - 1] for number in wanted]
    documents = list_documents(session, places)
    sections = list(headings_of(attempt.blueprint))
    headings = [sections[place.section] for place in places]
    return assembled.items_html(zip(wanted, places, documents, headings, strict=True))


def item_view(document: ItemDocument, place: FormPosition, number: int) -> ItemView:
    """Return what was asked at a place of a form, as a candidate sees it."""
    return presentation.view(
        document,
        place.option_order,
        position=number,
        points=Decimal(place.points_milli) / 1000,
    )


def open_positions(attempt: AttemptView, now: datetime) -> range:
    """Return the positions that are asked now: those of the running section, or all."""
    index = attempt.section_at(now)
    if index is None or attempt.sections is None:
        return range(1, attempt.item_count + 1)
    span = attempt.sections.times[index].span
    return range(span.first, span.last + 1)


def section_rows(sections: Sections) -> list[dict[str, int]]:
    """Return the times of sections as a room reads them."""
    return [
        {
            "first": each.span.first,
            "last": each.span.last,
            "opens_ms": to_ms(each.opens_at),
            "ends_ms": to_ms(each.ends_at),
        }
        for each in sections.times
    ]


def step_rules(attempt: AttemptView) -> dict[str, Any]:
    """Return what a room of items given one by one knows of their rules and of the open one's end.

    What says nothing is left out: most such rooms have neither clock nor end of an item.
    """
    rules = attempt.rules
    said: dict[str, Any] = {"tells_key": rules.tells_key}
    if rules.ends_at_mistake:
        said["ends_at_mistake"] = True
    if rules.item_s:
        ends_at = attempt.open_until
        said |= {"item_s": rules.item_s, "item_ends_ms": to_ms(ends_at) if ends_at else None}
    return said


def state(
    attempt: AttemptView, actor: Actor, responses: Iterable[StoredResponse], now: datetime
) -> dict[str, Any]:
    """Return what the scripts of the room know at first, and what GET state answers."""
    latest: dict[int, StoredResponse] = {}
    for response in responses:
        held = latest.get(response.position)
        if not response.after_submit and (held is None or response.order > held.order):
            latest[response.position] = response
    public_id = attempt.public_id
    urls = {name: address(name, public_id) for name in ROOM_ADDRESSES}
    stepwise = attempt.open_position is not None
    if stepwise:
        urls |= {name: address(name, public_id) for name in STEP_ADDRESSES}
    timed: dict[str, Any] = step_rules(attempt) if stepwise else {}
    if attempt.sections is not None:
        urls["leave"] = address("leave", public_id)
        timed["sections"] = section_rows(attempt.sections)
        timed["section"] = attempt.section_at(now)
        timed["section_titles"] = [each.title for each in headings_of(attempt.blueprint)]
    return {
        **timed,
        "attempt": public_id,
        "person": actor.public_id,
        "epoch": attempt.epoch,
        "delivery": (Delivery.STEPWISE if stepwise else Delivery.PAPER).value,
        "now_ms": to_ms(now),
        "deadline_ms": to_ms(attempt.deadline_at),
        "deadline_words": deadline_words(attempt),
        "item_count": attempt.item_count,
        "paused_ms": to_ms(attempt.paused_at) if attempt.paused_at else None,
        "submitted": attempt.submitted_at is not None,
        "finish_kind": attempt.finish_kind,
        "open_position": attempt.open_position
        if attempt.open_position in open_positions(attempt, now)
        else None,
        "responses": {
            str(p): {"epoch": r.epoch, "seq": r.seq, "response": json.loads(r.answer)}
            for p, r in sorted(latest.items())
        },
        "urls": urls,
        "csrf": generate_csrf(),
    }
