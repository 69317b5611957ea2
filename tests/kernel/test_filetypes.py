"""Types by content, names, and archives that would burst."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiovisual.kernel import filetypes
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
CROWDED = "“剧本.docx”里的部件超过 5,000 个，没有收下。请另存为 PDF 再上传。"
TOO_LARGE = "“剧本.docx”展开后过大（最多 300 MB），没有收下。请另存为 PDF 再上传。"
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
    "before", [b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", b" \t", "扫描件：\n".encode(), bytes(3), b"x" * 1024],
    ids=["line", "lines", "mark", "blanks", "words", "nothing", "all that readers skip"],
)  # fmt: skip
def test_a_pdf_is_known_with_something_before_its_mark(tmp_path: Path, before: bytes) -> None:
    assert inspected(tmp_path, before + PDF, "承诺书.pdf") == "pdf"


def test_beyond_what_readers_skip_it_is_no_pdf(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"x" * 1025 + PDF, "承诺书.pdf").startswith("“承诺书.pdf”的内容是纯文字")


def test_an_animated_png_is_a_png(tmp_path: Path) -> None:
    moving = PNG[:33] + b"\x00\x00\x00\x08acTL" + bytes(12) + b"\x00\x00\x00\x00IDAT" + bytes(20)
    assert inspected(tmp_path, moving, "海报.png") == "png"


def instead(what: str) -> str:
    return f"“剧本.pdf”的内容是{what}，不是 PDF。请重新导出后上传。"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"MZ" + bytes(100), instead(" EXE 文件")),
        (b"<html><script>alert(1)</script>", instead("纯文字")),
        ("第一集　清晨".encode(), instead("纯文字")),
        (b"the freedom of the text", instead("纯文字")),
        (HEIC, instead(" HEIC 图片")),
        (b"GIF89a" + bytes(50), instead(" GIF 图片")),
        (b"ID3\x04" + bytes(50), instead("声音（MP3）")),
        (b"RIFF\x00\x10\x00\x00AVI LIST" + bytes(50), instead(" AVI 视频")),
        (b"\x1f\x8b\x08" + bytes(50), "“剧本.pdf”是压缩包（GZ），请解开后逐个上传其中的文件。"),
        (b"Rar!\x1a\x07\x00" + bytes(50), "“剧本.pdf”是压缩包（RAR），请解开后逐个上传其中的文件。"),
        (bytes(2000), "“剧本.pdf”的开头全是空的，多半没有复制完整。请重新复制或导出后上传。"),
        (MP4[:4].replace(b"\x18", b"\xff") + MP4[4:60], "“剧本.pdf”没有传完整：它自己写明的长度比文件大。请重新复制或导出后上传。"),
    ],
)  # fmt: skip
def test_a_file_no_place_takes_is_called_what_it_is(tmp_path: Path, content: bytes, sentence: str) -> None:
    assert refusal(tmp_path, content, "剧本.pdf") == sentence


@pytest.mark.parametrize("content", [b"\x1a\x45\xdf\xa3" + b"\x01" * 50, b"\x01\x02\x03\xfe", b"PK" + b"\xff" * 90])
def test_of_a_file_nobody_knows_no_cause_is_guessed(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, content, "剧本.pdf") == (
        "认不出“剧本.pdf”是什么文件，只知道不是 PDF、Word（docx）、Excel（xlsx）、JPG、PNG、MP4、MOV、MKV、MXF、WebM。"
        "请用原来的软件打开，另存后再上传。"
    )


@pytest.mark.parametrize(
    ("stream", "sentence"),
    [
        ("EncryptedPackage", "“剧本.docx”加了打开密码，请去掉密码后重新上传。"),
        ("WordDocument", "“剧本.docx”是旧版 Word 或 WPS 文字文件（doc、wps），请另存为 docx 或 PDF 再上传。"),
        ("Workbook", "“剧本.docx”是旧版 Excel 或 WPS 表格文件（xls、et），请另存为 xlsx 或 PDF 再上传。"),
        ("PowerPoint Document", "“剧本.docx”是旧版 PowerPoint 文件（ppt），请另存为 PDF 再上传。"),
        ("Contents", "“剧本.docx”是旧的 Office 格式，请另存为 PDF 或 docx、xlsx 再上传。"),
    ],
)
def test_old_and_locked_office_files_are_told_apart(tmp_path: Path, stream: str, sentence: str) -> None:
    assert refusal(tmp_path, OLD_WORD + bytes(90_000) + stream.encode("utf-16-le"), "剧本.docx") == sentence


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


def test_a_refusal_names_the_file_and_what_the_place_takes() -> None:
    with pytest.raises(RuleBroken) as kind:
        filetypes.require_name("剧本.doc", "document", "file")
    assert kind.value.sentence == "“剧本.doc”不能传到这里：这里只收 PDF、Word（docx）、Excel（xlsx）、JPG、PNG。"
    with pytest.raises(RuleBroken) as size:
        filetypes.require("海报.png", "image/png", 51 * 1024**2, "image", "file")
    assert size.value.sentence == "“海报.png”太大，这里最多 50 MB。"
    assert (
        filetypes.too_big("剧本.pdf", 200 * 1024**2, filetypes.TYPES["pdf"]) == "“剧本.pdf”太大，最多 200 MB（PDF）。"
    )


def _takes(media_type: str, size: int, purpose: str) -> bool:
    try:
        filetypes.require("剧本", media_type, size, purpose)
    except RuleBroken:
        return False
    return True


def test_a_zip_bomb_is_refused_without_being_unpacked(tmp_path: Path) -> None:
    assert refusal(tmp_path, office(xl__sheet1=bytes(40_000_000)), "剧本.docx").startswith(
        "“剧本.docx”压缩得太紧，展开后是原来的 "
    )


def test_an_archive_that_declares_too_much_in_all_is_refused(tmp_path: Path) -> None:
    flat = bytes(range(256)) * 40
    parts = {f"word__part{n}": flat * 100 for n in range(310)}
    content = bytearray(office(**parts))
    assert refusal(tmp_path, bytes(content), "剧本.docx") == TOO_LARGE


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
    assert refusal(tmp_path, bytes(content[:start]) + new + bytes(tail), "剧本.docx") == TOO_LARGE


def test_a_list_of_too_many_entries_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, office(**{f"word__{n}.xml": b"" for n in range(5_000)}), "剧本.docx") == CROWDED


def test_a_declared_list_of_millions_is_not_even_read(tmp_path: Path) -> None:
    content = bytearray(office())
    struct.pack_into("<HH", content, content.rindex(b"PK\x05\x06") + 8, 65_535, 65_535)
    assert refusal(tmp_path, bytes(content), "剧本.docx") == CROWDED


@pytest.mark.parametrize(("entries", "taken"), [(3, True), (10**9, False)])
def test_a_list_in_the_large_form_is_counted_too(tmp_path: Path, entries: int, taken: bool) -> None:
    """Programs that write tables as a stream use it for small files."""
    content = office(SHEET)
    end = content.rindex(b"PK\x05\x06")
    length, start = struct.unpack_from("<II", content, end + 12)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, length, start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    large = content[:end] + record + locator + tail
    if taken:
        assert inspected(tmp_path, large, "预算.xlsx") == "xlsx"
    else:
        assert refusal(tmp_path, large, "剧本.docx") == CROWDED


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "word/../../x", "..\\..\\x", "C:\\x", "word\\x"])
def test_names_with_path_parts_are_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, office(**{name: b"x"}), "剧本.docx") == (
        f"“剧本.docx”里有不合规范的路径（{name}），没有收下。请用 Word 或 Excel 打开另存后再上传。"
    )


def test_an_embedded_table_is_weighed_with_its_text(tmp_path: Path) -> None:
    table = office(SHEET)
    assert inspected(tmp_path, office(word__embeddings__table1_xlsx=table), "剧本.docx") == "docx"
    slides = office("application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml")
    assert inspected(tmp_path, office(word__embeddings__slides_pptx=slides), "剧本.docx") == "docx"
    bomb = office(SHEET, xl__sheet=bytes(40_000_000))
    said = refusal(tmp_path, office(word__embeddings__table1_xlsx=bomb), "剧本.docx")
    assert said.startswith("“剧本.docx”压缩得太紧")
    deeper = office(SHEET, xl__embeddings__table2_xlsx=table)
    assert refusal(tmp_path, office(word__embeddings__table1_xlsx=deeper), "剧本.docx") == (
        "“剧本.docx”里嵌的“xl/embeddings/table2_xlsx”又嵌有文件，请去掉，或另存为 PDF 再上传。"
    )
    assert refusal(tmp_path, office(word__media__image1=table), "剧本.docx") == holds("word/media/image1")


def test_other_archives_macros_and_packed_things_are_refused(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("剧本.txt", "第一集")
    packed = "“剧本.docx”是压缩包，不是 Word 或 Excel 文件。请解开后逐个上传其中的文件。"
    assert refusal(tmp_path, made.getvalue(), "剧本.docx") == packed
    assert refusal(tmp_path, office("application/vnd.oasis.text"), "剧本.docx") == packed
    slides = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    assert refusal(tmp_path, office(slides), "剧本.docx") == "“剧本.docx”是 PowerPoint 演示文稿，请另存为 PDF 再上传。"
    macros = "“剧本.docx”带宏，请另存为不带宏的 docx 或 xlsx 再上传。"
    project = office(word__vbaProject_bin=b"x").replace(b"vbaProject_bin", b"vbaProject.bin")
    assert refusal(tmp_path, project, "剧本.docx") == macros
    assert refusal(tmp_path, office("application/vnd.ms-word.document.macroEnabled.main+xml"), "剧本.docx") == macros
    inner = office(**{"word/embeddings/more.zip": b"x"})
    assert refusal(tmp_path, inner, "剧本.docx") == holds("word/embeddings/more.zip")


def holds(entry: str) -> str:
    return f"“剧本.docx”里嵌有“{entry}”，这里不收。请去掉后再上传。"


def test_of_a_broken_office_file_is_said_what_is_broken(tmp_path: Path) -> None:
    whole = office(word__a=bytes(1000))
    cut_off = "“剧本.docx”的结尾不见了，多半没有复制完整。请重新复制，或用 Word、Excel 打开另存后再上传。"
    assert refusal(tmp_path, whole[:-30], "剧本.docx") == cut_off
    assert refusal(tmp_path, b"PK\x03\x04" + bytes(2000), "剧本.docx") == cut_off
    at = whole.index(b"[Content_Types].xml") + len("[Content_Types].xml")
    assert refusal(tmp_path, whole[:at] + b"\xff" * 20 + whole[at + 20 :], "剧本.docx") == (
        "“剧本.docx”的内容读不出来，已损坏。请用 Word 或 Excel 打开另存后再上传。"
    )


def test_a_way_of_packing_nobody_reads_here_is_no_damage(tmp_path: Path) -> None:
    content = bytearray(office())
    for at in (content.index(b"PK\x03\x04") + 8, content.index(b"PK\x01\x02") + 10):
        struct.pack_into("<H", content, at, 97)
    assert refusal(tmp_path, bytes(content), "剧本.docx") == (
        "“剧本.docx”用了这里读不了的压缩方式，请用 Word 或 Excel 打开另存后再上传。"
    )


def test_a_locked_entry_is_told(tmp_path: Path) -> None:
    content = bytearray(office())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    assert refusal(tmp_path, bytes(content), "剧本.docx") == "“剧本.docx”里有加了密码的部件，请去掉密码后再上传。"


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
