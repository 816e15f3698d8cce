"""Tests: sentences about behaviour, on both databases."""
