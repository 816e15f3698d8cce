"""The settings: one frozen value read from the environment, once, at start.

Each field carries its documentation; `docs/operations.md` holds a table generated from it. A
missing or bad value is reported together with all the others, by name.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

MIN_SECRET_LENGTH = 32
MAX_REMEMBERED_DAYS = 28  # a cookie's signature counts for 31: an exam may begin at the end
MAX_LESSON_FILE_MB = 512
LEAST_ZIP_MB = 12
PREPARED_FILE = "prepared"  # what `make run` has seen to; removed when data are replaced
AUDIT_ANCHORS_FILE = "audit-anchors.jsonl"  # the newest link of the audit trail, every ten minutes
SECRET_FILE = "secret.key"  # noqa: S105 - the name of a file


class SettingsError(Exception):
    """The environment does not describe a runnable system; lists every fault."""


def _doc(text: str, default: Any) -> Any:
    return field(default=default, metadata={"doc": text})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between installations. The environment key is the upper-case name."""

    secret_key: str = field(
        metadata={
            "doc": "Signs cookies; at least 32 characters. Required; may also stand in "
            "`DATA_DIR/secret.key`, where `make run` makes one, mode 0600."
        }
    )
    data_dir: Path = _doc(  # noqa: RUF009 - a field of its own, immutable
        "Folder of the database, queue, locks and mail folder.", Path("var")
    )
    host: str = _doc("Address the web server listens on; `0.0.0.0` for all.", "127.0.0.1")
    port: int = _doc("Port the web server listens on.", 8000)
    web_workers: int = _doc("Web processes; 0 means one a core.", 0)
    web_threads: int = _doc("Threads of each web process.", 8)
    database_url: str = _doc(
        "SQLAlchemy URL; empty means SQLite in DATA_DIR. PostgreSQL: `postgresql+psycopg://…`.", ""
    )
    external_url: str = _doc(
        "The address people type. https turns on Secure cookies, the __Host- prefix and HSTS.",
        "http://127.0.0.1:8000",
    )
    environment: str = _doc("`production`, `development` or `test`.", "production")
    redis_url: str = _doc(
        "Redis or Valkey for the job queue and the ranks of boards; empty means none.", ""
    )
    queue: str = _doc("Where jobs wait: `sqlite`, `redis` or `postgresql`.", "sqlite")
    default_locale: str = _doc("`zh_CN` or `en`.", "zh_CN")
    default_timezone: str = _doc("Zone of organisations that name none.", "Asia/Shanghai")
    login_session_hours: int = _doc("Life of a log-in session, hours.", 12)
    remembered_login_days: int = _doc(
        "Life of a log-in session where people ticked “stay logged in”, days, 1 to 28.", 14
    )
    room_event_months: int = _doc(
        "Months after an attempt that what its exam room told of conduct is kept; longer while an "
        "appeal is open or a certificate from it has not run out.",
        12,
    )
    study_proof_months: int = _doc(
        "Months after the decision that the file proving hours learned outside is kept; a claim "
        "that is withdrawn loses it at once.",
        12,
    )
    legal_hold: int = _doc(
        "1 keeps the whole audit trail and all answers, whatever their term: an authority, a court "
        "or whoever may ask for it has asked.",
        0,
    )
    password_workers: int = _doc("Password verifications at once per web process.", 1)
    password_rate: int = _doc(
        "Password verifications a second and worker at most; who comes later waits in line.", 5
    )
    proxy_hops: int = _doc("Trusted reverse proxies in front (X-Forwarded-*).", 0)
    waiting_imports: int = _doc("Imports of one person that may wait to be applied.", 20)
    waiting_imports_mb: int = _doc("Megabytes of these together.", 200)
    list_misses: int = _doc(
        "Pairs in lists of certificates that name none, of one person and of one network in an "
        "hour; what comes after them is not checked.",
        5000,
    )
    mail_dir: str = _doc("Folder for outgoing mail; empty means DATA_DIR/mail.", "")
    smtp_url: str = _doc(
        "`smtp://user:password@host:port?from=address`; empty means the mail folder.", ""
    )
    lesson_file_mb: int = _doc(
        "Megabytes of a video, recording or document that is uploaded for a lesson, 1 to 512.", 64
    )
    course_zip_mb: int = _doc(
        "Megabytes of a course that is brought as a zip, 12 to 512; unpacked 36 more.", 64
    )
    webhook_private: int = _doc(
        "1 lets robots of groups be at private addresses and other ports: an own chat server.", 0
    )
    log_level: str = _doc("`DEBUG`, `INFO`, `WARNING` or `ERROR`.", "INFO")
    db_pool_size: int = _doc("PostgreSQL connections per web process.", 10)
    db_pool_timeout_s: int = _doc("Seconds a request waits for a connection before 503.", 3)
    metrics_token: str = _doc("Bearer token for /metrics; empty allows loopback only.", "")

    @property
    def is_production(self) -> bool:
        """Tell whether this is a production installation."""
        return self.environment == "production"

    @property
    def is_https(self) -> bool:
        """Tell whether people reach the product over TLS."""
        return self.external_url.startswith("https://")

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the database is SQLite."""
        return self.sqlalchemy_url.startswith("sqlite")

    @property
    def sqlalchemy_url(self) -> str:
        """Return the URL of the database in use."""
        return self.database_url or f"sqlite:///{self.data_dir / 'academy.db'}"

    @property
    def mail_path(self) -> Path:
        """Return the folder that receives outgoing mail."""
        return Path(self.mail_dir) if self.mail_dir else self.data_dir / "mail"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; raise SettingsError naming every missing or bad key at once."""
        source = os.environ if environ is None else environ
        problems: list[str] = []
        values: dict[str, Any] = {}
        for item in fields(cls):
            raw = source.get(item.name.upper())
            if raw is None or raw == "":
                continue
            try:
                values[item.name] = _convert(item.type, raw)
            except ValueError:
                problems.append(f"{item.name.upper()}: {raw!r} is not a {_type_name(item.type)}")
        values.setdefault("secret_key", _read_secret(values.get("data_dir", Path("var"))))
        settings = cls(**values)
        problems += _faults(settings)
        if problems:
            raise SettingsError("settings: " + "; ".join(problems))
        return settings


def _read_secret(data_dir: Path) -> str:
    try:
        return (data_dir / SECRET_FILE).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _type_name(kind: Any) -> str:
    return kind if isinstance(kind, str) else kind.__name__


def _convert(kind: Any, raw: str) -> Any:
    name = _type_name(kind)
    if name == "int":
        return int(raw)
    if name == "Path":
        return Path(raw)
    return raw


_CHOICES = {
    "environment": {"production", "development", "test"},
    "queue": {"sqlite", "redis", "postgresql"},
    "default_locale": {"zh_CN", "en"},
    "log_level": {"DEBUG", "INFO", "WARNING", "ERROR"},
}

_AT_LEAST_1 = (
    "room_event_months",
    "study_proof_months",
    "password_workers",
    "password_rate",
    "waiting_imports",
    "waiting_imports_mb",
    "list_misses",
)


def _faults(settings: Settings) -> list[str]:
    found = [
        f"{name.upper()}: must be one of {', '.join(sorted(allowed))}"
        for name, allowed in _CHOICES.items()
        if getattr(settings, name) not in allowed
    ]
    if len(settings.secret_key) < MIN_SECRET_LENGTH:
        found.append(f"SECRET_KEY: missing or shorter than {MIN_SECRET_LENGTH} characters")
    if not settings.external_url.startswith(("http://", "https://")):
        found.append("EXTERNAL_URL: must begin with http:// or https://")
    if settings.queue == "redis" and not settings.redis_url:
        found.append("REDIS_URL: needed when QUEUE is redis")
    if settings.queue == "postgresql" and settings.is_sqlite:
        found.append("DATABASE_URL: must be PostgreSQL when QUEUE is postgresql")
    if not 1 <= settings.remembered_login_days <= MAX_REMEMBERED_DAYS:
        found.append(f"REMEMBERED_LOGIN_DAYS: 1 to {MAX_REMEMBERED_DAYS}")
    if not 1 <= settings.lesson_file_mb <= MAX_LESSON_FILE_MB:
        found.append(f"LESSON_FILE_MB: 1 to {MAX_LESSON_FILE_MB}")
    if not LEAST_ZIP_MB <= settings.course_zip_mb <= MAX_LESSON_FILE_MB:
        found.append(f"COURSE_ZIP_MB: {LEAST_ZIP_MB} to {MAX_LESSON_FILE_MB}")
    found += [f"{name.upper()}: at least 1" for name in _AT_LEAST_1 if getattr(settings, name) < 1]
    return found


def reference_table() -> str:
    """Return the Markdown table of all settings that `docs/operations.md` carries."""
    rows = ["| key | default | meaning |", "| --- | --- | --- |"]
    for item in fields(Settings):
        default = "" if item.name == "secret_key" else f"`{item.default}`"
        if default == "``":
            default = "(empty)"
        rows.append(f"| `{item.name.upper()}` | {default} | {item.metadata['doc']} |")
    return "\n".join(rows) + "\n"
