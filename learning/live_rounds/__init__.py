"""Contests on a stage: a room with a host, a big screen, team phones and an audience.

Words: room 现场 (one evening of teams under one set of rules), stage 环节, item 试题, buzz 抢答,
host 主持人, team 参赛队, audience 观众, seat 席位 (what a phone may do that scanned a code),
log 现场记录.

Invariants: what happened is an append-only log, numbered without gaps under the room's row lock;
the state is nothing but the fold of the log under the room's rules, so that a restart, a refresh
or a dead phone loses nothing and anybody can replay it. Who was first is decided by the numbers of
the log alone. Going back is an entry of the log too. A key reaches the host's console; teams,
audience and screen see it when the host shows it.
"""
