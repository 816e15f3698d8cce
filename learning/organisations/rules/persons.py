"""How a person's log-in names are shown to others: enough to tell two apart, not to use them."""

_SHOWN = 3


def masked_login_name(kind: str, name: str) -> str:
    """Return `138****5678`, `l***@example.com` or, unmasked, `SL/0012`: staff numbers are HR's."""
    if kind == "staff":
        return name
    if kind == "email":
        local, _at, domain = name.rpartition("@")
        return f"{local[:1]}***@{domain}"
    number = name.removeprefix("+86")
    return f"{number[:_SHOWN]}****{number[-4:]}"
