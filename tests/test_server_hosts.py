"""URLs as they are sent, and the lists of hosts."""

from __future__ import annotations

from ipaddress import IPv6Address

import pytest

from streamresize_server.sources import BadReference
from streamresize_server.sources.hosts import HostPattern, HostRules
from streamresize_server.sources.urls import base_name, parse_url


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("http://example.com", "http://example.com/"),
        ("HTTPS://Example.COM./a", "https://example.com/a"),
        ("http://example.com:8080/a?b#c", "http://example.com:8080/a?b"),
        ("http://e.com?x", "http://e.com/?x"),
        ("http://bücher.de/ü?ü=ü", "http://xn--bcher-kva.de/%C3%BC?%C3%BC=%C3%BC"),
        ("http://e.com/a b.jpg", "http://e.com/a%20b.jpg"),
        ("http://e.com/%2F/../%2e?x=%2F%3D%41&y=a+b%20c", None),
        ("http://e.com/@x:y@z", None),
        ("http://127.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://0177.0.0.1./", "http://127.0.0.1/"),
        ("http://\uff11\uff12\uff17\u3002\uff10.0.1/", "http://127.0.0.1/"),
        ("http://[::FFFF:127.0.0.1]:80/", f"http://[{IPv6Address('::ffff:127.0.0.1')}]/"),
        ("http://e_x.com/", None),
    ],
)
def test_what_is_sent(text: str, sent: str | None) -> None:
    assert str(parse_url(text)) == (sent or text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/a.jpg",
        "//example.com/",
        "http:/example.com/",
        "http:///a",
        "http://",
        "http://./",
        "http://a..b/",
        "http://.a/",
        "http://a../",
        "http://-a/",
        "http://u:p@e.com/",
        "http://u@e.com/",
        "http://@e.com/",
        "http://e.com\\@x.com/",
        "http://e.com\\x.com/",
        "http://e.com%2ex.com/",
        "http://127.0.0.1%00.e.com/",
        "http://e.com\t/",
        "http://e.com/\r\nX: y",
        "http://e.com/\0",
        "http://e.com/\ud800",
        "http://\ud800/",
        "http://e .com/",
        "http://e.com:99999/",
        "http://e.com:x/",
        "http://e.com:-1/",
        "http://[::1/",
        "http://[::1]x/",
        "http://x[::1]/",
        "http://[v1.x]/",
        "http://[::1%25lo]/",
        "http://*.e.com/",
        "http://e,x/",
        f"http://{'a' * 64}.com/",
        f"http://{'a.' * 127}com/",
        f"http://e.com/{'a' * 8000}",
        "file:///etc/passwd",
        "ftp://e.com/",
    ],
)
def test_what_is_no_url(text: str) -> None:
    with pytest.raises(BadReference):
        parse_url(text)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("example.com", "http://EXAMPLE.com.:81/ https://example.com", "http://a.example.com"),
        ("example.com", "http://example.com", "http://evilexample.com http://example.com.evil.org"),
        ("*.example.com", "http://a.example.com http://a.b.example.com", "http://example.com"),
        ("*.example.com", "http://a.example.com", "http://evilexample.com http://example.com.x"),
        ("https://example.com", "https://example.com", "http://example.com"),
        ("example.com:8080", "http://example.com:8080", "http://example.com https://example.com"),
        ("example.com:443", "https://example.com", "http://example.com"),
        ("*", "http://x http://1.2.3.4 http://[::1]", ""),
        ("https://*:443", "https://x", "http://x https://x:444"),
        ("bücher.de", "http://xn--bcher-kva.de http://BÜCHER.de", "http://bucher.de"),
        ("127.0.0.1", "http://2130706433 http://127.1", "http://127.0.0.2"),
        ("[::1]:80", "http://[0:0::1]", "http://[::1]:81 http://[::2]"),
    ],
)
def test_patterns(pattern: str, yes: str, no: str) -> None:
    made = HostPattern.parse(pattern)
    assert [made.matches(parse_url(url)) for url in yes.split()] == [True] * len(yes.split())
    assert [made.matches(parse_url(url)) for url in no.split()] == [False] * len(no.split())


@pytest.mark.parametrize(
    "pattern", ["", "*.", "*.*", "a*.com", "http://", "ftp://a", "a/b", "a:x", "a b", "u@a", "[::1"]
)
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)host"):
        HostPattern.parse(pattern)


def test_deny_wins() -> None:
    rules = HostRules(["*.e.com", "e.com"], ["bad.e.com"])
    asked = ["http://e.com", "http://a.e.com", "http://bad.e.com.", "http://x.com"]
    assert [rules.permit(parse_url(url)) for url in asked] == [True, True, False, False]
    assert not HostRules([], []).permit(parse_url("http://e.com"))


def test_base_name() -> None:
    assert base_name("/a/b%20c.jpg") == "b c.jpg"
    assert base_name("/") == ""
