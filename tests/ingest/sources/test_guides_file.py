"""The file that names the guides."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingest.errors import GuidesFileError
from ingest.sources.guides_file import read_guides_file

WHOLE = """
[[guide]]
source = "docs/iam.ja.md"
id = "iam"
owner = "Identity team"
review = 2027-03-01
url = "https://docs.example.com/{path}.html"

[[guide]]
git = "https://git.example.com/guides.git"
ref = "main"
source = "network/*.md"
visible_to = "C012AB3CD"

[gate]
questions = ["guides/questions.yaml"]

[lint]
step_words = 40
"""


def test_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "guidebot.toml"
    path.write_text(WHOLE, "utf-8")
    found = read_guides_file(path)
    first, second = found.guide
    assert first.review == date(2027, 3, 1)
    assert first.matter("a/iam.ja.md").url == "https://docs.example.com/a/iam.ja.html"
    assert first.matter("x.md").model_fields_set == {"id", "owner", "review", "url"}
    assert second.visible_to == ("C012AB3CD",) and second.ref == "main"
    assert found.gate.questions == (tmp_path / "guides/questions.yaml",)
    assert found.lint.step_words == 40


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[guide]]\nsource = \n", "is not TOML: Invalid value (at line 2"),
        (
            '[[guide]]\nsource = "a"\n\n[[guide]]\nsource = "b"\nowener = "x"\n',
            "line 6: guide.1.ow",
        ),
        ('[[guide]]\nsource = "a"\n[[guide]]\nid = "x"\n', "line 3: guide.1.source: Field requ"),
        ('[[guide]]\nsource = "a"\nlanguage = "english"\n', "(found 'english')"),
        ('[[guide]]\nsource = "a"\nref = "v1"\n', "add 'git'"),
        (
            '[[guide]]\nsource = "a"\nvisible-to = ["C1"]\n',
            "line 3: guide.0.visible-to: there is no such key. Did you mean 'visible_to'?",
        ),
        (
            '[[guide]]\nsource = "a"\nvisible_to = []\n',
            "line 3: guide.0.visible_to: Value error, is empty",
        ),
        (
            '[[guide]]\nsource = "a"\nurl = "https://me:pw-1@x.example/{path}"\n',
            "must not contain a user or password",
        ),
        ('[[guide]]\nsource = "a"\n[gate]\nallowed_regressions = -1\n', "line 4: gate.allowed"),
        ("gaet = 1\n[[guide]]\nsource = 'a'\n", "line 1: gaet: there is no such key"),
        ("[lint]\nstep_words = 3\n", "guide: Field required"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_key(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "guidebot.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(GuidesFileError) as error:
        read_guides_file(path)
    assert str(error.value).startswith(f"{path}: ") and said in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GuidesFileError, match="cannot be read: No such file"):
        read_guides_file(tmp_path / "guidebot.toml")
