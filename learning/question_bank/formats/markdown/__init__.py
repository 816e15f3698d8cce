"""Our own item files, in and out, with their pictures."""

from learning.question_bank.formats.markdown.reading import MarkdownImporter
from learning.question_bank.formats.markdown.writing import MarkdownExporter

__all__ = ["MarkdownExporter", "MarkdownImporter"]
