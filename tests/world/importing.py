"""A bank on the web with an import to be looked through, one that was applied, one that waits."""

from datetime import datetime

from sqlalchemy.orm import Session

from learning.question_bank.drafts import Defaults
from learning.question_bank.formats import Upload, reading
from learning.question_bank.services import BankSettings, create_bank
from learning.question_bank.services.import_applying import Plan, apply_import
from learning.question_bank.services.importing import accept_upload, keep_reading

TEXT = """# 示例知识点

## w-001 单选 · 掌握 · 难度 0.35
导入的样本量由什么决定？
- [ ] 公差
- [x] 检验水平和批量
> 解析：查表。

## w-002 判断 · 熟悉 · 难度 0.40
导入的这句话没有答案。
"""


def furnish_imports(session: Session, now: datetime) -> dict[str, str]:
    """Make the imports and return their public ids by kind."""
    bank = create_bank(session, None, "imported", BankSettings(title="导入的题库"), now=now)
    defaults = Defaults(code="imported-0")

    def keep(text: str):
        upload = Upload("试题.md", text.encode())
        found = reading.read(upload, "auto", defaults, lambda *_: None)
        return keep_reading(session, None, bank.code, defaults, upload, found, now=now)

    made = keep(TEXT.replace("导入", "入库"))
    apply_import(session, None, made, bank, Plan(), now=now)
    waiting = accept_upload(
        session, None, bank.code, defaults, Upload("大.md", b"#"), "auto", now=now
    )
    return {
        "import": keep(TEXT).public_id,
        "applied_import": made.public_id,
        "waiting_import": waiting.public_id,
    }
