"""Item files: read with every problem named, written back as they were. Parses only, no tables.

A bank is a folder with `bank.toml` and one Markdown file per knowledge area:

    # 知识点名称                                  the area of every item below
    （说明）                                      free text, kept
    ## re-03-001 单选 · 掌握 · 难度 0.35          code, kind, level, difficulty, then overrides:
                                                  · 知识点 … · 方向 甲、乙（或 无） · 用途 练习|竞赛
                                                  · 互斥 re-03-002、re-03-004 (enemies)
    题干，____ 是空                               Markdown, maths in $…$
    - [x] 正确选项                                单选, 多选
    - [ ] 干扰项
    = 答案 | 另一写法                             填空: one line per gap; 判断: 对, 错;
                                                  计算: 49200 h ± 0.5 %
    > 解析：……                                   explanation, may go on over several quoted lines
    > 出处：……                                   source

    # of other kinds
    = 左 -> 右                                    匹配, `= -> 右` fits nothing; 排序: a step a line;
                                                  问答: = 3 分 要点
    ### 单选 · 2                                  案例: a sub-item with its weight, as above

A ```toml fence with [draw] before the stem makes an item parametric: `item_types.parametric`.
"""

from learning.question_bank.loader.banks import Bank, BankFile, LoadedBank, load_bank, parse_items
from learning.question_bank.loader.writing import dump

__all__ = ["Bank", "BankFile", "LoadedBank", "dump", "load_bank", "parse_items"]
