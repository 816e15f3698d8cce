"""What every HTML page of the product keeps to, whoever reads it."""

import re
from html.parser import HTMLParser

from learning.web.security import content_security_policy
from tests.crawl.visiting import Reply

NONCE = re.compile(r"'nonce-([A-Za-z0-9_-]{22})'")
INSIDE = re.compile(r"Traceback \(most recent|sqlalchemy\.|psycopg\.|jinja2\.|werkzeug\.exceptions")


class _Watch(HTMLParser):
    """Collects what a page must not have."""

    def __init__(self, nonce: str) -> None:
        super().__init__()
        self.nonce = nonce
        self.faults: list[str] = []
        self.language = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = named.get("lang", "")
        is_data = named.get("type") == "application/json"  # never run, whatever is in it
        if tag == "script" and not is_data and named.get("nonce") != self.nonce:
            self.faults.append(f"script without the nonce: {named}")
        if tag == "style":
            self.faults.append("a style element")
        for name, value in named.items():
            if name == "style" or name.startswith("on"):
                self.faults.append(f"inline {name} on <{tag}>: {value[:60]}")
            if value.strip().lower().startswith("javascript:"):
                self.faults.append(f"a javascript address in {name} of <{tag}>")


def faults_of(reply: Reply, *, is_logged_in: bool) -> list[str]:
    """Return what is wrong with a reply as such: leaks, and for pages their frame."""
    faults: list[str] = []
    if not reply.is_page:
        return faults
    if found := INSIDE.search(reply.text):
        faults.append(f"tells its inside: {found.group()}")
    policy = reply.headers.get("content-security-policy", "")
    nonce = NONCE.search(policy)
    if nonce is None or policy != content_security_policy(nonce.group(1)):
        return [*faults, f"another policy: {policy}"]
    if is_logged_in and reply.headers.get("cache-control") != "private, no-store":
        faults.append(f"may be cached: {reply.headers.get('cache-control')}")
    watch = _Watch(nonce.group(1))
    watch.feed(reply.text)
    if not watch.language and reply.status < 300:
        faults.append("no language")
    return faults + watch.faults
