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
    Particular("bureau_name", "江苏省广播电视局", N_("单位全称"), N_("写在每页页头，也是审核意见函的发文机关。")),
    Particular("office_name", "网络视听节目管理处", N_("承办处室"), N_("写在审核意见函、邮件和办事指南的联系方式里。")),
    Particular("contact_name", "", N_("联系人"), N_("写在审核意见函和办事指南里。"), 40),
    Particular("contact_phone", "", N_("联系电话"), N_("写在登录页、审核意见函、邮件和办事指南里。"), 40),
    Particular("contact_email", "", N_("联系邮箱"), N_("写在办事指南里。"), 120),
    Particular("address", "", N_("地址"), N_("写在办事指南里。"), 120),
    Particular("postcode", "", N_("邮编"), N_("写在办事指南里。"), 6),
)
PATTERNS = {
    "project": N_("项目编号"),
    "letter": N_("公文文号"),
}
"""Number patterns the admin may change; they are dated rules, so that numbers given out keep theirs."""

DEFAULTS = {particular.key: particular.default for particular in PARTICULARS}
