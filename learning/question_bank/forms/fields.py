"""What a form holds, as values: single fields, lists of rows, and the sub-items of a case."""

from dataclasses import dataclass, field, replace

from learning.question_bank.drafts import ItemDraft
from learning.question_bank.item_types import count_gaps

COMMON = ("kind", "shape", "stem", "explanation", "source", "weight", "draw", "attributes", "key")
HEADING = ("code", "level", "difficulty", "area", "pool", "tracks", "excludes", "points")
ANSWER = ("verdict", "value", "unit", "tolerance", "tolerance_kind", "figures", "free")
LABELS = ("tags", "tags_were", "not_before", "not_before_was")
"""What is said of an item beside its content, and what the page showed of it: see
`routes.editor_labels`."""
FIELDS = frozenset((*COMMON, *HEADING, *ANSWER, *LABELS))
LISTS: dict[str, tuple[str, ...]] = {
    "o": ("text", "key"),  # options, and whether each is right
    "a": ("text",),  # answer lines: gaps, steps, or lines of a kind without fields of its own
    "m": ("left", "right"),  # pairs; without a left side a distractor
    "r": ("points", "text"),  # rubric
    "x": ("text",),  # answer lines that the kind has no place for
}
CHOICES = frozenset({"single", "multiple"})
LAYOUTS = {
    **dict.fromkeys(CHOICES, "choice"),
    **{kind: kind for kind in "true_false blank numeric matching ordering essay case".split()},
}
"""The template of each kind's fields; others are written in plain lines. A closed vocabulary: a
kind is a word from outside and chooses no file."""
NEW_OPTIONS = 4
NEW_ROWS = 2
NEW_STEPS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list: its token and its fields; a field that was not posted is ""."""

    token: str
    values: dict[str, str]

    def get(self, name: str) -> str:
        """Return a field, "" if absent."""
        return self.values.get(name, "")

    @property
    def is_empty(self) -> bool:
        """Nothing typed, nothing marked."""
        return not any(value.strip() for value in self.values.values())


BLANK_ROW = Row("__", {})
"""The row that scripts copy: they put a token in place of its own."""


@dataclass(frozen=True, slots=True)
class FormItem:
    """A form of an item or of a sub-item; `prefix` stands before all its names ("", "p.2.").

    `shape` among the values is the kind whose fields the page showed: what was posted is read by
    it, also when another kind was chosen meanwhile.
    """

    values: dict[str, str] = field(default_factory=dict)
    rows: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    parts: "tuple[FormItem, ...]" = ()
    prefix: str = ""

    def get(self, name: str) -> str:
        """Return a field, "" if absent."""
        return self.values.get(name, "")

    def list(self, name: str) -> tuple[Row, ...]:
        """Return the rows of a list, in order."""
        return self.rows.get(name, ())

    @property
    def token(self) -> str:
        """Return a part's own token, "" for the item itself."""
        return self.prefix[2:-1]

    @property
    def layout(self) -> str:
        """Return which template draws the answer's fields."""
        return LAYOUTS.get(self.get("kind"), "lines")

    @property
    def key_count(self) -> int:
        """Return how many options are marked as right."""
        return sum(1 for row in self.list("o") if row.get("key"))


@dataclass(frozen=True, slots=True)
class Written:
    """The draft of a form; `names` gives the field of each place that a finding may name."""

    draft: ItemDraft
    names: dict[str, str]


def padded(form: FormItem) -> FormItem:
    """Add the empty rows in which an author begins to write."""
    kind, rows = form.get("kind"), dict(form.rows)
    if kind in CHOICES:
        # two options are few but may be meant; none at all is a page not begun yet
        rows["o"] = _filled(form.list("o"), 2 if form.list("o") else NEW_OPTIONS)
    elif kind == "blank":
        rows["a"] = _filled(form.list("a"), count_gaps(form.get("stem")))
    elif kind == "ordering":
        rows["a"] = _filled(form.list("a"), NEW_STEPS)
    elif kind == "matching":
        rows["m"] = _filled(form.list("m"), NEW_ROWS)
    elif kind == "essay":
        rows["r"] = _filled(form.list("r"), 1)
    parts = tuple(padded(part) for part in form.parts)
    if kind == "case" and not parts:
        parts = (padded(FormItem({"kind": "single", "shape": "single"}, prefix="p.0.")),)
    return replace(form, rows=rows, parts=parts)


def free_token(tokens: "list[str]") -> str:
    """Return a token that is not taken."""
    numbers = [int(token) for token in tokens if token.isdigit()]
    return str(max(numbers, default=-1) + 1)


def _filled(rows: tuple[Row, ...], least: int) -> tuple[Row, ...]:
    filled = list(rows)
    while len(filled) < least:
        filled.append(Row(free_token([row.token for row in filled]), {}))
    return tuple(filled)
