"""Moodle XML: what Moodle's question banks export and import, both ways.

- `reading`: a file's questions in order, with what is common to all types;
- `questions`, `cloze`: one function a type of question, found by its name in the file;
- `texts`: texts in any of Moodle's formats as our Markdown, with embedded pictures;
- `writing`: the way out. What Moodle has no place for (level, pool, …) stands in an element of our
  own that Moodle skips; it is believed only where the question still says the same.
"""

from learning.question_bank.formats.moodle.reading import MoodleImporter
from learning.question_bank.formats.moodle.writing import MoodleExporter

__all__ = ["MoodleExporter", "MoodleImporter"]
