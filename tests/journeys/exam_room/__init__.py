"""Journeys through the exam room, against a server that can fail on purpose."""
