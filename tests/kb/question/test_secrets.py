"""What is taken for a secret, and what is not, on made-up texts. None of these opens anything."""

from __future__ import annotations

import random
import string
import time
from collections.abc import Callable

import pytest

from kb.question.redact import redact
from kb.question.secrets.find import find_secrets
from kb.question.secrets.plain import plain
from kb.question.secrets.table import all_kinds
from kb.words.catalogue import secret_names
from tests.kb.question.harmless_corpus import harmless, harmless_kinds
from tests.kb.question.secret_corpus import secrets

# Another one makes other values of the same kinds.
SEED = 20261126
# A run of a secret as long as this says too much of it.
PIECE = 8
TOKEN = "".join(random.Random(5).choices(string.ascii_letters + string.digits, k=36))


def is_left(secret: str, text: str) -> bool:
    """Whether a secret, or a piece of it, is still in a text."""
    pieces = range(max(1, len(secret) - PIECE + 1))
    return any(secret[at : at + PIECE] in text for at in pieces)


def test_secrets_of_all_kinds_are_taken_out_whole() -> None:
    pasted = list(secrets(SEED))
    missed = [each for each in pasted if is_left(each.secret, redact(each.text))]
    assert len({each.kind for each in pasted}) >= 130
    assert len(missed) <= 0.03 * len(pasted), sorted({each.kind for each in missed})


def test_no_kind_is_missed_altogether() -> None:
    pasted = list(secrets(SEED + 1, each=5))
    found = {each.kind for each in pasted if not is_left(each.secret, redact(each.text))}
    assert {each.kind for each in pasted} == found


def test_harmless_things_stay() -> None:
    texts = list(harmless(SEED))
    touched = [each for each in texts if redact(each.text) != each.text]
    assert len(harmless_kinds()) >= 200
    assert len(touched) <= 0.005 * len(texts), sorted({each.kind for each in touched})


def test_what_is_left_is_not_redacted_again() -> None:
    for each in secrets(SEED, each=2):
        once = redact(each.text)
        assert redact(once) == once, each.kind


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("my password is hunter2", "my password is [password]"),
        ("パスワードはHanako2024!です", "パスワードは[password]です"),
        ("ＰＷ＝Ｓａｋｕｒａ２０２５", "ＰＷ＝[password]"),
        ("pass\u200bword: Tr0ub\u200bador&3.", "pass\u200bword: [password]."),
        ("ID/PW: hanako/Sakura2025!", "ID/PW: [password]"),
        ("ユーザー名：hanako\nパスワード：\nSakura-2025!\nです", None),
        ("パスワードを「Neko#4411」にしたのに入れない", None),
        ("暗証番号4821が通らない", "暗証番号[PIN]が通らない"),
        ("My password's Tr0ub4dor&3", "My password's [password]"),
        ("changed my password to Tr0ub4dor&3 today", "changed my password to [password] today"),
        ("password was changed from Winter23 to Spring24", None),
        ("tried these passwords: Winter23, Spring24, Summer25!", None),
        ("my password is sunshine", "my password is [password]"),
        ('passphrase: "correct horse battery staple"', 'passphrase: "[password]"'),
        ("the temp password they gave me (Xy7#kk29) fails", None),
        ("*Password:* Blue42sky", "*Password:* [password]"),
        ("| user | hanako |\n| password | Blue42sky |", None),
        ("> Your temporary password is: Xy7#kk29\n> Sign in", None),
        ('Is "Blue42sky" a good password?', 'Is "[password]" a good password?'),
        ("Blue42skyというパスワードは使えますか", None),
        ("비밀번호가 Blue42sky인데 안돼요", "비밀번호가 [password]인데 안돼요"),
        ("我把密码改成Blue42sky了", "我把密码改成[password]了"),
        ("la contraseña que uso es Blue42sky", "la contraseña que uso es [password]"),
        ("Passwort „Blue42sky“ geht nicht", "Passwort „[password]“ geht nicht"),
        ("app password: abcd efgh ijkl mnop", "app password: [password]"),
        ("codes de récupération : a1b2c-d3e4f, g5h6i-j7k8l", None),
        ("backup codes:\n1. a1b2c-d3e4f\n2. g5h6i-j7k8l", None),
        ("secret: JBSW Y3DP EHPK 3PXP for the app", "secret: [token] for the app"),
        (f"token is\nghp_{TOKEN}\nand it fails", "token is\n[GitHub token]\nand it fails"),
        (f"```ghp_{TOKEN}```", "```[GitHub token]```"),
        (f"gh\u200bp_{TOKEN[:9]}\u200b{TOKEN[9:]} fails", "[GitHub token] fails"),
        (f"ｇｈｐ＿{TOKEN}が無効", "[GitHub token]が無効"),
        (f"https://x.example/?a=1&token={TOKEN}&b=2", "https://x.example/?a=1&token=[token]&b=2"),
        ("docker -e DB_PASSWORD=my-Secret-pw9 -d db", "docker -e DB_PASSWORD=[password] -d db"),
        ("password - Gato#2024", "password - [password]"),
        ("二段階認証のコードは839201です", "二段階認証のコードは[one-time code]です"),
        ("BEGIN PRIVATE KEY\nMIIEvQIBADANBgkqhBlue\nEND PRIVATE KEY", "[private key]"),
        ("postgres://app:p@ss/w0rd@db/shop", None),
        ("カード 4539 1488 0343 6467 が使えない", "カード [card number] が使えない"),
    ],
)  # fmt: skip
def test_what_people_paste(text: str, left: str | None) -> None:
    found = redact(text)
    assert found.secrets
    if left is None:
        assert not any(
            piece in found
            for piece in ("2025", "4411", "23", "24", "25!", "Xy7", "Blue", "b2c", "h6i", "w0rd")
        )
    else:
        assert found == left


def test_the_way_back_from_plain_letters() -> None:
    text = "ﾊﾟｽ ㍿ a\u200bb e\u0301 Ａ"
    read = plain(text)
    for start in range(len(read.text)):
        first, last = read.written(start, start + 1)
        assert read.text[start] in plain(text[first:last]).text
    assert read.written(0, len(read.text)) == (0, len(text))


def test_every_kind_has_a_japanese_name() -> None:
    for kind in all_kinds():
        assert secret_names([kind], "ja") != kind


HOSTILE: dict[str, Callable[[int], str]] = {
    "beginnings": lambda n: "sk-" * (n // 3),
    "words": lambda n: "password is " * (n // 12),
    "letters": lambda n: "a" * n,
    "base64": lambda n: "".join(random.Random(1).choices(string.ascii_letters + "01234+/", k=n)),
    "settings": lambda n: "password=" * (n // 9),
    "quotes": lambda n: 'password="' * (n // 10),
    "brackets": lambda n: "password(" * (n // 9),
    "elements": lambda n: "<password>" * (n // 10),
    "addresses": lambda n: "://a:b@" * (n // 7),
    "web tokens": lambda n: "eyJhbGci." * (n // 9),
    "key beginnings": lambda n: "-----BEGIN RSA PRIVATE KEY-----" * (n // 31),
    "key ends": lambda n: "A\n-----END RSA PRIVATE KEY-----" * (n // 31),
    "key bodies": lambda n: "MIIEpAIBAAKCAQEA" * (n // 16),
    "digits": lambda n: "4111 " * (n // 5),
    "commands": lambda n: "curl -u " * (n // 8),
    "codes": lambda n: "recovery code 1234-5678 " * (n // 24),
    "phrases": lambda n: "password is one two three four " * (n // 31),
    "unseen": lambda n: "\u200b" * n,
    "marks": lambda n: "e\u0301" * (n // 2),
    "kana": lambda n: "パスワードは" * (n // 6),
    "spaces": lambda n: "password" + " " * n,
}  # fmt: skip


def seconds(text: str) -> float:
    best = 60.0
    for _ in range(2):
        start = time.process_time()
        find_secrets(text)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.no_cover
@pytest.mark.parametrize("name", HOSTILE)
def test_time_grows_with_the_length_and_no_faster(name: str) -> None:
    find_secrets("the tables are read once")
    shorter, longer = seconds(HOSTILE[name](20_000)), seconds(HOSTILE[name](80_000))
    # Four times as long; sixteen times, if it grew with the square.
    assert longer <= 8 * shorter + 0.02, (shorter, longer)


@pytest.mark.no_cover
def test_ordinary_text_takes_no_time() -> None:
    english = "The printer stopped. I opened https://desk.example.com/list?page=2: it says E-417. "
    japanese = "プリンターが止まりました。設定の画面にエラーE-417と出ます。どうすればいいですか？"
    for text in (english, japanese):
        # 10 ms and less, on a machine with nothing else to do.
        assert seconds((text * 300)[:10_000]) < 0.05
