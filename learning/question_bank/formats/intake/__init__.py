"""Reading what strangers upload: at a bounded cost, or not at all.

Every format reads its bytes through here. Each function gives something safe to work with or
raises `Unreadable` with a message for people; nothing here knows items, writes a file or opens a
connection. Bounds are chosen so that no file costs more than 2 s or 200 MB.
"""

from learning.kernel.pictures import MAX_PICTURE_BYTES, picture_type
from learning.question_bank.formats.intake.packages import (
    MAX_ENTRIES,
    MAX_ENTRY_BYTES,
    MAX_PACKAGE_BYTES,
    Package,
    open_package,
)
from learning.question_bank.formats.intake.sizes import MAX_FILE_BYTES, check_size
from learning.question_bank.formats.intake.text import MAX_TEXT_BYTES, decode, decode_start
from learning.question_bank.formats.intake.xml import (
    MAX_XML_BYTES,
    Bounds,
    Target,
    check_xml,
    feed_xml,
    parse_xml,
)

__all__ = [
    "MAX_ENTRIES",
    "MAX_ENTRY_BYTES",
    "MAX_FILE_BYTES",
    "MAX_PACKAGE_BYTES",
    "MAX_PICTURE_BYTES",
    "MAX_TEXT_BYTES",
    "MAX_XML_BYTES",
    "Bounds",
    "Package",
    "Target",
    "check_size",
    "check_xml",
    "decode",
    "decode_start",
    "feed_xml",
    "open_package",
    "parse_xml",
    "picture_type",
]
