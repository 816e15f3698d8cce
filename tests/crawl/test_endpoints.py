"""The table of visits and the URL map name the same endpoints, with the same parameters."""

import pytest

from learning.web.transaction import TransactionalFlask
from tests.crawl.endpoints import ROWS
from tests.crawl.visits import EVERYONE, Visit

pytestmark = pytest.mark.sqlite  # no row of it is read


def test_every_endpoint_has_a_row(app: TransactionalFlask) -> None:
    known = {rule.endpoint for rule in app.url_map.iter_rules()}

    assert sorted(known - {row.endpoint for row in ROWS}) == []


def test_no_row_names_an_endpoint_that_is_gone(app: TransactionalFlask) -> None:
    known = {rule.endpoint for rule in app.url_map.iter_rules()}

    assert sorted({row.endpoint for row in ROWS} - known) == []


def test_rows_fill_exactly_the_parameters_of_their_address(app: TransactionalFlask) -> None:
    wanted = {rule.endpoint: rule.arguments for rule in app.url_map.iter_rules()}

    wrong = [row for row in ROWS if set(row.path) != wanted.get(row.endpoint, set(row.path))]

    assert wrong == []


def test_a_row_whose_world_leads_to_nothing_says_why() -> None:
    told = {row.endpoint for row in ROWS if 200 not in row.own and not row.why}
    vain = {row.endpoint for row in ROWS if row.why and 200 in row.own}

    assert (told, vain) == (set(), set())


def test_what_is_never_read_says_nothing_of_reading(app: TransactionalFlask) -> None:
    read = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}

    assert {row.endpoint for row in ROWS if row.own != Visit("").own} - read == set()


def test_objects_are_declared_private_or_public() -> None:
    """A row with objects says whose they are; one without needs to say that there are none."""
    undeclared = [row for row in ROWS if not row.public and not row.private_names]
    contradicting = [row for row in ROWS if row.public and (row.owners or row.private)]
    strangers = [row for row in ROWS if not row.owners <= row.may <= EVERYONE]
    unknown = [row for row in ROWS if not row.private_names <= row.references.keys()]

    assert undeclared == contradicting == strangers == unknown == []
