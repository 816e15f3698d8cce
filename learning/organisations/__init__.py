"""The network of organisations and what people are in them, on any date.

Words: unit 单位 (association, enterprise, university, institute, department), membership 隶属,
staff number 工号, post 岗位, role assignment 角色授权, roster 花名册.

Invariants: names, parents, memberships, post holdings and role assignments are dated facts with
half-open validity [valid_from, valid_to) and the instant they were recorded; a rename or a move
closes one row and opens another; no unit is its own ancestor; an enterprise is known by its
统一社会信用代码; a staff number means one person within one organisation at a time.
"""
