"""Study hours, which the server counted itself and credited once, and the tracks they belong to.

Words: a *clock* 计时 is a learner's one running count; a *beat* is what an open lesson page reports
each minute; *spent* time is counted time; a *credit* 学时记录 is a row of the ledger 学时台账; an
*hour* 学时 is so many minutes as the rule in force says (45 or 60). A *class* 面授 meets in
*sessions*, and a *mark* says who was there; a *claim* 申报 is learning outside 外部学习 handed in
with its proof; a *contra-entry* 冲销 takes a credit back.

Invariants: a person has one clock, so two tabs or devices earn no more than one; counted time never
exceeds the time that passed on the server's clock. A lesson is credited once, when it is completed
and enough time was counted in it. A credit says by which version of the rules it was made and is
never changed: new rules count from their day on, and what is wrong is taken back once by a
contra-entry, never by whom it belongs to. A class's session and a claim are credited once, within
what day and year have left. A track's versions are immutable; enrolments and
progress belong to its code. Who enrols others within reach confirms their entry conditions by it.
What a learner *declares* 声明 of them is kept by round until the account is closed; HR confirms
what it looked at, or refuses it with a reason, and the learner declares anew. Nobody decides for
oneself.
"""
