"""Courseware: courses and lessons as immutable versions, enrolment, reading progress, self-checks.

Words: a *course* 课程 is a list of *lessons* 课时; a *learner* 学员 enrols; the *self-check* 自测
of a lesson is a stepwise attempt of the attempt engine at one assessment a lesson version.

Invariants: versions are never changed or deleted, found by the hash of their content, a lesson's
including its figures and the items of its self-check. Progress belongs to the lesson's code, so a
new version keeps it, unless its author calls the change substantial (`services.publishing`). A
lesson is complete once: read to its end and, where it has a self-check, that handed in, whatever
the score.
"""
