"""Tests of running the product: health, worker, command line, backup, supervisor."""
