"""The one attempt engine: self-checks, contests and exams are the same attempt under other rules.

Words: assessment 测评 (a blueprint under attempt rules and a window), form 试卷 (what one person
sees: item versions, orders, points, pinned at start), attempt 作答, response 回答, epoch (raised
when another device takes over), seq (a counter per position), sweep (finishing what ran out),
score 得分, release (what may be seen when), delivery `paper` or `stepwise`.

Invariants: an acknowledged response is durable and is never changed or deleted; the current answer
of a position is the one with the highest (epoch, seq) that is in time; an attempt finishes once and
is scored once per version; no key leaves before the release rule allows it; a device's clock
decides nothing.
"""
