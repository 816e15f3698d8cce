"""What a request tells about where it comes from and where it wants to go on."""

import re
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import unquote

from learning.kernel.translation import N_

MAX_NEXT_LENGTH = 2000
UNKNOWN_NETWORK = "unknown"
_UNSAFE_IN_PATH = re.compile(r"[\x00-\x20\x7f\\]")
_CLIENTS = (
    ("wxwork", N_("企业微信")),
    ("MicroMessenger", N_("微信")),
    ("DingTalk", N_("钉钉")),
    ("Lark", N_("飞书")),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("QQBrowser", N_("QQ 浏览器")),
    ("UCBrowser", N_("UC 浏览器")),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_label(user_agent: str) -> str:
    """Return what a person calls the device, e.g. `Chrome · Windows`; "" when unrecognised.

    Made of fixed words only, so that nothing a client sends is ever shown.
    """
    text = user_agent[:500]
    parts = (
        next((label for mark, label in table if mark in text), "") for table in (_CLIENTS, _SYSTEMS)
    )
    return " · ".join(part for part in parts if part)


def network_of(address: str | None) -> str:
    """Return the network of an address: /24 for IPv4, /64 for IPv6; "unknown" when unreadable."""
    try:
        found = ip_address((address or "").partition("%")[0])
    except ValueError:
        return UNKNOWN_NETWORK
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network(f"{found}/{24 if found.version == 4 else 64}", strict=False))


def safe_next(raw: str | None) -> str:
    r"""Return a path of our own to go on to after log-in; "/" when the given one is not.

    Refused, as typed and once percent-decoded: other hosts (`//e`, `/\e`, `https:e`), control
    characters, spaces and backslashes anywhere (browsers drop or turn them), over-long paths.
    """
    if not raw or len(raw) > MAX_NEXT_LENGTH:
        return "/"
    for reading in (raw, unquote(raw)):
        if not reading.startswith("/") or reading.startswith("//"):
            return "/"
    if _UNSAFE_IN_PATH.search(raw) or re.search(r"[\x00-\x1f\x7f\\]", unquote(raw)):
        return "/"
    return raw
