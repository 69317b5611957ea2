"""What word processors, sheets, messengers, PDF readers and contact cards put on the clipboard, and what is meant by it.

Texts carry MARK, a word no other text of a bank has: by it a test finds what was made of them.
"""

from __future__ import annotations

from dataclasses import dataclass

MARK = "梧桐QX7Z"


@dataclass(frozen=True)
class Clip:
    """What a program puts there, and what is kept of it; None: it is refused where something must stand."""

    program: str
    raw: str
    meant: str | None


PROSE = (
    Clip("Word, soft breaks", f"{MARK}第一行\x0b第二行\x0c第三行\r\n\x0e末行", f"{MARK}第一行\n第二行\n第三行\n\n末行"),
    Clip("Word, hyphens", f"{MARK}自我\x1e认同，可断\x1f处", f"{MARK}自我-认同，可断处"),
    Clip("WPS, paragraphs", f"　　{MARK}第一段\r\r\r　　第二段\r", f"{MARK}第一段\n\n\n　　第二段"),
    Clip("Excel, cells", f"{MARK}\t集数\r\n梧桐深处\t24\r\n", f"{MARK}\t集数\n梧桐深处\t24"),
    Clip("Excel, a cell of two lines", f'"{MARK}第一行\n他说""好"""\t24\r\n', f'"{MARK}第一行\n他说""好"""\t24'),
    Clip("WeChat", f"小林:\u2005{MARK}收到[微笑]\u200b\n\u2068稿子\u2069在\ufeff这里\ufffc", f"小林:\u2005{MARK}收到[微笑]\n稿子在这里"),
    Clip("PDF", f"{MARK}of\ufb01ce 的⼯作，exam\u00adple\nhard\u00a0break", f"{MARK}office 的工作，example\nhard\u00a0break"),
    Clip("browser", f"\ufeff{MARK}一\u2028二\u2029三\x85四", f"{MARK}一\n二\n三\n四"),
    Clip("a page from right to left", f"\u202e{MARK}\u202c \u2067正文\u2069", f"{MARK} 正文"),
    Clip("terminal", f"\x1b[1m{MARK}\x1b[0m\x00", f"[1m{MARK}[0m"),
    Clip("Mac, letters in pieces", f"{MARK}cafe\u0301", f"{MARK}café"),
    Clip("emoji of a telephone", f"{MARK}\U0001f468\u200d\U0001f469\u200d\U0001f467", f"{MARK}\U0001f468\u200d\U0001f469\u200d\U0001f467"),
    Clip("a cell that looks filled", "\u200b\ufeff\u00ad\u202d\u202c\r\n", None),
)  # fmt: skip

LINES = (
    Clip("Word, two lines", f"{MARK}\x0b下集\r\n", f"{MARK} 下集"),
    Clip("WPS, blanks", f"\u3000{MARK}\u3000下集\u3000", f"{MARK} 下集"),
    Clip("Excel, a cell", f"{MARK}\t\r\n", MARK),
    Clip("WeChat", f"\u200b{MARK}\u2005\u200b", MARK),
    Clip("PDF", f"{MARK}\u00a0⼯作\u00ad室\n（苏\u202f州）", f"{MARK} 工作室 （苏 州）"),
    Clip("contact card", f"\u202a{MARK}\u202c\u200e", MARK),
    Clip("browser", f"\ufeff{MARK}\u2028 下集\u00a0", f"{MARK} 下集"),
    Clip("full width is a name's own", f"{MARK}ＡＢＣ，（１）", f"{MARK}ＡＢＣ，（１）"),
    Clip("a name that looks filled", "\u200e\u200b\u3000\u00a0\ufeff", None),
)

TELEPHONES = (
    Clip("contact card", "\u202d139\u00a05173\u00a00462\u202c", "139 5173 0462"),
    Clip("telephone, country", "\u202a+86\u00a0139‑5173‑0462\u202c", "+86 139-5173-0462"),
    Clip("input method", "１３９５１７３０４６２", "13951730462"),
    Clip("letterhead", "（０２５）８３３３—１２３４", "(025)8333-1234"),
    Clip("link of a page", "tel:025–83331234", "025-83331234"),
    Clip("WeChat", "\u200b13951730462\ufeff\r\n", "13951730462"),
    Clip("with its word", "联系电话：１３９５１７３０４６２。", "13951730462"),
    Clip("letterhead, extension", "电话：025-83331234 分机 8012", "025-83331234 分机 8012"),
)  # fmt: skip

ADDRESSES = (
    Clip("mail program", "林晓 <QX7Z.lin@example.com>", "QX7Z.lin@example.com"),
    Clip("input method", "ＱＸ７Ｚ＠ｅｘａｍｐｌｅ．ｃｏｍ", "QX7Z@example.com"),
    Clip("link of a page", "mailto:QX7Z@example.com\u200b", "QX7Z@example.com"),
    Clip("PDF", "\u00a0QX7Z@exam\u00adple.com\n", "QX7Z@example.com"),
    Clip("full stop of Chinese", "QX7Z@example。com", "QX7Z@example.com"),
    Clip("end of a sentence", "QX7Z@example.com.", "QX7Z@example.com"),
    Clip("end of a Chinese sentence", "邮箱：QX7Z＠example.com。", "QX7Z@example.com"),
    Clip("list of addresses", "QX7Z@example.com；", "QX7Z@example.com"),
)  # fmt: skip

CODES = (
    Clip("input method", "ＱＸ７Ｚ－２０２６", "QX7Z-2026"),
    Clip("PDF", "\u00a0QX7Z\u2011\u00ad2026\n", "QX7Z-2026"),
    Clip("contact card", "\u202dQX7Z-2026\u202c", "QX7Z-2026"),
)

PAPERS = (
    Clip("input method", "（苏）网微剧审字（２０２６）第０７１号QX7Z", "（苏）网微剧审字（2026）第071号QX7Z"),
    Clip("PDF", "V3200\u00ad1260\u200b4001—QX7Z\n", "V320012604001-QX7Z"),
)

WHOLE = (
    Clip("input method", "２４", "24"), Clip("Excel, a cell", "24\t\r\n", "24"), Clip("Excel, thousands", " 1,000 ", "1000"),
    Clip("WeChat", "\u200b24", "24"), Clip("two signs", "--5", None), Clip("Python's own", "1_000", None),
    Clip("exponent", "1e3", None), Clip("plus", "+5", None), Clip("Arabic digits", "٢٤", None), Clip("raised", "²", None),
    Clip("commas astray", "1,00", None), Clip("in words", "二十四", None), Clip("half", "½", None), Clip("endless", "∞", None),
    Clip("to sixteen", "0x10", None), Clip("input method, in 万", "１０万", None), Clip("with a unit", "10 万元", None),
    Clip("a time", "１２：３０", None), Clip("contact card", "\u202d24\u202c", "24"), Clip("PDF", "2\u00ad4", "24"),
)  # fmt: skip
"""`meant`: the number, in digits; None: refused in words of ours."""

WAN = (
    Clip("input method", "４６３．５", "4635000"), Clip("Excel, thousands", "1，463.50\r\n", "14635000"),
    Clip("with its unit", "463.5万元", "4635000"), Clip("full stop of Chinese", "463。5", "4635000"),
    Clip("smallest", "0.0001", "1"), Clip("five decimals", "0.00001", None), Clip("exponent", "1e3", None),
    Clip("Python's own", "1_000", None), Clip("no number", "NaN", None), Clip("endless", "Infinity", None),
    Clip("input method, in 万", "１０万", "100000"), Clip("with a unit", "10 万元", "100000"), Clip("to sixteen", "0x10", None),
    Clip("Excel, two decimals", "1,200.50", "12005000"), Clip("half", "½", None), Clip("raised", "5²", None),
    Clip("a sheet's endless", "∞", None), Clip("a time", "１２：３０", None), Clip("blanks of a sheet", "1\u00a0200", None),
    Clip("two signs", "--5", None), Clip("Arabic digits", "٤٦٣", None), Clip("in yuan", "¥4,635,000", None),
)  # fmt: skip
"""`meant`: whole yuan, in digits."""

DAYS = (
    Clip("input method", "２０２６年１１月２２日", "2026-11-22"), Clip("Excel", "2026/11/22\r\n", "2026-11-22"),
    Clip("Word", "2026 年 11 月 22 日", "2026-11-22"), Clip("mail", "2026.11.22\u200b", "2026-11-22"),
    Clip("no such day", "2026-02-30", None), Clip("Python's own", "2026-1_1-2", None), Clip("signs", "2026-+1-22", None),
    Clip("Arabic digits", "٢٠٢٦-11-22", None), Clip("American", "11/22/2026", None),
    Clip("in one piece", "20261122", None), Clip("Word, full width", "２０２６．１１．２２", "2026-11-22"), Clip("half", "2026-½-22", None),
    Clip("contact card", "\u202d2026-11-22\u202c", "2026-11-22"), Clip("no blank breaks", "2026年\u00a011月\u00a022日", "2026-11-22"),
    Clip("Excel, with midnight", "2026/11/22 0:00:00", "2026-11-22"), Clip("calendar", "2026年11月22日（星期日）", "2026-11-22"),
    Clip("spoken", "2026年11月22号", "2026-11-22"), Clip("with an hour", "2026-11-22 15:30", None),
)  # fmt: skip
