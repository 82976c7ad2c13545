"""Makes secrets of the kinds of secret_corpus.yaml, and texts around them."""

from __future__ import annotations

import random
import re
import string
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import yaml

_FILE = Path(__file__).with_suffix(".yaml")
_CLASSES: Mapping[str, str] = {
    "A": string.ascii_letters + string.digits,
    "L": string.ascii_letters,
    "U": string.ascii_uppercase + string.digits,
    "l": string.ascii_lowercase + string.digits,
    "a": string.ascii_lowercase,
    "h": "0123456789abcdef",
    "H": "0123456789ABCDEF",
    "d": string.digits,
    "b": string.ascii_letters + string.digits + "+/",
    "w": string.ascii_letters + string.digits + "-_",
    "n": string.ascii_uppercase,
    "t": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
}
_WORDS = "river lamp orange summer Dragon tiger Monday coffee Sakura Winter purple Castle".split()
_SENTENCES = (
    "my script stopped working with {} since yesterday",
    "{} is rejected, why?",
    "Hi! I get 403 when I use {}. What should I do?",
    "{}",
    "これを使うとエラーになります：{} どうすればいいですか？",
    "キーは{}です。ログインできません",
    "`{}` does not work any more",
    "```\n{}\n```\nthis fails",
    "Ich bekomme einen Fehler mit {}, was tun?",
    "no puedo entrar con {} desde ayer",
    "je n'arrive pas à me connecter avec {} (erreur 403)",
    "用{}登录失败了怎么办",
    "{}로 로그인이 안 돼요",
    'it says "{}" is unknown',
    "config:\n  value: {}\nand then it fails",
)


class Pasted(NamedTuple):
    """A text, and the secret in it (an empty one, if there is none)."""

    kind: str
    text: str
    secret: str


def secrets(seed: int, each: int = 20) -> Iterator[Pasted]:
    """Yield texts with a secret of each kind in them."""
    rng = random.Random(seed)
    table = yaml.safe_load(_FILE.read_text("utf-8"))
    for kind, template in table["tokens"].items():
        for number in range(each):
            sentence = _SENTENCES[number % len(_SENTENCES)]
            yield _pasted(kind, sentence.replace("{}", fill(template, rng)))
    for kind, templates in table["in_context"].items():
        for number in range(each):
            yield _pasted(kind, fill(templates[number % len(templates)], rng))


def fill(template: str, rng: random.Random) -> str:
    """Return a text with made-up values in the places of a template."""

    def made(match: re.Match[str]) -> str:
        what, count = match.groups()
        if what in _CLASSES and count:
            return "".join(rng.choices(_CLASSES[what], k=int(count)))
        return _SPECIAL[what](rng) if what in _SPECIAL else match[0]

    return re.sub(r"\{([a-zA-Z]+?)(\d*)\}", made, template).replace("{{", "{").replace("}}", "}")


def _pasted(kind: str, text: str) -> Pasted:
    before, _, rest = text.partition("«")
    secret, _, after = rest.partition("»")
    return Pasted(kind, before + secret + after, secret)


def _password(rng: random.Random) -> str:
    word = rng.choice(_WORDS)
    leet = word.translate(str.maketrans("aeio", "4310"))
    number = str(rng.randrange(10, 2030))
    signs = "".join(rng.choices(string.ascii_letters + string.digits + "!#%*+=?_-", k=12))
    return rng.choice(
        (word + number, word.capitalize() + number + "!", f"{leet}#{number}", f"{word}_{number}",
         f"{word}-{rng.choice(_WORDS)}-{number}", "x" + signs + "7", f"{number}{word}{number}",
         f"P@ssw0rd{number}", f"{word.capitalize()}&{number}$")
    )  # fmt: skip


def _card(rng: random.Random, between: str = " ") -> str:
    digits = [rng.choice((4, 5)), *(rng.randrange(10) for _ in range(14))]
    doubled = sum(2 * d - 9 * (d > 4) for d in digits[::2])
    digits.append(-(doubled + sum(digits[1::2])) % 10)
    text = "".join(map(str, digits))
    return between.join(text[at : at + 4] for at in range(0, 16, 4))


_SEED_WORDS = (
    "abandon abstract acid actor adjust alarm album anchor apple arena balance bamboo banner "
    "basket beauty bench blanket bridge camera canyon carbon castle cereal cherry circle clock"
).split()
_SPECIAL: Mapping[str, Callable[[random.Random], str]] = {
    "p": _password,
    "u": lambda rng: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    "card": _card,
    "plaincard": lambda rng: _card(rng, ""),
    "wide": lambda rng: "".join(chr(ord(c) + 0xFEE0) for c in _password(rng)),
    "unseen": lambda rng: "\u200b".join(_password(rng)),
    "seed": lambda rng: " ".join(rng.choices(_SEED_WORDS, k=12)),
    "word": lambda rng: rng.choice(_WORDS).lower(),
    "Word": lambda rng: rng.choice(_WORDS).capitalize(),
}
