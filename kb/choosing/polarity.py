"""Detects prohibitions, negations and conditions by common words.

Other phrasings are missed. For languages without an entry the functions return None.
"""

from __future__ import annotations

import re

_FORBIDS = {
    "en": r"\b(?:do not|don['’]t|never|must not|mustn['’]t|should not|shouldn['’]t|avoid|may not"
    r"|not (?:be )?(?:allowed|permitted)|forbidden|prohibited|refrain from)\b",
    "ja": r"ないで|てはいけ|ではいけ|てはなら|てはだめ|禁止|避け|べきでは|べからず|ないように"
    r"|ないこと|不可|控え|厳禁",
    "es": r"\b(?:no (?:debe|deba|haga|hagas|use|uses|edite|borre|elimine|comparta|abra|\w+[ae]s?)"
    r"|nunca|jam[aá]s|evite|evita|prohibid[oa]s?)\b",
    "pt": r"\b(?:n[aã]o|nunca|jamais|evite|proibid[oa]s?)\b",
    "fr": r"\b(?:ne|n['’])\s*[^.]*?\b(?:pas|jamais|plus|aucune?)\b|\b(?:évitez|interdite?s?)\b",
    "de": r"\b(?:nicht|niemals|nie|vermeiden|vermeide|verboten|kein\w*)\b",
    "it": r"\b(?:non|mai|evita(?:re|te)?|vietat[oa])\b",
    "zh": r"不要|请勿|切勿|勿|禁止|不得|不能|不可|避免|别",
    "ko": r"마세요|마십시오|말 것|말아|금지|않도록|안 됩니다|피하",
}
_NEGATES = {
    "en": r"\b(?:not|no|nobody|nothing|none|nor|neither|without|hardly|cannot|\w+n['’]t"
    r"|as (?:it is|they are)|forbid\w*|refuse\w*)\b",
    "ja": r"な(?:い|く|け|かっ|し)|ません|ず(?:に|、|。|$)|ぬ[。、]|不要|無効|未|そのまま|以外",
    "es": r"\b(?:no|ni|sin|nadie|nada|ning[uú]n\w*|tampoco|casi)\b",
    "pt": r"\b(?:nem|sem|ningu[eé]m|nada|nenhum\w*)\b",
    "fr": r"\b(?:ne|non|ni|sans|personne|rien|aucune?|pas|jamais)\b|\bn['’]",
    "de": r"\b(?:ohne|niemand\w*|nichts|weder|un(?:zu|be|ge)\w+|kaum)\b",
    "it": r"\b(?:né|senza|nessun\w*|niente|nulla)\b",
    "zh": r"[不没无未别勿非]",
    "ko": r"않|없|안 |못|말고|아니",
}
_CONDITION = {
    "en": r"\b(?:if|unless|only|before|until|except|without|otherwise|when(?:ever)?|once|after"
    r"|in case|as long as|provided|while|during|up to|where|within|not yet)\b",
    "ja": r"場合|とき|時(?:は|に|点)|前に|まで|なければ|たら|れば|ない限り|以外|だけ|のみ|際|ただし"
    r"|後|うえで|上で|以内|以降|次第|中(?:は|に)|間(?:は|に|、)|から",
    "es": r"\b(?:si|s[oó]lo|solamente|únicamente|antes|hasta|cuando|salvo|excepto|mientras|sin"
    r"|después|tras|una vez|en caso|dentro|durante)\b",
    "pt": r"\b(?:se|só|somente|apenas|antes|até|quando|exceto|salvo|enquanto|sem|depois|após|caso"
    r"|durante|dentro)\b",
    "fr": r"\b(?:si|seulement|uniquement|avant|jusqu\w*|quand|lors\w*|sauf|sans|apr[eè]s|tant que"
    r"|pendant|dès|une fois|en cas|durant)\b|\bs['’]il|\bne\b[^.]*\bque\b|\bqu['’]",
    "de": r"\b(?:wenn|falls|nur|bevor|bis|sobald|solange|außer|ohne|erst|nach\w*|vor\w*"
    r"|während|sofern|ansonsten|sonst|innerhalb)\b",
    "it": r"\b(?:se|solo|soltanto|prima (?:di|che)|finch[eé]|quando|salvo|tranne|senza|dopo"
    r"|mentre|una volta|durante|entro|nel caso)\b",
    "zh": r"[如若]果|如|若|之前|以前|除非|只|当|时|后|直到|否则|仅|期间",
    "ko": r"경우|전에|까지|만 |면|때|후|않으면|동안|이내",
}
# Words that can only set a condition; and those that a translation may use for them as well.
_PLAINLY = {
    "en": r"\b(?:if|unless|only|before|until|except|otherwise|as long as|provided)\b",
    "ja": r"場合|なければ|ない限り|以外|だけ|のみ|前に|ただし",
    "es": r"\b(?:si|s[oó]lo|solamente|únicamente|antes|hasta|salvo|excepto)\b",
    "pt": r"\b(?:só|somente|apenas|antes|até|exceto|salvo|caso)\b",
    "fr": r"\b(?:si|seulement|uniquement|avant|sauf)\b|\bs['’]il",
    "de": r"\b(?:wenn|falls|nur|bevor|bis|außer|sofern)\b",
    "it": r"\b(?:se|solo|soltanto|prima (?:di|che)|finch[eé]|salvo|tranne)\b",
    "zh": r"如果|除非|之前|只有|只能|直到|否则",
    "ko": r"경우|전에|까지|만 |않으면",
}
_PERHAPS = {
    "en": r"\b(?:for|over|under|any|whoever|even|as soon|in)\b",
    "ja": r"[とば]、|には|ても|でも|初めて|まず|先に|限り",
    "es": r"\b(?:para|al|aunque|cualquier\w*|primero|incluso)\b",
    "pt": r"\b(?:se|para|ao|qualquer|primeiro|mesmo)\b",
    "fr": r"\b(?:pour|même|d['’]abord|toute?)\b|\ben \w+ant\b",
    "de": r"\b(?:bei\w*|zuerst|auch|um|für|als)\b|^\w+ (?:sie|du)\b",
    "it": r"\b(?:anche|qualsiasi|in caso)\b",
    "zh": r"先|即使|任何|只",
    "ko": r"먼저|도|려면",
}
# Phrases that describe something and forbid nothing.
_DESCRIBES = re.compile(r"\b(?:no longer|not yet|no one)\b|[てで]いない|なければ|なくし")


def _compiled(table: dict[str, str]) -> dict[str, re.Pattern[str]]:
    return {language: re.compile(words, re.IGNORECASE) for language, words in table.items()}


_FORBIDDING = _compiled(_FORBIDS)
_NEGATING = _compiled({name: f"{_FORBIDS[name]}|{words}" for name, words in _NEGATES.items()})
_CONDITIONAL = _compiled(_CONDITION)
_PLAIN_CONDITION = _compiled(_PLAINLY)
_ANY_CONDITION = _compiled(
    {name: f"{_CONDITION[name]}|{words}" for name, words in _PERHAPS.items()}
)


def forbids(text: str, language: str) -> bool | None:
    """Whether a text forbids something."""
    pattern = _FORBIDDING.get(language)
    return bool(pattern.search(_DESCRIBES.sub(" ", text))) if pattern else None


def negates(text: str, language: str) -> bool | None:
    """Whether a text contains a negation."""
    pattern = _NEGATING.get(language)
    return bool(pattern.search(text)) if pattern else None


def has_condition(text: str, language: str) -> bool | None:
    """Whether a text says when, or for whom, something holds."""
    pattern = _CONDITIONAL.get(language)
    return bool(pattern.search(text)) if pattern else None


def drops_condition(one: str, its: str, other: str, others: str) -> bool:
    """Whether one of two texts sets a condition and the other does not.

    `its` and `others` are their languages (ISO 639-1). False if either is unknown.
    """
    return _drops(one, its, other, others) or _drops(other, others, one, its)


def _drops(one: str, its: str, other: str, others: str) -> bool:
    plainly, anyhow = _PLAIN_CONDITION.get(its), _ANY_CONDITION.get(others)
    if plainly is None or anyhow is None:
        return False
    return bool(plainly.search(one)) and not anyhow.search(other)
