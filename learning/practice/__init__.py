"""Practice: the wrong-answer notebook, spaced repetition, practice by area, the daily quiz.

Words: an *entry* 错题 is an item that somebody answered wrongly; a *miss* is one such answer; the
*intake* takes the answers of an attempt in once they may be seen; a *session* 练习 is an
assessment that practice made and the attempt engine delivers; *due* 该复习 is what the schedule
asks for today.

Invariants: nothing is taken in before its key is released to the person; no secure item and none
that an open or coming paper or an unfinished live room may ask is ever offered; an entry stands
exactly while a miss stands behind it or it has been reviewed; an answer moves the schedule once,
however often it is scored.
"""
