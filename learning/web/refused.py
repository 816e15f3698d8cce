"""What was typed stays on the page when it could not be done: another writer was faster, say."""

from typing import Any

from learning.kernel.errors import DomainError
from learning.web.errors import status_of, words_for
from learning.web.transaction import db_session


def stay(error: DomainError, field: Any) -> int:
    """Take back what was begun and say beside the field why; return the status of the page.

    The caller shows the form again with what was typed, or `components/forms.unsaved` where there
    is no form any more.
    """
    db_session().rollback()  # the page answers, so what was begun must not be committed
    field.errors = [*field.errors, words_for(error)]
    return status_of(error)
