"""What a row of the table of visits says; the rows themselves are in `endpoints`.

A value of path, form or query is a literal, or `@kind`: the public id of an object of the world. Objects in
`private` (all of a row's, unless said otherwise) belong to the `owners`: roles of the object's side,
or of no side for people whose reach is everything. For everybody else they must not exist.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from learning.kernel.ids import new_public_id

ROLES = (
    "visitor", "learner", "hr", "examiner", "manager",
    "provisional", "newcomer", "author", "reviewer", "item_manager", "operator",
)  # fmt: skip
EVERYONE = frozenset(ROLES)
PERSONS = EVERYONE - {"visitor"}
OPERATOR = frozenset({"operator"})
HR = frozenset({"hr"})
HR_AND_OPERATOR = HR | OPERATOR
EXAMINERS = frozenset({"examiner"})
SCHEMERS = EXAMINERS | OPERATOR
MANAGERS = frozenset({"manager"})
ITEM_MANAGERS = frozenset({"item_manager"})
AUTHORS = frozenset({"author"}) | ITEM_MANAGERS
REVIEWERS = frozenset({"reviewer"}) | ITEM_MANAGERS
ITEM_READERS = AUTHORS | REVIEWERS
LEARNERS = frozenset({"learner"})

# What an endpoint answers when it has understood whom and what is meant.
REACHED = frozenset({200, 202, 302, 303, 400, 409})

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _crockford(length: int) -> Callable[[], str]:
    return lambda: "".join(secrets.choice(_CROCKFORD) for _ in range(length))


# Well-formed ids of nothing; all other kinds have public ids.
_MISSING: Mapping[str, Callable[[], str]] = {
    "join_code_text": _crockford(10),
    "certificate_code": _crockford(28),
    "authorisation_code": _crockford(28),
    "study_statement_code": _crockford(28),
    "appointment": lambda: str(10**9 + secrets.randbelow(10**9)),
    "award_rule": lambda: str(10**9 + secrets.randbelow(10**9)),
    "asset": lambda: secrets.token_hex(32),
    "draft_file": lambda: secrets.token_hex(32),
    "lesson_clip": lambda: secrets.token_hex(32),
    "banner": lambda: secrets.token_hex(32),
    "team_seat": lambda: f"t1-1-{secrets.token_hex(16)}",
    "audience_seat": lambda: f"a-{new_public_id()}-{secrets.token_hex(16)}",
}


def missing_id(kind: str) -> str:
    """Return a new well-formed id that no object of the kind has."""
    return _MISSING.get(kind, new_public_id)()


@dataclass(frozen=True)
class Visit:
    """How to visit an endpoint, and who may."""

    endpoint: str
    path: Mapping[str, str] = field(default_factory=dict)
    may: frozenset[str] = PERSONS
    owners: frozenset[str] = frozenset()
    private: frozenset[str] | None = None  # names of values; None: all of the path
    public: bool = False  # no object in it belongs to anybody
    form: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, object] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    own: frozenset[int] = frozenset({200})  # what an owner's GET is answered
    why: str = ""  # it is never 200
    posted: frozenset[int] = REACHED  # what an owner's POST is answered
    unfound: int = 404  # what is answered for an object that is not there, to who may ask
    ends_session: bool = False
    last: bool = False  # takes away what other visits need

    @property
    def references(self) -> dict[str, str]:
        """Return the kinds of objects by the name of the value of path, form or query."""
        values = {**self.path, **self.form, **self.query}
        return {name: value[1:] for name, value in values.items() if value.startswith("@")}

    @property
    def private_names(self) -> frozenset[str]:
        """Return the names whose objects belong to somebody."""
        if self.public:
            return frozenset()
        if self.private is not None:
            return self.private
        return frozenset(name for name, value in self.path.items() if value.startswith("@"))
