"""Layouts of papers as they circulate on Chinese document sites; the content is invented.

Each layout is a text and what it holds: for every question its kind, the number of options (of a
case: of parts) and the key (letters, 对/错, answers joined by " ; ", of a case a list of keys).
"""

from typing import NamedTuple


class Layout(NamedTuple):
    name: str
    text: str
    questions: list[tuple[str, int, object]]
    problems: tuple[str, ...] = ()
    """Codes that some question must bear; all others must bear none of the serious ones."""


LAYOUTS = [
    Layout(
        "key list of ranges at the end",
        """质量管理基础知识测试卷
一、单项选择题（每题2分，共10分）
1、PDCA 循环的提出者是（　）。
A、朱兰　　B、戴明　　C、克劳士比　　D、石川馨
2、质量管理的目的是（　）。
A、检验　　B、顾客满意　　C、降价　　D、扩产
3、排列图又称（　）。
A、鱼骨图　B、帕累托图　C、散布图　D、控制图
4、5S 中的第一个 S 是（　）。
A、整顿　B、清扫　C、整理　D、素养
5、SPC 的含义是（　）。
A、统计过程控制　B、抽样检验　C、质量成本　D、标准化
二、判断题（每题1分，共2分）
6、质量就是检验出来的。（　）
7、过程能力指数越大，过程能力越强。（　）
参考答案
一、单项选择题
1-5 BBBCA
二、判断题
6-7 ×√
""",
        [("single", 4, k) for k in "BBBCA"] + [("true_false", 0, "错"), ("true_false", 0, "对")],
    ),
    Layout(
        "numbered key list behind a colon, sections restart",
        """一、单选题
1. 下列属于外部故障成本的是（　　）
A. 返工费 B. 索赔费 C. 检验费 D. 培训费
2. 质量手册由谁批准（　　）
A. 检验员 B. 最高管理者 C. 操作工 D. 采购员
答案：1.B 2.B
二、多选题
1. 属于七种工具的有（　　）
A. 检查表 B. 直方图 C. 亲和图 D. 控制图
2. 内审的输出包括（　　）
A. 不符合项报告 B. 审核报告 C. 采购单 D. 报价单
答案：1、ABD；2、AB
""",
        [("single", 4, "B"), ("single", 4, "B"), ("multiple", 4, "ABD"), ("multiple", 4, "AB")],
    ),
    Layout(
        "answer table pasted with tabs",
        """选择题
1. 均值控制图监控的是（ ）
A. 散布
B. 中心
C. 个数
2. 极差控制图监控的是（ ）
A. 散布
B. 中心
C. 个数
3. p 图用于（ ）
A. 计量值
B. 不合格品率
C. 缺陷数
答案
题号\t1\t2\t3
答案\tB\tA\tB
""",
        [("single", 3, "B"), ("single", 3, "A"), ("single", 3, "B")],
    ),
    Layout(
        "kind in brackets before each question, no numbers",
        """【单选题】质量方针由谁发布？
A. 最高管理者
B. 质检员
C. 班组长
答案：A
解析：质量方针是最高管理者的职责。

【多选题】下列属于质量成本的有？
A. 预防成本
B. 鉴定成本
C. 销售成本
D. 故障成本
答案：A、B、D

【判断题】零缺陷就是不允许犯错。
答案：错误

【填空题】朱兰三部曲是质量策划、质量控制和____。
答案：质量改进
""",
        [
            ("single", 3, "A"),
            ("multiple", 4, "ABD"),
            ("true_false", 0, "错"),
            ("blank", 0, "质量改进"),
        ],
    ),
    Layout(
        "kind word before the number",
        """单选题 1、8D 报告中 D4 是（）
A、成立小组B、描述问题C、根本原因分析D、预防再发
正确答案：C
多选题 2、APQP 的阶段包括（）
A、计划和确定项目B、产品设计和开发C、过程设计和开发D、财务审计
正确答案：ABC
判断题 3、PPAP 是生产件批准程序。（）
正确答案：正确
""",
        [("single", 4, "C"), ("multiple", 4, "ABC"), ("true_false", 0, "对")],
    ),
    Layout(
        "letters glued to the options, key in the stem",
        """1.质量是指从(A)角度看的符合性
A顾客使用B符合标准C价格D外观
2.全面质量管理的核心是(C)
A检验B统计C全员参与D标准
""",
        [("single", 4, "A"), ("single", 4, "C")],
    ),
    Layout(
        "ticks behind statements",
        """判断题
1、顾客满意是顾客的感受。（√）
2、质量改进只是质量部门的事。（×）
3、返工后的产品不需要重新检验。（ × ）
4、标准化是质量管理的基础。( √ )
""",
        [("true_false", 0, k) for k in "对错错对"],
    ),
    Layout(
        "bracket with the verdict before the number",
        """三、判断题（正确的打√，错误的打×，每题1分）
（ √ ）1、抽样检验存在两类风险。
（ × ）2、合格批里不会有不合格品。
（ √ ）3、AQL 是可接收质量限。
""",
        [("true_false", 0, k) for k in "对错对"],
    ),
    Layout(
        "full-width letters, digits and brackets",
        """一、单项选择题
１．下列图形中用于寻找原因的是（　　）。
Ａ．因果图
Ｂ．直方图
Ｃ．控制图
Ｄ．推移图
【答案】Ａ
２．σ 水平为 ６ 时，考虑偏移的 DPMO 约为（　　）。
Ａ．３．４
Ｂ．２３３
Ｃ．６２１０
Ｄ．６６８０７
【答案】Ａ
""",
        [("single", 4, "A"), ("single", 4, "A")],
    ),
    Layout(
        "bracketed option letters",
        """1) 关于审核证据，正确的是（ ）
(A) 可以是主观猜测 (B) 应可验证 (C) 不必记录 (D) 只能是书面文件
答案: B
2) 下列不属于审核原则的是（ ）
(A) 诚实正直 (B) 公正表达 (C) 利益优先 (D) 保密性
答案: C
""",
        [("single", 4, "B"), ("single", 4, "C")],
    ),
    Layout(
        "full-width bracketed option letters, a line each",
        """第1题 抽样方案（n，c）中 c 表示（　）
（A）批量
（B）样本量
（C）接收数
第2题 拒收数等于（　）
（A）c
（B）c+1
（C）c-1
【参考答案】
1、C
2、B
""",
        [("single", 3, "C"), ("single", 3, "B")],
    ),
    Layout(
        "fill-in with underscores and several answers",
        """填空题（每空1分，共5分）
1. 过程能力指数 Cp 反映过程的____能力，与____无关。
答案：潜在；中心位置
2. 浴盆曲线分为______、______和______三个阶段。
答案：早期故障期、偶然故障期、耗损故障期
3. 质量管理体系的英文缩写是____。
答案：QMS/qms
""",
        [
            ("blank", 0, "潜在 ; 中心位置"),
            ("blank", 0, "早期故障期 ; 偶然故障期 ; 耗损故障期"),
            ("blank", 0, "QMS/qms"),
        ],
        ("blank_split",),
    ),
    Layout(
        "fill-in with empty brackets",
        """二、填空题
1、质量管理的八项原则第一项是（　　　　）。
2、测量系统的变差由（　　）和（　　）组成。
参考答案：
二、填空题
1、以顾客为关注焦点
2、重复性；再现性
""",
        [("blank", 0, "以顾客为关注焦点"), ("blank", 0, "重复性 ; 再现性")],
    ),
    Layout(
        "fill-in with the answers in the brackets",
        """填空题
1. 质量改进的对象是（产品）、（过程）和（体系）。
2. QC小组活动的程序遵循（PDCA）循环。
""",
        [("blank", 0, "产品 ; 过程 ; 体系"), ("blank", 0, "PDCA")],
    ),
    Layout(
        "essays with answers that number their points",
        """五、简答题（每题5分，共10分）
1、简述纠正与纠正措施的区别。
答：1、纠正是消除已发现的不合格；
2、纠正措施是消除不合格的原因；
3、纠正可以和纠正措施一起采取。
2、什么是过程方法？
答：把活动作为相互关联的过程来管理。
""",
        [("essay", 0, ""), ("essay", 0, "")],
    ),
    Layout(
        "explanations over several lines with numbers in them",
        """1. 控制图上判异的依据是（　）
A. 点出界  B. 点贴近中心线  C. 两者都是  D. 都不是
答案：C
解析：判异准则有两类：
1. 点出界；
2. 界内点排列不随机。
3.14 与本题无关。
2. 中心线通常取（　）
A. 目标值或均值  B. 上规格限  C. 下规格限  D. 零
答案：A
解析：见 GB/T 4091—2001。
""",
        [("single", 4, "C"), ("single", 4, "A")],
    ),
    Layout(
        "difficulty, area, points and source in any order",
        """1. 关键特性的符号由谁规定？（　）
A. 顾客
B. 供应商
C. 员工
难度：较易
知识点：特殊特性
分值：3
答案：A
出处：IATF 16949
解析：顾客指定时采用顾客的符号。
2. 控制计划的阶段不包括（　）
A. 样件
B. 试生产
C. 报废
答案解析：控制计划分样件、试生产、生产三个阶段。
正确答案：C
难度系数：0.3
""",
        [("single", 3, "A"), ("single", 3, "C")],
    ),
    Layout(
        "everything on one line, no spaces",
        "一、单选题1.质量检验的职能不包括()A.鉴别B.把关C.预防D.设计答案：D解析：设计不是检验职能。"
        "2.首件检验的目的是()A.防止批量不合格B.替代巡检C.降低成本D.考核员工答案：A"
        "二、判断题1.巡回检验可以发现过程异常。（√）2.完工检验可以取消。（×）",
        [
            ("single", 4, "D"),
            ("single", 4, "A"),
            ("true_false", 0, "对"),
            ("true_false", 0, "错"),
        ],
    ),
    Layout(
        "page headers, footers and notes",
        """2023年质量月知识竞赛试题
姓名：________  单位：________  得分：________
考试说明：
1. 本试卷满分100分，考试时间60分钟。
2. 请将答案写在答题卡上。
一、单选题（共2题，共4分）
1. 质量强国纲要发布于（　）年。
A. 2021 B. 2022 C. 2023 D. 2024
答案：C
第 1 页 共 2 页
2. 质量月是每年的（　）月。
A. 3 B. 6 C. 9 D. 12
答案：C
""",
        [("single", 4, "C"), ("single", 4, "C")],
    ),
    Layout(
        "a case with numbered parts in brackets",
        """六、案例分析题（每题10分）
1、某企业顾客投诉轴承异响，检查发现装配间隙超差，作业指导书没有规定间隙的检测方法。
（1）不合格发生在哪个过程？
A. 采购  B. 装配  C. 销售
答案：B
（2）应当采取的措施有
A. 修订作业指导书  B. 增加检测  C. 处罚顾客
答案：AB
2、某公司内审时发现同一不合格连续三次出现。
（1）说明可能的原因。
答：纠正措施没有针对原因。
（2）连续出现说明纠正措施无效。
答案：对
""",
        [("case", 2, ["B", "AB"]), ("case", 2, ["", "对"])],
    ),
    Layout(
        "material for questions by number",
        """一、单选题
1. 帕累托图按什么排序？
A. 频数 B. 时间 C. 名称
答案：A
阅读下列材料，回答2～3题。
某班组统计一周的缺陷：划伤 40 件，污渍 25 件，变形 15 件，其他 20 件。
2. 关键少数应首先看
A. 划伤 B. 污渍 C. 变形
答案：A
3. 划伤所占的比例是
A. 25% B. 40% C. 60%
答案：B
4. 层别法的作用是
A. 分类 B. 合并 C. 删除
答案：A
""",
        [("single", 3, "A"), ("case", 2, ["A", "B"]), ("single", 3, "A")],
    ),
    Layout(
        "cases by title, numbers restart",
        """案例一：
某厂用 Xbar-R 图监控轴径，最近 8 点都在中心线以下。
1. 应当判定
A. 受控 B. 失控
答案：B
2. 首先应当
A. 调整规格 B. 查找原因
答案：B
案例二：
某批 500 件，抽 50 件，1 件不合格，Ac=1。
1. 该批应当
A. 接收 B. 拒收
答案：A
2. 若 2 件不合格则
A. 接收 B. 拒收
答案：B
""",
        [("case", 2, ["B", "B"]), ("case", 2, ["A", "B"])],
    ),
    Layout(
        "judged by options",
        """1. 质量目标应当可测量。
A. 正确
B. 错误
答案：A
2. 供方不属于相关方。
A. 对
B. 错
答案：B
""",
        [("true_false", 2, "对"), ("true_false", 2, "错")],
    ),
    Layout(
        "no keys at all",
        """一、单项选择题
1．顾客满意度调查属于（　）
A．监视和测量　B．设计　C．采购　D．运输
2．管理评审由谁主持（　）
A．最高管理者　B．质检员　C．采购员　D．门卫
二、判断题
1．管理评审每天一次。（　）
""",
        [("single", 4, ""), ("single", 4, ""), ("true_false", 0, "")],
        ("no_key",),
    ),
    Layout(
        "key beyond the options, two letters under a heading of single choice",
        """一、单选题
1. 首检的对象是
A. 首件 B. 末件 C. 全部
答案：D
2. 三检制包括
A. 自检 B. 互检 C. 免检
答案：AB
""",
        [("single", 3, ""), ("multiple", 3, "AB")],
        ("key_unknown", "kind_conflict"),
    ),
    Layout(
        "keys as short sentences and letters in reasons",
        """1、5M1E 中的 E 指（）
A、设备 B、环境 C、材料 D、方法
正确答案是：B
2、测量系统分析简称（）
A、SPC B、FMEA C、MSA D、PPAP
答案为C。因为 A、B、D 是其他工具。
""",
        [("single", 4, "B"), ("single", 4, "C")],
    ),
    Layout(
        "statements with circled numbers in the stem",
        """1. 下列说法正确的是
①质量是检验出来的
②质量是设计和制造出来的
③质量是管理出来的
A. ①② B. ②③ C. ①③ D. ①②③
答案：B
2. 排序：①策划 ②实施 ③检查 ④处置
A. ①②③④ B. ②①③④ C. ④③②① D. ①③②④
答案：A
""",
        [("single", 4, "B"), ("single", 4, "A")],
    ),
    Layout(
        "stems that begin with numbers and standards",
        """1.2018年修订的审核指南是
A.GB/T 19011 B.GB/T 19580 C.GB/T 2828.1
答案：A
2.3σ 控制限对应的误判概率约为
A.0.27% B.5% C.1%
答案：A
3.14.5kg 的批，2.5倍的安全系数，对应的载荷约为
A.36.25kg B.14.5kg C.29kg
答案：A
4.GB/T 19001-2016 共有几章
A.8 B.10 C.12
答案：B
""",
        [("single", 3, "A"), ("single", 3, "A"), ("single", 3, "A"), ("single", 3, "B")],
    ),
    Layout(
        "survey tool style",
        """1. 过程方法的英文是 [单选题] *
○A. process approach
○B. product approach
○C. project approach
答案：A
2. 属于内部相关方的有 [多选题] *
□A. 员工
□B. 股东
□C. 竞争对手
答案：AB
""",
        [("single", 3, "A"), ("multiple", 3, "AB")],
    ),
    Layout(
        "markdown-like marks around numbers",
        """### 一、单选题
**1.** 质量信息的特点不包括
- A. 相关性
- B. 随机性
- C. 永恒性
**答案：** C
**2.** 质量记录应当
- A. 清晰
- B. 随意涂改
- C. 不必保存
**答案：** A
""",
        [("single", 3, "C"), ("single", 3, "A")],
    ),
    Layout(
        "two columns of options",
        """1、统计抽样检验的两类风险是（　）
　　A、生产方风险和使用方风险　　　B、设计风险和制造风险
　　C、运输风险和储存风险　　　　　D、财务风险和市场风险
答案：A
2、OC 曲线的横坐标是（　）
　　A、批质量水平　　　　　　　　　B、接收概率
　　C、样本量　　　　　　　　　　　D、批量
答案：A
""",
        [("single", 4, "A"), ("single", 4, "A")],
    ),
    Layout(
        "letters named in stem and options",
        """1. 对A、B两类不合格，下列说法正确的是（ ）
A. A类比B类严重 B. B类比A类严重 C. A、B类同样严重 D. 以上A、B、C都不对
答案：A
2. 产品由A.甲 B.乙两家供货，下列正确的是
A. 都要评价
B. 只评价A、B中的一家
C. 都不评价
答案：A
""",
        [("single", 4, "A"), ("single", 3, "A")],
    ),
    Layout(
        "Chinese numerals as question numbers",
        """一、什么是质量策划？
答：致力于制定质量目标并规定必要的运行过程和相关资源。
二、什么是质量控制？
答：致力于满足质量要求。
三、什么是质量保证？
答：致力于提供质量要求会得到满足的信任。
""",
        [("essay", 0, "")] * 3,
    ),
    Layout(
        "true or false in letters",
        """True or False 判断题
1. 样本量越大，抽样误差越小。
答案：T
2. 均值相同则散布相同。
答案：F
""",
        [("true_false", 0, "对"), ("true_false", 0, "错")],
    ),
    Layout(
        "calculations",
        """计算题（每题5分）
1. 规格为 10±0.3，σ=0.05，求 Cp。
答案：2.00
2. 某产品累计试验 1000 h，故障 4 次，求 MTBF（h）并说明理由。
答案：T=1000h，r=4，MTBF=T/r=250h；因为点估计等于累计时间除以故障数。
""",
        [("numeric", 0, "2.00"), ("essay", 0, "")],
    ),
    Layout(
        "lists of keys with explanations at the end",
        """一、单选题
1. 质量特性分为
A. 关键、重要、一般 B. 大、中、小 C. 红、黄、绿
2. 互检是
A. 自己检 B. 相互检 C. 专职检
答案及解析
1.【答案】A
【解析】按影响程度划分。
2.【答案】B
【解析】互检是操作者之间的检验。
""",
        [("single", 3, "A"), ("single", 3, "B")],
    ),
]
