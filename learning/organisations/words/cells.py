"""What is wrong with the leave or the post that a roster says, and how to mend it, translated."""

from flask_babel import gettext as _

from learning.organisations.rules.roster import RosterProblem
from learning.organisations.words.leaves import leave_words


def cell_words(problem: RosterProblem) -> tuple[str, str] | None:
    """Return what is wrong with a cell of leave or of a post; None for other cells."""
    if problem.code == "post_retired":
        return (
            _("岗位“%(post)s”已停用", post=problem.other),
            _("在“持证与培训”的“岗位设置”页恢复它，或改正表中的岗位。"),
        )
    return leave_words(problem)
