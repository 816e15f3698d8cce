"""Walks through every endpoint as every persona: no error, no stranger's object, pages in order."""
