"""Classifies a message by its wording: a question, addressed to other people, or no words at all.

Used only for messages that do not mention the bot; it would rather miss a question than butt in.
"""

from __future__ import annotations

import re

from kb.text.fold import fold

# Slack encodes an emoji as its name.
_EMOJI = re.compile(r":[a-z0-9_+'-]+:(?::skin-tone-\d:)?", re.IGNORECASE)

# For folded texts: lower case, without accents.
_BEFORE = (
    r"(?:(?:and|so|but|ok|okay|well|then|also|hi|hey|hello|please|und|also|aber|et|mais|donc|y|pero"
    r"|e|mas)[\s,]+)*"
)
_INTERROGATIVE = (
    r"(?:how|what|why|where|when|which|who|can|could|should|must|may|do|does|did|is|are|am|will"
    r"|wie|was|warum|wieso|wo|wann|welche[rsn]?|wer|kann|soll|muss|darf"
    r"|comment|pourquoi|quoi|quels?|quelles?|ou|quand|est-ce|puis-je|peut-on|dois-je"
    r"|como|por que|cual(?:es)?|donde|cuando|puedo|debo|hay|qual|quais|onde|quando|posso|devo)\b"
)
_ASKS = re.compile(
    rf"^{_BEFORE}{_INTERROGATIVE}|[?？؟]\s*(?:$|\s)|\b(?:how (?:do|can|to)|tell me|show me)\b"
    r"|(?:か|かな|の|って|たい|たいです|のですが|んですが|ですけど)[。！!\s]*$"
    r"|教え|どう(?:すれ|し|やっ)|なぜ|何故|どこ|いつ|どれ|方法|でき(?:ない|ません)"
    r"|吗|呢|怎么|如何|为什么|什么|哪|어떻게|왜|무엇|어디|(?:까요|나요|인가요|가요)\b"
)

_ANYBODY = re.compile(
    r"\b(?:any(?:one|body)|some(?:one|body)|every(?:one|body)|guys|folks|team|jemand|alle|leute"
    r"|quelqu'un|tout le monde|alguien|todos|alguem|pessoal)\b"
    r"|(?:誰|だれ)か|みなさん|皆さん|みんな|谁|大家|누구|여러분"
)
_YOU = re.compile(
    r"\b(?:you|your|yours|u|ya|du|dich|dir|dein\w*|ihr|euch|tu|toi|te|ton|vous|votre|usted|ustedes"
    r"|ti|tus?|voce|voces|seu|sua)\b"
    r"|あなた|さん(?:[はがもの、\s]|$)|君|你|您|당신"
)

# Shorter ones ("why?", "how so?", なぜですか) are mostly reactions.
_MIN_WORDS = 4
_MIN_CHARACTERS = 9
_WIDE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def without_emoji(text: str) -> str:
    """Remove emoji, which Slack encodes as their names."""
    return _EMOJI.sub(" ", text).strip()


def is_wordless(text: str) -> bool:
    """Whether a message consists of emoji and symbols, such as "+1" or "!!"."""
    return not any(sign.isalpha() for sign in without_emoji(text))


def is_question(text: str) -> bool:
    """Whether a message is a question, or says what someone wants to do or cannot do."""
    return bool(_ASKS.search(fold(text).strip()))


def is_full_question(text: str) -> bool:
    """Whether a message is a question long enough to stand on its own."""
    if _WIDE.search(text):
        return is_question(text) and len(text) >= _MIN_CHARACTERS
    return is_question(text) and len(text.split()) >= _MIN_WORDS


def addresses_everyone(text: str) -> bool:
    """Whether a message is addressed to everyone around."""
    return bool(_ANYBODY.search(fold(text)))


def addresses_someone(text: str) -> bool:
    """Whether a message is addressed to one person, or to everyone around."""
    return addresses_everyone(text) or bool(_YOU.search(fold(text)))
