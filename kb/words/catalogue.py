"""The bot's own words, in Japanese and English. The guide's words are never among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.model import Unit, Wording


@dataclass(frozen=True)
class Words:
    """What the bot says of its own, in one language. Braces are filled in by `format`."""

    greeting: str
    hello: str
    welcome: str
    examples_label: str
    leaving: str
    examples: tuple[str, ...]
    not_covered: str
    nearest: str
    clarify: str
    none_of_these: str
    rephrase: str
    sources: str
    notes: str
    see_also: str
    original_language: str
    lines: str
    paragraphs: str
    pages: str
    confidence: str
    continued: str
    apology: str
    not_ready: str
    empty_question: str
    secret_pasted: str
    thinking: str
    searching: str
    searched: str
    writing: str
    working: str
    whole_section: str
    ask_human: str
    helped: str
    did_not_help: str
    what_was_wrong: str
    what_was_wrong_label: str
    send: str
    cancel: str
    close: str
    thanks_for_feedback: str
    section_gone: str
    as_of: str
    more_lines: str
    left_out: str
    more_in_guide: str
    human_asked: str
    human_asked_before: str
    human_failed: str
    human_answered: str
    human_to: str
    human_takes: str
    human_question: str
    human_asks: str
    human_found: str
    human_found_nothing: str
    human_how: str
    human_done: str
    link_to_question: str
    link_to_thread: str
    delete_message: str
    deleted: str
    not_allowed: str
    too_many: str
    looking_in: str
    try_asking: str
    post_to_channel: str
    usage: str
    how_to_ask: str
    what_i_know: str
    published: str
    try_these: str
    most_asked: str
    most_not_covered: str
    low_rated: str
    nothing_yet: str
    last_days: str
    rerun_ingest: str
    last_diff: str
    only_docs_team: str
    ingest_begun: str
    ingest_running: str
    ingest_tell: str
    ingest_progress: str
    ingest_done: str
    ingest_held: str
    ingest_stopped: str
    ingest_failed: str
    summary: str
    changes: str
    gate: str
    publish: str
    discard: str
    published_now: str
    discarded: str
    no_diff: str
    counts: str
    source_left_out: str
    no_changes: str
    right: str
    kinds: Mapping[str, str]
    wording_guide: str
    wording_written: str
    wording_translated: str
    steps_left_out: str

    def kind(self, name: str) -> str:
        """Return what a kind of change in a guide is called."""
        return self.kinds.get(name, name)

    def lines_of(self, unit: Unit, lines: str) -> str:
        """Say which lines of a source are meant, or which paragraphs or pages."""
        ways = {Unit.LINE: self.lines, Unit.PARAGRAPH: self.paragraphs, Unit.PAGE: self.pages}
        return ways[unit].format(lines=lines)

    def wording(self, wording: Wording) -> str:
        """Return what people are told of whose words the steps are."""
        match wording:
            case Wording.GUIDE:
                return self.wording_guide
            case Wording.WRITTEN:
                return self.wording_written
            case Wording.TRANSLATED:
                return self.wording_translated


_JA = Words(
    greeting="ガイドについて、ふだんの言葉で質問してください。",
    hello="こんにちは。次のガイドについて、引用元を付けてお答えします。",
    welcome="どういたしまして。ほかにもあれば、いつでもどうぞ。",
    examples_label="たとえば：",
    leaving="終了はCtrl-D",
    examples=("シークレットキーをなくした", "ポリシーの変更が反映されない"),
    not_covered="ガイドには、この質問への答えが見つかりませんでした。",
    nearest="近い項目：",
    clarify="どれについての質問ですか？",
    none_of_these="どれも違うときは、エラーメッセージや操作の内容を添えて聞き直してください。",
    rephrase="エラーメッセージや操作の内容を添えて聞き直すか、担当者にお問い合わせください。",
    sources="出典",
    notes="補足",
    see_also="関連リンク",
    original_language="ガイドは{language}のため、原文のまま引用します。",
    lines="行：{lines}",
    paragraphs="段落：{lines}",
    pages="ページ：{lines}",
    confidence="（確信度{share:.0%}）",
    continued="{heading}（続き）",
    apology=(
        "申し訳ありません。回答中に問題が起きました。もう一度お試しください。"
        "続くようでしたら、番号{id}を管理者にお伝えください。"
    ),
    not_ready=(
        "まだガイドが取り込まれていないため、お答えできません。"
        "ドキュメント担当者がガイドを取り込むまでお待ちください（番号{id}）。"
    ),
    empty_question="何についてお困りですか？例：「{example}」",
    secret_pasted=(
        "メッセージに秘密情報（{kinds}）が含まれています。漏えいしたものとして扱い、"
        "すぐに無効にして新しいものに取り替えてください。内容は保存も記録もしていません。"
    ),
    thinking="ガイドを確認しています…",
    searching="ガイドを探しています",
    searched="ガイドを確認しました",
    writing="手順をまとめています",
    working="ガイドを確認しています。少しお待ちください…",
    whole_section="項目の全文を見る",
    ask_human="担当者に聞く",
    helped="役に立った",
    did_not_help="役に立たなかった",
    what_was_wrong="何が違いましたか？",
    what_was_wrong_label="探していたことや足りない点",
    send="送信",
    cancel="キャンセル",
    close="閉じる",
    thanks_for_feedback="ありがとうございます。ガイドの担当者に伝えます。",
    section_gone="この項目はガイドからなくなりました。もう一度質問してください。",
    as_of="公開：",
    more_lines="…あと{count}行",
    left_out="説明や細かい内容を約{count}行省きました。下のボタンで項目の全文を読めます。",
    more_in_guide="…あと約{count}行は{source}をご覧ください。",
    human_asked="担当者に質問を引き継ぎました。対応があれば、ここでお知らせします。",
    human_asked_before="この質問はすでに引き継いでいます。",
    human_failed="質問を引き継げませんでした。番号{id}を管理者にお伝えください。",
    human_answered="担当者が対応しています。",
    human_to="さん、",
    human_takes="さんが対応しています。",
    human_question="担当者への質問が届きました：",
    human_asks="さんから質問が届きました。",
    human_found="ボットの回答：{found}",
    human_found_nothing="ガイドに答えがありません。",
    human_how="ここに返信するかリアクションを付けると、本人に知らせます。",
    human_done="対応者：",
    link_to_question="質問を開く",
    link_to_thread="やりとりを見る",
    delete_message="メッセージを削除する",
    deleted="削除しました。秘密情報は必ず取り替えてください。",
    not_allowed="ここではお答えできません。必要であれば管理者にご相談ください。",
    too_many="質問が続いています。{seconds}秒ほど待ってから続けてください。",
    looking_in="「{title}」を確認しています…",
    try_asking="たとえば",
    post_to_channel="チャンネルに投稿する",
    usage="質問を書いてください。例：{command} {example}",
    how_to_ask="「メッセージ」タブか、チャンネルでのメンションで質問できます。手順には出典が付きます。",
    what_i_know="答えられるガイド",
    published="公開：",
    try_these="よくある項目",
    most_asked="よくある質問",
    most_not_covered="答えがない質問",
    low_rated="役に立たなかった回答",
    nothing_yet="まだありません。",
    last_days="直近{days}日間",
    rerun_ingest="ガイドを取り込み直す",
    last_diff="前回の差分を見る",
    only_docs_team="これはガイドの担当者だけが行えます。ガイドの変更は担当者にご相談ください。",
    ingest_begun="ガイドの取り込みを始めました。",
    ingest_running="取り込みか公開がすでに進んでいます。終わってからもう一度お試しください。",
    ingest_tell="進み具合はダイレクトメッセージでお知らせします。",
    ingest_progress="{what}: {done} / {total}",
    ingest_done="取り込みが終わりました。",
    ingest_held="新しいガイドの準備ができました。まだ公開していません。",
    ingest_stopped="品質の確認で止まりました。公開中のガイドは元のままです。",
    ingest_failed="うまくいきませんでした。公開中のガイドは元のままです。\n{error}",
    summary="概要",
    changes="変更点",
    gate="品質の確認",
    publish="公開する",
    discard="破棄する",
    published_now="{name}を公開しました。",
    discarded="{name}を破棄しました。",
    no_diff="ここから取り込んだことはまだありません。",
    counts="ガイド{guides}件、{sections}項目",
    source_left_out="取り込めなかったもの：{error}",
    no_changes="変更はありません。",
    right="正しく答えられた質問：{before}→{after}（{questions}問中）",
    kinds={
        "added": "追加",
        "removed": "削除",
        "renamed": "見出しの変更",
        "moved": "移動",
        "changed": "変更",
    },
    wording_guide="ガイドの原文による回答です。",
    wording_written="言語モデルがガイドをもとに書き、各手順を原文と照合した回答です。",
    wording_translated="言語モデルによる翻訳です。各手順の下に原文があります。",
    steps_left_out="ガイドの手順{numbers}は省いています。",
)

_EN = Words(
    greeting="Ask about the guides, in your own words.",
    hello="Hello. I answer questions from these guides, each step with its source:",
    welcome="You're welcome. Ask whenever there is something else.",
    examples_label="For example:",
    leaving="Ctrl-D ends",
    examples=("I lost my secret key", "my policy change does not show up"),
    not_covered="I did not find an answer to this in the guides.",
    nearest="The closest sections:",
    clarify="Which of these do you mean?",
    none_of_these="None of these? Ask again with the error message, or what you were doing.",
    rephrase=(
        "Try again with the error message or what you were doing, "
        "or ask the team that owns the guide."
    ),
    sources="Sources",
    notes="Good to know",
    see_also="See also",
    original_language="The guide is in {language}; this is its own wording.",
    lines="lines {lines}",
    paragraphs="paragraphs {lines}",
    pages="p. {lines}",
    confidence="(confidence {share:.0%})",
    continued="{heading} (continued)",
    apology=(
        "Sorry, something went wrong while I was answering. Please try again. "
        "If it happens again, tell the administrator this number: {id}"
    ),
    not_ready=(
        "I cannot answer yet, because no guide has been ingested. "
        "The docs team has to do that first. ({id})"
    ),
    empty_question="What do you need help with? For example: “{example}”",
    secret_pasted=(
        "What you wrote holds a secret ({kinds}). Treat it as leaked: deactivate it now, and "
        "replace it. I have not stored or logged it."
    ),
    thinking="is looking in the guides…",
    searching="Looking in the guides",
    searched="Looked in the guides",
    writing="Writing the steps",
    working="One moment, I am looking in the guides…",
    whole_section="Show the whole section",
    ask_human="Ask a human",
    helped="Helpful",
    did_not_help="Not helpful",
    what_was_wrong="What was wrong?",
    what_was_wrong_label="What did you look for, or what is missing?",
    send="Send",
    cancel="Cancel",
    close="Close",
    thanks_for_feedback="Thank you. The team that owns the guide sees it.",
    section_gone="This section is no longer in the guides. Please ask again.",
    as_of="As published: ",
    more_lines="… {count} more lines",
    left_out="About {count} lines of explanation and detail are left out. A button shows all.",
    more_in_guide="… about {count} more lines are in {source}.",
    human_asked="I have passed your question on. You get a note here when somebody takes it on.",
    human_asked_before="This question was passed on already.",
    human_failed="I could not pass your question on. Tell the administrator this number: {id}",
    human_answered="Somebody is taking care of it.",
    human_to=", ",
    human_takes=" is taking care of it. ",
    human_question="Somebody asks for a human:",
    human_asks=" asks for a human:",
    human_found="The bot answered with: {found}",
    human_found_nothing="The guides have no answer.",
    human_how="Reply here, or react to this message, and the person is told.",
    human_done="Taken care of by ",
    link_to_question="Open the question",
    link_to_thread="See the thread",
    delete_message="Delete my message",
    deleted="Deleted. Please replace the secret all the same.",
    not_allowed="I may not answer here. Ask the administrator if you think I should.",
    too_many="That is a lot of questions at once. Please go on in {seconds} seconds.",
    looking_in="is looking in “{title}”…",
    try_asking="Try asking",
    post_to_channel="Post to the channel",
    usage="Ask a question, for example: {command} {example}",
    how_to_ask=(
        "Ask in the Messages tab, or mention me in a channel. I give the source of every step."
    ),
    what_i_know="What I know",
    published="Published ",
    try_these="Try these",
    most_asked="Most asked",
    most_not_covered="Not covered",
    low_rated="Rated as not helpful",
    nothing_yet="Nothing yet.",
    last_days="The last {days} days",
    rerun_ingest="Re-run ingest",
    last_diff="See the last diff",
    only_docs_team="Only the team that owns the guides can do this. Please ask them.",
    ingest_begun="The ingest has begun.",
    ingest_running="Another ingest is running. Please try again when it is done.",
    ingest_tell="I tell you how it goes in our direct messages.",
    ingest_progress="{what}: {done} of {total}",
    ingest_done="The ingest is done.",
    ingest_held="The new guides are ready, and not live yet.",
    ingest_stopped="The gate is against the new guides. Those of before stay live.",
    ingest_failed="That failed, and the guides are as before:\n{error}",
    summary="Summary",
    changes="Changes",
    gate="Gate",
    publish="Publish",
    discard="Discard",
    published_now="{name} is live now.",
    discarded="{name} is discarded.",
    no_diff="Nothing has been ingested from here yet.",
    counts="{guides} guides, {sections} sections",
    source_left_out="Left out: {error}",
    no_changes="Nothing changes.",
    right="Answered rightly: {before} → {after} of {questions}",
    kinds={
        "added": "added",
        "removed": "removed",
        "renamed": "renamed",
        "moved": "moved",
        "changed": "changed",
    },
    wording_guide="This is the guide's own wording.",
    wording_written="Written by a language model from the guide; every step was checked with it.",
    wording_translated="Translated by a language model; the guide's own words are under each step.",
    steps_left_out="The guide's steps {numbers} are left out here.",
)

_LANGUAGE_NAMES = {
    "ja": {"ja": "日本語", "en": "英語"},
    "en": {"ja": "Japanese", "en": "English"},
}

_SECRETS_JA = {
    "AWS access key": "AWSのアクセスキー",
    "AWS secret key": "AWSのシークレットキー",
    "private key": "秘密鍵",
    "session token": "セッショントークン",
    "Slack token": "Slackのトークン",
    "GitHub token": "GitHubのトークン",
    "GitLab token": "GitLabのトークン",
    "web token": "Webトークン（JWT）",
    "password in a web address": "URLの中のパスワード",
    "azure storage account access key": "Azure Storageのアクセスキー",
    "discord bot token": "Discordボットのトークン",
    "mailchimp access key": "Mailchimpのアクセスキー",
    "npm tokens": "npmのトークン",
    "openai token": "OpenAIのトークン",
    "pypi token": "PyPIのトークン",
    "sendgrid api key": "SendGridのAPIキー",
    "square oauth secret": "SquareのOAuthシークレット",
    "stripe access key": "Stripeのアクセスキー",
    "telegram bot token": "Telegramボットのトークン",
    "twilio api key": "TwilioのAPIキー",
}


def words(language: str | None) -> Words:
    """Return the bot's words for a person's language (ISO 639-1): Japanese, else English."""
    return _JA if language == "ja" else _EN


def language_name(language: str, for_language: str) -> str:
    """Return what a language is called in the words of another."""
    names = _LANGUAGE_NAMES["ja" if for_language == "ja" else "en"]
    return names.get(language, language)


def secret_names(kinds: Sequence[str], language: str | None) -> str:
    """Return what kinds of secrets (kb.question.redact) are called, in Japanese or in English."""
    if language != "ja":
        return ", ".join(kinds)
    return "、".join(_SECRETS_JA.get(kind, kind) for kind in kinds)
