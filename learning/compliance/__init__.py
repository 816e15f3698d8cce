"""What HR sees of an enterprise's people: who learned, took part, passed, holds what until when.

Owns no table yet: everything here is read from the domains below, within the reader's reach.
Words: staff 人员, state of a person (`rules.StaffState`).
"""
