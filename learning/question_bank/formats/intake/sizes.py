"""How large a file may be before anything looks into it."""

from learning.question_bank.formats.contract import Unreadable

MEGABYTE = 1024 * 1024
MAX_FILE_BYTES = 64 * MEGABYTE


def check_size(content: bytes, limit: int = MAX_FILE_BYTES) -> None:
    """Refuse a file of more than `limit` bytes, or of none: Unreadable too_large, unreadable."""
    if not content:
        raise Unreadable("unreadable", "文件是空的。")
    if len(content) > limit:
        size, most = len(content) / MEGABYTE, limit // MEGABYTE
        message = f"文件有 {size:.1f} MB，超过了 {most} MB 的上限，请分成几个文件导入。"
        raise Unreadable("too_large", message)
