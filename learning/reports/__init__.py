"""What is read across all domains, and belongs to none: the audit trail for who may see it.

Reads only, and nobody imports it. Words: act (what was done, by its code), subject (to what).
"""
