"""Types by content, names, and archives that would burst."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiovisual.kernel import archives, filetypes
from audiovisual.kernel.filenames import MOST, clean_name, extension_of
from workflows.errors import RuleBroken

from .stage import PDF, PNG, SHEET, office

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42" + bytes(100)
MOV = b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  " + bytes(100)
OLD_MOV = b"\x00\x00\x00\x08wide\x00\x00\x00\x10mdat" + bytes(100)
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(100)
MKV = b"\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x23\x42\x82\x88matroska" + bytes(100)
WEBM = b"\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1f\x42\x82\x84webm" + bytes(100)
MXF = b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02\x04\x00" + bytes(100)
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(100)
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def inspected(folder: Path, content: bytes, name: str) -> str:
    path = folder / "given"
    path.write_bytes(content)
    return filetypes.inspect(path, name, "file").code


def refusal(folder: Path, content: bytes, name: str) -> str:
    with pytest.raises(RuleBroken) as refused:
        inspected(folder, content, name)
    assert refused.value.field == "file"
    return refused.value.sentence


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [(PDF, "剧本.pdf", "pdf"), (PDF, "剧本.PDF", "pdf"), (PNG, "海报.png", "png"), (JPG, "海报.jpg", "jpg"),
     (JPG, "海报.JPEG", "jpg"), (MP4, "成片.mp4", "mp4"), (MP4, "成片.m4v", "mp4"), (MOV, "成片.mov", "mov"),
     (OLD_MOV, "成片.mov", "mov"), (MKV, "成片.mkv", "mkv"), (WEBM, "成片.webm", "webm"), (MXF, "成片.mxf", "mxf"),
     (bytes(60_000) + MXF, "成片.mxf", "mxf"), (office(), "剧本.docx", "docx"), (office(SHEET), "预算.xlsx", "xlsx")],
)  # fmt: skip
def test_a_type_is_known_by_its_content(tmp_path: Path, content: bytes, name: str, code: str) -> None:
    assert inspected(tmp_path, content, name) == code


@pytest.mark.parametrize(
    ("content", "name", "right"),
    [(PNG, "剧本.pdf", ".png"), (PDF, "剧本.docx", ".pdf"), (MP4, "成片.mov", ".mp4"), (MOV, "成片.mp4", ".mov"),
     (MKV, "成片.webm", ".mkv"), (office(), "预算.xlsx", ".docx"), (PDF, "剧本", ".pdf"), (PDF, "剧本.pdf.exe", ".pdf")],
)  # fmt: skip
def test_content_and_extension_must_agree(tmp_path: Path, content: bytes, name: str, right: str) -> None:
    sentence = refusal(tmp_path, content, name)
    assert sentence.startswith(f"“{name}”的内容是")
    assert sentence.endswith(f"扩展名应为 {right}，请改正文件名后重新上传。")


@pytest.mark.parametrize(
    "content",
    [b"MZ" + bytes(100), b"<html><script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", HEIC,
     "第一集 清晨".encode(), b"GIF89a" + bytes(50), b"\x1a\x45\xdf\xa3" + bytes(50), b"the freedom of the text",
     b"\x1f\x8b\x08" + bytes(50), b"Rar!\x1a\x07\x00" + bytes(50), b"\x00"],
)  # fmt: skip
def test_what_is_none_of_ours_is_not_recognised(tmp_path: Path, content: bytes) -> None:
    for name in ("a.pdf", "a.mp4", "a.mov", "a.docx", "a.jpg"):
        assert refusal(tmp_path, content, name).startswith(f"认不出“{name}”的格式")


def test_old_and_locked_office_files_get_advice(tmp_path: Path) -> None:
    for name in ("剧本.doc", "剧本.wps", "剧本.docx"):
        assert refusal(tmp_path, OLD_WORD, name) == (
            f"“{name}”是旧格式（doc、xls、wps）或加了密码，请另存为 PDF 或 docx、xlsx（不加密码）再上传。"
        )


def test_an_empty_file_is_named_as_such(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"", "剧本.pdf") == "“剧本.pdf”是空文件，请检查后重新选择。"


def test_a_place_takes_its_own_types_and_sizes() -> None:
    types = {code: kind.media_type for code, kind in filetypes.TYPES.items()}
    taken = {
        purpose: {code for code in types if _takes(types[code], 1, purpose)} for purpose in filetypes.PURPOSES
    }  # fmt: skip
    assert taken == {
        "document": {"pdf", "docx", "xlsx", "jpg", "png"}, "image": {"jpg", "png"}, "sheet": {"xlsx"},
        "cut": {"mp4", "mov", "mkv", "mxf", "webm"}, "evidence": set(types),
    }  # fmt: skip
    assert _takes(types["pdf"], 200 * 1024**2, "document")
    assert not _takes(types["pdf"], 200 * 1024**2 + 1, "document")
    assert _takes(types["mp4"], 2 * 1024**3, "cut")
    assert filetypes.accept_attribute("image") == ".jpg,.jpeg,.png"


def _takes(media_type: str, size: int, purpose: str) -> bool:
    try:
        filetypes.require("剧本", media_type, size, purpose)
    except RuleBroken:
        return False
    return True


def test_a_zip_bomb_is_refused_without_being_unpacked(tmp_path: Path) -> None:
    assert refusal(tmp_path, office(xl__sheet1=bytes(40_000_000)), "预算.docx") == archives.BURSTS


def test_an_archive_that_declares_too_much_in_all_is_refused(tmp_path: Path) -> None:
    flat = bytes(range(256)) * 40
    parts = {f"word__part{n}": flat * 100 for n in range(310)}
    content = bytearray(office(**parts))
    assert refusal(tmp_path, bytes(content), "剧本.docx") == archives.BURSTS


def test_overlapping_entries_are_refused(tmp_path: Path) -> None:
    """Many list entries over the same packed bytes (the quoted overlap of 2019's bombs)."""
    content = bytearray(office(word__a=bytes(3_000_000)))
    end = content.rindex(b"PK\x05\x06")
    start, length = struct.unpack_from("<I", content, end + 16)[0], struct.unpack_from("<I", content, end + 12)[0]
    listing = bytes(content[start : start + length])
    last = listing[listing.rindex(b"PK\x01\x02") :]
    new = listing + last * 150
    tail = bytearray(content[end:])
    struct.pack_into("<HHI", tail, 8, 153, 153, len(new))
    assert refusal(tmp_path, bytes(content[:start]) + new + bytes(tail), "剧本.docx") == archives.BURSTS


def test_a_list_of_too_many_entries_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, office(**{f"word__{n}.xml": b"" for n in range(5_000)}), "剧本.docx") == archives.BURSTS


def test_a_declared_list_of_millions_is_not_even_read(tmp_path: Path) -> None:
    content = bytearray(office())
    struct.pack_into("<HH", content, content.rindex(b"PK\x05\x06") + 8, 65_535, 65_535)
    assert refusal(tmp_path, bytes(content), "剧本.docx") == archives.BURSTS


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "word/../../x", "..\\..\\x", "C:\\x", "word\\x"])
def test_names_with_path_parts_are_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, office(**{name: b"x"}), "剧本.docx") == archives.ESCAPES


def test_an_embedded_table_is_weighed_with_its_text(tmp_path: Path) -> None:
    table = office(SHEET)
    assert inspected(tmp_path, office(word__embeddings__table1_xlsx=table), "剧本.docx") == "docx"
    bomb = office(SHEET, xl__sheet=bytes(40_000_000))
    assert refusal(tmp_path, office(word__embeddings__table1_xlsx=bomb), "剧本.docx") == archives.BURSTS
    deeper = office(SHEET, xl__embeddings__table2_xlsx=table)
    assert refusal(tmp_path, office(word__embeddings__table1_xlsx=deeper), "剧本.docx") == archives.BURSTS
    assert refusal(tmp_path, office(word__media__image1=table), "剧本.docx") == archives.BURSTS


def test_other_archives_macros_and_packed_things_are_refused(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("剧本.txt", "第一集")
    assert refusal(tmp_path, made.getvalue(), "剧本.docx") == archives.FOREIGN
    assert refusal(tmp_path, office("application/vnd.oasis.text"), "剧本.docx") == archives.FOREIGN
    assert refusal(
        tmp_path, office(word__vbaProject_bin=b"x").replace(b"vbaProject_bin", b"vbaProject.bin"), "剧本.docx"
    ) == (archives.MACROS)
    macros = "application/vnd.ms-word.document.macroEnabled.main+xml"
    assert refusal(tmp_path, office(macros), "剧本.docx") == archives.MACROS
    inner = office(**{"word/embeddings/more.zip": b"x"})
    assert refusal(tmp_path, inner, "剧本.docx") == archives.FOREIGN


def test_damaged_office_files_are_called_damaged(tmp_path: Path) -> None:
    whole = office(word__a=bytes(1000))
    assert refusal(tmp_path, whole[:-30], "剧本.docx") == archives.DAMAGED
    assert refusal(tmp_path, b"PK\x03\x04" + bytes(2000), "剧本.docx") == archives.DAMAGED
    assert refusal(tmp_path, b"PK", "剧本.docx") == archives.DAMAGED
    at = whole.index(b"[Content_Types].xml") + len("[Content_Types].xml")
    assert refusal(tmp_path, whole[:at] + b"\xff" * 20 + whole[at + 20 :], "剧本.docx") == archives.DAMAGED


def test_a_locked_entry_is_told(tmp_path: Path) -> None:
    content = bytearray(office())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    assert refusal(tmp_path, bytes(content), "剧本.docx") == archives.LOCKED


@given(st.binary(max_size=400))
def test_any_bytes_are_known_or_refused_in_a_sentence(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    for head in (b"", b"PK\x03\x04", MP4[:12], MKV[:16], b"\xff\xd8\xff", office()[:200], office()[-120:]):
        path.write_bytes(head + content)
        try:
            assert filetypes.inspect(path, "剧本.pdf").code == "pdf"
        except RuleBroken as refused:
            assert refused.sentence


@pytest.mark.parametrize(
    ("raw", "clean"),
    [("剧本.pdf", "剧本.pdf"), ("../../etc/passwd", "passwd"), ("C:\\成片\\终版.mp4", "终版.mp4"), ("a\x00b\n.pdf", "ab.pdf"),
     ("剧本\u202efdp.exe", "剧本fdp.exe"), ("..", "未命名"), ("", "未命名"), (None, "未命名"), (".pdf", "pdf"),
     ("  剧 \t 本 .pdf ", "剧 本.pdf"), ('a<b>:"|?*.pdf', "a_b______.pdf"), ("\ud800剧本.pdf", "剧本.pdf"),
     ("长" * 500 + ".pdf", "长" * (MOST - 4) + ".pdf"), ("e\u0301.pdf", "é.pdf")],
)  # fmt: skip
def test_names_are_cleaned_and_chinese_kept(raw: str | None, clean: str) -> None:
    assert clean_name(raw) == clean


@given(st.text(max_size=300))
def test_a_clean_name_stays_as_it_is(raw: str) -> None:
    name = clean_name(raw)
    assert clean_name(name) == name
    assert 0 < len(name) <= MOST
    assert not set(name) & set('/\\\0\n\r"')


def test_extensions_are_read_in_small_letters() -> None:
    assert [extension_of(n) for n in ("a.PDF", "a.tar.gz", "剧本", ".pdf", "a.")] == ["pdf", "gz", "", "", ""]
