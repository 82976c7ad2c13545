"""What is taken of replies, whatever assistants and people make of the form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.suggest.drafted import Drafted
from ingest.suggest.findings import Severity
from ingest.suggest.problems import ProblemToWord
from ingest.suggest.prompts import exported, prompts
from ingest.suggest.replies import ReadReplies, read_replies
from ingest.suggest.reply_file import MAX_BYTES, ReplyFile
from tests.ingest.suggest.conftest import problems_in

JAMMED = "it will not budge"
NOISY = "loud every morning"


def read(guide: Path, *texts: str | bytes) -> ReadReplies:
    replies = [
        ReplyFile(f"r{number}.txt", text if isinstance(text, bytes) else text.encode())
        for number, text in enumerate(texts, 1)
    ]
    return read_replies(replies, problems_in(guide))


def filled(guide: Path, text: str) -> str:
    stuck, squeaks, porter = (problem.id for problem in problems_in(guide))
    for name, value in (("STUCK", stuck), ("SQUEAKS", squeaks), ("PORTER", porter)):
        text = text.replace(name, value)
    return text


def asked(found: ReadReplies, problem: ProblemToWord) -> tuple[str, ...]:
    return found.drafted.get(problem.key, Drafted()).also_asked


@pytest.mark.parametrize(
    "text",
    [
        "## STUCK\nask: it will not budge\n## SQUEAKS\nask: loud every morning",
        "## SQUEAKS\nask: loud every morning\n\n## STUCK\nask: it will not budge\n",
        "```\n## STUCK\nask: it will not budge\n## SQUEAKS\nask: loud every morning\n```",
        "Sure!\n\n## STUCK\nHere it is\nask: it will not budge\n## SQUEAKS\nask: loud every morning"
        "\n\nHope this helps!",
        "## STUCK\n- ask: it will not budge\n## SQUEAKS\n* ask: loud every morning",
        "## STUCK\n1. ask: it will not budge\n## SQUEAKS\n2) ask: loud every morning",
        "## STUCK\n**ask:** it will not budge\n## SQUEAKS\n- **ask**: loud every morning",
        "## `STUCK`\n`ask`: it will not budge\n## **SQUEAKS**\n__ask__: loud every morning",
        "## STUCK\nask： it will not budge\n## SQUEAKS\nａｓｋ：loud every morning",
        "## STUCK\nASK: it will not budge\n## SQUEAKS\nAsk : loud every morning",
        '## STUCK\nask: "it will not budge"\n## SQUEAKS\nask: “loud every morning”',
        "## STUCK\nask: 「it will not budge」\n## SQUEAKS\nask: **loud every morning**",
        "## STUCK\r\nask: it will not budge  \r\n## SQUEAKS\r\nask: loud every morning\t\r\n",
        "\ufeff## STUCK\nask: it will not budge\n## SQUEAKS\nask: loud every morning",
        "STUCK\nask: it will not budge\n\nSQUEAKS\nask: loud every morning",
        "#### STUCK: It is stuck\nask: it will not budge\n# SQUEAKS\nask: loud every morning",
        "### Problem STUCK\nask: it will not budge\n### id: SQUEAKS\nask: loud every morning",
        "## STUCK\nask:\n- it will not budge\n## SQUEAKS\n**ask:**\n1. loud every morning\n",
        "## STUCK\nask (en): it will not budge\n## SQUEAKS\nask 1: loud every morning",
        "> ## STUCK\n> ask: it will not budge\n> ## SQUEAKS\n> ask: loud every morning",
        "## STUCK\n### Wordings\nask: it will not budge\n## SQUEAKS\nask: loud every morning",
        "## STUCK\n## SQUEAKS\nask: loud every morning\n## STUCK\nask: it will not budge",
        '{"STUCK": {"ask": ["it will not budge"]}, "SQUEAKS": {"ask": "loud every morning"}}',
        'Here:\n```json\n[{"id": "STUCK", "ask": ["it will not budge"]},\n'
        ' {"id": "SQUEAKS", "ask": ["loud every morning"]}]\n```\nBye',
        '{"problems": [{"id": "STUCK", "ask": ["it will not budge"]}, '
        '{"problem": "SQUEAKS", "asks": ["loud every morning"]}]}',
    ],
)
def test_forms_that_are_as_good_as_the_one_asked_for(guide: Path, text: str) -> None:
    found = read(guide, filled(guide, text) + "\n")
    stuck, squeaks, _ = problems_in(guide)
    assert (asked(found, stuck), asked(found, squeaks)) == ((JAMMED,), (NOISY,))
    assert found.findings == []
    assert found.drafted[stuck.key].current


def test_wide_digits_and_dashes_are_the_narrow_ones(guide: Path) -> None:
    stuck = problems_in(guide)[0]
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in stuck.id).replace("-", "–")
    assert asked(read(guide, f"##{wide}\nask: it will not budge\n"), stuck) == (JAMMED,)


A, B = "ask: it will not budge\n", "ask: loud every morning\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("## 0badbad0-0000\nask: lost\n## STUCK\n" + A, "1: error: no problem has the id 0badbad0"),
        ("## 0badbad0-0000\nask: lost\n## STUCK\n" + A, "2: warning: line 2 is under an unkno"),
        ("ask: lost\nask: too\n## STUCK\n" + A, "1: warning: lines 1 to 2 are before any probl"),
        (
            "## STUCK\n" + A + "## It squeaks\n" + B,
            "4: warning: line 4 is under the heading 'I",
        ),
        ("## STUCK\nquest: lost\n" + A, "2: warning: there is no tag 'quest' (ask, word, title, g"),
        ("## STUCK\n質問：動かない\n" + A, "2: warning: there is no tag '質問'"),
        ("## STUCK\nask:\n" + A, "2: warning: ask: has no text"),
        ('## STUCK\nask: "..."\n' + A, "2: warning: ask: has no text"),
        (f"## STUCK\nask: {'x' * 301}\n" + A, "ask: has 301 characters; the limit is 300"),
        ("## STUCK\nask: a\x07b\n" + A, "2: warning: ask: has control or hidden characters"),
        ("## STUCK\nask: a\0b\n" + A, "2: warning: ask: has control or hidden characters"),
        ("## STUCK\nask: a\u202eb\n" + A, "2: warning: ask: has control or hidden characters"),
        ("## STUCK\nask: it IS Stuck\n" + A, "2: warning: ask: is the heading itself"),
        ("## STUCK\n" + A + "ask: It will not budge\n", "3: warning: ask: is in the reply twice"),
        (
            "## STUCK\n" + A + "ask: same\n## PORTER\nask: Same\n",
            "is also a wording of doors#resolution",
        ),
        (
            "## STUCK\n" + A + "ask: same\n## PORTER\nask: Same\n",
            "is also a wording of doors#it-is-stuc",
        ),
        ("## STUCK\nask: see https://x.example/y\n" + A, "has a URL or e-mail address"),
        ("## STUCK\nask: go to www.x.example\n" + A, "has a URL or e-mail address"),
        ("## STUCK\nask: docs.example.org/doors\n" + A, "has a URL or e-mail address"),
        ("## STUCK\nask: mail ann@doors.example\n" + A, "has a URL or e-mail address"),
        ("## STUCK\nask: [open](door)\n" + A, "2: warning: ask: looks like markup"),
        ("## STUCK\nask: <b>open</b> it\n" + A, "2: warning: ask: looks like markup"),
        ("## STUCK\nask: <!channel> help\n" + A, "2: warning: ask: looks like markup"),
        ("## STUCK\nask: hey <@U123>\n" + A, "2: warning: ask: looks like markup"),
        ("## STUCK\nask: @here it is stuck\n" + A, "2: warning: ask: looks like markup"),
        ("## STUCK\nask: push &amp; pull\n" + A, "2: warning: ask: looks like markup"),
        ("## STUCK\nask: my ghp_" + "a1B2" * 9 + "\n" + A, "has what looks like a secret (GitHub"),
        ("## STUCK\nword: portal\n## SQUEAKS\n" + B + "## STUCK\nword: portal\n" + A, "reply twi"),
        ("## STUCK\n" + A + "title: Jam\n", "title: the heading 'It is stuck' says what it is"),
        (
            "## STUCK\n" + A + "golden: it will not budge\n",
            "golden: is also a wording, so asking it",
        ),
        ("## STUCK\n" + A + "golden: q\nnear: Q\n", "near: is also one of the questions that it"),
        (
            "## STUCK\n" + A + "## PORTER\nword: desk\n",
            "3: warning: there is no wording for 'Doors'",
        ),
        (
            "## STUCK\n" + A + "near: n\n## PORTER\nask: whole\nask: ha",
            "6: warning: the reply seems ",
        ),
        (
            '{"STUCK": {"ask": ["it will not budge", "<b>x</b>"]}}',
            "1: warning: ask: looks like mar",
        ),
        (
            '[{"id": "STUCK",\n"ask": ["it will not budge"],\n"quest": ["x"]}]',
            "3: warning: there i",
        ),
    ],
)
def test_what_is_wrong_is_named_and_the_rest_is_taken(guide: Path, text: str, message: str) -> None:
    found = read(guide, filled(guide, text))
    assert any(
        f"r1.txt:{message}" in str(each) or message in each.message for each in found.findings
    )
    stuck = problems_in(guide)[0]
    assert asked(found, stuck) == (JAMMED,)
    kept = [text for each in found.drafted.values() for text in each.also_asked]
    assert set(kept) <= {JAMMED, NOISY, "whole"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1: error: has nothing in the format"),
        ("I am sorry, I cannot help with that [yet].", "1: error: has nothing in the format"),
        ("# Doors\n\n## It is stuck\n\nPush.\n", "1: error: has nothing in the format"),
        ('{"STUCK": {"ask": ["it will\n', "1: error: is not JSON"),
        ('```json\n{"STUCK":\n  {"ask": ["a" "b"]}}\n```', "3: error: is not JSON: Expecting ','"),
        ('{"a": ' * 5000 + '"' + "}" * 5000, "1: error: is not valid JSON"),
        (b"## \xff\xfe", "1: error: is not UTF-8"),
        ("## x\nask: y\n".encode("utf-16"), "1: error: is not UTF-8"),
        (b"x" * (MAX_BYTES + 1), "1: error: is larger than 5 MB"),
    ],
)
def test_a_file_with_nothing_of_ours_is_named(guide: Path, text: str | bytes, message: str) -> None:
    text = filled(guide, text) if isinstance(text, str) else text
    found = read(guide, text)
    assert [str(each)[: len(message) + 7] for each in found.findings] == [f"r1.txt:{message}"]
    assert found.findings[0].level is Severity.ERROR and not found.drafted


def test_a_mistyped_id_is_told_the_nearest(guide: Path) -> None:
    stuck = problems_in(guide)[0]
    wrong = ("0" if stuck.id[0] != "0" else "1") + stuck.id[1:]
    (finding, dropped) = read(guide, f"## {wrong}\nask: a b\n").findings
    assert f"The nearest is {stuck.id} (It is stuck)" in finding.message
    assert dropped.dropped and dropped.line == 2


def test_no_more_than_twenty_wordings(guide: Path) -> None:
    lines = "".join(f"ask: wording {number}\n" for number in range(25))
    found = read(guide, filled(guide, "## STUCK\n" + lines))
    assert len(asked(found, problems_in(guide)[0])) == 20
    assert [each.line for each in found.dropped] == [22, 23, 24, 25, 26]


def test_the_reply_to_an_edited_problem_is_taken_as_one_to_another_text(guide: Path) -> None:
    stuck = problems_in(guide)[0]
    text = f"## {stuck.id}\nask: it will not budge\n"
    guide.write_text(guide.read_text("utf-8").replace("Push it", "Push it hard"), "utf-8")
    found = read(guide, text)
    drafted = found.drafted[stuck.key]
    assert (drafted.also_asked, drafted.current, drafted.problem) == ((JAMMED,), False, None)
    assert "has changed since the prompt was made" in found.findings[0].message


def test_several_files_are_one_reply(guide: Path) -> None:
    first, second = filled(guide, "## STUCK\n" + A), filled(guide, "## SQUEAKS\n" + B)
    found = read(guide, second, first)
    assert len(found.drafted) == 2 and found.findings == []
    stuck, squeaks, _ = problems_in(guide)
    assert (found.sources[stuck.key], found.sources[squeaks.key]) == ("r2.txt", "r1.txt")


def test_a_prompt_that_was_pasted_along_says_nothing(guide: Path) -> None:
    text = guide.read_text("utf-8").replace("Oil the hinge.", "ask: who are you?")
    guide.write_text(text, "utf-8")
    (prompt,) = prompts(problems_in(guide), (), 12_000)
    reply = filled(guide, "## STUCK\n" + A)
    assert read(guide, exported([prompt]) + reply).findings == []
    # Without the lines around it, the form that it shows is none of a problem's.
    found = read(guide, prompt + reply)
    stuck, squeaks, _ = problems_in(guide)
    assert (asked(found, stuck), asked(found, squeaks)) == ((JAMMED,), ())


def test_editions_may_have_the_same_wording(guide: Path) -> None:
    japanese = Path("doors.ja.md")
    japanese.write_text("# ドア\n\n## 開かない<a name='it-is-stuck'></a>\n\n押します。\n", "utf-8")
    problems = [*problems_in(guide), *problems_in(japanese)]
    text = "".join(f"## {each.id}\nask: won't open\n" for each in (problems[0], problems[-1]))
    found = read_replies([ReplyFile("r", text.encode())], problems)
    assert len(found.drafted) == 2 and found.findings == []


def test_json_with_escapes_has_its_lines(guide: Path) -> None:
    value = {problems_in(guide)[0].id: {"ask": ["開かない", "see www.x.example"]}}
    (finding,) = read(guide, json.dumps(value, indent=1)).findings
    assert finding.line == 5


def test_a_last_line_without_a_line_break_may_be_half(guide: Path) -> None:
    first = filled(guide, "## STUCK\n" + A + "ask: a ten year old is on the wall and nobo")
    second = filled(guide, "## SQUEAKS\n" + B)
    found = read(guide, first, second)
    stuck, squeaks, _ = problems_in(guide)
    assert (asked(found, stuck), asked(found, squeaks)) == ((JAMMED,), (NOISY,))
    (finding,) = found.findings
    assert str(finding).startswith("r1.txt:3: warning: the reply seems to be cut off here")
    assert asked(read(guide, first + "dy\n"), stuck)[1].endswith("and nobody")


@pytest.mark.parametrize(
    "text",
    [
        '## STUCK\nask: it will not budge\n{"SQUEAKS": {"ask": ["loud every morning"]}}\n',
        '{"SQUEAKS": {"ask": ["loud every morning"]}}\n\n## STUCK\nask: it will not budge\n',
        '## STUCK\nask: it will not budge\n\n```json\n[{"id": "SQUEAKS",\n'
        '"ask": ["loud every morning"]}]\n```\n',
        '{"STUCK": {"ask": ["it will not budge"]}}\n{"SQUEAKS": {"ask": ["loud every morning"]}}',
    ],
)
def test_lines_and_json_in_one_file_are_both_taken(guide: Path, text: str) -> None:
    found = read(guide, filled(guide, text))
    stuck, squeaks, _ = problems_in(guide)
    assert (asked(found, stuck), asked(found, squeaks)) == ((JAMMED,), (NOISY,))
    assert found.findings == []


@pytest.mark.parametrize(
    "text",
    [
        '[{"id": "STUCK", "ask": ["it will not budge"]},\n{"id": "SQUEAKS", "ask": ["loud ev',
        '{"STUCK": {"ask": ["it will not budge"]},\n"SQUEAKS": {"ask": ["loud ev',
        '```json\n{"problems": [\n {"id": "STUCK",\n  "ask": ["it will not budge"]},\n {"id": "SQ',
    ],
)
def test_of_json_that_breaks_off_the_whole_problems_are_taken(guide: Path, text: str) -> None:
    found = read(guide, filled(guide, text))
    stuck, squeaks, _ = problems_in(guide)
    assert (asked(found, stuck), asked(found, squeaks)) == ((JAMMED,), ())
    (finding,) = found.findings
    assert finding.level is Severity.WARNING and "is not JSON" in finding.message


def test_keywords_may_be_listed_and_one_letter_is_no_wording(guide: Path) -> None:
    text = "## STUCK\nask: x\nask: 鍵\nask: ok\nword: jug, crimp、手\nword: 。\n"
    found = read(guide, filled(guide, text))
    drafted = found.drafted[problems_in(guide)[0].key]
    assert (drafted.also_asked, drafted.keywords) == (("鍵", "ok"), ("jug", "crimp", "手"))
    assert [each.message for each in found.dropped][0] == "ask: is too short ('x')"
    (few,) = found.few
    assert few.message == "only 2 wordings for 'It is stuck': ask again for it"
