"""When the next try of a log-in is heard. See docs/adr/0004-login-throttling.md.

Failures count for a name *within one network* and for the network as a whole, never for a name
over all networks: a stranger elsewhere cannot slow the rightful person. A device on which the
person has logged in before is a source of its own.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from learning.accounts.rules.names import candidate_keys
from learning.kernel.ids import digest

WINDOW = timedelta(minutes=15)
FREE_TRIES = 5
MAX_DELAY_S = 60
# A whole enterprise behind one address: 3,000 people, two typing errors each at worst hour's end.
NETWORK_TIGHT = 1_000  # from here a name has one free try instead of five
NETWORK_SLOW = 5_000  # from here the network has one try a second for unknown devices
TIGHT_FREE_TRIES = 1
MAX_LINK_REQUESTS = 200  # reset links asked for from one network in the window


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody says to be one of these names, from this network and device.

    `name_hashes` stand for the names in the table of failures; `device_hash` is of the device
    cookie. Nothing here is proved.
    """

    name_keys: tuple[str, ...]
    name_hashes: tuple[str, ...]
    network: str
    device_hash: str

    @property
    def device_source(self) -> str:
        """Return what stands for the network when the device is one the person is known on."""
        return f"device:{self.device_hash[:40]}"


@dataclass(frozen=True, slots=True)
class FailureCount:
    """Failures inside the window and the instant of the last one (None when there is none)."""

    count: int = 0
    last_at: datetime | None = None


def hash_name(name_key: str, secret: str, purpose: str = "login") -> str:
    """Return what stands for a typed name: keyed, since people type passwords there by mistake."""
    text = f"{purpose}\0{name_key}".encode("utf-8", "surrogatepass")
    return hmac.new(secret.encode(), text, "sha256").hexdigest()


def make_claim(
    raw_name: str,
    *,
    organisation_code: str = "",
    network: str,
    device_token: str,
    secret: str,
    purpose: str = "login",
) -> Claim:
    """Return the claim of somebody who typed a name; `purpose` keeps kinds of tries apart."""
    keys = candidate_keys(raw_name, organisation_code)
    hashes = tuple(hash_name(key, secret, purpose) for key in keys)
    return Claim(keys, hashes, network, digest(device_token))


def retry_after_s(name: FailureCount, network: FailureCount, now: datetime) -> int:
    """Return after how many whole seconds a try is heard, 0 for at once, never above 60.

    `name` counts the failures of the name from this source, `network` those of the whole network
    (zero for a known device). Five failures are free; each further one doubles the wait: 2, 4, 8,
    16, 32, 60 s after the last failure.
    """
    free = FREE_TRIES if network.count < NETWORK_TIGHT else TIGHT_FREE_TRIES
    waits = [_left(name, _delay_s(name.count, free), now)]
    if network.count >= NETWORK_SLOW:
        waits.append(_left(network, 1, now))
    return max(waits)


def _delay_s(count: int, free: int) -> int:
    if count < free:
        return 0
    return min(MAX_DELAY_S, 1 << min(count - free + 1, 6))


def _left(failures: FailureCount, delay_s: int, now: datetime) -> int:
    if failures.last_at is None or delay_s == 0:
        return 0
    left = (failures.last_at + timedelta(seconds=delay_s) - now).total_seconds()
    # A clock set back must not lengthen the wait.
    return min(delay_s, max(0, ceil(left)))
