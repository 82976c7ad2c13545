"""Recognises short follow-ups that ask for one part of a problem, such as its cause."""

from __future__ import annotations

import re

from kb.model import Role
from kb.text.fold import fold

# Longer questions ask for more than a part. Chosen by hand.
_MAX_CHARACTERS = 60

# For folded text: lower case, without accents.
_ASKS = {
    Role.CAUSE: re.compile(
        r"\b(?:why|reasons?|causes?|caused|warum|wieso|weshalb|ursache|pourquoi|raison|por ?que"
        r"|causa|motivo)\b|なぜ|何故|どうして|原因|理由|为什么|왜|이유|원인"
    ),
    Role.SYMPTOMS: re.compile(
        r"\b(?:symptoms?|looks? like|recogni[sz]e|symptome|symptomes|sintomas?)\b|症状|現象|증상"
    ),
    Role.RESOLUTION: re.compile(
        r"\b(?:fix|solve|solution|resolve|resolution|what (?:do|should|can) (?:i|we) do|losung"
        r"|behebe|resoudre|solucion|resolver)\b|対処|解決|どうすれば|どうしたら|直し|怎么办|해결"
    ),
    Role.MORE: re.compile(
        r"\b(?:more|details?|mehr|savoir plus|mas informacion)\b|詳し|詳細|もっと|更多|더"
    ),
}

# Words that may accompany these without asking for anything else.
_FILLER = re.compile(
    r"\b(?:and|so|but|then|ok|okay|what|is|are|was|were|does|do|did|has|have|this|that|it|these"
    r"|those|happen(?:s|ed|ing)?|occur(?:s|red)?|the|an?|of|for|to|there|how|come|me|in|on|please"
    r"|i|we|you|can|could|should|tell|know|about|information|going|mean|exactly"
    r"|und|denn|passiert|ist|das|die|der|was|et|cela|ca|arrive|est|ce|la|le|y|eso|esto|pasa|ocurre"
    r"|es|el|e|isso|isto|acontece|o|por|pour|de|warum)\b"
    r"|です|ます|ました|でしょう|[はがのでをともにへか]|何|なん|そう|こう|なるの|なる|なって|なった"
    r"|なり|起き|起こ|これ|それ|その|この|教えて|ください|下さい|もう少し|ほか|他|法|方|いい|よい|る|た"
    r"|く|发生|会|这|那|样|是|的|吗|呢|그|건|런|인|가|요|은|는|이|죠|나|뭐|예|에"
)


def asked_role(question: str) -> Role | None:
    """Return the part of a problem that a question asks for, if that is all it asks for."""
    if len(question) > _MAX_CHARACTERS:
        return None
    text = fold(question)
    for role, asks in _ASKS.items():
        if asks.search(text):
            rest = _FILLER.sub("", asks.sub("", text))
            return role if not re.search(r"\w", rest) else None
    return None
