"""Bytes of a text file to text, whatever program in China wrote it.

The order matters: a mark at the start is believed; UTF-8 is nearly never valid by chance; GB18030
nearly always is, so its result must look like Chinese that people write. What is not certain is
refused with advice, for a bank of mojibake costs more than saving a file again.
"""

import codecs
import re
from collections.abc import Callable

from learning.question_bank.formats.contract import Unreadable
from learning.question_bank.formats.intake.sizes import MEGABYTE, check_size

MAX_TEXT_BYTES = 32 * MEGABYTE
_ADVICE = "请用记事本或 WPS 打开确认文字正常，另存为 UTF-8 编码再导入。"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
# UTF-8 that was read as GBK and saved: what became of the characters that could not be read.
_SPOILT = re.compile("\ufffd|锟斤拷|烫烫烫")
_SAMPLE = 20_000
_LIKELY = 0.9
_CERTAIN = 0.97
_SPOILT_SHARE = 0.002


def decode(content: bytes) -> str:
    r"""Read a text: UTF-8, UTF-16 (with a mark or without), GB18030, Big5 if it is certain.

    Line ends become \n, a mark at the start goes. Raises Unreadable: `too_large` beyond 32 MB,
    `unreadable` for an empty file, `encoding` for binary content and what no encoding fits.
    """
    check_size(content, MAX_TEXT_BYTES)
    text = _decoded(content)
    sample = _sample(text)
    if "\0" in text or len(_CONTROLS.findall(sample)) > len(sample) // 100:
        raise Unreadable("encoding", "这不是文本文件，里面是二进制内容。请选择正确的格式再导入。")
    if len(_SPOILT.findall(sample)) > len(sample) * _SPOILT_SHARE:
        message = f"文件里的文字已经是乱码（“�”“锟斤拷”一类），原文找不回来了。{_ADVICE}"
        raise Unreadable("encoding", message)
    return _LINE_ENDS.sub("\n", text)


def decode_start(content: bytes, length: int = 60_000) -> str:
    """Read the first lines of a text, to tell what it is; "" for what `decode` would refuse."""
    head = content[:length]
    if len(content) > length:
        # Cut behind a line; in UTF-16 its second byte may be 0 and still belong to it.
        end = head.rfind(b"\n") + 1 or length
        head = head[: end + (end % 2 and 0 in head[:200])]
    for surplus in range(4 if len(content) > length else 1):  # of a character that was cut
        try:
            return decode(head[: len(head) - surplus])
        except Unreadable:
            continue
    return ""


def _decoded(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strict(content[len(mark) :], encoding)
    wide = _wide_encoding(content)
    if wide:
        return _strict(content, wide)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _chinese(content)


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.upper().removesuffix("-LE").removesuffix("-BE")
        message = f"文件开头标明是 {name}，第 {error.start + 1} 个字节起却读不下去。{_ADVICE}"
        raise Unreadable("encoding", message) from None


def _wide_encoding(content: bytes) -> str:
    """Tell UTF-16 without a mark by its zero bytes, all on one side of the pairs; "" if not."""
    head = content[:_SAMPLE]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(content) % 2 or not even + odd:
        return ""
    if even < odd // 20 + 1 and _is_wide(head, "utf-16-le"):
        return "utf-16-le"
    if odd < even // 20 + 1 and _is_wide(head, "utf-16-be"):
        return "utf-16-be"
    return ""


def _is_wide(head: bytes, encoding: str) -> bool:
    text = head.decode(encoding, errors="replace")[:-1]
    return "\0" not in text and (text.isascii() or _share(text, "gb2312", _is_common_gb) > _LIKELY)


def _chinese(content: bytes) -> str:
    """Try the encodings of Chinese Windows; refuse what does not look like Chinese afterwards."""
    text = _tried(content, "gb18030")
    if text is not None and _share(_sample(text), "gb2312", _is_common_gb) >= _LIKELY:
        return text
    text = _tried(content, "cp950")
    if text is not None and _share(_sample(text), "cp950", _is_common_big5) >= _CERTAIN:
        return text
    raise Unreadable("encoding", f"认不出文件的编码，按 UTF-8 和 GB18030 读出来都是乱码。{_ADVICE}")


def _tried(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _share(text: str, encoding: str, is_common: Callable[[bytes], bool]) -> float:
    """Return the share of the characters beyond ASCII that people write every day."""
    characters = "".join(_FOREIGN.findall(text))
    if not characters:
        return 1.0
    common = 0
    for character in characters:
        code = character.encode(encoding, errors="ignore")
        common += len(code) == 2 and is_common(code)
    return common / len(characters)


def _is_common_gb(code: bytes) -> bool:
    """GB 2312: signs (rows 1–9) and the 3,755 characters of level 1 (rows 16–55)."""
    return 0xA1 <= code[0] <= 0xA9 or 0xB0 <= code[0] <= 0xD7


def _is_common_big5(code: bytes) -> bool:
    """Big5: signs and the 5,401 characters of level 1."""
    return 0xA1 <= code[0] <= 0xC6


def _sample(text: str) -> str:
    """Take the beginning, the middle and the end: mojibake may begin late."""
    if len(text) <= 3 * _SAMPLE:
        return text
    middle = len(text) // 2
    return text[:_SAMPLE] + text[middle : middle + _SAMPLE] + text[-_SAMPLE:]
