"""`guidebot lint`: what it says of guides with one thing wrong, and what it lets pass."""

from __future__ import annotations

import contextlib
import json
from datetime import date
from pathlib import Path

import pytest

from ingest.commands.lint_reading import read_lint_input
from ingest.lint.check import lint
from ingest.lint.finding import Finding
from ingest.lint_options import ADVICE, LintOptions, Rule
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from tests.command import Ended, guidebot
from tests.conftest import REAL_ENGLISH, REPOSITORY, SAMPLE_GUIDES, needs_real_guides

TODAY = date(2026, 11, 24)
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzq9Rt5vWsX"


def words(text: str) -> int:
    return len(text)


def found_in(
    folder: Path, options: LintOptions | None = None, **guides: str
) -> list[tuple[str, Rule, int]]:
    """Return the findings in guides, which are given as file_ja="text"."""
    return [
        (Path(each.file).name, each.rule, each.line)
        for each in findings_in(folder, options, **guides)
    ]


def findings_in(folder: Path, options: LintOptions | None = None, **guides: str) -> list[Finding]:
    for name, text in guides.items():
        (folder / (name.replace("_", ".") + ".md")).write_text(text, "utf-8")
    pages = read_lint_input([folder]).pages
    return problems(lint(pages, options or LintOptions(), words, TODAY))


def problems(found: list[Finding]) -> list[Finding]:
    """Return findings without those that say what would only be better."""
    return [each for each in found if each.rule not in ADVICE]


def test_the_sample_guide_is_clean(embeddings: SentenceTransformerEmbeddings) -> None:
    pages = read_lint_input([SAMPLE_GUIDES]).pages
    assert problems(lint(pages, LintOptions(), embeddings.count_tokens, TODAY)) == []


def test_links_that_lead_nowhere(tmp_path: Path) -> None:
    doors = """# Doors

- [Latch](#latch)
- [Gone](#gone)

## Latch<a name="latch"></a>

Oil it ([windows](windows.en.md#frame), [roofs](roofs.en.md), [all](windows.html#pane), [site](/x)).
See [the hinge](#the-hinge), [twice](#gone) and [the shop](https://shop.example/#oil).

## The hinge

It squeaks.
"""
    windows = "# Windows\n\n## Frame<a name='frame'></a>\n\nPaint it.\n"
    found = findings_in(tmp_path, doors_en=doors, windows_en=windows)
    assert [(each.rule, each.line) for each in found] == [
        (Rule.DEAD_LINK, 4),
        (Rule.DEAD_LINK, 8),
        (Rule.DEAD_LINK, 8),
    ]
    assert "1 more" in found[0].reason
    assert "the file does not exist" in found[1].reason and "#pane" in found[2].reason


def test_links_to_where_a_guide_is_published(tmp_path: Path) -> None:
    doors = "---\nurl: https://docs.example/doors\n---\n# Doors\n\n## Latch\n\nOil it.\n"
    keys = "# Keys\n\n## Lost\n\nSee [here](https://docs.example/doors#latch) or\n"
    keys += "[there](https://docs.example/doors#bolt).\n"
    assert found_in(tmp_path, doors_en=doors, keys_en=keys) == [
        ("keys.en.md", Rule.DEAD_LINK, 6),
    ]


def test_headings_twice_under_the_same_one(tmp_path: Path) -> None:
    text = "# Doors\n\n## Front\n\n### Lock\n\nA.\n\n## Back\n\n### Lock\n\nB.\n\n### lock\n\nC.\n"
    assert found_in(tmp_path, doors_en=text) == [("doors.en.md", Rule.HEADING_TWICE, 15)]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("**To oil the latch**\n\nOil is good.\n", True),
        ("**To oil the latch**\n\n1. Oil it.\n", False),
        ("**To oil the latch**\n\nRun this.\n\n```\noil\n```\n", False),
        ("**Warning**\n\nOil burns.\n", False),
        ("**鍵を替えるには**\n\n大変です。\n", True),
        ("Complete the following steps:\n\nOil is good.\n", True),
        ("次の手順を行います:\n\n1. 油をさす\n", False),
    ],
)
def test_procedures_without_steps(tmp_path: Path, text: str, wrong: bool) -> None:
    found = found_in(tmp_path, doors_en=f"# Doors\n\n## Latch\n\n{text}\n## Next\n\n1. Go.\n")
    assert found == ([("doors.en.md", Rule.NO_STEPS, 5)] if wrong else [])


def test_steps_that_are_too_long(tmp_path: Path) -> None:
    english = "1. " + "oil " * 21 + "\n2. " + "oil " * 19
    japanese = "1. " + "油" * 41 + "\n2. " + "油" * 39
    text = f"# Doors\n\n## Latch\n\n{english}\n\n## 鍵\n\n{japanese}\n"
    options = LintOptions(step_words=20, step_characters=40)
    assert found_in(tmp_path, options, doors_en=text) == [
        ("doors.en.md", Rule.LONG_STEP, 5),
        ("doors.en.md", Rule.LONG_STEP, 10),
    ]


def test_prose_that_no_chunk_holds(
    tmp_path: Path, embeddings: SentenceTransformerEmbeddings
) -> None:
    text = "# Doors\n\n## Latch\n\n" + "oil " * 250 + "\n\n```\n" + "oil " * 250 + "\n```\n"
    (tmp_path / "doors.en.md").write_text(text, "utf-8")
    pages = read_lint_input([tmp_path]).pages
    found = problems(lint(pages, LintOptions(), embeddings.count_tokens, TODAY))
    assert [(each.rule, each.line) for each in found] == [(Rule.LONG_BLOCK, 5)]


def test_further_reading_that_is_nowhere(tmp_path: Path) -> None:
    text = "Doors\n\nProblems\n- Latch\n- Windows\n- Roofs\nLatch\nOil the latch.\n"
    (tmp_path / "doors.en.txt").write_text(text, "utf-8")
    found = found_in(tmp_path, windows_en="# Windows\n\n## Frame\n\nPaint it.\n")
    assert found == [("doors.en.txt", Rule.ORPHAN_SEE_ALSO, 6)]


def test_sections_without_a_twin(tmp_path: Path) -> None:
    english = "# Doors\n\n## Latch<a name='latch'></a>\n\nA.\n\n## Bolt<a name='bolt'></a>\n\nB.\n"
    japanese = "# ドア\n\n## 掛け金<a name='latch'></a>\n\n甲。\n"
    assert found_in(tmp_path, doors_en=english, doors_ja=japanese) == [
        ("doors.en.md", Rule.MISSING_TWIN, 7)
    ]
    japanese = "# ドア\n\n## 掛け金\n\n甲。\n\n## 錠\n\n乙。\n"
    assert found_in(tmp_path, doors_en=english, doors_ja=japanese) == [
        ("doors.ja.md", Rule.MISSING_TWIN, 1)
    ]


@pytest.mark.parametrize(
    ("english", "japanese", "rule"),
    [
        ("Run `door --open`.", "`door --open` を実行します。", None),
        ("Run `door --open`.", "`door --shut` を実行します。", Rule.TWIN_CODE),
        ("You need iam:ListUsers.", "iam:GetUser が必要です。", Rule.TWIN_CODE),
        ("Wait 45 minutes.", "60 分待ちます。", Rule.TWIN_NUMBER),
        ("Wait 45 minutes.", "４５分待ちます。", None),
        ("There is room for two.", "2 本まで持てます。", None),
        ("There is room for two, 3 at most.", "2 本、多くて 4 本です。", Rule.TWIN_NUMBER),
        ("Choose **Open**.", "**Open** を選びます。", None),
        ("Choose **Open**.", "**Open door** を選びます。", Rule.TWIN_LABEL),
        ("Choose **Open**.", "**開く** を選びます。", None),
        ("See [page 12](https://a.example/12).", "[資料](https://a.example/ja/34)", None),
    ],
)
def test_terms_that_differ(tmp_path: Path, english: str, japanese: str, rule: Rule | None) -> None:
    found = findings_in(
        tmp_path,
        doors_en=f"# Doors\n\n## Latch<a name='latch'></a>\n\n{english}\n",
        doors_ja=f"# ドア\n\n## 掛け金<a name='latch'></a>\n\n{japanese}\n",
    )
    assert [(each.rule, each.line) for each in found] == ([(rule, 5)] if rule else [])


def test_secrets_and_account_ids(tmp_path: Path) -> None:
    text = f"""# Keys

## Lost

Use AKIAIOSFODNN7EXAMPLE with account 123456789012 or 111122223333, or
arn:aws:iam::483920175566:user/x. The time is 201407151307.

    secret = {SECRET}

See https://a.example/{SECRET}/x and https://hanako:hunter2hunter2@a.example/.

-----BEGIN RSA PRIVATE KEY-----
abcd
-----END RSA PRIVATE KEY-----
"""
    assert found_in(tmp_path, keys_en=text) == [
        ("keys.en.md", Rule.ACCOUNT_ID, 6),
        ("keys.en.md", Rule.SECRET, 8),
        ("keys.en.md", Rule.SECRET, 10),
        ("keys.en.md", Rule.SECRET, 12),
    ]
    assert SECRET not in "".join(each.reason for each in findings_in(tmp_path))


def test_reviews_that_are_due(tmp_path: Path) -> None:
    text = "---\nowner: docs@desk.example\nreview: {}\n---\n# Doors\n\n## Latch\n\nOil it.\n"
    found = findings_in(
        tmp_path, doors_en=text.format("2026-11-23"), gates_en=text.format("2026-11-24")
    )
    assert [(Path(each.file).name, each.rule, each.line) for each in found] == [
        ("doors.en.md", Rule.REVIEW_PAST, 3)
    ]
    assert "2026-11-23" in found[0].reason and "docs@desk.example" in found[0].reason


def run(folder: Path, *arguments: str) -> Ended:
    with contextlib.chdir(folder):
        return guidebot("lint", *arguments)


def test_the_command(tmp_path: Path) -> None:
    (tmp_path / "doors.en.md").write_text("# Doors\n\n## Latch\n\n[Gone](#gone)\n[oil][x].\n")
    (tmp_path / "guidebot.toml").write_text('[[guide]]\nsource = "*.md"\nreview = 2020-01-01\n')
    found = run(tmp_path)
    assert found.returncode == 1
    assert "doors.en.md:5" in found.stdout and "dead-link" in found.stdout
    assert "2020-01-01" in found.stdout
    as_json = run(tmp_path, "doors.en.md", "--json")
    assert as_json.returncode == 1
    found_lines = {each["rule"]: each["line"] for each in json.loads(as_json.stdout)["findings"]}
    assert found_lines["dead-link"] == 5

    with (tmp_path / "guidebot.toml").open("a") as file:
        file.write('\n[lint]\nignore = ["dead-link", "review-past"]\n')
    clean = run(tmp_path)
    assert clean.returncode == 0 and clean.stdout.endswith("1 guide: 1 no-wordings.\n")
    toml = tmp_path / "guidebot.toml"
    toml.write_text(toml.read_text().replace('["dead-link"', '["no-wordings", "dead-link"'))
    clean = run(tmp_path)
    assert (clean.returncode, clean.stdout) == (0, "1 guide: nothing found.\n")


def test_problems_without_wordings_are_named_once_a_guide(tmp_path: Path) -> None:
    text = "# Doors\n\n## Latch\n\nOil it.\n\n## Hinge\n\nPaint it.\n"
    (tmp_path / "doors.en.md").write_text(text, "utf-8")
    side = tmp_path / "doors.en.guide.yaml"
    side.write_text("sections:\n  latch:\n    also_asked: it sticks\n", "utf-8")

    def found(drafts: bool = True) -> list[tuple[int, str]]:
        pages = read_lint_input([tmp_path]).pages
        all_found = lint(pages, LintOptions(), words, TODAY, drafts=drafts)
        return [(each.line, each.reason) for each in all_found]

    ((line, reason),) = found()
    assert line == 7 and reason == "1 of 2 problems has no wordings (guidebot suggest): 'Hinge'"
    drafts = "  hinge:\n    drafts: {by: r, date: 2026-11-26, also_asked: it squeaks}\n"
    side.write_text(side.read_text("utf-8") + drafts, "utf-8")
    assert found() == []
    ((line, reason),) = found(drafts=False)
    assert reason == "drafts for 1 problem await review (guidebot suggest --review)"
    side.write_text(side.read_text("utf-8").replace("  hinge:", "  handle:"), "utf-8")
    _, (_, reason) = sorted(found(), reverse=True)
    assert "doors.en.guide.yaml: drafts or empty entries for handle, a section" in reason


def test_what_is_wrong_with_the_call_is_said(tmp_path: Path) -> None:
    nothing = run(tmp_path)
    assert nothing.returncode == 2 and "guidebot.toml" in nothing.stderr
    missing = run(tmp_path, "gone.md")
    assert missing.returncode == 1 and "gone.md: cannot be read" in missing.stderr
    (tmp_path / "guidebot.toml").write_text(
        '[[guide]]\nsource = "x.md"\n[lint]\nignore = ["dead-lynx"]\n'
    )
    wrong = run(tmp_path, "gone.md")
    assert wrong.returncode and "line 4" in wrong.stderr and "'dead-link'" in wrong.stderr


@needs_real_guides
def test_the_real_pages(embeddings: SentenceTransformerEmbeddings) -> None:
    pages = read_lint_input([REAL_ENGLISH]).pages
    found = problems(lint(pages, LintOptions(), embeddings.count_tokens, TODAY))
    # The pages link to hundreds of others that are not there, and are else in good order.
    assert {each.rule for each in found} == {Rule.DEAD_LINK, Rule.LONG_STEP, Rule.LONG_BLOCK}
    assert all(
        "the file does not exist" in each.reason for each in found if each.rule is Rule.DEAD_LINK
    )


def test_what_was_read_otherwise_is_advice(tmp_path: Path) -> None:
    guide = tmp_path / "doors.txt"
    text = (
        "Türen\n\n§ Sie klemmt\n1) Drücken Sie.\n2) Ziehen Sie.\n\n§ Sie quietscht\nÖlen Sie sie.\n"
    )
    guide.write_bytes(text.encode("cp1252"))
    pages = read_lint_input([guide]).pages
    found = {each.rule: each for each in lint(pages, LintOptions(), words, TODAY)}
    assert {Rule.ENCODING, Rule.STRUCTURE} <= set(found) & ADVICE
    assert "cp1252" in found[Rule.ENCODING].reason
    assert found[Rule.STRUCTURE].line == 3
    assert "3 lines (at 3, 4, 7) look like headings" in found[Rule.STRUCTURE].reason


def test_every_rule_is_in_the_documentation() -> None:
    documented = (REPOSITORY / "docs" / "lint.md").read_text("utf-8")
    missing = [rule.value for rule in Rule if f"| `{rule.value}` | " not in documented]
    assert missing == [], f"docs/lint.md lacks a row for {missing}"
