"""Whether two texts say opposite things, as far as words show it.

This knows the words of common ways to forbid, and pairs such as "enable" and "disable". What is
reversed in other words is not seen.
"""

from __future__ import annotations

import re

_FORBIDS = re.compile(
    r"\b(?:do not|don['’]t|never|must not|mustn['’]t|should not|shouldn['’]t|avoid|may not"
    r"|not (?:allowed|permitted))\b"
    r"|(?:ないで|てはいけ|てはなら|ではいけ|禁止|避け|べきでは|ないように|しないこと|控え)"
    r"|\b(?:no debe|no (?:haga|use|edite|borre|elimine|comparta)|nunca|evite)\b"
    r"|\bne\b[^.]*\b(?:pas|jamais)\b|\b(?:évitez|jamais)\b|\b(?:nicht|niemals|vermeiden)\b"
    r"|\bnon (?!solo)\w+|\b(?:não|nunca|evite)\b|(?:不要|请勿|切勿|禁止|不得|避免)"
    r"|(?:마세요|마십시오|금지|않도록)",
    re.IGNORECASE,
)
_NEGATES = re.compile(
    _FORBIDS.pattern
    + r"|\b(?:not|no|nobody|nothing|none|without|cannot|can['’]t|isn['’]t|aren['’]t"
    r"|doesn['’]t|didn['’]t|won['’]t|leave .{0,40} as (?:it is|they are)|forbid|refuse)\b"
    r"|(?:ない|ません|ず(?:に|、|。|$)|なく|不可|そのまま)"
    r"|\b(?:no|sin|nicht|kein\w*|ohne|pas|sans|sem|não)\b|[不没无未别]|(?:않|없|안 )",
    re.IGNORECASE,
)
# What says which thing is meant, and forbids nothing.
_DESCRIBES = re.compile(r"\b(?:no longer|not yet|no one)\b|[てで]いない|なければ|なくし")
_OPPOSITES = tuple(
    (re.compile(one, re.IGNORECASE), re.compile(other, re.IGNORECASE))
    for one, other in (
        (
            r"\b(?:enabl|activat|reactivat|turn(?:ing)? on|switch(?:ing)? on)\w*|有効",
            r"\b(?:disabl|deactivat|turn(?:ing)? off|switch)\w*[^.]{0,30}\boff\b|\bdisabl\w*"
            r"|\bdeactivat\w*|無効",
        ),
        (r"\b(?:allow|permit)\w*|許可", r"\b(?:deny|denie|refus|forbid|block)\w*|拒否|禁止"),
        (r"\battach\w*|アタッチ", r"\bdetach\w*|デタッチ"),
        (r"\b(?:delet|remov|eras)\w*|削除|消去", r"\b(?:keep|retain|creat|add)\w*|残|作成|追加"),
        (r"\b(?:before)\b|前に", r"\bafter\b|後に|後で|あとで"),
        (r"\bunlock\w*|解除", r"\block\w*|ロック"),
        (r"\bstart\w*|開始|起動", r"\bstop\w*|停止"),
        (r"\bincreas\w*|増や", r"\b(?:decreas|reduc)\w*|減ら"),
    )
)


_CONDITION = re.compile(
    r"\b(?:if|unless|only|before|until|except|without|otherwise)\b"
    r"|場合|前に|まで|なければ|たら|ない限り|以外|ときは|だけ|のみ"
    r"|\b(?:si|solo|antes|hasta|wenn|falls|nur|bevor|bis|sauf|avant|seulement|se|antes|até)\b"
    r"|[如若]果|之前|除非|只|(?:경우|전에|까지|만 )|면",
    re.IGNORECASE,
)


def drops_condition(text: str, evidence: str) -> bool:
    """Whether a guide says when to do something, and a text says nothing of the kind."""
    return bool(_CONDITION.search(evidence)) and not _CONDITION.search(text)


def reverses(text: str, evidence: str, whole: str) -> str | None:
    """Return what a text turns round of what a guide says, or None.

    `evidence` are the sentences that it rests on, `whole` the blocks that they are from.
    """
    if _FORBIDS.search(text) and not _NEGATES.search(_DESCRIBES.sub(" ", evidence)):
        return "it forbids what the guide does not forbid"
    if _FORBIDS.search(evidence) and not _NEGATES.search(text):
        return "the guide forbids it"
    for pair in _OPPOSITES:
        for one, other in (pair, pair[::-1]):
            if one.search(text) and not one.search(whole) and other.search(whole):
                if not other.search(text):
                    return f"the guide says the opposite of {_first(one, text)!r}"
    return None


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[0] if found else ""
