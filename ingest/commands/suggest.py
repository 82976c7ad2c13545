"""`guidebot suggest`: drafts how people ask about each problem, imports and reviews the drafts."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.commands.ingest import GuidesOption, same_sources, sources_from_arguments
from ingest.suggest.prompts import MIN_SIZE
from kb.errors import GuidebotError, ModelError, SettingsError
from kb.settings import Settings, load_settings
from kb.terminal.output import echo, echo_json
from kb.text.counted import counted

if TYPE_CHECKING:
    from ingest.suggest.asking import Drafter
    from ingest.suggest.problems import GuideFile, ProblemToWord
    from ingest.suggest.replies import ReadReplies
    from ingest.suggest.reply_file import ReplyFile

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

STDIN = "-"
_LANGUAGE = re.compile(r"[a-z]{2}")
# Characters of a prompt by default; chosen by hand.
_SIZE = 12_000
# How many problems are named, and findings shown; chosen by hand.
_NAMED = 5
_MAX_SHOWN = 500


@app.command()
def suggest(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[GUIDES]...", help="Guides; default: those in guidebot.toml."),
    ] = None,
    guides: GuidesOption = None,
    export: Annotated[
        Path | None, typer.Option(help="Write prompts to this file, to paste into any assistant.")
    ] = None,
    replies: Annotated[
        list[str] | None,
        typer.Option("--import", help="Import an assistant's replies from files (-: stdin)."),
    ] = None,
    skeleton: Annotated[
        bool, typer.Option("--skeleton", help="Add empty entries for wordings to the side files.")
    ] = False,
    review: Annotated[
        bool, typer.Option("--review", help="Keep, edit or drop drafts in the terminal.")
    ] = False,
    pending: Annotated[
        bool, typer.Option("--pending", help="Print the drafts that await review as JSON.")
    ] = False,
    decide: Annotated[
        str | None, typer.Option(help="Apply the decisions on drafts in a JSON file (-: stdin).")
    ] = None,
    again: Annotated[
        bool, typer.Option("--all", help="Also redraft problems that have drafts.")
    ] = False,
    languages: Annotated[
        str, typer.Option(help="Languages to draft in besides the guide's and English: ja,de")
    ] = "",
    size: Annotated[
        int, typer.Option(min=MIN_SIZE, help="Maximum length of an exported prompt, in characters.")
    ] = _SIZE,
    yes: Annotated[bool, typer.Option("--yes", help="Call the model without asking.")] = False,
) -> None:
    """Draft how people ask about each problem, with the language model or any assistant."""
    ways = {
        "--export": export,
        "--import": replies,
        "--skeleton": skeleton,
        "--review": review,
        "--pending": pending,
        "--decide": decide,
    }
    chosen = [name for name, value in ways.items() if value]
    if len(chosen) > 1:
        raise typer.BadParameter(f"{' and '.join(chosen)} cannot be combined: use one of them")
    also = _languages(languages)
    named, more = _apart(paths or []) if replies else (paths or [], [])
    found = _guide_files(named, guides)
    words = same_sources(named, guides)
    if export:
        _export(found, export, also, size, again=again, words=words)
    elif replies:
        _import(found, [*replies, *more], words)
    elif skeleton:
        _skeleton(found)
    elif review:
        _review(found, words)
    elif pending:
        _pending(found)
    elif decide:
        _decide(found, decide)
    else:
        _ask(found, also, again=again, yes=yes, words=words)


def _next(words: str) -> str:
    if load_settings(Settings).drafts == "review":
        return f"These drafts await review (DRAFTS=review). Next: guidebot suggest{words} --review"
    return (
        f"Next: guidebot ingest{words}, then ask (guidebot ask ...). "
        f"guidebot suggest{words} --review accepts or drops them."
    )


def _languages(text: str) -> list[str]:
    found = [each.strip().lower() for each in text.split(",") if each.strip()]
    wrong = [each for each in found if not _LANGUAGE.fullmatch(each)]
    if wrong:
        raise typer.BadParameter(
            f"{', '.join(wrong)}: use two-letter language codes, such as en,ja",
            param_hint="--languages",
        )
    return found


def _apart(paths: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split paths into guides and replies: a shell pattern can match both."""
    from ingest.sources.pasted import is_pasted

    replies = [path for path in paths if is_pasted(Path(path))]
    return [path for path in paths if path not in replies], replies


def _guide_files(paths: Sequence[str], file: Path | None) -> Sequence[GuideFile]:
    from ingest.bounded.bounds import bounds_of
    from ingest.suggest.guide_files import find_guide_files
    from ingest.suggest.unworded import gone_message

    settings = load_settings(Settings)
    source_list, _ = sources_from_arguments(list(paths), file, settings)
    found = find_guide_files(source_list, bounds_of(settings))
    for reason in found.passed_over:
        echo(f"Skipped: {reason}", err=True)
    for guide in found.guides:
        if guide.gone:
            echo(f"{guide.side}: warning: {gone_message(guide.gone)}", err=True)
    return found.guides


def _wanting(guides: Sequence[GuideFile], *, again: bool, few: bool = False) -> list[ProblemToWord]:
    return [
        problem
        for guide in guides
        for problem in guide.problems
        if problem.wants_drafts(again=again, few=few)
    ]


def _nothing_to_ask() -> None:
    echo("Every problem has wordings or up-to-date drafts. --all drafts them again.")


def _export(
    guides: Sequence[GuideFile],
    path: Path,
    languages: Sequence[str],
    size: int,
    *,
    again: bool,
    words: str,
) -> None:
    from ingest.sources.pasted import is_export
    from ingest.suggest.prompts import exported, prompts
    from ingest.suggest.reply_file import read_reply_file
    from kb.text.yaml_edit import replace_file

    problems = _wanting(guides, again=again, few=True)
    if not problems:
        _nothing_to_ask()
        return
    if not path.parent.is_dir():
        raise GuidebotError(f"{path.parent}: there is no such folder.")
    if path.exists() and not is_export(read_reply_file(path).data.decode("utf-8", "replace")):
        raise GuidebotError(f"{path} exists and is not a file of prompts. Choose another file.")
    some = prompts(problems, languages, size)
    replace_file(path, exported(some))
    echo(f"{path}: {counted(len(problems), 'problem')} in {counted(len(some), 'prompt')}.")
    echo(
        "Paste each prompt into an assistant, save its replies in a file (reply.txt), then run: "
        f"guidebot suggest{words} --import reply.txt"
    )


def _import(guides: Sequence[GuideFile], names: Sequence[str], words: str) -> None:
    from ingest.suggest.changes import drafted_changes
    from ingest.suggest.replies import read_replies

    problems = [problem for guide in guides for problem in guide.problems]
    read = read_replies([_reply(name) for name in dict.fromkeys(names)], problems)
    findings = [*read.findings, *read.few]
    for finding in findings[:_MAX_SHOWN]:
        echo(str(finding), err=True)
    if len(findings) > _MAX_SHOWN:
        echo(f"... and {len(findings) - _MAX_SHOWN} more like these", err=True)
    sources = {key: _called(name) for key, name in read.sources.items()}
    changes = drafted_changes(guides, read.drafted, sources, date.today())
    changes.write()
    echo(
        f"Drafted: {counted(changes.problems, 'problem')}, "
        f"{counted(changes.wordings, 'wording')}, {counted(changes.keywords, 'keyword')}, "
        f"{counted(changes.golden, 'golden question')}, "
        f"{counted(changes.near, 'near miss', 'near misses')}. "
        f"Dropped: {counted(len(read.dropped), 'line')}. "
        f"Already there: {counted(read.already, 'line')}."
    )
    for path in changes.files:
        echo(f"Written: {path}")
    _say_who_has_none(guides, read)
    if changes.files:
        echo(_next(words))
    elif not read.already:
        echo("Nothing could be imported.", err=True)
        raise typer.Exit(1)


def _reply(name: str) -> ReplyFile:
    from ingest.suggest.reply_file import MAX_BYTES, ReplyFile, read_reply_file

    if name == STDIN:
        return ReplyFile("stdin", sys.stdin.buffer.read(MAX_BYTES + 1))
    try:
        return read_reply_file(Path(name))
    except OSError as error:
        raise GuidebotError(
            f"{name}: cannot be read: {error.strerror or error}. Nothing was changed."
        ) from error


def _called(name: str) -> str:
    return Path(name).name[:100]


def _say_who_has_none(guides: Sequence[GuideFile], read: ReadReplies) -> None:
    none = [
        problem.heading
        for guide in guides
        for problem in guide.problems
        if not problem.written
        and not (problem.drafts and problem.drafts.also_asked)
        and not (problem.key in read.drafted and read.drafted[problem.key].also_asked)
    ]
    if none:
        more = ", ..." if len(none) > _NAMED else ""
        echo(f"Still without wordings: {len(none)} ({', '.join(none[:_NAMED])}{more}).")


def _skeleton(guides: Sequence[GuideFile]) -> None:
    from ingest.suggest.side_file import SideFileEditor
    from kb.text.yaml_edit import replace_file

    written: dict[Path, tuple[str, int]] = {}
    for guide in guides:
        editor = SideFileEditor(guide)
        empty = [
            problem
            for problem in guide.problems
            if not problem.written and not (problem.drafts and problem.drafts.also_asked)
        ]
        made = sum(editor.place(problem) for problem in empty)
        if made:
            written[guide.side] = editor.text(), made
    for path, (text, made) in written.items():
        replace_file(path, text)
        echo(f"{path}: {counted(made, 'problem')} to fill in.")
    if not written:
        echo("Every problem has wordings or an entry for them.")


def _review(guides: Sequence[GuideFile], words: str) -> None:
    from ingest.suggest.review import review as run

    def ask(text: str) -> str:
        echo(text, nl=False)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line

    done = run(guides, ask, echo)
    echo(f"Decided: {counted(done.problems, 'problem')}; {counted(done.kept, 'wording')} kept.")
    if done.problems:
        echo(f"Next: guidebot ingest{words}")


def _pending(guides: Sequence[GuideFile]) -> None:
    from ingest.suggest.pending import pending

    found = [each.model_dump(mode="json") for each in pending(guides)]
    echo_json(json.dumps(found, ensure_ascii=False))


def _decide(guides: Sequence[GuideFile], name: str) -> None:
    from ingest.suggest.pending import decisions_as_changes, read_decisions

    reply = _reply(name)
    changes = decisions_as_changes(guides, read_decisions(reply.name, reply.data))
    for each in changes:
        each.write()
    problems = sum(each.problems for each in changes)
    kept = sum(each.wordings for each in changes)
    echo(f"Decided: {counted(problems, 'problem')}; {counted(kept, 'wording')} kept.")


def _ask(
    guides: Sequence[GuideFile],
    languages: Sequence[str],
    *,
    again: bool,
    yes: bool,
    words: str,
) -> None:
    settings = load_settings(Settings)
    problems = _wanting(guides, again=again)
    if not settings.chat_model:
        raise SettingsError(
            "CHAT_MODEL is not set, so there is no model to call. Without one:\n"
            f"  guidebot suggest{words} --export prompts.txt   "
            "prompts to paste into any assistant\n"
            f"  guidebot suggest{words} --skeleton             empty entries, to fill in yourself"
        )
    if not problems:
        _nothing_to_ask()
        return
    from ingest.suggest.asking import Drafter, estimate

    about = estimate(problems, languages, settings)
    cost = "CHAT_INPUT_PRICE and CHAT_OUTPUT_PRICE are not set" if about.cost is None else ""
    echo(
        f"{counted(len(problems), 'problem')} to ask {settings.chat_model} about: about "
        f"{about.read} input tokens and {about.written} output tokens, "
        + (cost or f"at a cost of about {about.cost:.2f}")
        + "."
    )
    if not yes:
        typer.confirm("Go on?", abort=True)
    _draft_all(guides, problems, Drafter(settings, languages), settings.chat_model, words)


def _draft_all(
    guides: Sequence[GuideFile],
    problems: Sequence[ProblemToWord],
    drafter: Drafter,
    model: str,
    words: str,
) -> None:
    """Ask about one problem at a time, and write its drafts before asking about the next."""
    from ingest.suggest.asking import NoDrafts
    from ingest.suggest.changes import drafted_changes
    from ingest.suggest.guide_files import read_guide_file
    from ingest.suggest.replies import check_texts

    done = wordings = 0
    everything = [problem for guide in guides for problem in guide.problems]
    of_guide = {problem.key: guide for guide in guides for problem in guide.problems}
    for number, problem in enumerate(problems, 1):
        try:
            texts = drafter.texts(problem)
        except NoDrafts as refused:
            echo(f"{problem.heading}: no drafts ({refused})", err=True)
            if refused.stopping:
                break
            continue
        read = check_texts(problem, texts, model, everything)
        for finding in (*read.findings, *read.few):
            echo(f"{problem.heading}: {finding.message}", err=True)
        guide = of_guide[problem.key]
        fresh = read_guide_file(guide.source, guide.bounds)
        changes = drafted_changes([fresh], read.drafted, read.sources, date.today())
        changes.write()
        done += bool(changes.files)
        wordings += changes.wordings
        echo(f"{number}/{len(problems)} {problem.heading}: {counted(changes.wordings, 'wording')}")
    echo(f"Drafted: {counted(done, 'problem')}, {counted(wordings, 'wording')}.")
    if done < len(problems):
        echo(f"To draft the rest, run again: guidebot suggest{words}")
    if not done:
        raise ModelError(f"{model} returned no drafts (docs/wordings.md: how to do without it).")
    echo(_next(words))
