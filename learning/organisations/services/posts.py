"""Acts on posts 岗位: create, rename, mark as key posts, retire when nobody is in one, restore.

A post stays the same through all of these: what asks for it or rests on it keeps pointing to it.
"""

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from learning.kernel.errors import Conflict, Invalid, NotFound
from learning.kernel.ids import new_public_id
from learning.kernel.permissions import Actor
from learning.organisations.models import FormerPostName, Post, PostHolding
from learning.organisations.queries.units import UnitView, storable
from learning.organisations.rules.names import clean_text, name_key
from learning.organisations.rules.posts import POST_NAME_LENGTH
from learning.organisations.rules.units import problem
from learning.organisations.services.acts import Act, begin_act, load_open, log_act


def create_post(
    session: Session,
    actor: Actor | None,
    organisation_id: int,
    *,
    name: str,
    is_key_post: bool = False,
    now: datetime,
) -> Post:
    """Create a post of an organisation; Invalid when the name is empty, long or taken."""
    act = begin_act(session, actor, now)
    organisation = load_open(session, organisation_id, act)
    clean = _checked_name(session, organisation_id, name)
    post = Post(
        public_id=new_public_id(),
        organisation_id=organisation_id,
        name=clean,
        name_key=name_key(clean),
        is_key_post=is_key_post,
        created_at=now,
    )
    session.add(post)
    log_act(session, "post.created", organisation, act, {"name": clean, "key": is_key_post})
    session.flush()  # callers need its id
    return post


def rename_post(
    session: Session,
    actor: Actor,
    organisation_id: int,
    raw_post: str,
    *,
    name: str,
    now: datetime,
) -> str:
    """Give a post another name from now on, and return it; what it was called before is kept.

    The caller has judged the organisation; NotFound for a post that is not of it. Raises Invalid
    when the name is empty, long or taken by another post, retired ones too. The same name is left
    alone, without an audit entry.
    """
    act, organisation, post = _begin(session, actor, organisation_id, raw_post, now)
    clean = _checked_name(session, organisation_id, name, own_id=post.id)
    if clean == post.name:
        return clean
    session.add(
        FormerPostName(
            post_id=post.id,
            name=post.name,
            name_key=post.name_key,
            renamed_at=now,
            renamed_by=act.actor_id,
        )
    )
    log_act(session, "post.renamed", organisation, act, {"from": post.name, "to": clean})
    post.name, post.name_key = clean, name_key(clean)
    session.flush()  # callers read the new name
    return clean


def mark_post(
    session: Session,
    actor: Actor,
    organisation_id: int,
    raw_post: str,
    *,
    is_key_post: bool,
    now: datetime,
) -> str:
    """Let a post of an organisation be a key post 关键岗位, or one no more; return its name.

    The caller has judged the organisation; NotFound for a post that is not of it. What is so
    already is left alone, without an audit entry.
    """
    act, organisation, post = _begin(session, actor, organisation_id, raw_post, now)
    if post.is_key_post != is_key_post:
        post.is_key_post = is_key_post
        log_act(session, "post.changed", organisation, act, {"name": post.name, "key": is_key_post})
    return post.name


def retire_post(
    session: Session, actor: Actor, organisation_id: int, raw_post: str, *, now: datetime
) -> str:
    """Take a post out of use, and return its name; its history and its name stay.

    Raises NotFound for a post that is not of the organisation, Conflict("post_held", people=…)
    while people are in it or will be. Who asks something of posts judges that before.
    """
    act, organisation, post = _begin(session, actor, organisation_id, raw_post, now)
    if post.retired_at is not None:
        return post.name
    people = session.scalar(
        select(func.count(PostHolding.user_id.distinct())).where(
            PostHolding.post_id == post.id,
            or_(PostHolding.valid_to.is_(None), PostHolding.valid_to > now),
        )
    )
    if people:
        raise Conflict("post_held", people=people)
    post.retired_at = now
    log_act(session, "post.retired", organisation, act, {"name": post.name})
    session.flush()  # callers read it as retired
    return post.name


def restore_post(
    session: Session, actor: Actor, organisation_id: int, raw_post: str, *, now: datetime
) -> str:
    """Take a retired post into use again, and return its name; NotFound as above."""
    act, organisation, post = _begin(session, actor, organisation_id, raw_post, now)
    if post.retired_at is not None:
        post.retired_at = None
        log_act(session, "post.restored", organisation, act, {"name": post.name})
        session.flush()  # callers read it as in use
    return post.name


def _begin(
    session: Session, actor: Actor, organisation_id: int, raw_post: str, now: datetime
) -> tuple[Act, UnitView, Post]:
    act = begin_act(session, actor, now)
    organisation = load_open(session, organisation_id, act)
    post = session.scalars(
        select(Post).where(
            Post.public_id == storable(raw_post), Post.organisation_id == organisation_id
        )
    ).first()
    if post is None:
        raise NotFound("post")
    return act, organisation, post


def _checked_name(
    session: Session, organisation_id: int, name: str, *, own_id: int | None = None
) -> str:
    clean = clean_text(name)
    if not name_key(clean) or len(clean) > POST_NAME_LENGTH:
        raise Invalid([problem("name", "bad_post_name")])
    owner = session.scalar(
        select(Post.id).where(
            Post.organisation_id == organisation_id, Post.name_key == name_key(clean)
        )
    )
    if owner not in {None, own_id}:
        raise Invalid([problem("name", "name_taken")])
    return clean
