"""Posts that a roster names by a name they had before, or that are in use no more. Pure.

HR systems send an old name for months: it means the post that bears another one now, so that its
requirements, certificates and authorisations do not stay behind with nobody in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from learning.organisations.rules.names import name_key
from learning.organisations.rules.roster import RosterProblem, RosterRow, RosterState

POST_NAME_LENGTH = 120  # twin of Post.name


def with_present_posts(rows: Sequence[RosterRow], state: RosterState) -> list[RosterRow]:
    """Return the rows with each post called by its present name."""
    names = {row.post: state.former_posts.get(name_key(row.post), row.post) for row in rows}
    return [row if names[row.post] == row.post else _renamed(row, names) for row in rows]


def _renamed(row: RosterRow, names: Mapping[str, str]) -> RosterRow:
    return replace(row, post=names[row.post])


def retired_post_problems(
    rows: Sequence[RosterRow], state: RosterState, columns: Mapping[str, str]
) -> list[RosterProblem]:
    """Return an error for each row whose post was retired; `rows` have present names."""
    return [
        RosterProblem(
            row.line,
            f"{columns['post']}{row.line}",
            row.post,
            "post_retired",
            other=row.post,
            place="post",
        )
        for row in rows
        if row.post and name_key(row.post) in state.retired_posts
    ]
