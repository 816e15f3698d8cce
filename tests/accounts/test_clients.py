"""Where a request comes from and where it may go on."""

import pytest

from learning.accounts.rules import device_label, network_of, safe_next


@pytest.mark.parametrize(
    "raw",
    [
        None, "", "//evil.example", "///evil.example", "/\\evil.example", "\\/evil.example",
        "https:evil.example", "https://evil.example", "javascript:alert(1)", "\t//evil.example",
        "/\t/evil.example", "/a\r\nSet-Cookie: x=1", "/%0d%0aSet-Cookie:x", "/%09/evil.example",
        "/%2f/evil.example", "/%5cevil.example", " /a", "/a b", "a", "/\0", "/%00", "/" + "a" * 3000,
        "/\x0b/e", "%2f%2fevil.example",
    ],
)  # fmt: skip
def test_only_a_path_of_our_own_is_gone_on_to(raw: str | None) -> None:
    assert safe_next(raw) == "/"


@pytest.mark.parametrize(
    "raw", ["/", "/attempts/abc?x=1&y=2", "/a/%E8%B4%A8", "/a#b", "/competitions?q=%20x"]
)
def test_a_path_of_our_own_is_kept(raw: str) -> None:
    assert safe_next(raw) == raw


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, "unknown"),
        ("", "unknown"),
        ("unix:", "unknown"),
        ("1.2.3.4/0", "unknown"),
    ],
)
def test_an_address_counts_as_its_network(address: str | None, network: str) -> None:
    assert network_of(address) == network
    assert len(network) <= 50


def test_a_device_label_is_made_of_our_words_only() -> None:
    chrome = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
    )
    wechat = "Mozilla/5.0 (Linux; Android 14) Chrome/116 Mobile Safari/537.36 MicroMessenger/8.0"

    assert device_label(chrome) == "Chrome · Windows"
    assert device_label(wechat) == "微信 · Android"
    assert device_label("<script>alert(1)</script>\r\n") == ""
