"""An enterprise for all tests of compliance."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from learning.accounts.models import User
from tests.factories.authorisations import Shop, give, hold, make_shop, make_worker, require
from tests.factories.compliance import Works, make_works


@pytest.fixture
def works(session: Session, now: datetime) -> Works:
    return make_works(session, now)


@pytest.fixture
def given(session: Session, now: datetime) -> tuple[Shop, User, str]:
    """A shop, a worker, and an authorisation that rests on a certificate."""
    shop = make_shop(session, now)
    worker = make_worker(session, now, shop)
    require(session, now, shop)
    hold(session, now, shop, worker)
    [public_id] = give(session, now, shop, worker)
    return shop, worker, public_id
