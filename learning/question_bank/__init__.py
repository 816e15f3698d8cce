"""Items: what is asked, what is right, and how an answer becomes points.

Owns banks (`question_bank/<bank>/` on disk, or written on the web), items and their immutable
versions, the item types, the marking rules, import and export. Knows nothing of attempts, exams,
contests or lessons; those pin item versions and ask this package to show and to score them.

Words: item 试题 · stem 题干 · option 选项 · key 答案 · distractor 干扰项 · response 回答 ·
alternative (one wording accepted in a blank) · gap (____ in a stem) · area 知识点 · level 要求
(掌握 / 熟悉 / 了解) · pool 题库用途 · track 培养方向 · marking rule 计分方式 · mark 评分.

Invariants:
- **Keys never travel.** `ItemDocument` and `ItemView` hold nothing of the key; option ids follow
  the order of the file; presentation takes documents only; `AnswerKey` is seen by `scoring`,
  `loader` and the release of results alone.
- **Versions are immutable**: `Item.content_hash` covers document and key; a change is a version.
- **Scores are exact**: `Decimal` points, one rounding (half-even, thousandths), no float, the same
  for every order of the options, never above the item's points nor below minus the penalty.
- **A response never breaks scoring**: what does not fit its item scores 0 and says `invalid`.
- **Loading collects**: every problem of every file, with path and line; one bad item never hides
  another. What is loaded is written back as it was (`loader.dump`).
- Items in this repository are public and therefore never in the secure pool.
"""
