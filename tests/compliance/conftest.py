"""An enterprise for all tests of compliance."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from tests.factories.compliance import Works, make_works


@pytest.fixture
def works(session: Session, now: datetime) -> Works:
    return make_works(session, now)
