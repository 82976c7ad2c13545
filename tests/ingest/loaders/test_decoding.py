"""Files in all the encodings that a company's folders hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.loaders.decoding import decode
from ingest.loaders.load import load, read_source
from ingest.remark import RemarkKind

TEXTS = {
    "ja": "給湯室の使い方\n\n【症状】お湯が出ない\n手順1 ブレーカーを上げます。\n",
    "fr": "La chaudière\nAppuyez sur la touche « Démarrer », puis attendez l'été.\n",
    "de": "Gerät zurücksetzen\nDrücken Sie die Taste für zehn Sekunden.\n",
    "pl": "Nie można otworzyć drzwi\nProszę sprawdzić klucz i spróbować ponownie.\n",
    "tr": "Kapı açılmıyor\nIşık yeşil olana kadar bekleyin, sonra şifrenizi girin.\n",
    "ru": "Дверь не открывается\nПроверьте ключ и попробуйте ещё раз.\n",
    "zh": "打印机无法打印\n请检查电源是否打开,然后重新启动打印机。\n",
    "zht": "印表機無法列印\n請檢查電源是否開啟,然後重新啟動印表機。\n",
    "ko": "문이 열리지 않습니다\n열쇠를 확인하고 다시 시도하세요.\n",
}


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        ("ja", "cp932", "Shift_JIS (Windows)"),
        ("ja", "euc_jp", "EUC-JP"),
        ("ja", "iso2022_jp", "ISO-2022-JP"),
        ("ja", "utf-16", "UTF-16"),
        ("ja", "utf-16-le", "UTF-16"),
        ("ja", "utf-16-be", "UTF-16"),
        ("ja", "utf-32", "UTF-32"),
        ("ja", "utf-8", None),
        ("ja", "utf-8-sig", None),
        ("fr", "cp1252", "cp1252"),
        ("de", "latin-1", None),
        ("pl", "cp1250", "cp1250"),
        ("tr", "cp1254", "cp1254"),
        ("ru", "cp1251", "cp1251"),
        ("ru", "koi8_r", "koi8_r"),
        ("zh", "gb2312", "GB18030"),
        ("zht", "big5", "Big5"),
        ("ko", "euc_kr", "EUC-KR (Windows)"),
    ],
)
def test_a_text_is_read_in_the_encoding_that_it_is_in(
    text: str, encoding: str, named: str | None
) -> None:
    decoded = decode(Path("guide.txt"), TEXTS[text].encode(encoding))
    assert decoded.text == TEXTS[text]
    if named:
        assert decoded.encoding == named
        (remark,) = decoded.remarks
        assert remark.kind is RemarkKind.ENCODING
        assert named in remark.text


def test_a_page_is_in_the_encoding_that_it_names_and_in_what_windows_adds_to_it(
    tmp_path: Path,
) -> None:
    page = tmp_path / "fan.html"
    html = '<html><head><meta charset="Shift_JIS"></head><h1>扇風機</h1><p>①電源を入れる。</p>'
    page.write_bytes(html.encode("cp932"))
    document = load(read_source(page))
    assert "①電源を入れる。" in document.markdown
    assert [remark.kind for remark in document.remarks] == [RemarkKind.ENCODING]


def test_what_a_file_declares_wrongly_is_not_believed() -> None:
    assert decode(Path("a.html"), TEXTS["ja"].encode("cp932"), "utf-8").text == TEXTS["ja"]
    assert decode(Path("a.html"), TEXTS["ja"].encode("cp932"), "no-such").text == TEXTS["ja"]


@pytest.mark.parametrize("data", [bytes(range(256)) * 4, b"\x7fELF\x02\x01\x01" + bytes(64)])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"line \d"):
        decode(Path("guide.txt"), data)


def test_marks_that_nobody_sees_are_none_of_the_text() -> None:
    data = "# Lo\u200bck\n\nTu\u00adrn \u202athe\u202c key.\n".encode()
    assert decode(Path("lock.md"), data).text == "# Lock\n\nTurn the key.\n"
