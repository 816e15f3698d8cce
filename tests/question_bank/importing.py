"""Item files to import, and what the tests of imports share."""

from learning.question_bank.drafts import Defaults
from learning.question_bank.formats import Upload, reading
from learning.question_bank.formats.reading import Reading
from learning.question_bank.services import BankSettings, create_bank
from learning.question_bank.services.importing import keep_reading
from learning.question_bank.services.records import defaults_of

GOOD = """# 抽样检验

## {code} 单选 · 掌握 · 难度 0.35
{stem}
- [ ] 公差
- [x] 检验水平和批量
> 解析：查表。
"""
NO_KEY = """
## {code} 判断 · 熟悉 · 难度 0.40
{stem}
"""


def item_file(count: int = 2, *, without_key: int = 1, offset: int = 0) -> str:
    """Write an item file: so many good items, then so many without a key."""
    text = ""
    for number in range(1, count + 1):
        text += GOOD.format(
            code=f"qa-{number + offset:05d}", stem=f"第 {number} 个样本量由什么决定？"
        )
    for number in range(count + 1, count + without_key + 1):
        text += NO_KEY.format(code=f"qa-{number + offset:05d}", stem=f"第 {number} 句话对吗？")
    return text


def upload_of(text: str, name: str = "试题.md") -> Upload:
    return Upload(name, text.encode())


def reading_of(upload: Upload) -> Reading:
    return reading.read(upload, "auto", Defaults(code="x-0"), lambda *_: None)


def make_web_bank(session, now, code="web", **settings):
    """Make a bank on the web, of the platform."""
    return create_bank(session, None, code, BankSettings(title="网上题库", **settings), now=now)


def make_import(session, now, text, bank, actor=None):
    """Read an item file into a preview."""
    upload = upload_of(text)
    return keep_reading(
        session, actor, bank.code, defaults_of(bank, ""), upload, reading_of(upload), now=now
    )
