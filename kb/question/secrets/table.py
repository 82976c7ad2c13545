"""Loads the tables of tokens and words (tokens.yaml, words.yaml)."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict

# Kinds of secrets recognised by their context.
_OTHER_KINDS = frozenset(
    {
        "password",
        "PIN",
        "token",
        "secret key",
        "private key",
        "web token",
        "AWS secret key",
        "password in a web address",
        "one-time code",
        "one-time code key",
        "recovery code",
        "seed phrase",
        "card number",
    }
)


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Token(_Row):
    """A kind of token recognised by its prefix; see tokens.yaml."""

    kind: str
    starts: str
    then: str = "A-Za-z0-9_-"
    least: int = 16
    mixed: bool = False


class Shape(_Row):
    """A kind of token recognised by its shape; see tokens.yaml."""

    kind: str
    has: str
    shape: str


class PublicShape(_Row):
    """An identifier that looks like a key but is not one; see tokens.yaml."""

    has: str
    shape: str


class Flag(_Row):
    """A command-line option that takes a password, or a user and a password."""

    commands: tuple[str, ...]
    flag: str
    glued: bool = False
    between: str = ""


class _Tokens(_Row):
    checked: object
    public: tuple[PublicShape, ...]
    signed: tuple[str, ...]
    tokens: tuple[Token, ...]
    shapes: tuple[Shape, ...]


class _Words(_Row):
    said: dict[str, tuple[str, ...]]
    names: dict[str, str]
    about: str
    harmless: tuple[str, ...]
    technical: str
    flags: tuple[Flag, ...]
    logins: tuple[Flag, ...]


class Prefix(NamedTuple):
    """One prefix of a token, and the pattern for the whole token."""

    start: str
    kind: str
    whole: re.Pattern[str]
    mixed: bool


@cache
def prefixes() -> tuple[Prefix, ...]:
    """Return the prefixes of tokens, in the order of the table."""
    return tuple(
        Prefix(
            start,
            token.kind,
            re.compile(f"{re.escape(start)}[{token.then}]{{{token.least},}}+"),
            token.mixed,
        )
        for token in _tokens().tokens
        for start in token.starts.split()
    )


@cache
def shapes() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """Return (kind, substring that a text must contain, pattern) for each shape."""
    return tuple(
        (shape.kind, shape.has, re.compile(f"(?<![A-Za-z0-9+])(?:{shape.shape})"))
        for shape in _tokens().shapes
    )


@cache
def all_kinds() -> frozenset[str]:
    """Return all kinds of secrets, which are also the labels that replace them."""
    table = _tokens()
    return _OTHER_KINDS.union(
        (row.kind for row in table.tokens), (row.kind for row in table.shapes)
    )


@cache
def secret_words() -> tuple[tuple[str, str], ...]:
    """Return the words for secrets with their kinds, longest first."""
    words = {
        word: kind
        for kind, lines in _words().said.items()
        for line in lines
        for word in _list(line)
    }
    return tuple(sorted(words.items(), key=lambda each: -len(each[0])))


@cache
def names() -> dict[str, str]:
    """Return words in setting names that imply a secret, with its kind."""
    return {word: kind for kind, line in _words().names.items() for word in _list(line)}


@cache
def public_shapes() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return what looks like a key but is not one, each with a text that it must contain."""
    return tuple((re.compile(each.shape), each.has) for each in _tokens().public)


@cache
def signature() -> re.Pattern[str]:
    """Return what matches an authorization header that is a signature to its end."""
    return re.compile("|".join(_tokens().signed))


@cache
def about() -> frozenset[str]:
    """Return words at the end of a name that is about a secret but does not hold one."""
    return frozenset(_list(_words().about))


@cache
def harmless() -> frozenset[str]:
    """Return words that describe a password, or are not secrets despite their digits."""
    lines = (*_words().harmless, _words().technical)
    return frozenset(word for line in lines for word in _list(line))


def flags() -> tuple[Flag, ...]:
    """Return the command-line options that take a password."""
    return _words().flags


def logins() -> tuple[Flag, ...]:
    """Return the command-line options that take a user and a password."""
    return _words().logins


@cache
def _tokens() -> _Tokens:
    return _Tokens.model_validate(_read("tokens.yaml"))


@cache
def _words() -> _Words:
    return _Words.model_validate(_read("words.yaml"))


def _read(name: str) -> object:
    return yaml.safe_load((files("kb.question.secrets") / name).read_text("utf-8"))


def _list(line: str) -> list[str]:
    return [word.strip() for word in line.split(",")]
