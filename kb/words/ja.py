"""The shared texts in Japanese."""

from __future__ import annotations

from kb.words.words import Words

WORDS = Words(
    greeting="ガイドについて、ふだんの言葉で質問してください。",
    hello="こんにちは。次のガイドについて、出典を付けてお答えします。",
    welcome="どういたしまして。ほかにもあれば、いつでもどうぞ。",
    examples_label="たとえば：",
    leaving="終了はCtrl-D",
    not_covered="ガイドには、この質問への答えが見つかりませんでした。",
    nearest="近い項目：",
    which="どれについての質問ですか？",
    none_of_these="どれも違う場合は、エラーメッセージや操作内容を添えて、もう一度質問してください。",
    rephrase="エラーメッセージや操作内容を添えてもう一度質問するか、担当者にお問い合わせください。",
    sources="出典",
    notes="補足",
    see_also="関連リンク",
    original_language="ガイドは{language}のため、原文のまま表示しています。",
    lines="行：{lines}",
    paragraphs="段落：{lines}",
    pages="ページ：{lines}",
    confidence="（確信度{share:.0%}）",
    secret_pasted="メッセージに秘密情報（{kinds}）が含まれています。漏えいしたものとして扱い、"
    "すぐに無効化して、新しいものに置き換えてください。秘密情報は保存も記録もしていません。",
    thinking="ガイドを確認しています…",
    rendering_guide="ガイドの原文をそのまま引用しています。",
    rendering_chosen="言語モデルが選んだ箇所を、ガイドの原文のまま引用しています。",
    rendering_translated="言語モデルによる翻訳です。正確な内容は、各手順の下の原文をご確認ください。",
    also_there="ガイドにはほかに次の項目もあります：{headings}",
    comma="、",
    steps_left_out="ガイドの手順{numbers}は省いています。",
    understood="「{question}」というご質問ですね。",
)
