"""The role that a heading or label gives its text: symptoms, cause, resolution.

Guides of every field divide their pages in the same few ways, so the words are listed for eight
languages. They say nothing about a guide's subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kb.model import Role
from kb.text.fold import fold

_WORDS = {
    Role.SYMPTOMS: """
        symptom, symptoms, problem, the problem, issue, the issue, problem description,
        description, issue description, what you see, what happens, observed behavior, question,
        error message, 症状, 現象, 事象, 問題, 状況, 発生している問題, 質問, 問い, 問,
        エラーメッセージ, symptome, fehlerbild, problembeschreibung, frage, symptôme, symptômes,
        problème, síntoma, síntomas, problema, pregunta, sintoma, sintomas, pergunta, 现象, 问题,
        问题现象, 问题描述, 故障现象, 증상, 현상, 문제, 질문
    """,
    Role.CAUSE: """
        cause, causes, root cause, root causes, possible cause, possible causes, reason, reasons,
        possible reasons, why this happens, why it happens, explanation, 原因, 根本原因,
        根本的な原因, 発生原因, 考えられる原因, 主な原因, 理由, 要因, ursache, ursachen,
        mögliche ursachen, grund, gründe, cause possible, causes possibles, raison, raisons,
        causa, causas, motivo, motivos, causas posibles, possíveis causas, 可能原因, 故障原因,
        原因分析, 원인, 이유, 가능한 원인
    """,
    Role.RESOLUTION: """
        resolution, resolutions, solution, solutions, fix, fixes, the fix, workaround,
        workarounds, remedy, remedies, what to do, answer, resolve the issue, checks,
        what to check, steps to resolve, troubleshooting, steps, corrective action, mitigation,
        how to fix, procedure, instructions, method, option, 対処, 対処法, 対処方法, 対処手順,
        対応, 対応方法, 対応策, 対策, 解決, 解決法, 解決策, 解決方法, 解決手順, 回避策, 回避方法,
        軽減策, 復旧方法, 復旧手順, 回答, 答え, 答, 手順, 操作手順, やり方, 方法, 確認, 確認事項,
        確認方法, チェック項目, lösung, lösungen, abhilfe, behebung, problemlösung, lösungsweg,
        antwort, vorgehen, vorgehensweise, schritte, anleitung, methode, résolution,
        solution possible, réponse, étapes, procédure, marche à suivre, méthode, solución,
        soluciones, resolución, respuesta, pasos, procedimiento, método, opción, solução,
        soluções, resolução, resposta, passos, procedimento, opção, 解决, 解决方法, 解决方案,
        解决办法, 处理方法, 处理办法, 处理步骤, 步骤, 操作步骤, 答案, 해결, 해결 방법, 해결방법,
        해결책, 조치, 조치 방법, 절차, 답변, 답, 방법
    """,
    Role.MORE: """
        more information, additional information, further information, more details, references,
        reference, see also, related articles, related information, related topics, applies to,
        notes, learn more, need more help, still need help, 詳細情報, 補足, 補足情報, 参考,
        参考情報, 関連情報, 関連項目, 関連記事, 備考, 対象, weitere informationen, siehe auch,
        verwandte artikel, hinweise, informations complémentaires, voir aussi, articles connexes,
        más información, véase también, artículos relacionados, mais informações, ver também,
        artigos relacionados, 更多信息, 相关信息, 参考资料, 另请参阅, 추가 정보, 참고, 관련 문서
    """,
}

# What surrounds a heading's words: numbers, list markers, brackets.
_BEFORE = re.compile(r"^[\s\d.)(#§■□●○◆◇▼▲・*【〔［＜≪\[「『<〈《（-]+")
_AFTER = re.compile(r"[\s】〕］＞≫\]」』>〉》）:：。.?？!！*-]+$")
# "Method 2: Delete the files", "Cause for error 1", 「対処法②」, but not a longer sentence.
_FOLLOWS = re.compile(
    r"\s*(?:\(?[0-9０-９]+\)?|[①-⑳]|[a-z]\b)?\s*(?:[:：】〕］＞≫\]」』)）.-].*|(?:for|of|to)\b.*)?$",
    re.DOTALL,
)
# Without accents, as folded texts are.
_SENTENCES = {
    Role.SYMPTOMS: re.compile(r"^q\d*\s*[.:：．]"),
    Role.RESOLUTION: re.compile(
        r"^a\d*\s*[.:：．]"
        r"|\bhow (?:do|can|should) (?:i|we|you) (?:fix|solve|resolve|correct|work around|prevent) "
        r"(?:it|this|that|the (?:issue|problem|error))\b"
        r"|^(?:fixing|resolving|solving) (?:it|this|the (?:issue|problem|error))\b"
        r"|^(?:どうすれば(?:よい|いい)|(?:解決|対処|対応|修正)するには)"
        r"|^(?:wie (?:behebe|lose) ich (?:das|den|es)|comment (?:resoudre|corriger) (?:ce|le|cette)"
        r"|como (?:solucion|resuelv|resolver|corrigir)\w* (?:esto|el|este|isso|o)\b)"
    ),
    Role.CAUSE: re.compile(
        r"^why (?:(?:did|do|am|have) (?:i|we) (?:get|see|receive)"
        r"|(?:does|did|is|has) (?:this|it|that))"
        r"|^what causes (?:this|it)|^(?:なぜ|どうして)"
        r"|^(?:warum (?:passiert|ist) (?:das|es)|pourquoi (?:ce|cela|est-ce)"
        r"|por que (?:ocurre|sucede|pasa|isso|ocorre|acontece))|^为什么|^왜"
    ),
}


def role_of(heading: str) -> Role | None:
    """Return the role that a heading gives its text; None for an ordinary heading."""
    text = fold(heading)
    bare = _AFTER.sub("", _BEFORE.sub("", text)) or text
    for words, role in _longest_first():
        if bare.startswith(words) and _FOLLOWS.match(bare, len(words)):
            return role
    return next((role for role, asks in _SENTENCES.items() if asks.search(bare)), None)


def is_bare(heading: str) -> bool:
    """Whether a heading is nothing but its role: "Resolution", not "Resolution: buy ink"."""
    bare = _AFTER.sub("", _BEFORE.sub("", fold(heading)))
    return any(bare == words for words, _ in _longest_first())


@cache
def _longest_first() -> tuple[tuple[str, Role], ...]:
    return tuple(sorted(_pairs(), key=lambda pair: -len(pair[0])))


def _pairs() -> Iterator[tuple[str, Role]]:
    for role, text in _WORDS.items():
        for words in text.split(","):
            if words.strip():
                yield fold(" ".join(words.split())), role
