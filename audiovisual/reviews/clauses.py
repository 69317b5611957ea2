"""The clause library's own seed: norms and the headings of their clauses. No clause text is invented."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from audiovisual.kernel.model import db

from .models import Clause, Norm

ORDER_16 = (
    "违反宪法和法律", "危害国家统一、安全、尊严，宣扬恐怖主义、极端主义", "破坏民族团结", "歪曲优秀传统文化和革命文化，历史虚无，诋毁英雄烈士",
    "违反宗教政策，宣扬邪教、迷信", "危害未成年人身心健康", "侮辱诽谤，侵犯隐私", "危害生态和公共健康",
    "淫秽、赌博、吸毒，拜金奢靡，歧视，违背公序良俗", "虚假信息，渲染暴力、恐怖，教唆犯罪", "其他禁止内容",
)  # fmt: skip
ORDER_63 = (
    "违反宪法", "危害国家统一、主权", "危害国家秘密、安全、荣誉", "民族", "宗教、邪教、迷信", "社会秩序", "淫秽、赌博、暴力、恐怖、吸毒、教唆",
    "侮辱诽谤", "社会公德、民族优秀文化", "未成年人", "其他禁止内容",
)  # fmt: skip
DETAILS = (
    ("危害中国特色社会主义制度", 1, 7), ("分裂国家", 8, 11), ("损害国家形象", 12, 17), ("革命领袖、英雄烈士", 18, 19), ("泄密", 20, 23),
    ("破坏社会稳定", 24, 26), ("民族与地域", 27, 31), ("宗教", 32, 36), ("恐怖主义", 37, 40), ("民族优秀文化", 41, 44),
    ("军队、国安、警察、司法、公务和党员形象", 45, 47), ("美化反面人物", 48, 49), ("封建迷信", 50, 52), ("不良三观", 53, 56),
    ("暴力、血腥、惊悚", 57, 63), ("淫秽低俗、婚恋观", 64, 73), ("侮辱恶搞他人", 74, 76), ("社会公德、低俗", 77, 80), ("未成年人", 81, 84),
    ("侵略战争、殖民史", 85, 87), ("其他（过度娱乐化、劣迹、剪切、标识称谓、违规植入）", 88, 100),
)  # fmt: skip
NUMERALS = "一二三四五六七八九十"


def _ordinal(n: int) -> str:
    return NUMERALS[n - 1] if n <= 10 else "十" + NUMERALS[n - 11]


def library() -> list[dict]:
    """Norms with their clauses as (reference, heading, keywords), in the order of use."""
    sixteen = [(f"第二十五条第{_ordinal(i)}项", heading) for i, heading in enumerate(ORDER_16, 1)]
    sixteen += [
        ("第二十六条第一项", "国家通用语言文字、方言"), ("第二十六条第二项", "语言文字规范标准"), ("第二十六条第三项", "专用标识、呼号、称谓"),
        ("第二十六条第四项", "外文加中文字幕"), ("第二十七条第一项", "片头标注剧名和证号"), ("第二十七条第二项", "编剧、导演署名"),
        ("第二十八条", "推广信息"), ("第三十四条", "人工智能生成内容标识"), ("第三十五条", "重播重审"),
    ]  # fmt: skip
    return [
        {"code": "令16号", "name": "微短剧发展管理办法", "document_number": "国家广播电视总局令第16号", "issuer": "国家广播电视总局",
         "valid_from": date(2026, 9, 1), "clauses": sixteen},
        {"code": "令63号", "name": "电视剧内容管理规定", "document_number": "国家广播电影电视总局令第63号", "issuer": "国家广播电影电视总局",
         "valid_from": date(2010, 7, 1),
         "clauses": [(f"第五条第{_ordinal(i)}项", heading) for i, heading in enumerate(ORDER_63, 1)]},
        {"code": "短视频细则", "name": "网络短视频内容审核标准细则（2021）", "document_number": "", "issuer": "中国网络视听节目服务协会",
         "valid_from": date(2021, 12, 15),
         "clauses": [(f"第{a}—{b}条", heading) for heading, a, b in DETAILS]},
        {"code": "审核通则", "name": "网络视听节目内容审核通则", "document_number": "", "issuer": "中国网络视听节目服务协会",
         "valid_from": date(2017, 6, 30), "clauses": [
             ("第八条第七项", "侮辱诽谤他人"), ("第八条第八项", "歪曲贬低民族优秀文化传统"),
             ("第八条第九项", "危害社会公德，对未成年人造成不良影响"), ("第八条第十项", "其他禁止内容"),
         ]},
        {"code": "其他依据", "name": "常引法律和规范", "document_number": "", "issuer": "", "valid_from": None, "clauses": [
            ("国家通用语言文字法", "用字用语规范"), ("英雄烈士保护法", "英雄烈士保护"), ("未成年人保护法", "未成年人保护"),
            ("著作权法", "著作权"), ("广告法", "广告"), ("国旗法", "国旗"), ("国徽法", "国徽"), ("国歌法", "国歌"),
            ("人工智能生成合成内容标识办法", "人工智能生成合成内容标识"), ("未成年人节目管理规定", "未成年人节目"),
        ]},
    ]  # fmt: skip


def seed_clauses() -> None:
    """Write the norms that are not there yet."""
    known = set(db.session.scalars(select(Norm.code)))
    for rank, entry in enumerate(library()):
        if entry["code"] in known:
            continue
        norm = Norm(rank=rank, **{key: value for key, value in entry.items() if key != "clauses"})
        norm.clauses = [
            Clause(ordinal=i, reference=reference, heading=heading)
            for i, (reference, heading) in enumerate(entry["clauses"], 1)
        ]
        db.session.add(norm)
