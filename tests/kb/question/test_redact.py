"""Secrets that people paste. All of these are made up."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.evaluation.golden import read_questions
from kb.knowledge_base import KnowledgeBase
from kb.question.redact import redact
from tests.conftest import SAMPLE_GUIDES

KEY_ID = "AKIA" + "QZ7TX2W4M9B6C3D1"
SECRET = "kR8vT2yLm4Qn7Wp1Zs5Xc9Vb3Nd6Fg0Hj+KaLqWe"
SLACK = "xoxb-" + "123456789012-1234567890123-" + "AbCdEfGhIjKlMnOpQrStUvWx"
GITHUB = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
BLOCK = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7x\nq8k2\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "left", "kinds"),
    [
        (f"my key {KEY_ID} is gone", "my key [AWS access key] is gone", ("AWS access key",)),
        (
            f"キーは{KEY_ID}、シークレットは{SECRET}です",
            "キーは[AWS access key]、シークレットは[AWS secret key]です",
            ("AWS access key", "AWS secret key"),
        ),
        (f"secret: {SECRET}", "secret: [AWS secret key]", ("AWS secret key",)),
        (f"aws_secret_access_key={SECRET}", "aws_secret_access_key=[AWS secret key]", None),
        (f"{BLOCK} what now?", "[private key] what now?", ("private key",)),
        (BLOCK[:60], "[private key]", ("private key",)),
        (f"token {SLACK}", "token [Slack token]", ("Slack token",)),
        (f"push with {GITHUB}", "push with [GitHub token]", ("GitHub token",)),
        (
            "see https://bob:hunter2pass@git.example.com/x",
            "see https://bob:[password in a web address]@git.example.com/x",
            None,
        ),
    ],
)
def test_secrets_are_taken_out(text: str, left: str, kinds: tuple[str, ...] | None) -> None:
    found = redact(text)
    assert found == left
    assert found.secrets and (kinds is None or found.secrets == kinds)
    assert redact(left) == left


@pytest.mark.parametrize(
    "text",
    [
        "I lost my secret key",
        "AKIAIOSFODNN7EXAMPLE and wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "arn:aws:iam::123456789012:user/Development/product_1234/*",
        "https://console.aws.amazon.com/iam/home?region=us-east-1#/users/alice/security",
        "git checkout da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "not authorized to perform: iam:DeleteVirtualMFADevice on resource: arn:aws:iam::1:mfa/x",
        "/usr/share/applications/something/long/path/here",
        "",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text and redact(text).secrets == ()


def test_no_golden_question_is_taken_for_a_secret() -> None:
    for question in read_questions(SAMPLE_GUIDES / "questions.yaml"):
        assert redact(question.q).secrets == (), question.q


@given(st.integers(0, 10**9), st.text(max_size=30), st.text(max_size=30))
def test_no_pair_of_keys_gets_through(seed: int, before: str, after: str) -> None:
    rng = random.Random(seed)
    letters = string.ascii_letters + string.digits + "/+"
    id = "AKIA" + "".join(rng.choices(string.ascii_uppercase + string.digits, k=16))
    secret = "aA1" + "".join(rng.choices(letters, k=37))
    text = redact(f"{before} {id} {secret} {after}")
    assert id not in text and secret not in text


def test_a_pasted_secret_is_in_no_answer(sample: KnowledgeBase) -> None:
    answer = sample.ask(redact(f"I lost my laptop, is {KEY_ID} / {SECRET} still safe?"))
    assert answer.secrets == ("AWS access key", "AWS secret key")
    written = answer.model_dump_json()
    assert KEY_ID not in written and SECRET not in written
