"""The frame answers: a database session works on both databases."""

from sqlalchemy.orm import Session

from tests.factories.people import make_user


def test_an_instant_comes_back_as_it_went_in(session: Session, now) -> None:
    user = make_user(session, now)

    session.expire_all()

    assert user.created_at.tzinfo is not None
    assert (now - user.created_at).days == 400
