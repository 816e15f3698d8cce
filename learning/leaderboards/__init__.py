"""Ranked lists, fed from above by events and always equal to a recomputation.

Words: board 榜单, entry of a board (one subject: a person or a unit), standing 名次, tie rule
同分规则. Boards never feed certification and never rank what they were not told.

Invariants: equal sort keys share a standing and the next standing counts all above it
(1, 2, 2, 4); the tie rule in force is printed with every list.
"""
