"""Tests of what is read across domains."""
