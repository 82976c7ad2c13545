"""What people see in Slack, checked as Slack checks it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.limits import MESSAGE_BLOCKS
from bot.question import Place, direct_message, mention, plain_text, thread_reply
from bot.views.answer import render
from bot.views.message import Message
from kb.knowledge_base import KnowledgeBase
from kb.model import (
    Answer,
    Block,
    BlockKind,
    Citation,
    Decision,
    Lines,
    Part,
    Span,
    Step,
)
from kb.question.redact import redact
from testing.slack_server import render as slack_render
from testing.slack_server.limits import rejection

LINE = Lines(first=1, last=2)
ATTACKS = [
    "<!channel> <!here> <!everyone>",
    "<@U123> <@W1|boss>",
    "<#C1|general> <!subteam^S1>",
    "<https://evil.example|AWS console>",
    "*bold* _it_ ~no~ `code` ```fence```",
    "&lt;!channel&gt; &amp;lt;",
    "[click](https://evil.example) ![x](https://evil.example/p.png)",
    "@channel @here @everyone #general",
    "<mailto:a@b.c|mail> <tel:1|t> <javascript:alert(1)|x>",
    "‮<!channel>‬ :smile: <!date^0^{date}|x>",
]
words = st.one_of(st.sampled_from(ATTACKS), st.text(min_size=1, max_size=300))


def citation(text: str = "T", url: str | None = None) -> Citation:
    return Citation(
        guide_id="g",
        guide_title=text,
        language="en",
        path=(text,),
        anchor="a",
        source="/home/someone/guide.md",
        lines=LINE,
        quote=text,
        snapshot="s",
        url=url,
    )


def answer_of(
    steps: list[Step], heading: str = "H", cited: Citation | None = None, count: int = 1
) -> Answer:
    return Answer(
        question=redact("q"),
        language="en",
        guide_language="en",
        decision=Decision.ANSWER,
        confidence=0.9,
        snapshot="s",
        parts=(Part(heading=heading, steps=tuple(steps), caption=heading),),
        citations=(cited or citation(),) * count,
    )


def step(text: str, *children: Block, href: str | None = None) -> Step:
    return Step(spans=(Span(text=text, href=href),), citations=(1,), children=children)


def block(kind: BlockKind, text: str, *children: Block) -> Block:
    return Block(id="1", kind=kind, lines=LINE, spans=(Span(text=text),), children=children)


def posted(message: Message) -> dict[str, object]:
    return {
        "text": message.text,
        "blocks": [json.loads(json.dumps(b.to_dict())) for b in message.blocks],
    }


def check(messages: list[Message]) -> str:
    """Check messages against Slack's limits, and return what a person reads."""
    texts = []
    for message in messages:
        values = posted(message)
        assert rejection("chat.postMessage", values) is None, values
        assert len(message.blocks) <= MESSAGE_BLOCKS
        texts.append(slack_render.plain(values))
    return "\n".join(texts)


def markup(message: Message) -> str:
    """Return everything in a message that Slack would parse for markup."""
    found = [message.text]
    for values in (b.to_dict() for b in message.blocks):
        if values["type"] == "context":
            found += [e["text"] for e in values["elements"] if e["type"] == "mrkdwn"]
        assert values["type"] in ("header", "rich_text", "context")
    return "\n".join(found)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_words_of_a_guide_are_parsed(attack: str) -> None:
    cited = citation(attack, url="https://docs.example.com/a|b?c=<d>&e")
    children = [block(kind, attack) for kind in (BlockKind.CODE, BlockKind.BULLET, BlockKind.NOTE)]
    messages = render(answer_of([step(attack, *children)], heading=attack, cited=cited))
    text = check(messages)
    assert attack.split()[0] in text
    parsed = "\n".join(markup(message) for message in messages)
    ours = "<https://docs.example.com/a%7Cb?c=&lt;d&gt;&amp;e|"
    assert parsed.count("<") == parsed.count(ours) == 1


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(words, words), min_size=1, max_size=8), words)
def test_any_words_make_messages_that_slack_takes(
    texts: list[tuple[str, str]], heading: str
) -> None:
    steps = [step(a, block(BlockKind.CODE, b), block(BlockKind.NOTE, b)) for a, b in texts]
    messages = render(answer_of(steps, heading=heading))
    check(messages)
    assert all("<" not in markup(message) for message in messages)


@pytest.mark.parametrize("length", [2999, 3001, 12000, 60000])
def test_long_steps_are_cut_and_split_without_loss(length: int) -> None:
    text = "".join(chr(0x3042 + i % 80) for i in range(length))
    messages = render(answer_of([step(text, block(BlockKind.CODE, text))]))
    shown = check(messages)
    assert sum(shown.count(chr(0x3042 + i)) for i in range(80)) >= 2 * length


def test_two_hundred_steps_are_split_into_messages_in_order() -> None:
    steps = [step(f"Do the thing number {n}, and then wait for a while.") for n in range(1, 201)]
    messages = render(answer_of(steps))
    assert len(messages) > 1
    text = check(messages)
    places = [text.index(f"{n}. Do the thing number {n},") for n in range(1, 201)]
    assert places == sorted(places)
    assert all("number" in message.text for message in messages)
    assert messages[1].text.startswith("H (continued)\nDo the thing number ")
    assert len(messages) < 12


def test_links_that_are_not_of_the_web_are_words() -> None:
    text = check(render(answer_of([step("a", href="page.md"), step("b", href="javascript:x()")])))
    assert "page.md" not in text and "javascript" not in text
    assert "<https://x.example>" in check(render(answer_of([step("c", href="https://x.example")])))


def test_paths_of_the_docs_teams_machine_stay_there() -> None:
    text = check(render(answer_of([step("a")])))
    assert text.endswith("Sources: T") and "/home/someone" not in text


def test_sources_are_a_line_a_section() -> None:
    both = answer_of([step("a"), step("b").model_copy(update={"citations": (2,)})], count=2)
    other = citation("U", "https://x.example/u").model_copy(update={"anchor": "b"})
    text = check(render(both.model_copy(update={"citations": (citation(), other)})))
    assert "\nSources: [1] T\nSources: [2] U <https://x.example/u>" in text
    assert "lines" not in text


def test_see_also_names_an_address_once() -> None:
    links = [
        Span(text="Keys", href="https://x.example/keys"),
        Span(text="All about keys", href="https://x.example/keys/"),
        Span(text="Users", href="https://x.example/users"),
    ]
    answer = answer_of([step("a")]).model_copy(update={"see_also": tuple(links)})
    text = check(render(answer))
    assert "• Keys" in text and "All about" not in text and "• Users" in text


def table(*rows: tuple[str, ...]) -> Block:
    return Block(id="1", kind=BlockKind.TABLE, lines=LINE, rows=rows)


def test_a_table_is_a_table() -> None:
    tables = Step(
        kind=BlockKind.TABLE,
        spans=(),
        citations=(1,),
        children=(table(("Code", "Meaning"), ("E1", ""), ("E2", "Paper jam")),),
    )
    (message,) = render(answer_of([step("Look it up."), tables, step("Go on.")]))
    check([message])
    (block,) = (b.to_dict() for b in message.blocks if b.type == "table")
    assert [[cell["text"] for cell in row] for row in block["rows"]] == [
        ["Code", "Meaning"],
        ["E1", "\N{NO-BREAK SPACE}"],
        ["E2", "Paper jam"],
    ]
    text = slack_render.plain(posted(message))
    assert text.index("Look it up.") < text.index("E2 | Paper jam") < text.index("Go on.")
    assert "1. \n" not in text and "1. [1]" not in text


def test_a_second_table_has_its_columns_below_each_other() -> None:
    first, second = (table(("A", "Bcd"), ("long cell", x)) for x in "12")
    (message,) = render(answer_of([step("x", first), step("y", second)]))
    text = check([message])
    assert [b.type for b in message.blocks].count("table") == 1
    assert "A          Bcd\n" in text and "long cell  2" in text


def test_answers_of_the_sample_guide(sample: KnowledgeBase) -> None:
    for row in range(sample.index().snapshot.manifest.sections):
        section = sample.index().snapshot.section(row).section
        messages = render(sample.ask(redact(section.heading)))
        text = check(messages)
        assert text.startswith(section.heading)
        assert len(messages) == 1
        for block_ in section.blocks:
            if block_.kind is BlockKind.STEP:
                assert f"{block_.number}. {block_.text}" in text


def test_not_covered_is_helpful(sample: KnowledgeBase) -> None:
    text = check(render(sample.ask(redact("プリンターが動かない"))))
    assert "見つかりませんでした" in text and text.count("›") == 3


def test_what_is_nearest_is_a_button_each(sample: KnowledgeBase) -> None:
    answer = sample.ask(redact("プリンターが動かない"))
    (message,) = render(answer, Place(channel="D1", ts="1.1"))
    blocks = [block.to_dict() for block in message.blocks]
    buttons = [e for block in blocks if block["type"] == "actions" for e in block["elements"]]
    labels = [button["text"]["text"] for button in buttons]
    assert labels == [citation.path[-1] for citation in answer.nearest]


def event(**values: object) -> dict[str, object]:
    return {"channel": "D1", "ts": "1.1", "user": "U1", "text": "hi", **values}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<@UBOT> I lost my key", "I lost my key"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("see <https://x.example/a?b=1&amp;c=2|the docs> now", "see the docs now"),
        ("<https://x.example>", "https://x.example"),
        ("ask in <#C1|help>", "ask in #help"),
        ("<!here> two\nlines", "two\nlines"),
        ("", ""),
    ],
)
def test_text_is_read_as_the_person_sees_it(text: str, shown: str) -> None:
    assert plain_text(text) == shown


def test_who_is_answered_where() -> None:
    private = direct_message(event(channel_type="im"))
    assert private is not None and private.thread_ts == "1.1"
    threaded = direct_message(event(channel_type="im", thread_ts="0.9"))
    assert threaded is not None and threaded.thread_ts == "0.9"
    mentioned = mention(event(channel="C1"))
    assert mentioned is not None and mentioned.thread_ts == "1.1"
    inside = mention(event(channel="C1", thread_ts="0.9"))
    assert inside is not None and inside.thread_ts == "0.9"
    reply = thread_reply(event(channel="C1", channel_type="channel", thread_ts="0.9"))
    assert reply is not None and reply.thread_ts == "0.9"
    assert thread_reply(event(channel="C1", channel_type="channel")) is None
    picture = event(channel="C1", channel_type="channel", thread_ts="0.9", text="")
    under_picture = thread_reply(picture)
    assert under_picture is not None and not under_picture.text


@pytest.mark.parametrize(
    "values",
    [
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"subtype": "bot_message"},
        {"bot_id": "B1"},
        {"hidden": True},
        {"user": None},
    ],
)
def test_what_no_person_wrote_is_ignored(values: dict[str, object]) -> None:
    assert direct_message(event(channel_type="im", **values)) is None
    assert mention(event(**values)) is None
    assert thread_reply(event(channel_type="channel", thread_ts="0.9", **values)) is None
