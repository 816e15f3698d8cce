"""Tests of contests on a stage."""
