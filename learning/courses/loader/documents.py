"""Documents that learners take home: PDF, Office and CSV, each held to what it says it is.

They are never opened here beyond their tables and always sent as a download. Those with macros or
a password are refused: nobody can look into the one, and the other does things.
"""

from learning.kernel.content import FileProblems
from learning.kernel.documents.archive import BadDocument, Limits, list_entries

_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCUMENTS = {
    ".pdf": "application/pdf",
    ".docx": f"{_OFFICE}wordprocessingml.document",
    ".xlsx": f"{_OFFICE}spreadsheetml.sheet",
    ".pptx": f"{_OFFICE}presentationml.presentation",
    ".csv": "text/csv",
}
_INSIDE = {".docx": "word/", ".xlsx": "xl/", ".pptx": "ppt/"}
_LIMITS = Limits(file_bytes=512 * 1024 * 1024, entries=5_000)


def check_document(suffix: str, content: bytes, problems: FileProblems) -> None:
    """Report a document that is not what its name says, or that does more than be read."""
    if suffix == ".pdf":
        if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-2048:]:
            problems.add(None, "", "asset_type", "内容不是完整的 PDF")
    elif suffix == ".csv":
        if not _is_text(content):
            problems.add(None, "", "asset_type", "内容不是 CSV 文字（UTF-8 或 GB 18030）")
    else:
        _check_office(suffix, content, problems)


def _is_text(content: bytes) -> bool:
    if b"\0" in content or not content:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _check_office(suffix: str, content: bytes, problems: FileProblems) -> None:
    try:
        names = [entry.filename for entry in list_entries(content, _LIMITS)]
    except BadDocument:
        problems.add(None, "", "asset_type", f"内容不是完好的 {suffix} 文件，或有密码")
        return
    is_right = "[Content_Types].xml" in names and any(n.startswith(_INSIDE[suffix]) for n in names)
    if not is_right:
        problems.add(None, "", "asset_type", f"内容不是 {suffix} 文件")
    elif any(name.lower().rpartition("/")[2].startswith("vbaproject") for name in names):
        problems.add(None, "", "asset_macros", "文件里有宏，请另存为不含宏的格式")
