"""Posting to an address that a person typed, without becoming a way into the own network.

Only https, port 443, names that resolve to public addresses alone; the connection goes to the very
address that was looked at, so that a name cannot change between look and connection; redirections
are not followed. An installation may allow private addresses (its own chat server): then any port
will do, still with TLS.
"""

import http.client
import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

TIMEOUT_S = 5.0
MAX_ANSWER = 10_000
HTTPS_PORT = 443
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class RefusedAddress(OSError):  # noqa: N818 - reads as a statement, like the domain's errors
    """The address may not be posted to; the text says why, in English."""


def check_address(url: str, *, allow_private: bool) -> tuple[str, int]:
    """Return host and port of an address that by its looks may be posted to, or refuse it."""
    try:
        parts = urlsplit(url)
        port = parts.port or HTTPS_PORT
        (parts.hostname or "").encode("idna")  # else the look-up raises what is no OSError
    except ValueError as error:
        raise RefusedAddress("no address") from error
    host = parts.hostname or ""
    if parts.scheme != "https":
        raise RefusedAddress("https only")
    if not host or parts.username or parts.password or not url.isascii() or not url.isprintable():
        raise RefusedAddress("no plain address")
    if port != HTTPS_PORT and not allow_private:
        raise RefusedAddress("port 443 only")
    return host, port


def post_json(
    url: str,
    body: bytes,
    *,
    allow_private: bool,
    timeout_s: float = TIMEOUT_S,
    context: ssl.SSLContext | None = None,
) -> bytes:
    """Post JSON; return the answer of status 200, at most 10,000 bytes.

    Raises OSError when it does not go: RefusedAddress, no connection, another status.
    """
    host, port = check_address(url, allow_private=allow_private)
    address = _resolve(host, port, allow_private=allow_private)
    connection = http.client.HTTPSConnection(host, port, timeout=timeout_s)
    try:
        plain = socket.create_connection((address, port), timeout=timeout_s)
        tls = context or ssl.create_default_context()
        connection.sock = tls.wrap_socket(plain, server_hostname=host)
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(
            "POST", target, body, {"Content-Type": "application/json; charset=utf-8"}
        )
        answer = connection.getresponse()
        text = answer.read(MAX_ANSWER)
    except OSError:
        raise
    except (http.client.HTTPException, ValueError) as error:
        raise OSError(f"no answer: {type(error).__name__}") from error
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise OSError(f"status {answer.status}")
    return text


def _resolve(host: str, port: int, *, allow_private: bool) -> str:
    found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not allow_private:
        for address in found:
            if not _is_public(address):
                raise RefusedAddress("not a public address")
    return min(found)


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed in _TRANSLATED or parsed.sixtofour or parsed.teredo:
            return False  # a gateway could make a private address of it
        if parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
    return parsed.is_global and not parsed.is_multicast
