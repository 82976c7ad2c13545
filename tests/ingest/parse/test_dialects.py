"""Marks of other documentation tools in Markdown files."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse_with_remarks
from ingest.remark import RemarkKind
from kb.model import Block, BlockKind, Guide
from tests.conftest import SHARED, needs_real_guides
from tests.ingest.parse.reading import marks_shown, read_markdown
from tests.tree import assert_tree


def notes_of(tmp_path: Path, text: str) -> list[tuple[str | None, str]]:
    parsed = read_markdown(tmp_path, f"# Boiler\n\n## It is cold\n\n{text}\n")
    assert marks_shown(parsed) == []
    (section,) = parsed.guide.sections
    return [(b.label, b.full_text) for b in section.blocks if b.kind is BlockKind.NOTE]


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ('!!! note "Mind the **steam**"\n    Hot pipes.', "Mind the steam"),
        ('!!! warn ""\n    Hot pipes.', "Warning"),
        ("!!! danger\n\n    Hot pipes.", "Danger"),
        ("!!! tip inline end\n    Hot pipes.", "Tip"),
        ("??? info\n    Hot pipes.", "Info"),
        ('???+ example "Before you start"\n    Hot pipes.', "Before you start"),
        (":::warning Mind the steam\n\nHot pipes.\n\n:::", "Mind the steam"),
        (":::tip[Mind the steam]{#steam}\nHot pipes.\n:::", "Mind the steam"),
        ("::: info\nHot pipes.\n:::", "Info"),
        (":::message alert\nHot pipes.\n:::", "Alert"),
        (":::message\nHot pipes.\n:::", "Note"),
        (":::note warn\nHot pipes.\n:::", "Warning"),
        (":::{important}\nHot pipes.\n:::", "Important"),
        ('::: {.caution title="Steam"}\nHot pipes.\n:::', "Steam"),
        ("/// note | Steam\nHot pipes.\n///", "Steam"),
        ("```{warning}\nHot pipes.\n```", "Warning"),
        ("```{note} Steam\n:class: wide\n\nHot pipes.\n```", "Steam"),
        ("> [!NOTE]\n> Hot pipes.", "Note"),
        ("> [!WARNING] Mind the steam\n> Hot pipes.", "Mind the steam"),
        ("> [!faq]- What is hot?\n> Hot pipes.", "What is hot?"),
        ("> **Note**\n> Hot pipes.", "Note"),
        ("> **Note**\n>\n> Hot pipes.", "Note"),
        ("> **Warning:** Hot pipes.", "Warning"),
    ],
)
def test_a_box_is_a_note_with_its_label(tmp_path: Path, written: str, label: str) -> None:
    assert notes_of(tmp_path, f"Wait.\n\n{written}\n\nGo on.") == [(label, "Hot pipes.")]


def test_boxes_stand_in_steps_and_in_each_other(tmp_path: Path) -> None:
    parsed = read_markdown(
        tmp_path,
        """
        # Boiler

        ## Light it

        1. Open the valve.

           ::::warning

           Slowly.

           :::tip Or
           Use the wheel.
           :::

           ::::

           !!! note
               - one turn
               - two turns

        2. Press the button.

        :::danger
        Not twice.

        ```sh
        ::: no box
        ```
        :::

        Done.
        """,
    )
    assert_tree(
        parsed.guide.sections[0],
        [
            "1. 5-19 Open the valve.",
            "  note 7-15 Slowly.",
            "    note 11-13 Use the wheel.",
            "  note 17-19 ",
            "    bullet 18 one turn",
            "    bullet 19 two turns",
            "2. 21 Press the button.",
            "note 23-29 Not twice.",
            "  code 26-28 ::: no box",
            "paragraph 31 Done.",
        ],
    )


def test_a_box_that_is_never_closed_ends_before_the_next_heading(tmp_path: Path) -> None:
    parsed = read_markdown(tmp_path, "# T\n\n## A\n\n:::tip\nPush.\n\n## B\n\nPull.\n")
    first, second = parsed.guide.sections
    assert [b.full_text for b in first.blocks] == ["Push."]
    assert [b.text for b in second.blocks] == ["Pull."]


def test_a_box_of_an_unknown_name_is_what_is_in_it(tmp_path: Path) -> None:
    parsed = read_markdown(
        tmp_path, "# T\n\n## A\n\n::: columns\n\n## B\n\nPush.\n\n:::\n\nPull.\n"
    )
    assert [s.heading for s in parsed.guide.sections] == ["B"]
    assert [b.text for b in parsed.guide.sections[0].blocks] == ["Push.", "Pull."]


def test_what_opens_at_a_click_is_a_section_and_ends_with_itself(tmp_path: Path) -> None:
    parsed = read_markdown(
        tmp_path,
        """
        # Boiler

        ## Questions

        Ask us.

        ??? question "Why is it *cold*?"
            1. Press the button.
            2. Wait.

            | Lamp | Means |
            | --- | --- |
            | red | off |

        ??? question "Why is it loud?"
            ```sh
            boiler --quiet
            ```

            ### In winter

            Close the flap.

        :::details How old is it?
        See the label.
        :::

        Or call 119.

        ## Other
        Text.
        """,
    )
    assert [(s.path, s.blocks[-1].text) for s in parsed.guide.sections] == [
        (("Questions",), "Or call 119."),
        (("Questions", "Why is it cold?"), "Lamp | Means\nred | off"),
        (("Questions", "Why is it loud?"), "boiler --quiet"),
        (("Questions", "Why is it loud?", "In winter"), "Close the flap."),
        (("Questions", "How old is it?"), "See the label."),
        (("Other",), "Text."),
    ]
    cold = parsed.guide.sections[1]
    assert str(cold.lines) == "7-13" and [b.number for b in cold.blocks] == [1, 2, None]


def test_what_opens_at_a_click_in_a_step_is_a_note(tmp_path: Path) -> None:
    parsed = read_markdown(
        tmp_path,
        "# T\n\n## A\n\n1. Push.\n\n   :::details No effect?\n   Pull.\n   :::\n\n2. Wait.\n",
    )
    (section,) = parsed.guide.sections
    note: Block = section.blocks[0].children[0]
    assert (note.kind, note.label, note.text) == (BlockKind.NOTE, "No effect?", "Pull.")


def test_tabs_keep_their_titles_and_their_order(tmp_path: Path) -> None:
    parsed = read_markdown(
        tmp_path,
        """
        # Boiler

        ## Update it

        1. Choose one:

           === "By cable"

               Plug it in.

           === "By air"

               Join its network.

        2. Wait.

        ::: tabs
        == Old
        Press A.
        == New
        Press B.
        :::
        """,
    )
    assert_tree(
        parsed.guide.sections[0],
        [
            "1. 5-13 Choose one:",
            "  paragraph 7 By cable",
            "  paragraph 9 Plug it in.",
            "  paragraph 11 By air",
            "  paragraph 13 Join its network.",
            "2. 15 Wait.",
            "paragraph 18 Old",
            "paragraph 19 Press A.",
            "paragraph 20 New",
            "paragraph 21 Press B.",
        ],
    )


def blocks_of(tmp_path: Path, text: str) -> tuple[Block, ...]:
    parsed = read_markdown(tmp_path, f"# Boiler\n\n## Use it\n\n{text}\n")
    assert marks_shown(parsed) == []
    (section,) = parsed.guide.sections
    return section.blocks


def remarks_of(tmp_path: Path, text: str) -> list[tuple[int, str]]:
    parsed = read_markdown(tmp_path, f"# Boiler\n\n## Use it\n\n{text}\n")
    assert marks_shown(parsed) == []
    return [(remark.line, remark.text) for remark in parsed.remarks]


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("{{< hint warning >}}\nHot pipes.\n{{< /hint >}}", "Warning"),
        ('{{% alert title="Steam" color="warning" %}}\nHot pipes.\n{{% /alert %}}', "Steam"),
        ('{{< notice tip "Steam" >}}\nHot pipes.\n{{< /notice >}}', "Steam"),
        ("{{< note >}}Hot pipes.{{< /note >}}", "Note"),
        ('{% hint style="danger" %}\nHot pipes.\n{% endhint %}', "Danger"),
        ('{% include warning.html content="Hot pipes." %}', "Warning"),
        ("<Note>Hot pipes.</Note>", "Note"),
        ('<Warning title="Steam">\n\n  Hot pipes.\n\n</Warning>', "Steam"),
        ('<Callout type="info">\nHot pipes.\n</Callout>', "Info"),
        ('<div class="alert alert-danger">\nHot pipes.\n</div>', "Danger"),
        ("{: .warning }\nHot pipes.", "Warning"),
        ("> Hot pipes.\n{: .prompt-tip }", "Tip"),
    ],
)
def test_a_box_of_tags_is_a_note_with_its_label(tmp_path: Path, written: str, label: str) -> None:
    assert notes_of(tmp_path, f"Wait.\n\n{written}\n\nGo on.") == [(label, "Hot pipes.")]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("<details><summary>Why <b>so</b>?</summary>", "</details>"),
        ("<details>\n<summary>\n<h3>Why so?</h3>\n</summary>", "</details>"),
        ('{{< details "Why so?" >}}', "{{< /details >}}"),
        ('{{% expand title="Why so?" open="true" %}}', "{{% /expand %}}"),
        ('<Accordion title="Why so?">', "</Accordion>"),
        ("<Q>Why so?\n<A>", "</A>\n</Q>"),
    ],
)
def test_folded_text_between_tags_is_a_section(tmp_path: Path, opening: str, closing: str) -> None:
    inside = "1. Push.\n\n   ```html\n   </details>\n   ```\n\n2. Pull."
    parsed = read_markdown(
        tmp_path, f"# T\n\n## A\n\nAsk.\n\n{opening}\n\n{inside}\n\n{closing}\n\nCall.\n"
    )
    assert marks_shown(parsed) == []
    around, folded = parsed.guide.sections
    assert [block.text for block in around.blocks] == ["Ask.", "Call."]
    assert folded.path == ("A", "Why so?")
    assert [block.number for block in folded.blocks] == [1, 2]
    assert folded.blocks[0].children[0].text == "</details>"


def test_folded_html_is_read_as_html(tmp_path: Path) -> None:
    parsed = read_markdown(
        tmp_path,
        """
        # Boiler

        ## Questions

        <details>
          <summary>It is cold</summary>
          <ol>
            <li>Press the <b>button</b>.</li>
            <li>Wait.
              <ul><li>An hour</li></ul>
            </li>
          </ol>
        </details>
        <details><summary>It is loud</summary><p>Run this:</p>
        <pre>
        boiler --quiet
          --now
        </pre>
        </details>
        """,
    )
    cold, loud = parsed.guide.sections
    assert_tree(cold, ["1. 8 Press the button.", "2. 9-10 Wait.", "  bullet 10 An hour"])
    assert_tree(loud, ["paragraph 14 Run this:", "code 16-17 boiler --quiet\n  --now"])


def test_html_in_markdown_is_what_a_reader_sees(tmp_path: Path) -> None:
    parsed = read_markdown(
        tmp_path,
        """
        # Boiler

        ## Lamps

        <table>
          <tr><th>Lamp</th><th>Means</th></tr>
          <tr><td>red</td><td>no <em>gas</em></td></tr>
        </table>

        1. Look:

           <table>
           <tr><th>Lamp</th><th>Means</th></tr>
           <tr><td>

           **green**

           </td><td>

           fine

           </td></tr>
           </table>

        2. <ul><li>Wait</li></ul>

        <dl>
        <dt>ERR</dt>
        <dd>Call us.</dd>
        </dl>

        <script>
        track();
        </script>

        <div align="center">

        ## Care

        </div>

        <p align="center">Wipe <a href="it.md">it</a>.<br>Dry it.</p>

        > <p>Not wet.</p>

        <h2 id="end">The <code>end</code></h2>

        <img src="a.png" alt="A boiler"> of <ruby>湯<rt>ゆ</rt></ruby>, 10<sup>6</sup> for <user>.
        """,
    )
    lamps, care, end = parsed.guide.sections
    assert_tree(
        lamps,
        [
            "table 6-7 Lamp | Means\nred | no gas",
            "1. 10-23 Look:",
            "  table 12-23 Lamp | Means\ngreen | fine",
            "2. 25 ",
            "  bullet 25 Wait",
            "bullet 28 ERR: Call us.",
        ],
    )
    assert lamps.blocks[0].rows == (("Lamp", "Means"), ("red", "no gas"))
    assert [block.text for block in care.blocks] == ["Wipe it. Dry it.", "Not wet."]
    assert care.blocks[0].spans[1].href == "it.md"
    assert (end.heading, end.anchor) == ("The end", "end")
    assert end.blocks[0].text == "A boiler of 湯, 10⁶ for <user>."


def test_tabs_of_tags_keep_their_titles(tmp_path: Path) -> None:
    blocks = blocks_of(
        tmp_path,
        """1. Choose:

   <Tabs>
     <TabItem value="mac" label="Mac">
       Press **Cmd**.
     </TabItem>
     <TabItem value="win">

       Press Ctrl.

     </TabItem>
   </Tabs>

2. Wait.

{{< tabs items="Old,New" >}}
{{< tab >}}Press A.{{< /tab >}}
{{< tab >}}Press B.{{< /tab >}}
{{< /tabs >}}

{% tabs %}
{% tab title="North" %}
Go up.
{% endtab %}
{% endtabs %}""",
    )
    children = [block.text for block in blocks[0].children]
    assert children == ["Mac", "Press Cmd.", "win", "Press Ctrl."]
    assert [block.text for block in blocks[1:]] == [
        "Wait.",
        "Old",
        "Press A.",
        "New",
        "Press B.",
        "North",
        "Go up.",
    ]


@pytest.mark.parametrize(
    ("written", "shown", "said"),
    [
        ('Press {{< kbd "Ctrl" >}} now.', "Press Ctrl now.", []),
        ('Press {{< icon "bell" >}} now.', "Press now.", ['{{< icon "bell" >}} is left out']),
        ("Open {{ site.name }} now.", "Open now.", ["{{ site.name }} is left out"]),
        (
            "Push.\n\n{{< figure src='a.png' >}}",
            "Push.",
            ["{{< figure src='a.png' >}} is left out"],
        ),
        ("{{/* not\nfor you */}}\n\nPush.", "Push.", ["{{/* not for you */}} is left out"]),
        ("Push.{/* why */}", "Push.", ["{/* why */} is left out"]),
        ("{% raw %}Write {{ x }}.{% endraw %}", "Write {{ x }}.", None),
        ("Use `{{ x }}` and `{% y %}`.", "Use {{ x }} and {% y %}.", []),
        ('See [it]({{< ref "it.md" >}}).', "See it.", []),
        ("![A lamp]({{ site.url }}/a b.png) is on.", "A lamp is on.", []),
        ('Push <Badge text={1 > 0} @click="x" />now.', "Push now.", []),
    ],
)
def test_templates_are_left_out_and_remarked(
    tmp_path: Path, written: str, shown: str, said: list[str] | None
) -> None:
    parsed = read_markdown(tmp_path, f"# T\n\n## A\n\n{written}\n")
    assert [block.text for block in parsed.guide.sections[0].blocks] == [shown]
    assert said is None or [remark.text for remark in parsed.remarks] == said
    assert said is None or marks_shown(parsed) == []


def test_templates_in_headings_cells_and_code(tmp_path: Path) -> None:
    parsed = read_markdown(
        tmp_path,
        """
        # Boiler {{< beta >}}

        ## {{% heading "care" %}}

        | {{ a }} | b |
        | --- | --- |
        | `{{ c }}` | d{{ e | upcase }} |

        {% highlight sh %}
        echo {{ e }}
        {% endhighlight %}

        {% if winter %}
        Close the flap.
        {% else %}
        Open it.
        {% endif %}
        """,
    )
    (section,) = parsed.guide.sections
    assert (parsed.guide.info.title, section.heading) == ("Boiler", "care")
    table, code, *words = section.blocks
    assert table.rows == (("", "b"), ("{{ c }}", "d"))
    assert (code.text, code.info, str(code.lines)) == ("echo {{ e }}", "sh", "9-11")
    assert [block.text for block in words] == ["Close the flap.", "Open it."]


def test_a_link_through_a_template_leads_where_it_says(tmp_path: Path) -> None:
    (block,) = blocks_of(tmp_path, '[a]({{< ref "it.md" >}}) [b]({{ site.url }}/c)')
    assert [span.href for span in block.spans if span.href] == ["it.md", "/c"]


def test_imports_of_components_are_no_text_but_sentences_are(tmp_path: Path) -> None:
    blocks = blocks_of(
        tmp_path,
        "import Tabs from '@theme/Tabs';\nimport { a, b } from \"./c\";\n\n"
        "export const x = {\n  y: 1,\n};\n\nimport the file from the disk.\n\n"
        'Export it again.\n\n<Card title="Last">\n  Push.\n</Card>\n\n<Lamp on />',
    )
    assert [block.text for block in blocks] == [
        "import the file from the disk.",
        "Export it again.",
        "Last",
        "Push.",
    ]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("==Now== and ++then++.", "Now and then."),
        ("C++ and g++, a==b and c==d.", "C++ and g++, a==b and c==d."),
        ("H~2~O and x^2^.", "H2O and x²."),
        ("See [[Lamps]] and [[Lamps#Red|this]].", "See Lamps and this."),
        ("A ![[lamp.png]] b.", "A b."),
        ("Push the ~~red~~ green one.", "Push the green one."),
        ("Push.%% not %% us", "Push.%% not %% us"),
        ("Push. %%secret%%", "Push."),
        (
            ":fire: at 10:30:00, a::b, x:y:z, :no_such_thing:",
            "🔥 at 10:30:00, a::b, x:y:z, :no_such_thing:",
        ),
        ("$E=mc^2$ for $5 and $10, $HOME/$USER.", "E=mc^2 for $5 and $10, $HOME/$USER."),
        ("$$\na = b\n$$", "a = b"),
        ("Hot.^[Very.]", "Hot. (Very.)"),
        ('A [link](x.md){target="_blank"} {.wide}', "A link"),
        ("Press {kbd}`A`.", "Press A."),
        (
            '**「開く」**を押す。これは**"急"**です。**次。**へ',
            '「開く」を押す。これは"急"です。次。へ',
        ),
        ("2 ** 3 **a", "2 ** 3 **a"),
        ("[x]: https://example.com\n\n- [x] done", "done"),
        ("*[LPG]: gas\n\n[TOC]\n\n[[_TOC_]]\n\n<!-- toc -->\n\n* contents\n{:toc}\n\nLPG.", "LPG."),
    ],
)
def test_small_marks(tmp_path: Path, written: str, shown: str) -> None:
    parsed = read_markdown(tmp_path, f"# T\n\n## A\n\n{written}\n")
    assert [block.text for block in parsed.guide.sections[0].blocks] == [shown]


def test_what_is_left_out_of_a_line_is_said_with_its_line(tmp_path: Path) -> None:
    text = "Push\nthe ~~red~~ green\n![[lamp.png]] one[^9].\n\n[^8]: Nobody asks."
    assert remarks_of(tmp_path, text) == [
        (6, "the struck text red is left out"),
        (7, "![[lamp.png]] is left out"),
        (7, "[^9] is left out"),
        (9, "the footnote [^8], which nothing refers to, is left out"),
    ]


def test_headings_are_named_in_braces(tmp_path: Path) -> None:
    parsed = read_markdown(
        tmp_path,
        "# T {#t}\n\n## A {#lamp .wide}\n\nx\n\n## B\n{: #bell}\n\ny\n\n## C {/* #cord */}\n\nz\n",
    )
    assert marks_shown(parsed) == [] and parsed.guide.info.title == "T"
    assert [(s.heading, s.anchor) for s in parsed.guide.sections] == [
        ("A", "lamp"),
        ("B", "bell"),
        ("C", "cord"),
    ]


def test_a_footnote_stands_below_what_refers_to_it(tmp_path: Path) -> None:
    parsed = read_markdown(
        tmp_path,
        "# T\n\n## A\n\n1. Push[^1].\n2. Pull.\n\n## B\n\nWait[^two].\n\n"
        "[^1]: Not hard.\n\n[^two]: An hour.\n\n    Or two.\n",
    )
    first, second = parsed.guide.sections
    assert_tree(first, ["1. 5 Push.", "  note 12 Not hard.", "2. 6 Pull."])
    assert_tree(second, ["paragraph 10 Wait.", "note 14-16 An hour.", "  paragraph 16 Or two."])
    assert (str(first.lines), str(second.lines)) == ("3-6", "8-10")


def test_terms_keep_their_meanings(tmp_path: Path) -> None:
    term, other = blocks_of(tmp_path, "ERR\n:   No gas.\n:   Or no air.\n\nOK\n: Fine.")
    assert term.spans[0].bold and term.text == "ERR"
    assert [block.text for block in term.children] == ["No gas.", "Or no air."]
    assert other.full_text == "OK\nFine."


@pytest.mark.parametrize(
    "deep",
    [
        "\n".join(f"{'  ' * depth}- level {depth}" for depth in range(50)),
        "\n".join(f"{'  ' * depth}- level {depth}" for depth in range(500)),
        "- " * 500 + "level 499",
        "> " * 500 + "level 499",
    ],
)
def test_nothing_is_lost_below_deep_lists(tmp_path: Path, deep: str) -> None:
    parsed = read_markdown(tmp_path, f"# T\n\n## A\n\n{deep}\n\n## B\n\nPush.\n")
    first, second = parsed.guide.sections
    assert second.blocks[0].text == "Push."
    assert deep.rsplit("level ", 1)[1] in first.blocks[0].full_text
    assert [remark.kind for remark in parsed.remarks] == [RemarkKind.STRUCTURE]
    assert Guide.model_validate_json(parsed.guide.model_dump_json()) == parsed.guide


@needs_real_guides
def test_no_guide_shows_marks() -> None:
    # Microsoft's guides write "**Yes **in", which is no mark.
    for path in sorted((SHARED / "guides").rglob("*.md")):
        shown = marks_shown(parse_with_remarks(load(read_source(path))))
        assert [text for text in shown if "**" not in text] == [], path


def test_code_says_its_language_and_its_tab(tmp_path: Path) -> None:
    text = "::: code-group\n```sh [One]\na\n```\n```{.py .wide}\nb\n```\n:::"
    blocks = blocks_of(tmp_path, text)
    assert [(block.text, block.info) for block in blocks] == [
        ("One", None),
        ("a", "sh"),
        ("b", "py"),
    ]


def test_options_roles_and_names_of_blocks_are_no_text(tmp_path: Path) -> None:
    parsed = read_markdown(
        tmp_path,
        """
        # Loom

        ## Thread breaks

        1. See {ref}`the guide <guide>` and press {kbd}`Stop`. ^step-1

        :::{admonition} Good to know
        :class: tip
        Cold threads break.
        :::

        ```{code-block} sh
        :linenos:

        loom stop
        ```
        """,
    )
    assert_tree(
        parsed.guide.sections[0],
        [
            "1. 5 See the guide and press Stop.",
            "note 7-10 Cold threads break.",
            "code 12-16 loom stop",
        ],
    )


def test_structure_plain_leaves_typed_lines_alone(tmp_path: Path) -> None:
    text = "structure: plain\n---\n# Loom\n\n## Stop it\n\n① Press.\n② Wait.\n"
    (section,) = read_markdown(tmp_path, f"---\n{text}").guide.sections
    assert [block.text for block in section.blocks] == ["① Press. ② Wait."]


def test_marks_with_a_space_in_them_are_not_shown_and_escaped_ones_are(tmp_path: Path) -> None:
    text = "Choose **Stop **now.\n\nOr ** Halt**.\n\nType \\*\\*x\\*\\*."
    (section,) = read_markdown(tmp_path, f"# Loom\n\n## Stop it\n\n{text}\n").guide.sections
    assert [b.text for b in section.blocks] == ["Choose Stop now.", "Or Halt.", "Type **x**."]
