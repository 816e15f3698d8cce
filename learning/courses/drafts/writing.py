"""Files that begin a course or a lesson, and texts that keep their bytes where nothing changed."""

import json

_BOM = "\ufeff".encode()


def quoted(text: str) -> str:
    """Return a TOML basic string: JSON's escapes are a part of TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def new_settings(code: str, title: str, title_en: str, bank: str) -> bytes:
    """Return the `course.toml` of a new course."""
    lines = [
        f"id = {quoted(code)}",
        f"title = {quoted(title)}",
        f"title_en = {quoted(title_en)}",
        f"summary = {quoted(title)}",
        f"summary_en = {quoted(title_en)}",
    ]
    if bank:
        lines.append(f"bank = {quoted(bank)}")
    return ("\n".join(lines) + "\n").encode()


def new_lesson(code: str, title: str, title_en: str) -> bytes:
    """Return a lesson's file with its head filled in and an empty first chapter."""
    return (
        "+++\n"
        f"id = {quoted(code)}\n"
        f"title = {quoted(title)}\n"
        f"title_en = {quoted(title_en)}\n"
        'objectives = [{ level = "了解", text = "学完能做到什么" }]\n'
        "+++\n\n## 第一节\n\n"
    ).encode()


def rewritten(before: bytes, text: str) -> bytes:
    """Return the bytes of an edited text; a byte order mark and Windows line ends are kept.

    `text` has whatever line ends a browser sends. A text that reads as before is the same bytes.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = before.removeprefix(_BOM).decode("utf-8", "replace")
    if shown.replace("\r\n", "\n").replace("\r", "\n") == plain:
        return before
    is_windows = "\r\n" in shown and "\n" not in shown.replace("\r\n", "")
    written = plain.replace("\n", "\r\n") if is_windows else plain
    return (_BOM if before.startswith(_BOM) else b"") + written.encode()
