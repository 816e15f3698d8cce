"""What every domain shares and no domain owns: database, clock, ids, errors, events, jobs, audit.

No domain words and no Flask here. Modules: `db` (engines, sessions, column types), `clock`, `ids`,
`errors`, `permissions`, `events` (outbox and idempotent consumers), `jobs` (queue and schedule),
`audit` (append-only, sealed), `content` and `markdown` (files of text), `mail` (outbox of
messages), `documents` (spreadsheets).
"""
