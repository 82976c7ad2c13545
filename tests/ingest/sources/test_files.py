from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.parse.guide_cache import GuideCache, guide_key
from ingest.reading import read_guides
from ingest.sources.files import find_sources

GOOD = "# Doors\n\n## Stuck\n\nPush the door.\n"


def problems(*paths: Path) -> list[str]:
    return [str(error) for error in read_guides(find_sources(paths)).errors]


def test_folders_are_searched_and_other_files_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("a/one.md", "two.txt", "a/logo.png", ".git/x.md", "LICENSE", "questions.a.yaml"):
        (tmp_path / name).write_text(GOOD)
    found = find_sources([tmp_path, tmp_path / "two.txt"])
    assert [str(p.relative_to(tmp_path)) for p in found.files] == ["a/one.md", "two.txt"]
    assert [p.name for p in found.passed_over] == ["LICENSE", "logo.png"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path / "gone.md")
    assert problem.startswith(f"{tmp_path / 'gone.md'}: cannot be read")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "closed.md"
    path.write_text(GOOD)
    path.chmod(0)
    assert "Permission denied" in problems(path)[0]


def test_an_encoding_that_cannot_be_told_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "odd.md"
    path.write_bytes(b"# Door\n\n" + bytes(range(11, 256)) * 2)
    (problem,) = problems(path)
    assert "line 3" in problem and "UTF-8" in problem


@pytest.mark.parametrize("text", ["", "  \n\n", "# Only a title\n"])
def test_an_empty_guide_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "empty.md"
    path.write_text(text)
    assert "empty" in problems(path)[0]


def test_a_binary_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "binary.txt"
    path.write_bytes(b"abc\0def\n")
    assert "line 1" in problems(path)[0]


def test_a_link_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(GOOD)
    (tmp_path / "link.md").symlink_to(tmp_path / "gone.md")
    (problem,) = problems(tmp_path)
    assert problem.startswith(f"{tmp_path / 'link.md'}: cannot be read")


def test_what_is_no_file_is_named_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "loop.md").symlink_to("loop.md")
    (tmp_path / "good.md").write_text(GOOD)
    reading = read_guides(find_sources([tmp_path, Path("/dev/zero")]))
    assert [guide.info.title for guide in reading.guides] == ["Doors"]
    reasons = {Path(error.source).name: error.reason for error in reading.errors}
    assert "not a file" in reasons["pipe.md"] and "not a file" in reasons["zero"]
    assert "cannot be read" in reasons["loop.md"]


def test_links_out_of_a_named_folder_are_not_followed(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "docs", tmp_path / "elsewhere"
    write(tmp_path, {"docs/good.md": GOOD, "elsewhere/other.md": GOOD, "elsewhere/x.yaml": "id: x"})
    (folder / "passwords.txt").symlink_to("/etc/passwd")
    (folder / "good.guide.yaml").symlink_to(elsewhere / "x.yaml")
    (folder / "linked").symlink_to(elsewhere)
    (folder / "same.md").symlink_to("good.md")
    found = find_sources([folder])
    assert found.files == (folder / "good.md",)
    assert {Path(error.source).name for error in found.errors} == {
        "passwords.txt",
        "good.guide.yaml",
    }
    assert all("outside the given folder" in error.reason for error in found.errors)
    assert found.passed_over == (folder / "linked",)


def test_names_that_no_file_can_have_are_named(tmp_path: Path) -> None:
    longest = tmp_path / f"{'あ' * 82}.md"  # there is no room for the name of the file beside it
    longest.write_text(GOOD)
    latin = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md"))
    found = find_sources([longest, latin, tmp_path / f"{'あ' * 100}.md", tmp_path / "a\0.md"])
    reading = read_guides(found)
    assert [guide.info.title for guide in reading.guides] == ["Doors"]
    reasons = [error.reason for error in reading.errors]
    assert "not valid UTF-8" in reasons[0]
    assert "too long" in reasons[1] and "cannot be read" in reasons[2]


def test_a_file_that_is_too_large_is_named(tmp_path: Path) -> None:
    with open(tmp_path / "large.md", "wb") as file:
        file.truncate(200_000_000)
    assert "200 MB" in problems(tmp_path / "large.md")[0]


def test_an_unsupported_type_is_named(tmp_path: Path) -> None:
    path = tmp_path / "guide.xyz"
    path.write_text(GOOD)
    assert ".xyz" in problems(path)[0] and ".md" in problems(path)[0]


def write(root: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def test_files_of_one_name_in_several_folders_are_guides_of_their_own(tmp_path: Path) -> None:
    other = GOOD.replace("# Doors\n", "")
    write(tmp_path, {"index.md": GOOD, "front/index.md": other, "back/gate/index.md": other})
    reading = read_guides(find_sources([tmp_path]))
    assert not reading.errors
    assert [(g.info.id, g.info.title) for g in reading.guides] == [
        ("back/gate/index", "gate"),
        ("front/index", "front"),
        ("index", "Doors"),
    ]


def test_folders_named_for_languages_hold_editions_and_a_department_is_none(
    tmp_path: Path,
) -> None:
    japanese = "# 扉\n\n## 開かない\n\n押します。\n"
    write(
        tmp_path,
        {
            "en/doors.md": GOOD,
            "ja/doors.md": japanese,
            "it/index.md": "# Badges\n\n## It is lost\n\nTell the front desk about it.\n",
            "gates.ja.md": japanese,
            "gates.en.md": GOOD,
        },
    )
    reading = read_guides(find_sources([tmp_path]))
    assert not reading.errors
    assert sorted((g.info.id, g.info.language) for g in reading.guides) == [
        ("doors", "en"),
        ("doors", "ja"),
        ("gates", "en"),
        ("gates", "ja"),
        ("it/index", "en"),
    ]


def test_two_guides_of_one_id_are_named(tmp_path: Path) -> None:
    write(tmp_path, {"a/doors.md": GOOD, "b/doors.md": GOOD})
    reading = read_guides(find_sources([tmp_path / "a", tmp_path / "b"]))
    assert [guide.info.id for guide in reading.guides] == ["doors"]
    (problem,) = (str(error) for error in reading.errors)
    assert "'doors'" in problem and str(tmp_path / "a" / "doors.md") in problem


def test_an_edit_while_a_file_is_read_is_not_kept_under_its_old_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, cache = tmp_path / "doors.md", GuideCache(tmp_path / "cache.sqlite")

    def edited_meanwhile(source: str, *contents: bytes | None) -> bytes:
        path.write_text(GOOD.replace("Push", "Pull"))
        return guide_key(source, *contents)

    monkeypatch.setattr("ingest.reading.guide_key", edited_meanwhile)
    for _ in range(2):
        path.write_text(GOOD)
        (guide,) = read_guides(find_sources([path]), cache).guides
        assert guide.sections[0].blocks[0].text == "Push the door."


def test_prompts_and_replies_among_the_guides_are_passed_over(tmp_path: Path) -> None:
    texts = {
        "guide.md": "# Doors\n\n12345678-1234 is what the lock says.\n\nask: the porter\n",
        "notes.md": "# Notes\n\nOur part 3f9c12aa-51b0-11ee is worn.\n",
        "prompts.txt": "===== Prompt 1 of 1: copy from here =====\nx\n",
        "answer.txt": "Sure!\n\n## 3f9c12aa-51b0\nask: it jams\n",
        "answer.md": 'Here:\n```json\n{"3f9c12aa-51b0": {"ask": ["it jams"]}}\n```\n',
        "reply.txt": "",
        "empty.txt": "",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    found = find_sources([tmp_path])
    ours = ["answer.md", "answer.txt", "prompts.txt", "reply.txt"]
    assert sorted(path.name for path in found.passed_over) == ours
    assert sorted(path.name for path in found.files) == ["empty.txt", "guide.md", "notes.md"]
    assert find_sources([tmp_path / "reply.txt"]).files == ()
