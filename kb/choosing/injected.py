"""Detects text that addresses a language model rather than a person.

This is not a security boundary: what gets past it can make a model choose badly, but nothing more.
"""

from __future__ import annotations

import re

_SPEAKS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instruction|prompt|rule|above|previous)"
    r"|\b(?:system prompt|developer mode|jailbreak|you are now|act as|as an ai)\b"
    r"|<\s*/?\s*(?:system|assistant|instructions?)\b|\[/?INST\]|<\|"
    r"|(?:指示|命令|プロンプト|ルール|制約).{0,20}(?:無視|忘れ|破棄|従わ|上書き)"
    r"|システムプロンプト|開発者モード|あなたは今から",
    re.IGNORECASE | re.DOTALL,
)


def speaks_to_models(text: str) -> bool:
    """Whether a text looks like an instruction to a model."""
    return bool(_SPEAKS.search(text))
