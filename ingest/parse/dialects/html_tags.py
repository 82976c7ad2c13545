"""The tags of HTML."""

from __future__ import annotations

from markdown_it.common.html_blocks import block_names

INLINE_TAGS = frozenset(
    """
    a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd label mark nobr q
    rb rp rt ruby s samp small span strike strong sub sup time tt u var wbr
    """.split()
)
BLOCK_TAGS = frozenset(block_names) | {"pre", "script", "style", "textarea"}
HIDDEN_TAGS = frozenset("script style template rt rp s del strike".split())
"""Elements that readers do not see, or see struck out or as ruby."""
_OTHERS = frozenset(
    """
    audio button canvas embed input map math meter object output picture progress select slot svg
    template video
    """.split()
)


def is_placeholder(name: str) -> bool:
    """Whether a tag may be a placeholder rather than HTML: `<username>`."""
    return name.islower() and name not in INLINE_TAGS | BLOCK_TAGS | _OTHERS
