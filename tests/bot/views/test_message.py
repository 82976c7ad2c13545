"""Messages are free of markup."""

from __future__ import annotations

from bot.views.message import escape, plain
from tests.bot.views.test_answer import check


def test_own_words_are_escaped() -> None:
    message = plain("a <b> & <!channel>")
    assert message.text == "a &lt;b&gt; &amp; &lt;!channel&gt;"
    assert check([message]) == "a <b> & <!channel>"
    assert escape("&lt;") == "&amp;lt;"
