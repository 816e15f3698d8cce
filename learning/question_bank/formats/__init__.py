"""Ways in and out of the bank: each format is one module here, found by its name.

A way in turns the bytes of a file, or pasted text, into drafts with everything the format said that
a draft cannot hold named as a problem (`Importer`). A way out turns items into the bytes of a file
(`Exporter`) and says beforehand which items it cannot carry. Neither touches a database, a clock or
the network; both treat every byte as hostile (see `intake`).
"""

from learning.question_bank.formats.contract import (
    Asset,
    Carried,
    Entry,
    Exporter,
    Importer,
    KeylessExporter,
    Parsed,
    Progress,
    SourceProblem,
    Unreadable,
    Upload,
)

__all__ = [
    "Asset",
    "Carried",
    "Entry",
    "Exporter",
    "Importer",
    "KeylessExporter",
    "Parsed",
    "Progress",
    "SourceProblem",
    "Unreadable",
    "Upload",
]
