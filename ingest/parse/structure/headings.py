"""Which lines of a text are headings, by what speaks for it in the whole text."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ingest.parse.blocks import NOTE_LABEL
from ingest.parse.roles import is_bare, role_of
from ingest.parse.structure.marks import Look
from ingest.parse.structure.units import Kind, Unit, start_of

_ENDED = re.compile(r"[。．.!！;；,，、:：]['\"”’」』)）]*$")
_ASKED = re.compile(r"[?？]['\"”’」』)）]*$")
_LONGEST = 100
"""Columns of a heading's words: a letter is one, a Chinese character two."""
_LONGEST_BARE = 60
# Signs that begin items of lists as often: one alone is no heading.
_LIST_SIGNS = set("●○◎▶▷►★☆◆◇△▲")
_WITH_BODY = 0.7
_LIKE_HEADINGS = 0.8

Family = tuple[str, bool]


@dataclass(frozen=True)
class Text:
    """A text's units. `typed` says that nothing in it is markup; `place` is a unit's source line.

    `headings` are the positions of the real headings.
    """

    units: Sequence[Unit]
    typed: bool
    place: Callable[[Unit], int]

    def body(self, position: int, ends: Callable[[int], bool]) -> list[Unit]:
        """Return what stands under a line, up to where `ends`, a heading, or the text's end."""
        body: list[Unit] = []
        for at in range(position + 1, len(self.units)):
            if self.units[at].kind is Kind.HEADING or ends(at):
                break
            body.append(self.units[at])
        return body

    def stands_apart(self, position: int) -> bool:
        """Whether a blank line, or nothing, is over a line."""
        unit = self.units[position]
        before = self.units[position - 1] if position else None
        if before is None or before.kind is Kind.HEADING:
            return True
        return self.place(unit) - self.place(before) > 1

    @property
    def has_headings(self) -> bool:
        """Whether it has headings besides its title."""
        levels = [unit.level for unit in self.units if unit.kind is Kind.HEADING]
        return len(levels) > 1 or any(level > 1 for level in levels)


@dataclass
class Headings:
    """The lines that are headings, by position, with their families; and the answers' lines."""

    families: dict[int, Family] = field(default_factory=dict)
    answers: set[int] = field(default_factory=set)
    title: int | None = None


def find_headings(text: Text) -> Headings:
    """Return which lines are headings, and which begin the answer to a question."""
    found = Headings()
    for finder in (_questions, _marked, _over_dotted, _bold, _bare, _announcing, _numbered):
        found.families |= finder(text, found)
    found.answers = set(_answers(text, found))
    found.title = _title(text, found)
    return found


def levels(text: Text, found: Headings) -> dict[int, int]:
    """Return the levels of the headings: those of a family that is met later are further down."""
    level: dict[int, int] = {}
    base, above = 1, list[Family]()
    for position, unit in enumerate(text.units):
        if unit.kind is Kind.HEADING:
            base, above = max(1, unit.level), []
        elif position == found.title:
            level[position] = 1
        elif family := found.families.get(position):
            if unit.mark and family[0] == "#":
                level[position], above = unit.mark.depth, []
                base = unit.mark.depth
                continue
            above = above[: above.index(family)] if family in above else above
            above.append(family)
            level[position] = base + len(above)
    return level


def is_short(text: str, longest: int = _LONGEST) -> bool:
    """Whether a line is no longer than headings are."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text) <= longest


def is_ended(text: str) -> bool:
    """Whether a line ends as a sentence does, or goes on; a question may be a heading."""
    return bool(_ENDED.search(text))


def _family(unit: Unit) -> Family | None:
    if unit.mark is None:
        return None
    return unit.mark.family, unit.bold


def _questions(text: Text, found: Headings) -> dict[int, Family]:
    """Questions that are marked as such, where an answer is, or are questions."""
    places = [n for n, unit in enumerate(text.units) if _look(unit) is Look.QUESTION]
    is_place = set(places).__contains__
    bodies = [text.body(place, is_place) for place in places]
    answered = sum(any(_look(each) is Look.ANSWER for each in body) for body in bodies)
    asked = sum(bool(_ASKED.search(text.units[place].text)) for place in places)
    with_body = sum(bool(body) for body in bodies)
    if not places or with_body < _WITH_BODY * len(places):
        return {}
    if 2 * answered >= len(places) or (
        len(places) > 1 and asked and not _are_letters(text, places)
    ):
        return {place: ("question", False) for place in places}
    return {}


def _are_letters(text: Text, places: Sequence[int]) -> bool:
    """Whether the marks are letters that stand for other words as often as for "question"."""
    return all(
        text.units[place].text[:2] in ("P:", "F:", "P.", "F.", "P ", "F ") for place in places
    )


def _answers(text: Text, found: Headings) -> Iterator[int]:
    asked = False
    for position, unit in enumerate(text.units):
        if position in found.families:
            asked = found.families[position][0] == "question"
        elif unit.kind is Kind.HEADING:
            asked = unit.mark is not None and unit.mark.look is Look.QUESTION
        elif asked and _look(unit) is Look.ANSWER:
            yield position
            asked = False


def _marked(text: Text, found: Headings) -> dict[int, Family]:
    """Lines that begin with signs, labels, or numbers that only headings have."""
    families: dict[Family, list[int]] = defaultdict(list)
    for position, unit in enumerate(text.units):
        if unit.kind is not Kind.LINE or position in found.families:
            continue
        look = _look(unit)
        if look is Look.HEADING or (look is Look.LABEL and not is_role_label(unit)):
            family = _family(unit)
            assert family is not None
            families[family].append(position)
    taken: dict[int, Family] = {}
    for family, places in families.items():
        alone = len(places) == 1
        if alone and (family[0] in _LIST_SIGNS or family[0].startswith(("1.1", "word"))):
            continue
        if _are_headings(text, places):
            taken |= dict.fromkeys(places, family)
    return taken


def _over_dotted(text: Text, found: Headings) -> dict[int, Family]:
    """Lines with a number right over "2.1 ..." that begins with the same one."""
    taken: dict[int, Family] = {}
    for position in found.families:
        above = text.units[position - 1] if position else None
        if above is None or found.families[position][0] != "1.1" or not _is_like_heading(above):
            continue
        number = re.match(r"\d+", text.units[position].text)
        own = re.match(r"(\d{1,2})[.．]?\s+\S", above.text)
        value = start_of(above) if above.kind is Kind.NUMBERED else int(own[1]) if own else None
        if above.text and number and value == int(number[0]):
            taken[position - 1] = ("1.", above.bold)
    return taken


def _are_headings(text: Text, places: Sequence[int]) -> bool:
    like = [n for n in places if _is_like_heading(text.units[n])]
    bodies = [text.body(n, set(places).__contains__) for n in places]
    headed = sum(bool(body) for body in bodies)
    deeper = sum(_is_deeper(text.units[n + 1 : n + 2], text.units[n]) for n in places)
    with_body = headed + deeper >= _WITH_BODY * len(places)
    return headed > 0 and with_body and len(like) >= _LIKE_HEADINGS * len(places)


def _is_deeper(following: Sequence[Unit], unit: Unit) -> bool:
    """Whether the next line is a heading below this one, by its sign."""
    return any(
        unit.mark and each.mark and each.mark.family == "#" and each.mark.depth > unit.mark.depth
        for each in following
    )


def _is_like_heading(unit: Unit) -> bool:
    return is_short(unit.words or unit.text) and not is_ended(unit.words or unit.text)


def _bold(text: Text, found: Headings) -> dict[int, Family]:
    """Lines in bold with text under them: all, in a text without other headings.

    Where there are headings, those that are questions, and those that all of a section stands
    under.
    """
    places = [
        n
        for n, unit in enumerate(text.units)
        if unit.kind is Kind.LINE
        and unit.bold
        and n not in found.families
        and _may_head(unit)
        and (_stands_alone(text, n) or unit.mark or _ASKED.search(unit.text))
    ]
    if text.has_headings or any(not family[1] for family in found.families.values()):
        sections = _by_section(text, places, found)
        parts = [_asked(text, part) or _covering(text, part, found) for part in sections]
    else:
        parts = _by_family(text, places)
    taken: dict[int, Family] = {}
    for part in parts:
        # The first of them may be the title, which has the others under it.
        below = part[1:] if part and part[0] == 0 and len(part) > 2 else part
        if len(below) > 1 and _are_headings(text, below):
            taken |= {place: _bold_family(text.units[place]) for place in part}
    return taken


def _bold_family(unit: Unit) -> Family:
    return _family(unit) or ("bold", True)


def _by_family(text: Text, places: Sequence[int]) -> list[list[int]]:
    """Return lines in bold by their marks; a title over them is with those without a mark."""
    families: dict[Family, list[int]] = defaultdict(list)
    for place in places:
        families[_bold_family(text.units[place])].append(place)
    return list(families.values())


def _may_head(unit: Unit) -> bool:
    """Whether words in bold can be a heading: labels of notes, and roles, are read otherwise."""
    if unit.leading is not None or _look(unit) in (Look.STEP, Look.ANSWER):
        return False
    if not _is_like_heading(unit):
        return False
    words = unit.text.rstrip(":： ")
    return not (NOTE_LABEL.fullmatch(words) or is_bare(words) or unit.text.endswith((":", "：")))


def _stands_alone(text: Text, position: int) -> bool:
    """Whether a line is a paragraph by itself: over the text of its own, it is rather a term."""
    following = text.units[position + 1 : position + 2]
    return all(each.paragraph != text.units[position].paragraph for each in following)


def _by_section(text: Text, places: Sequence[int], found: Headings) -> Iterator[list[int]]:
    part: list[int] = []
    wanted = set(places)
    for position, unit in enumerate(text.units):
        if unit.kind is Kind.HEADING or position in found.families:
            yield part
            part = []
        elif position in wanted:
            part.append(position)
    yield part


def _asked(text: Text, part: Sequence[int]) -> list[int]:
    asked = [n for n in part if _ASKED.search(text.units[n].text)]
    return asked if len(asked) > 1 else []


def _covering(text: Text, part: Sequence[int], found: Headings) -> list[int]:
    """Return the lines in bold of a section if nothing of it stands over the first of them.

    Those that all stand on a numbered list are the names of its procedures.
    """
    if not part or all(_names_steps(text, place) for place in part):
        return []
    first = part[0]
    before = text.units[first - 1] if first else None
    at_top = before is None or before.kind is Kind.HEADING or first - 1 in found.families
    return list(part) if at_top else []


def _names_steps(text: Text, position: int) -> bool:
    following = text.units[position + 1 : position + 2]
    return any(
        unit.kind in (Kind.NUMBERED, Kind.BULLETS) or _look(unit) in (Look.NUMBER, Look.STEP)
        for unit in following
    )


def _bare(text: Text, found: Headings) -> dict[int, Family]:
    """Short lines that stand apart in a text without markup, over sentences or steps."""
    if not text.typed:
        return {}
    places = []
    for position, unit in enumerate(text.units):
        if unit.kind is not Kind.LINE or unit.mark or position in found.families:
            continue
        if not text.stands_apart(position) or not is_short(unit.text, _LONGEST_BARE):
            continue
        if not is_ended(unit.text) and not unit.tokens[0].type == "code_inline":
            places.append(position)
    is_place = set(places).__contains__
    bodies = [text.body(n, lambda at: is_place(at) or at in found.families) for n in places]
    said = [body for body in bodies if body and _says_something(body[0])]
    if len(places) < 2 or len(said) < _LIKE_HEADINGS * len(places):
        return {}
    if found.families and not all(_over(found, n) for n in places):
        return {}
    return dict.fromkeys(places, ("bare", False))


def _announcing(text: Text, found: Headings) -> dict[int, Family]:
    """Short lines that stand apart and end in a colon, over steps or lists, in a typed text."""
    if not text.typed or text.has_headings or found.families:
        return {}
    places = [
        n
        for n, unit in enumerate(text.units)
        if unit.kind is Kind.LINE
        and unit.mark is None
        and unit.text.endswith((":", "："))
        and text.stands_apart(n)
        and is_short(unit.text, _LONGEST_BARE)
    ]
    listed = [n for n in places if _names_steps(text, n)]
    if len(places) < 2 or len(listed) < _WITH_BODY * len(places):
        return {}
    return dict.fromkeys(places, ("colon", False))


def _over(found: Headings, position: int) -> bool:
    """Whether a heading of another family stands over a line."""
    return any(place < position for place in found.families)


def _says_something(unit: Unit) -> bool:
    """Whether a block is a sentence, a list, or code, and no short line like a heading."""
    if unit.kind is not Kind.LINE:
        return True
    return is_ended(unit.text) or bool(unit.mark) or not is_short(unit.text, _LONGEST_BARE)


def _numbered(text: Text, found: Headings) -> dict[int, Family]:
    """Numbered lines that are no sentences, each with more under it than a step has."""
    taken: dict[int, Family] = {}
    for places in _numbered_families(text, found):
        numbers = [_number(text.units[n]) for n in places]
        if len(places) < 2 or numbers != list(range(1, len(places) + 1)):
            continue
        is_end = (set(places) | set(found.families)).__contains__
        bodies = [text.body(n, is_end) for n in places]
        rich = sum(_is_rich(body) for body in bodies)
        like = sum(_is_like_heading(text.units[n]) for n in places)
        if rich >= _WITH_BODY * len(places) and like == len(places):
            taken |= dict.fromkeys(places, ("1.", False))
    return taken


def _numbered_families(text: Text, found: Headings) -> Iterator[list[int]]:
    """Yield the numbered lines of each family between two headings."""
    families: dict[Family, list[int]] = defaultdict(list)
    for position, unit in enumerate(text.units):
        if unit.kind is Kind.HEADING or position in found.families:
            yield from families.values()
            families = defaultdict(list)
        elif unit.kind is Kind.NUMBERED and unit.whole:
            families["1.", False].append(position)
        elif _look(unit) is Look.NUMBER:
            family = _family(unit)
            assert family is not None
            families[family].append(position)
    yield from families.values()


def _number(unit: Unit) -> int | None:
    if unit.kind is Kind.NUMBERED:
        return start_of(unit)
    return unit.mark.value if unit.mark else None


def _is_rich(body: Sequence[Unit]) -> bool:
    """Whether there are steps in it, or several lines."""
    steps = any(
        unit.kind is Kind.NUMBERED or _look(unit) in (Look.NUMBER, Look.STEP) for unit in body
    )
    return steps or sum(unit.kind is Kind.LINE for unit in body) > 1


def _title(text: Text, found: Headings) -> int | None:
    """Return the first line if it is the text's title: it stands over the first heading."""
    first = text.units[0] if text.units else None
    if first is None or first.kind is not Kind.LINE or not found.families:
        return None
    alone = len(text.units) > 1 and text.units[1].paragraph != first.paragraph
    if any(unit.kind is Kind.HEADING and unit.level == 1 for unit in text.units):
        return None
    following = text.units[1] if len(text.units) > 1 else first
    headed = 1 in found.families or following.kind is Kind.HEADING
    same = found.families.get(0) == found.families.get(1)
    if not alone or not _is_like_heading(first) or (first.mark and not (headed and same)):
        return None
    # A heading of its own kind over all the others is the title.
    alone = list(found.families.values()).count(found.families.get(0, ("", False))) == 1
    return 0 if headed or alone or 0 not in found.families else None


def is_role_label(unit: Unit) -> bool:
    """Whether a line begins with a label in brackets that says what stands under it."""
    return unit.mark is not None and role_of(unit.text[: unit.mark.end]) is not None


def _look(unit: Unit) -> Look | None:
    return unit.mark.look if unit.mark and unit.kind is Kind.LINE else None
