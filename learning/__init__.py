"""质量学堂 · Quality Academy: the application.

Map (upper may import lower, never the reverse; `tests/architecture` and import-linter check it):

    app > cli | api > home | reports > compliance > certification > competitions > exams
      | live_rounds > practice > courses > attempts > question_bank | leaderboards
      > organisations > accounts > web > kernel | measurement

Inside a domain: routes | jobs > forms > services > queries > permissions > models > loader
> rules | events. Rules are pure; HTTP lives in `routes` and `web`; one place commits
(`web.transaction`); time is passed in.

Glossary, one word per idea (zh on screen): candidate 考生 · participant 参赛者 · learner 学员 ·
sitting 场次 · assessment 测评 (one blueprint under one set of attempt rules) · attempt 作答 ·
item 试题 · stem 题干 · option 选项 · key 答案 · distractor 干扰项 · response 回答 · form 试卷 ·
blueprint 双向细目表 · section 大题 · score 得分 · mark 评分 · cut score 合格线 ·
standard setting 合格线评议 · judge 评委 · resit 补考 ·
answer sheet 答题卡 · keying 录入 (what one person typed of it) · keyer 录入人 ·
accommodation 考试便利 · live room 现场 (a contest on a stage) · buzz 抢答 · host 主持人 ·
competition 竞赛 · division 组别 · round 轮次 · entry 参赛 ·
standing 名次 · award 奖项 · unit 单位 · membership 隶属 · post 岗位 · roster 花名册 ·
log-in name 登录名 · log-in session 登录会话 · activation code 激活码 · reset code 重置码
"""

__version__ = "0.1.0"
