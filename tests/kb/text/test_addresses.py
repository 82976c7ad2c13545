"""Addresses without the names and passwords in them."""

from __future__ import annotations

import pytest

from kb.text.addresses import without_credentials


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("https://user:pw@docs.example/x", "https://docs.example/x"),
        ("HTTPS://token@docs.example", "HTTPS://docs.example"),
        ("http://a:b@c:d@docs.example:8080/x?y=z@w", "http://docs.example:8080/x?y=z@w"),
        ("http:/user:pw@docs.example/x", "http:/docs.example/x"),
        ("cannot reach 'https://user:pw@a.example/' (https://b@c/)", None),
        ("ssh://git:pw@host/x.git", "ssh://git@host/x.git"),
        ("ssh://git@host/x.git", "ssh://git@host/x.git"),
        ("git@host:x.git", "git@host:x.git"),
        ("https://docs.example/@team?to=a@b.example#c@d", None),
        ("https://docs.example?to=a@b.example", None),
        ("docs/a@b.md", "docs/a@b.md"),
    ],
)
def test_only_credentials_are_left_out(written: str, left: str | None) -> None:
    found = without_credentials(written)
    assert found == left if left else "pw" not in found
    if left is None and "pw" not in written:
        assert found == written
