"""People and their ways in: log-in names, passwords, one-time codes, log-in sessions.

Words: user (a log-in), log-in name (phone, e-mail, or organisation code + staff number), log-in
session (server-side, revocable), activation and reset code (printed by HR, used once).

Invariants: a log-in name, compared by its key, belongs to one user; a revoked or expired log-in
session opens nothing; secrets are stored only as hashes; a wrong password never locks out the
rightful person.
"""
