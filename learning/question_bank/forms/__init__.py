"""The form in which an item is written: the one way between fields on a page and an `ItemDraft`.

The editor and the correction of imports use the same partials, `templates/question_bank/fields/`,
with the same names. Pure: no request, no database.

- `read(fields)` makes a `FormItem` of what was posted; raises Invalid for what no form sends;
- `reshaped(form)` moves what was written into the fields of another kind;
- `acted(form, act)` adds, removes or moves a row, for pages without scripts;
- `written(form)` makes the draft, and says which field each place of a finding is;
- `form_of(draft)` fills the form from a draft.

Names: `stem`, `o.3.text`, `p.1.o.3.text`: rows and parts have tokens that never change while a page
is open; their order is the order in which they are posted.
"""

from learning.question_bank.forms.acts import acted
from learning.question_bank.forms.fields import BLANK_ROW, LISTS, FormItem, Row, Written, padded
from learning.question_bank.forms.mapping import (
    form_of,
    key_places,
    name_of,
    reshaped,
    written,
)
from learning.question_bank.forms.merging import keep_key
from learning.question_bank.forms.reading import MAX_FIELDS, read

__all__ = [
    "BLANK_ROW",
    "LISTS",
    "MAX_FIELDS",
    "FormItem",
    "Row",
    "Written",
    "acted",
    "form_of",
    "keep_key",
    "key_places",
    "name_of",
    "padded",
    "read",
    "reshaped",
    "written",
]
