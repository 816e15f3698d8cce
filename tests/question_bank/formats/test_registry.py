"""How a format is found: by its name, or by what an upload looks like."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from learning.kernel.errors import NotFound
from learning.question_bank.formats import Parsed, Progress, Unreadable, Upload, registry


@dataclass(frozen=True)
class Guesser:
    """A format that is always equally certain."""

    NAME: str
    certainty: int

    def detect(self, upload: Upload) -> int:
        return self.certainty

    def parse(self, upload: Upload, progress: Progress) -> Parsed:
        return Parsed(self.NAME, ())


@pytest.fixture
def _guessers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "_importers", {})
    registry.register_importer(Guesser("paste", 60))
    registry.register_importer(Guesser("gift", 60))
    registry.register_importer(Guesser("aiken", 10))
    return


@pytest.mark.usefixtures("_guessers")
def test_the_most_certain_formats_are_named_all_of_them():
    assert registry.detect(Upload("", b"1. A")) == registry.Detected(("paste", "gift"), 60)


@pytest.mark.usefixtures("_guessers")
def test_the_name_of_a_file_settles_a_draw_and_nothing_else():
    assert registry.choose(Upload("a.gift", b"1. A"), "auto").NAME == "gift"
    assert registry.choose(Upload("a.md", b"1. A"), "auto").NAME == "paste"


@pytest.mark.usefixtures("_guessers")
def test_a_format_asked_for_is_taken_whatever_the_upload_looks_like():
    assert registry.choose(Upload("", b"1. A"), "aiken").NAME == "aiken"


@pytest.mark.parametrize("content", [b"", b" \n"])
def test_an_empty_upload_is_unreadable(content: bytes):
    with pytest.raises(Unreadable):
        registry.choose(Upload("a.md", content), "auto")


def test_a_name_that_no_format_has_is_not_found():
    with pytest.raises(NotFound):
        registry.get_importer("doc")
    with pytest.raises(NotFound):
        registry.get_exporter("doc")


def test_every_format_is_found_by_its_name():
    assert [registry.get_importer(i.NAME) for i in registry.IMPORTERS] == registry.list_importers()
    assert [registry.get_exporter(e.NAME) for e in registry.EXPORTERS] == registry.list_exporters()
