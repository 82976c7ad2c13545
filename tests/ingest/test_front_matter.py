"""What the docs team says of a guide, at its top or in the file beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.front_matter import read_side_file
from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse, parse_with_remarks
from ingest.parse.parsed import Parsed
from ingest.remark import RemarkKind
from ingest.sources.files import find_sources
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.knowledge_base import KnowledgeBase
from kb.model import Decision, Guide
from kb.paths import Home
from kb.question.redact import redact
from tests.ingesting import ingest

DOORS = """# Doors

## The latch sticks

1. Turn the key to the left.

## The hinge squeaks

Put a drop of oil on it.
"""


@pytest.fixture
def doors(tmp_path: Path) -> Path:
    path = tmp_path / "guides" / "doors.en.md"
    path.parent.mkdir()
    path.write_text(DOORS, "utf-8")
    return path


def beside(guide: Path, text: str) -> Path:
    path = guide.with_name("doors.en.guide.yaml")
    path.write_text(text, "utf-8")
    return path


def read(path: Path) -> Guide:
    return parse(load(read_source(path)))


def test_the_side_file_speaks_for_a_guide_that_cannot_be_edited(doors: Path) -> None:
    beside(
        doors,
        """
title: House doors
url: https://docs.example.com/doors
language: en
synonyms:
  - [latch, bolt, catch]
sections:
  the-latch-sticks:
    also_asked: I am locked out of the shed
    keywords: [ジャム, front entry]
  The hinge squeaks:
    also_asked:
      - ドアがキーキー鳴る
""",
    )
    guide = read(doors)
    assert guide.info.title == "House doors"
    assert guide.info.synonyms == (("latch", "bolt", "catch"),)
    latch, hinge = guide.sections
    assert latch.url == "https://docs.example.com/doors#the-latch-sticks"
    assert latch.also_asked == ("I am locked out of the shed",)
    assert latch.keywords == ("ジャム", "front entry")
    assert hinge.also_asked == ("ドアがキーキー鳴る",)


def test_front_matter_helps_the_first_section_and_the_side_file_has_the_last_word(
    doors: Path,
) -> None:
    matter = "---\ntitle: Inside\nalso_asked: [the key does not turn]\n---\n"
    doors.write_text(matter + DOORS, "utf-8")
    beside(doors, "title: Beside\n")
    guide = read(doors)
    assert guide.info.title == "Beside"
    assert guide.sections[0].also_asked == ("the key does not turn",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("titel: Doors\n", "line 1: titel: there is no such key. Did you mean 'title'?"),
        (
            "owner: A\nvisible-to: [C1]\n",
            "line 2: visible-to: there is no such key. Did you mean 'visible_to",
        ),
        ("cover: x.png\n", "line 1: cover: there is no such key"),
        ("visible_to: []\n", "line 1: visible_to: Value error, is empty"),
        ("visible_to:\n", "line 1: visible_to: "),
        ("visible_to: ['']\n", "line 1: visible_to.0: "),
        ("title: Doors\nsections:\n  the-latch-sticks:\n    asked: x\n", "line 4: sections."),
        ("language: english\n", "line 1: language"),
        ("sections:\n  the-door: {keywords: x}\n", "not in the guide: 'the-door'"),
        ("a: [\n", "is not YAML"),
        ("- a\n", "must be keys and values"),
        ("synonyms:\n  - [alone]\n", "line 2: synonyms.0"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(doors: Path, text: str, said: str) -> None:
    path = beside(doors, text)
    with pytest.raises(SourceError) as error:
        read(doors)
    assert said in str(error.value)
    assert path.name in str(error.value)


def test_a_side_file_is_not_a_source_of_its_own(doors: Path) -> None:
    beside(doors, "title: Beside\n")
    sources = find_sources([doors.parent])
    assert sources.files == (doors,) and sources.passed_over == ()


def test_people_are_understood_with_the_docs_teams_help(
    doors: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    by_wording, by_keyword = "月末の締め切りっていつ", "the flurbo is purple today"
    ingest([doors], home, embeddings)
    knowledge_base = KnowledgeBase(home, embeddings)
    for question in (by_wording, by_keyword):
        assert knowledge_base.ask(redact(question)).decision is not Decision.ANSWER
    beside(
        doors,
        """
sections:
  the-latch-sticks: {also_asked: [月末の締め切りは何日ですか]}
  the-hinge-squeaks: {keywords: [flurbo], also_asked: [why is there a noise at night]}
""",
    )
    ingest([doors], home, embeddings)
    answer = knowledge_base.ask(redact(by_wording))
    assert answer.decision is Decision.ANSWER
    assert {citation.anchor for citation in answer.citations} == {"the-latch-sticks"}
    # A word alone does not make it sure, but comes first among what may be meant.
    unsure = knowledge_base.ask(redact(by_keyword))
    assert (unsure.choices or unsure.nearest)[0].anchor == "the-hinge-squeaks"
    document = knowledge_base.retriever(None, 1).invoke(by_wording)[0]
    assert "Turn the key" in document.page_content


def test_synonyms_find_what_is_written_otherwise(
    doors: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    beside(doors, "synonyms: [[hinge, gozinta, 蝶番]]\n")
    ingest([doors], home, embeddings)
    hits = KnowledgeBase(home, embeddings).find(redact("gozinta")).hits
    words = {hit.section: hit.words for hit in hits}
    assert words[1] == 1 and words[0] == 0


def read_with(tmp_path: Path, top: str) -> Parsed:
    path = tmp_path / "doors.md"
    path.write_text(top + DOORS.replace("# Doors\n", ""), "utf-8")
    return parse_with_remarks(load(read_source(path)))


@pytest.mark.parametrize(
    "top",
    [
        '+++\ntitle = "Gates"\ndate = 2026-01-01\n+++\n',
        '{\n  "title": "Gates"\n}\n\n',
        '---\n{"title": "Gates"}\n---\n',
        "\n\n---\ntitle: Gates\n---\n",
        "\ufeff---\ntitle: Gates\n---\n",
        "---\n# of the house\ntitle: Gates\n---\n",
        "---\ntitle: Gates\ntags:\n  - a\n\n",
        "Title: Gates\nTags: wood, iron\n\n",
        "---\ntitle: Gates {{ site.version }}\n---\n",
    ],
)
def test_other_forms_of_front_matter_give_the_title(tmp_path: Path, top: str) -> None:
    guide = read_with(tmp_path, top).guide
    assert guide.info.title == "Gates"
    assert [section.heading for section in guide.sections] == [
        "The latch sticks",
        "The hinge squeaks",
    ]
    line = top.lstrip("\ufeff").count("\n") + 2
    assert guide.sections[0].lines.first == line


@pytest.mark.parametrize(
    "top",
    [
        "---\n\n# Gates\n\nThey are heavy.\n\nOf wood.\n\n---\n",
        "---\nNote: they are heavy.\n\nAll of them.\n\n---\n",
        "Note: they are heavy.\nTitle pages: none.\n\nOf wood.\n",
        "+++\n\nGates are heavy.\n\n+++\n",
    ],
)
def test_text_between_rules_is_text(tmp_path: Path, top: str) -> None:
    parsed = read_with(tmp_path, top)
    text = "\n".join(block.text for s in parsed.guide.sections for block in s.blocks)
    assert "heavy" in text


@pytest.mark.parametrize(
    ("written", "language"),
    [("language: en-US", "en"), ("lang: ja", "ja"), ("locale: pt_BR", "pt"), ("lang: DE", "de")],
)
def test_languages_with_a_region_are_languages(tmp_path: Path, written: str, language: str) -> None:
    parsed = read_with(tmp_path, f"---\n{written}\n---\n")
    assert parsed.guide.info.language == language and parsed.remarks == ()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("sections: 5", "sections: 5 is not"),
        ("language: japanese", "language: 'japanese' is not a language such as 'en'"),
        ("url: /doors", "url: '/doors' is not a web address"),
        ("review: 2026/13/45", "review: '2026/13/45' is not a day"),
        ("owner: {name: Ann}", "owner: {'name': 'Ann'} is not a text"),
        ("synonyms: [latch, bolt]", "synonyms: ['latch', 'bolt'] is not a list of groups"),
        ("keywords: {a: b}", "keywords: {'a': 'b'} is not a list of words"),
    ],
)
def test_what_other_tools_mean_by_our_keys_is_passed_over(
    tmp_path: Path, written: str, said: str
) -> None:
    (remark,) = read_with(tmp_path, f"---\ntitle: Gates\n{written}\n---\n").remarks
    assert (remark.line, remark.kind) == (3, RemarkKind.FRONT_MATTER)
    assert said in remark.text and remark.text.endswith("is ignored")


def test_front_matter_is_read_by_its_words(tmp_path: Path) -> None:
    words = "title: 2026-01-05\nkeywords: printer, 紙、toner\nid: 7"
    parsed = read_with(tmp_path, f"---\n{words}\nsidebar_position: 3\ntags: [a]\n---\n")
    assert (parsed.guide.info.title, parsed.guide.info.id) == ("2026-01-05", "7")
    assert parsed.guide.sections[0].keywords == ("printer", "紙", "toner")
    assert [(remark.line, remark.text) for remark in parsed.remarks] == [
        (5, "these front matter keys have no effect: sidebar_position, tags")
    ]


@pytest.mark.parametrize(
    ("top", "said"),
    [
        ("---\nid: my gates\n---\n", "line 2: id"),
        ("---\n\ttitle: Gates\n---\n", "line 2: is not YAML"),
        ("---\nsections:\n  the-latch-sticks:\n    asked: x\n---\n", "line 4: sections."),
        ("---\nvisible_to: 5\n---\n", "line 2: visible_to"),
        ("---\nvisible_to: []\n---\n", "line 2: visible_to: Value error, is empty"),
        ("---\ntitle: Gates\nvisible_to:\n---\n", "line 3: visible_to: "),
        ("---\nvisible_to: ''\n---\n", "line 2: visible_to"),
        ("---\nvisible_to: {C1: C2}\n---\n", "line 2: visible_to"),
        ("---\nvisible_to: [C1\n---\n", "is not YAML"),
        ("---\nvisible-to: [C1\n---\n", "is not YAML"),
        ("---\nfor: {all\nvisible to: C1\n---\n", "is not YAML"),
        ("+++\nvisible_to = []\n+++\n", "line 2: visible_to"),
        ('{\n"visible_to": []\n}\n', "line 2: visible_to"),
        ("---\nstructure: none\n---\n", "line 2: structure"),
        ("---\nsynonyms: [[alone]]\n---\n", "line 2: synonyms.0"),
        ("+++\nid = 1\ntitle = Gates\n+++\n", "line 3: is not TOML"),
    ],
)
def test_what_is_ours_and_wrong_is_refused(tmp_path: Path, top: str, said: str) -> None:
    with pytest.raises(SourceError, match="front matter") as error:
        read_with(tmp_path, top)
    assert said in str(error.value)


def test_a_link_with_a_password_is_refused_and_the_password_not_repeated(tmp_path: Path) -> None:
    text = "owner: Doors\nurl: https://user:hunter2@docs.example.com/doors\n"
    for read_it in (
        lambda: read_side_file(Path("doors.guide.yaml"), text),
        lambda: read_with(tmp_path, f"---\n{text}---\n"),
    ):
        with pytest.raises(SourceError, match=r"url: .*not contain a user or password") as raised:
            read_it()
        assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    "key",
    """visible-to visibleTo VisibleTo Visible_To visible.to visibleto visible_too visible_for
    visible_in visable_to visble_to vissible_to visible visible_to_channels only_visible_to
    visibility_to""".split(),
)
@pytest.mark.parametrize(
    "form", ["---\ntitle: A\n{}: [C1]\n---\n", "+++\ntitle='A'\n{}=['C1']\n+++\n"]
)
def test_a_key_that_is_nearly_visible_to_is_refused(tmp_path: Path, key: str, form: str) -> None:
    written = f'"{key}"' if form.startswith("+") else key
    with pytest.raises(SourceError, match=f"line 3: there is no key '{key}'.*'visible_to'"):
        read_with(tmp_path, form.format(written))


@pytest.mark.parametrize(
    ("top", "said"),
    [
        ("---\nvisible to: C1\n---\n", "line 2: there is no key 'visible to'"),
        ("---\nｖisible_to: [C1]\n---\n", "line 2: there is no key"),
        ("---\nvisible-to: true\n---\n", "line 2: there is no key 'visible-to'"),
        ("---\nvisible-to: C1\n\n", "line 2: there is no key 'visible-to'"),
        ("Title: Gates\nVisible-To: C1\n\n", "line 2: there is no key 'visible-to'"),
        ('{\n"title": "Gates",\n"visibleTo": ["C1"]\n}\n', "line 3: there is no key 'visibleTo'"),
        ("---\nalso-asked: stuck\n---\n", "line 2: there is no key 'also-asked'"),
        (
            "---\nparams:\n  a: 1\n  visible_to: [C1]\n---\n",
            "line 4: 'visible_to' has no effect ins",
        ),
        ("---\nextra:\n  more:\n    - visible-to: C1\n---\n", "Put 'visible_to' next to 'extra'"),
    ],
)
def test_wherever_it_is_written(tmp_path: Path, top: str, said: str) -> None:
    with pytest.raises(SourceError, match="front matter") as error:
        read_with(tmp_path, top)
    assert said in str(error.value)


def test_keys_of_other_tools_stay_theirs(tmp_path: Path) -> None:
    keys = """visibility: public|visibility: [staff, guests]|visible: true|visible: false|visible: 1
    invisible: yes|visibility_level: 3|visits: 5|viewable_by: staff|audience: [C1]|also_see: [a]
    also_known_as: x|aliases: [/a]|sidebar_position: 2|linkTitle: A|nav_order: 1|draft: false
    permalink: /a|parent: Docs|cssclasses: [wide]|toc: true|emoji: x|topics: [a]|published: true
    uid: 7|ids: [1]|titles: [a]|keyword: a|section: b|reviewer: Ann|owners: [a]|structured: no
    params: {visible: true}|menu: {main: {weight: 5}}|ms.topic: how-to|lastmod: 2026-01-01"""
    for line in keys.replace("\n    ", "|").split("|"):
        parsed = read_with(tmp_path, f"---\ntitle: Gates\n{line}\n---\n")
        assert parsed.guide.info.title == "Gates" and parsed.guide.info.visible_to == ()
    (remark,) = read_with(tmp_path, "---\ntitle: Gates\nkeyword: a\n---\n").remarks
    assert remark.text.endswith("have no effect: keyword (did you mean keywords?)")


@pytest.mark.parametrize(
    ("top", "line"),
    [
        ("visible_to: [C1]\n\n", 1),
        ("---\nvisible_to:[C1]\n---\n", 2),
        ("---\nvisible_to = [C1]\n---\n", 2),
        ("---\nvisible–to: [C1]\n---\n", 2),
        ("---\nvisible_to：[C1]\n---\n", 2),
        ("---\nvisible_to: [C1]\n...\n", 2),
        (" ---\n visible_to: [C1]\n ---\n", 2),
        ('{"visible_to": ["C1"]}\n\n', 1),
        ("---\n<<: {visible_to: [C1]}\n---\n", 2),
        ("<!-- gates -->\n---\nvisible-to: [C1]\n---\n", 3),
        ("# Gates\n---\nvisible_to: [C1]\n---\n", 3),
        ("---\ntitle: Gates\n---\n\n---\nvisible_to: [C1]\n---\n", 6),
    ],
)
def test_where_nobody_reads_it_it_is_refused(tmp_path: Path, top: str, line: int) -> None:
    with pytest.raises(SourceError, match=f"line {line}: 'visible.to' has no effect here"):
        read_with(tmp_path, top)


def test_what_only_speaks_of_it_is_text(tmp_path: Path) -> None:
    for text in (
        "# Gates\n\nVisible to: everybody.\n\n",
        "# Gates\n\n```yaml\nvisible_to: [C1]\n```\n\n",
        "# Gates\n\n    visible_to: [C1]\n\n",
        "# Gates\n\nThe key `visible_to` says who may know.\n\n",
    ):
        assert read_with(tmp_path, text).guide.info.visible_to == ()
    (tmp_path / "doors.guide.yaml").write_text("visible_to: C2\n")
    assert read_with(tmp_path, "visible_to: [C1]\n\n").guide.info.visible_to == ("C2",)
