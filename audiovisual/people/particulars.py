"""The bureau's own particulars as a table: key, default, what it is. Kept as rows of `Setting`, edited by the admin."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.errors import N_


@dataclass(frozen=True)
class Particular:
    """One particular: its key, what stands in for it until it is entered, its label, a line of help, its length."""

    key: str
    default: str
    label: str
    help: str = ""
    most: int = 100


PARTICULARS = (
    Particular("bureau_name", "江苏省广播电视局", N_("单位全称"), N_("显示在每页页头，也是公文的发文机关。")),
    Particular("office_name", "网络视听节目管理处", N_("承办处室"), N_("显示在公文版记和联系方式里。")),
    Particular("office_code", "苏广电网", N_("机关代字"), N_("公文发文字号用，如“苏广电网〔2026〕12号”。"), 20),
    Particular("contact_name", "", N_("联系人"), "", 40),
    Particular("contact_phone", "", N_("联系电话"), N_("机构在登录页和公文里看到的电话。"), 40),
    Particular("contact_email", "", N_("联系邮箱"), "", 120),
    Particular("address", "", N_("地址"), "", 120),
    Particular("postcode", "", N_("邮编"), "", 6),
    Particular("letter_pattern", "苏广电网〔{year}〕{n}号", N_("公文文号样式"), N_("{year} 是年份，{n} 是序号，不编虚位。")),
    Particular("project_pattern", "苏网种〔{year}〕{n:4}", N_("项目编号样式"), N_("{n:4} 是补足四位的序号。")),
)
DEFAULTS = {particular.key: particular.default for particular in PARTICULARS}
