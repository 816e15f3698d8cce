"""What a person is told, in Chinese and English: the text of a message and of a notice. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Link:
    """Where a notice leads: an endpoint and its arguments, made an address when it is shown."""

    endpoint: str
    args: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Letter:
    """Something that a person is told, in both languages."""

    title: str
    title_en: str
    text: str
    text_en: str

    @property
    def subject(self) -> str:
        """Return the subject of a message."""
        return f"{self.title} / {self.title_en}"[:200]

    @property
    def body(self) -> str:
        """Return the body of a message."""
        return f"{self.text}\n\n{self.text_en}\n"
