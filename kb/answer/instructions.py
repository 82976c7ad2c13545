"""Tells instructions from explanations, sentence by sentence."""

from __future__ import annotations

import re

_JA_ASKS = re.compile(
    r"(ください|下さい|必要があります|必要です|お勧めします|おすすめします|推奨します|推奨しています"
    r"|べきです|ましょう|こと|てはいけません|てはなりません|ないでください)[。!！]?$"
)
# "…を選択します": an instruction, unless the sentence names another subject.
_JA_DOES = re.compile(
    r"(?:を|に|へ|と|で|から)[^。]*?(?<!され)(?<!い)(?<!でき)(?<!なり)(?<!あり)(?<!れ)ます[。!！]?$"
)
_JA_STATES = re.compile(
    r"(?:(?:され|れ|でき|なり|あり|おり|い|含まれ|かかり|わかり|生じ|起こり|異なり|表示され|残り"
    r"|と呼び|と言い|といい)ます)"
    r"[。!！]?$"
)
# What precedes "は" without being the subject of the rest.
_JA_NO_SUBJECT = re.compile(
    r"(?:場合|とき|時|際|後|前|まで|から|以降|ついて|詳しく|詳細|次|まず|また|に|で|と|て"
    r"|あなた|管理者|担当者|ユーザー|利用者|従業員|社員)は|あるいは|もしくは|または|例えば"
)

_EN_VERBS = (
    "accept|add|adjust|agree|allow|apply|approve|ask|assign|attach|attempt|avoid|back|bring|"
    "call|cancel|change|check|choose|clear|click|close|collect|compare|complete|configure|"
    "confirm|connect|consider|consult|contact|copy|create|deactivate|decide|decrease|define|"
    "delete|deny|deploy|detach|determine|disable|do|don't|download|drag|drop|edit|eject|empty|"
    "enable|ensure|enter|escalate|examine|execute|exit|expand|export|extract|fill|find|fix|"
    "follow|generate|get|give|go|grant|have|hold|identify|import|include|increase|inform|insert|"
    "inspect|install|investigate|invoke|join|keep|launch|let|link|list|locate|lock|log|look|"
    "make|merge|modify|monitor|move|navigate|never|note|notify|obtain|open|order|paste|perform|"
    "pick|plug|prepare|press|print|provide|publish|pull|push|put|raise|read|re-enter|rebuild|"
    "reboot|record|recreate|reduce|refer|refresh|register|reinstall|reissue|release|reload|"
    "remember|remove|rename|repeat|replace|reproduce|request|re-run|rerun|reset|resolve|restart|"
    "restore|retrieve|retry|return|revert|review|revoke|roll|rotate|run|save|scan|scroll|search|"
    "see|select|send|set|share|sign|skip|specify|start|stop|store|submit|subscribe|swap|switch|"
    "sync|take|tap|tell|test|throw|tick|transfer|treat|trigger|troubleshoot|try|turn|type|"
    "uncheck|unplug|uninstall|unlock|update|upgrade|upload|use|validate|verify|view|visit|wait|"
    "watch|write"
)
_EN_IMPERATIVE = re.compile(rf"(?:{_EN_VERBS})\b", re.IGNORECASE)
_EN_LEAD = re.compile(
    r"(?:first|second|third|next|then|finally|also|instead|otherwise|additionally|please|after that"
    r"|if necessary|as a best practice|in addition)\b,?\s*(?:please\s+)?",
    re.IGNORECASE,
)
_EN_CLAUSE = re.compile(
    r"(?:if|when|to|for|in|on|from|after|before|once|until|because|where|under|as|with|as soon as)"
    r"\b[^.]*?,\s+(?:then\s+|please\s+|also\s+)?",
    re.IGNORECASE,
)
_EN_ASKS = re.compile(
    r"\b(?:you|administrators?|users?)\s+(?:\w+\s+)?(?:must|should|need to|have to|may need to)\b"
    r"|\b(?:be|make) sure\b|\bwe recommend\b|\b\w+ recommends\b|\bmust (?:use|delete|create|be)\b"
    r"|\bshould (?:not )?(?:\w+ )?(?:use|edit|delete|be)\b",
    re.IGNORECASE,
)


_KEPT = {
    "en": re.compile(
        r"^(?:if|when|unless|once|until|before|after|otherwise|only)\b"
        r"|\b(?:unless|only (?:if|when|after)|in case|provided that|as long as|do not|don['’]t"
        r"|never|must not|mustn['’]t|may not|should not|shouldn['’]t|cannot|can['’]t"
        r"|not (?:be )?(?:allowed|permitted|possible)|prohibited|forbidden|avoid)\b",
        re.IGNORECASE,
    ),
    "ja": re.compile(
        r"場合|ときは|時は|ときに|限り|なければ|たら、|れば、|ただし|以外は|ないで|てはいけ|てはなら"
        r"|てはだめ|禁止|できません|ないこと|不可"
    ),
}
_SEEN = {
    "en": re.compile(
        r"\b(?:error|errors|message|messages|output|see|shows?|shown|displays?|displayed|appears?"
        r"|returns?|fails?|similar to|looks? like|example)\b",
        re.IGNORECASE,
    ),
    "ja": re.compile(r"エラー|メッセージ|表示され|出力|出ます|のように|例"),
}


def must_be_kept(sentence: str, language: str) -> bool | None:
    """Whether an answer has to keep a sentence: it is an instruction, prohibition or condition.

    None for languages without rules here.
    """
    asks = is_instruction(sentence, language)
    if asks is None:
        return None
    return asks or bool(_KEPT[language].search(sentence.strip()))


def shows_what_is_seen(text: str, language: str) -> bool:
    """Whether a paragraph introduces something the reader sees, such as an error message."""
    pattern = _SEEN.get(language)
    return bool(pattern and pattern.search(text))


def is_instruction(sentence: str, language: str) -> bool | None:
    """Whether a sentence tells the reader what to do; None for languages without rules here."""
    text = sentence.strip()
    if language == "ja":
        return _is_japanese_instruction(text)
    if language == "en":
        return _is_english_instruction(text)
    return None


def _is_japanese_instruction(text: str) -> bool:
    bare = re.sub(r"[)）」』]+([。!！]?)$", r"\1", text)
    if _JA_ASKS.search(bare):
        return True
    if _JA_STATES.search(bare) or "は" in _JA_NO_SUBJECT.sub("", bare):
        return False
    return bool(_JA_DOES.search(bare))


def _is_english_instruction(text: str) -> bool:
    bare = _EN_LEAD.sub("", text, count=1)
    if bare.endswith("?"):
        return False
    if _EN_IMPERATIVE.match(bare) or _EN_ASKS.search(bare):
        return True
    clause = _EN_CLAUSE.match(bare)
    return bool(clause and _EN_IMPERATIVE.match(bare[clause.end() :]))
