"""What a paper falls into: sections, questions with their labelled fields, lists of keys."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line: the number of the line (from 0), and the text as written."""

    line: int
    text: str


@dataclass(slots=True)
class Field:
    """What stands behind a label: an answer, an explanation, a difficulty and the like."""

    name: str
    line: int
    pieces: list[Piece] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the lines of the field."""
        return "\n".join(piece.text for piece in self.pieces).strip()


@dataclass(slots=True)
class Case:
    """A stimulus for several questions; `range` are their numbers where the text says so."""

    line: int
    range: tuple[int, int] | None = None
    stimulus: list[Piece] = field(default_factory=list)
    questions: "list[Question]" = field(default_factory=list)
    number: int = 0


@dataclass(slots=True)
class Question:
    """A question as found: its text with the options in it, and its fields.

    `hint` is the kind that a word before or behind the number names; `lead` is what stood in
    brackets before the number; `parts` are questions numbered within it.
    """

    number: int
    line: int
    section: "Section"
    hint: str = ""
    lead: str = ""
    body: list[Piece] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    parts: "list[Question]" = field(default_factory=list)
    letters: int = 0
    """How many option letters in a row were seen so far, while splitting."""

    @property
    def is_complete(self) -> bool:
        """Tell whether it has options or an answer, so that another question may follow."""
        return bool(self.fields) or self.letters >= 2

    def fields_of(self, name: str) -> list[Field]:
        """Return the fields of a name, in order."""
        return [each for each in self.fields if each.name == name]


@dataclass(slots=True)
class Section:
    """Questions below one heading; the first section of a paper may have none."""

    kind: str = ""
    ordinal: str = ""
    line: int = 0
    title: list[Piece] = field(default_factory=list)
    intro: list[Piece] = field(default_factory=list)
    entries: list[Question | Case] = field(default_factory=list)

    def questions(self) -> list[Question]:
        """Return the questions in order, those of cases included, parts not."""
        found: list[Question] = []
        for entry in self.entries:
            found.extend(entry.questions if isinstance(entry, Case) else [entry])
        return found


@dataclass(slots=True)
class KeyList:
    """Lines with the answers to many questions; `after` counts the sections before it."""

    after: int
    pieces: list[Piece] = field(default_factory=list)
    section: Section | None = None
    """The section it belongs to where it stands right below it, without a heading of its own."""


@dataclass(slots=True)
class Paper:
    """Everything found in a text; `loose` are pieces that belong to no question."""

    sections: list[Section] = field(default_factory=list)
    key_lists: list[KeyList] = field(default_factory=list)
    loose: list[Piece] = field(default_factory=list)
    sheet: list[Piece] = field(default_factory=list)
    """The lines of an answer sheet to be filled in."""
