"""The save: one statement that checks log-in, owner, epoch, open position and section; it inserts.

Why it is one statement, and why it looks like this, is told in `docs/adr/0002-save-is-one-
statement.md`. On PostgreSQL FOR SHARE holds the attempt row against a concurrent submit or commit;
on SQLite there is one writer. Both run in autocommit: a row returned *and fetched to the end* is
durable.
"""

from datetime import timedelta

from learning.attempts.rules import AWAY_MS, DEPARTURES, GRACE, ITEM_GRACE, ActKind

GRACE_US = GRACE // timedelta(microseconds=1)
ITEM_GRACE_US = ITEM_GRACE // timedelta(microseconds=1)

# Under stepwise delivery the open item may have seconds of its own: what comes after them and their
# grace is kept aside.
# Where sections have limits of their own: the one of the position has opened; it ended, with its
# grace, before now. While an attempt is paused its clock stands, for these too.
_POSTGRESQL_SECTION = """\
EXISTS (SELECT FROM jsonb_to_recordset(a.sections::jsonb)
                    AS t(first int, last int, opens bigint, ends bigint)
               WHERE j.p BETWEEN t.first AND t.last AND {test})"""
_POSTGRESQL_SAVE = """\
INSERT INTO responses (attempt_id, position, epoch, seq, answer, after_submit, saved_at)
SELECT a.id, j.p, %(epoch)s, j.s, j.r,
       a.submitted_at IS NOT NULL OR a.is_item_over OR (a.sections IS NOT NULL AND {over}),
       %(now)s
FROM (SELECT a.id, a.submitted_at, a.open_position, a.item_count, a.sections,
             a.open_until IS NOT NULL AND least(%(now)s, a.paused_at)
               > a.open_until + interval '{item_grace} microseconds' AS is_item_over,
             CASE WHEN a.sections IS NOT NULL
                  THEN extract(epoch FROM least(%(now)s, a.paused_at)) * 1000000 END AS at_us
      FROM attempts a JOIN login_sessions l ON l.user_id = a.user_id
      WHERE a.public_id = %(pid)s AND a.epoch = %(epoch)s
        AND l.id = %(sid)s AND l.revoked_at IS NULL AND l.expires_at > %(now)s
      FOR SHARE OF a) a,
     {source}
WHERE j.p BETWEEN 1 AND a.item_count AND (a.open_position IS NULL OR a.open_position = j.p)
  AND (a.sections IS NULL OR a.submitted_at IS NOT NULL OR {opened})
ON CONFLICT (attempt_id, position, epoch, seq) DO NOTHING
RETURNING position, seq, after_submit
"""
_POSTGRESQL_TESTS = {
    "over": _POSTGRESQL_SECTION.format(test=f"t.ends + {GRACE_US} < a.at_us"),
    "opened": _POSTGRESQL_SECTION.format(test="t.opens <= a.at_us"),
    "item_grace": ITEM_GRACE_US,
}
POSTGRESQL_SAVE_MANY = _POSTGRESQL_SAVE.format(
    source="jsonb_to_recordset(%(batch)s::jsonb) AS j(p int, s bigint, r text)",
    **_POSTGRESQL_TESTS,
)
# One answer a request is the rule; its statement is spared the JSON (some 50 µs of the server).
POSTGRESQL_SAVE_ONE = _POSTGRESQL_SAVE.format(
    source="(SELECT %(p)s::int AS p, %(s)s::bigint AS s, %(r)s::text AS r) j",
    **_POSTGRESQL_TESTS,
)

_SQLITE_SECTION = """\
EXISTS (SELECT 1 FROM json_each(a.sections) t
               WHERE (j.value ->> '$.p') BETWEEN t.value ->> '$.first' AND t.value ->> '$.last'
                 AND {test})"""
_SQLITE_AT = "min(:now, coalesce(a.paused_at, :now))"
# `->> '$.r'` unquotes a JSON string; a WHERE must stand before ON CONFLICT.
SQLITE_SAVE = """\
INSERT INTO responses (attempt_id, position, epoch, seq, answer, after_submit, saved_at)
SELECT a.id, j.value ->> '$.p', :epoch, j.value ->> '$.s', j.value ->> '$.r',
       a.submitted_at IS NOT NULL OR (a.open_until IS NOT NULL AND {item_over})
         OR (a.sections IS NOT NULL AND {over}),
       :now
FROM attempts a JOIN login_sessions l ON l.user_id = a.user_id, json_each(:batch) j
WHERE a.public_id = :pid AND a.epoch = :epoch
  AND l.id = :sid AND l.revoked_at IS NULL AND l.expires_at > :now
  AND (j.value ->> '$.p') BETWEEN 1 AND a.item_count
  AND (a.open_position IS NULL OR a.open_position = (j.value ->> '$.p'))
  AND (a.sections IS NULL OR a.submitted_at IS NOT NULL OR {opened})
ON CONFLICT (attempt_id, position, epoch, seq) DO NOTHING
RETURNING position, seq, after_submit
""".format(
    over=_SQLITE_SECTION.format(test=f"(t.value ->> '$.ends') + {GRACE_US} < {_SQLITE_AT}"),
    item_over=f"{_SQLITE_AT} > a.open_until + {ITEM_GRACE_US}",
    opened=_SQLITE_SECTION.format(test=f"(t.value ->> '$.opens') <= {_SQLITE_AT}"),
)

# One read that decides why fewer rows came back than were sent.
_EXPLAIN = """
SELECT a.id, a.epoch, a.item_count, a.open_position, a.sections, a.submitted_at IS NOT NULL,
       r.position, r.epoch, r.seq, r.answer, r.after_submit
FROM login_sessions l
LEFT JOIN attempts a ON a.user_id = l.user_id AND a.public_id = {pid}
LEFT JOIN responses r ON r.attempt_id = a.id
WHERE l.id = {sid} AND l.revoked_at IS NULL AND l.expires_at > {now}
"""
POSTGRESQL_EXPLAIN = _EXPLAIN.format(pid="%(pid)s", sid="%(sid)s", now="%(now)s")
SQLITE_EXPLAIN = _EXPLAIN.format(pid=":pid", sid=":sid", now=":now")

# What a device that was taken over from never got through, once the attempt is over: kept aside. It
# is a statement of its own so that the save, which a running attempt sends, asks nothing more.
_ASIDE = """\
INSERT INTO responses (attempt_id, position, epoch, seq, answer, after_submit, saved_at)
SELECT a.id, {columns}, true, {now}
FROM attempts a JOIN login_sessions l ON l.user_id = a.user_id, {source}
WHERE a.public_id = {pid} AND a.submitted_at IS NOT NULL AND a.epoch > {epoch}
  AND l.id = {sid} AND l.revoked_at IS NULL AND l.expires_at > {now}
  AND {position} BETWEEN 1 AND a.item_count
ON CONFLICT (attempt_id, position, epoch, seq) DO NOTHING
"""
POSTGRESQL_ASIDE = _ASIDE.format(
    columns="j.p, %(epoch)s, j.s, j.r",
    position="j.p",
    source="jsonb_to_recordset(%(batch)s::jsonb) AS j(p int, s bigint, r text)",
    **{name: f"%({name})s" for name in ("pid", "sid", "now", "epoch")},
)
SQLITE_ASIDE = _ASIDE.format(
    columns="j.value ->> '$.p', :epoch, j.value ->> '$.s', j.value ->> '$.r'",
    position="(j.value ->> '$.p')",
    source="json_each(:batch) j",
    **{name: f":{name}" for name in ("pid", "sid", "now", "epoch")},
)

# A report of the room: bounded for each attempt, of a running one alone, and nothing is held for
# it, so that it never stands in the way of a save.
_RECORD = """\
INSERT INTO room_events (attempt_id, page, seq, kind, at, lasted_ms, received_at)
SELECT a.id, {page}, {columns}, {now}
FROM attempts a JOIN login_sessions l ON l.user_id = a.user_id, {source}
WHERE a.public_id = {pid} AND a.submitted_at IS NULL
  AND l.id = {sid} AND l.revoked_at IS NULL AND l.expires_at > {now}
  AND (SELECT count(*) FROM room_events e WHERE e.attempt_id = a.id) < {most}
ON CONFLICT (attempt_id, page, seq) DO NOTHING
RETURNING seq
"""
POSTGRESQL_RECORD = _RECORD.format(
    columns="j.s, j.k, to_timestamp(j.t / 1000.0), j.d",
    source="jsonb_to_recordset(%(report)s::jsonb) AS j(s int, k text, t bigint, d int)",
    **{name: f"%({name})s" for name in ("page", "now", "pid", "sid", "most")},
)
SQLITE_RECORD = _RECORD.format(
    columns="j.value ->> '$.s', j.value ->> '$.k', (j.value ->> '$.t') * 1000, j.value ->> '$.d'",
    source="json_each(:report) j",
    **{name: f":{name}" for name in ("page", "now", "pid", "sid", "most")},
)

# Where an attempt stands, for its room: asked again and again, so one read that no session frames.
_PULSE = """\
SELECT a.id, a.epoch, a.deadline_at, a.paused_at, a.submitted_at, a.finish_kind,
       a.sections, s.rules,
       (SELECT count(*) FROM room_events e WHERE e.attempt_id = a.id
          AND e.kind IN ({departures}) AND e.lasted_ms >= {away}),
       (SELECT max(m.id) FROM attempt_acts m WHERE m.attempt_id = a.id AND m.kind = '{message}')
FROM login_sessions l
LEFT JOIN attempts a ON a.user_id = l.user_id AND a.public_id = {pid}
LEFT JOIN assessments s ON s.id = a.assessment_id
WHERE l.id = {sid} AND l.revoked_at IS NULL AND l.expires_at > {now}
"""
_COUNTED = {
    "departures": ", ".join(f"'{kind}'" for kind in sorted(DEPARTURES)),
    "away": AWAY_MS,
    "message": ActKind.MESSAGE.value,
}
POSTGRESQL_PULSE = _PULSE.format(pid="%(pid)s", sid="%(sid)s", now="%(now)s", **_COUNTED)
SQLITE_PULSE = _PULSE.format(pid=":pid", sid=":sid", now=":now", **_COUNTED)
