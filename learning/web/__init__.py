"""The only shared Flask code: transaction, guards, errors, forms, security headers, templating.

Knows no domain: what it needs from domains (who is logged in, which roles are held) is handed in
by `learning.app`.
"""
