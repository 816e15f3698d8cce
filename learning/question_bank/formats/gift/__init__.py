"""GIFT, Moodle's text format: the whole grammar in, what it can say of an item out."""

from learning.question_bank.formats.gift.reading import GiftImporter
from learning.question_bank.formats.gift.writing import GiftExporter

__all__ = ["GiftExporter", "GiftImporter"]
