"""Makers of valid rows for tests, each with defaults that say nothing about the test."""
