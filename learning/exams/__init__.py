"""Certification sittings: from the plan to each candidate's result.

Words: sitting 场次 (owns an assessment), admission 准考 (a candidate's place in a sitting, frozen
when made), candidate 考生, cut score 合格线, result 成绩 (what a certificate needs), absent 缺考,
resit 补考 (a later sitting for who failed one of its series, or was absent and has leave).

Invariants: only admitted people see and start a sitting; an admission freezes the person's name,
unit and staff number; the window locks when the sitting opens, the rules when the first attempt has
started; a person has at most one result a sitting, a later pass replaces a fail and never the
reverse; every recorded result is told once, in its own transaction.
"""
