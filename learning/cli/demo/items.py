"""The association's own bank in the demo: items as drafts, waiting for sign-off, and signed off."""

from datetime import datetime, timedelta

from learning.cli.demo.people import Cast
from learning.kernel.db import Database
from learning.question_bank.drafts import DraftOption, ItemDraft
from learning.question_bank.rules import Pool
from learning.question_bank.services import (
    BankSettings,
    approve,
    comment_on,
    create_bank,
    create_draft,
    return_to_author,
    save_draft,
    start_revision,
    submit_for_review,
)

BANK = "demo-exam"
DAY = timedelta(days=1)


def _choice(stem: str, options: str, right: str, why: str, area: str) -> ItemDraft:
    """Write a single or multiple choice; options are parted by |, `right` are their letters."""
    texts = options.split("|")
    return ItemDraft(
        kind="single" if len(right) == 1 else "multiple",
        stem=stem,
        options=tuple(DraftOption(text, "ABCDEF"[n] in right) for n, text in enumerate(texts)),
        explanation=why,
        area=area,
        level="familiar",
        difficulty="0.4",
    )


SIGNED = (
    _choice(
        "质量管理体系中，把输入转化为输出的一组相互关联的活动称为（　）。",
        "程序|过程|方针|目标",
        "B",
        "GB/T 19000 把利用输入实现预期结果的一组相互关联或相互作用的活动称为过程。",
        "质量管理基础",
    ),
    _choice(
        "在 PDCA 循环中，C 阶段的主要工作是（　）。",
        "制定目标和措施|按计划实施|对照目标检查结果|处理并纳入标准",
        "C",
        "C 是检查（check）：把结果与计划的目标相比较。",
        "质量改进",
    ),
    _choice(
        "下列属于质量管理原则的有（　）。",
        "以顾客为关注焦点|领导作用|全员积极参与|成本优先",
        "ABC",
        "七项质量管理原则中没有“成本优先”。",
        "质量管理基础",
    ),
)
WAITING = (
    ItemDraft(
        kind="true_false",
        stem="控制图上的控制限就是产品的规格限。",
        answers=("错",),
        explanation="控制限由过程自身的波动算出，规格限由顾客或设计给出。",
        area="统计过程控制",
        level="master",
        difficulty="0.5",
    ),
    _choice(
        "过程能力指数 $C_p = 1.33$、过程均值与规格中心重合时，$C_{pk}$ 为（　）。",
        "0.67|1.00|1.33|1.67",
        "C",
        "均值与规格中心重合时 $C_{pk} = C_p$。",
        "统计过程控制",
    ),
)
DRAFTED = (
    _choice("因果图又称（　）。", "鱼骨图|排列图|直方图|散布图", "A", "", "质量工具"),
    ItemDraft(kind="blank", stem="“5S”是整理、整顿、____、清洁、素养。", area="现场管理"),
)


def make_items(database: Database, cast: Cast, now: datetime) -> None:
    """Write the bank as its people would have, over the last ten days."""
    author, reviewer, manager = cast.author, cast.reviewer, cast.item_manager
    with database.transaction() as session:
        settings = BankSettings("演示质量协会考试题库", "Demo exam bank", pool=Pool.SECURE)
        unit = cast.association
        at = now - 10 * DAY
        bank = create_bank(session, manager, BANK, settings, raw_unit_id=unit, now=at)
        signed = []
        for draft in SIGNED:
            item = create_draft(session, author, bank, draft, now=at)
            version = submit_for_review(session, author, item, at)
            approve(session, reviewer, item, version, at + DAY, comment="题干清楚，同意。")
            signed.append(item)
        for draft in WAITING:
            item = create_draft(session, author, bank, draft, now=at)
            submit_for_review(session, author, item, now - 2 * DAY)
        comment_on(session, author, item, "依据是 GB/T 4091，页码稍后补上。", now - DAY)
        drafts = [create_draft(session, author, bank, draft, now=at) for draft in DRAFTED]
        returned = submit_for_review(session, author, drafts[0], now - 3 * DAY)
        reason = "请补上解析。"
        return_to_author(session, reviewer, drafts[0], returned, reason, now - 2 * DAY)
        row = start_revision(session, author, signed[1], now - DAY)
        revised = _choice(
            "在 PDCA 循环中，C（检查）阶段的主要工作是（　）。",
            "制定目标和措施|按计划实施|对照目标检查结果|处理并纳入标准",
            "C",
            "C 是检查（check）：把结果与计划的目标相比较。",
            "质量改进",
        )
        save_draft(session, author, signed[1], revised, row.revision, now - DAY)
        submit_for_review(session, author, signed[1], now - DAY, comment="题干补上中文名。")
