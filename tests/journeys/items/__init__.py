"""Journeys of those who write and review items, at one site."""
