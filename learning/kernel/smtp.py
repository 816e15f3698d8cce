"""Mail by SMTP, as `SMTP_URL` names it: `smtp://user:password@host:port` or `smtps://…`.

`smtp` upgrades to TLS whenever the server offers it; `smtps` speaks TLS from the first byte. The
sender is the URL's `from` parameter: `smtp://mail.example:587?from=noreply@example.org`.
"""

import smtplib
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

from learning.kernel.mail import Message

TIMEOUT_S = 10.0


class SmtpChannel:
    """Carries mail to one server, a connection a message."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "smtps"
        self._host = parts.hostname or "localhost"
        self._port = parts.port or (465 if self._secure else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = parse_qs(parts.query).get("from", [self._user or "noreply@localhost"])[0]

    def send(self, message: Message) -> None:
        """Hand the message to the server; raise OSError when it is not taken now."""
        letter = EmailMessage()
        letter["From"] = self._sender
        letter["To"] = _one_line(message.recipient)
        letter["Subject"] = _one_line(message.subject)
        letter["Date"] = format_datetime(message.created_at)
        letter["Message-ID"] = f"<{message.public_id}@{self._sender.rpartition('@')[2]}>"
        letter.set_content(message.body)
        with self._connect() as server:  # smtplib's errors are OSErrors
            if self._user:
                server.login(self._user, self._password)
            server.send_message(letter)

    def _connect(self) -> smtplib.SMTP:
        if self._secure:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_S)
        server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S)
        server.ehlo_or_helo_if_needed()
        if server.has_extn("starttls"):
            server.starttls()
        return server


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")
