"""Where the formats are found: one line in `IMPORTERS` or `EXPORTERS` makes one known.

A format module knows `contract` and `intake` alone, never this one. What `auto` means is decided
here: the most certain format reads an upload, and where two are equally certain both are named; a
file's name only settles a draw.
"""

from dataclasses import dataclass

from learning.kernel.errors import NotFound
from learning.question_bank.formats import (
    aiken,
    docx,
    gift,
    markdown,
    moodle,
    paste,
    qti,
    sheets,
)
from learning.question_bank.formats.contract import Exporter, Importer, Unreadable, Upload

AUTO = "auto"

IMPORTERS: tuple[Importer, ...] = (
    markdown.MarkdownImporter(),
    sheets.XlsxImporter(),
    sheets.CsvImporter(),
    gift.GiftImporter(),
    moodle.MoodleImporter(),
    qti.QtiImporter(),
    docx.DocxImporter(),
    aiken.AikenImporter(),
    paste,
)
"""In the order in which they are shown; of equally certain ones the first is tried."""

EXPORTERS: tuple[Exporter, ...] = (
    markdown.MarkdownExporter(),
    sheets.XlsxExporter(),
    sheets.CsvExporter(),
    gift.GiftExporter(),
    moodle.MoodleExporter(),
    qti.Qti2Exporter(),
    qti.Qti3Exporter(),
    docx.DocxExporter(),
    aiken.AikenExporter(),
)
"""In the order in which they are shown."""

_SUFFIXES = {
    ".md": "markdown",
    ".gift": "gift",
    ".docx": "docx",
    ".xlsx": "xlsx",
    ".csv": "csv",
    ".xml": "moodle-xml",
    ".zip": "qti",
}
"""What a file of this name most likely is: a hint, since anybody may call a file anything."""


@dataclass(frozen=True, slots=True)
class Detected:
    """The formats that are most certain, best guess first, and how certain they are (1–100)."""

    names: tuple[str, ...]
    certainty: int


_importers: dict[str, Importer] = {}
_exporters: dict[str, Exporter] = {}


def register_importer(importer: Importer) -> None:
    """Make a way in known; registering its name again replaces it."""
    _importers[importer.NAME] = importer


def register_exporter(exporter: Exporter) -> None:
    """Make a way out known; registering its name again replaces it."""
    _exporters[exporter.NAME] = exporter


def list_importers() -> list[Importer]:
    """Return the ways in, in order."""
    return list(_importers.values())


def list_exporters() -> list[Exporter]:
    """Return the ways out, in order."""
    return list(_exporters.values())


def get_importer(name: str) -> Importer:
    """Return the way in of this name; raises NotFound."""
    if name not in _importers:
        raise NotFound("format")
    return _importers[name]


def get_exporter(name: str) -> Exporter:
    """Return the way out of this name; raises NotFound."""
    if name not in _exporters:
        raise NotFound("format")
    return _exporters[name]


def detect(upload: Upload) -> Detected:
    """Tell what an upload is; raises Unreadable when it is empty or no format knows it."""
    if not upload.content.strip():
        raise Unreadable("unreadable", "文件是空的，没有可读的内容。")
    certainties = {name: importer.detect(upload) for name, importer in _importers.items()}
    highest = max(certainties.values())
    if highest <= 0:
        raise Unreadable("unreadable", "认不出这是什么格式。请选定格式，或下载模板填写。")
    names = [name for name, certainty in certainties.items() if certainty == highest]
    hinted = _SUFFIXES.get(_suffix(upload.name))
    return Detected(tuple(sorted(names, key=lambda name: name != hinted)), highest)


def choose(upload: Upload, wanted: str) -> Importer:
    """Return the way in that was asked for, or the best guess for `auto`.

    Raises NotFound for a name that no format has, Unreadable as `detect` does.
    """
    return get_importer(detect(upload).names[0] if wanted == AUTO else wanted)


def _suffix(name: str) -> str:
    return f".{name.rpartition('.')[2].lower()}" if "." in name else ""


for _importer in IMPORTERS:
    register_importer(_importer)
for _exporter in EXPORTERS:
    register_exporter(_exporter)
