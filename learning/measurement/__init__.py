"""Pure mathematics of tests: item analysis, item response theory, drift, cut scores, integrity.

Owns definitions and figures, no words for people, no tables, no pages: numbers and arrays in,
frozen dataclasses out. It imports nothing else of the application, so that a figure can be
checked by itself. Definitions and sources of all figures: `docs/measurement.md`.

`matrices` holds what goes in: `Scores` (persons × items) and `Choices` (which options were chosen).
`classical` and `distractors` describe items and test, `rasch` and `two_parameter` fit models,
`information` says how exactly a test measures where, `drift` and `exposure` compare sittings,
`findings` says what an author should look at, `angoff` gives a cut score, `similarity` and
`timing` serve integrity.

Invariants: every matrix has a result, also one person, one item, all right, all wrong, nothing
given; a figure that is not defined is None (NaN within arrays of persons), and nothing warns.
Persons and items may be permuted: the results are permuted with them. Not in a person's form is
not the same as omitted: the first says nothing, the second is wrong.
"""
