"""Knowledge competitions: from the call to the ranked list.

Words: competition 竞赛, round 轮次 (owns an assessment), entry 参赛 (a person's place in a
competition, frozen when made), format 赛制 (how a round is played), standing 名次,
tie rule 同分规则.

Invariants: one entry per person and competition whatever their memberships; an entry freezes the
person's name, unit and region; rules lock at the first entry; the ranked list shows only after the
close and equals a recomputation from scores.
"""
