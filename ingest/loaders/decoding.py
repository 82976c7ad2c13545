"""Decodes a file's bytes to text, whatever the encoding."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import charset_normalizer

from ingest.errors import SourceError
from ingest.loaders.invisible import visible
from ingest.remark import Remark, RemarkKind

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
_NAMES = {
    "cp932": "Shift_JIS (Windows)",
    "euc_jis_2004": "EUC-JP",
    "iso2022_jp": "ISO-2022-JP",
    "gb18030": "GB18030",
    "big5hkscs": "Big5",
    "cp949": "EUC-KR (Windows)",
    "utf_16_le": "UTF-16",
    "utf_16_be": "UTF-16",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
}
# Declared encodings are often really their Windows supersets
# (https://encoding.spec.whatwg.org/#names-and-labels).
_EXTENDED = {
    "shift_jis": "cp932",
    "euc_jp": "euc_jis_2004",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
}
# Among encodings that fit equally well, the first is the most likely.
_LIKELY = [
    "cp932",
    "euc_jis_2004",
    "cp949",
    "gb18030",
    "big5hkscs",
    "cp1252",
    "cp1250",
    "cp1251",
    "koi8_r",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
]
_JAPANESE = ("cp932", "euc_jis_2004")
_WIDE = ("utf_16_le", "utf_16_be")
_SHIFTED = ("iso2022_jp", "iso2022_jp_2004", "iso2022_jp_ext", "iso2022_kr")
# Characters that a text in an encoding hardly ever has: Chinese ones among Korean; and, where
# Turkish has letters of its own, those of Icelandic, or of Romanian and Czech together.
_ODD = {
    "cp949": re.compile(r"[\u4e00-\u9fff]"),
    "cp1252": re.compile("[þýðÞÝÐ]"),
    "cp1250": re.compile("ţ.*ý|ý.*ţ", re.DOTALL),
}
_KANA = re.compile(r"[\u3041-\u309f\u30a1-\u30fa]")
_BLANK = re.compile(r"[ \n\u3000]")
_ESCAPE = re.compile(rb"\x1b[$(]")
# charset-normalizer's chaos above which a guess is dropped, and differences that count as none;
# chosen by hand.
_MAX_CHAOS = 0.3
_ALIKE = 0.05


@dataclass(frozen=True)
class Decoded:
    """Decoded text, and the name of its encoding; None if that was UTF-8."""

    text: str
    encoding: str | None = None

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """The remarks about the encoding."""
        if self.encoding is None:
            return ()
        said = f"is not UTF-8 and was read as {self.encoding}"
        return (Remark(line=1, kind=RemarkKind.ENCODING, text=said),)


def decode(path: Path, data: bytes, declared: str | None = None) -> Decoded:
    """Return a file's bytes as text with line feeds as line ends.

    Invisible characters, such as zero-width spaces within words, are removed.

    The encoding is taken from a byte-order mark, from the file's own declaration, or detected; all
    bytes must decode. Raises SourceError if the file is not text or is empty.
    """
    text, encoding = _decoded(path, data, declared)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise SourceError(path, f"line {line}: holds a NUL character, so it is not a text file")
    if not text.strip():
        raise SourceError(path, "the guide is empty: the file holds no text")
    text = visible(text.replace("\r\n", "\n").replace("\r", "\n"))
    return Decoded(text, None if encoding in ("utf-8", "utf-8-sig") else encoding)


def _decoded(path: Path, data: bytes, declared: str | None) -> tuple[str, str]:
    for encoding in _candidates(data, declared):
        try:
            # A byte-order mark is not part of the text.
            text = data.decode(encoding).removeprefix("\ufeff")
        except (UnicodeDecodeError, LookupError):
            continue
        return text, _NAMES.get(encoding, encoding)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(
            path,
            f"line {line}: byte 0x{data[error.start]:02x} is not UTF-8, and no other "
            "encoding could be detected. Save the file as UTF-8 and ingest it "
            "again.",
        ) from error


def _candidates(data: bytes, declared: str | None) -> Iterator[str]:
    """Yield the encodings that the bytes may be in, the most certain first."""
    if marked := [encoding for mark, encoding in _BOMS if data.startswith(mark)]:
        yield marked[0]
        return
    if _ESCAPE.search(data):
        yield from _SHIFTED
    if b"\0" not in data:
        yield "utf-8"
    if declared and (known := _python_name(declared)):
        yield known
    yield from _detected(data)


def _python_name(declared: str) -> str | None:
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        return None
    return _EXTENDED.get(name.replace("-", "_"), _EXTENDED.get(name, name))


def _detected(data: bytes) -> list[str]:
    isolated = [*_LIKELY, *_WIDE] if b"\0" in data else _LIKELY
    found = charset_normalizer.from_bytes(data, cp_isolation=isolated, threshold=_MAX_CHAOS)
    matches = {
        match.encoding: match
        for match in found
        # Any even number of bytes decodes as UTF-16; real text in it has spaces between words.
        if match.encoding not in _WIDE or _BLANK.search(str(match))
    }
    if not matches:
        return []
    least = min(match.chaos for match in matches.values())
    alike = [name for name, match in matches.items() if match.chaos <= least + _ALIKE]
    # Chinese encodings have kana at the same code points as Japanese ones, but other characters
    # next to them.
    if any(_KANA.search(str(matches[name])) for name in alike):
        alike = [name for name in _JAPANESE if name in matches] or alike
    best = max(matches[name].coherence for name in alike)

    def rank(name: str) -> tuple[bool, bool, int]:
        odd = name in _ODD and bool(_ODD[name].search(str(matches[name])))
        return odd, matches[name].coherence < best - _ALIKE, isolated.index(name)

    ranked = sorted(alike, key=rank)
    text = str(matches[ranked[0]])
    # In a short text, several can decode to the same characters.
    return [*(name for name in isolated if _is_in(name, data, text)), *ranked]


def _is_in(encoding: str, data: bytes, text: str) -> bool:
    return data.decode(encoding, "replace") == text
