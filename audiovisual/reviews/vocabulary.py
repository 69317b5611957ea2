"""What the codes of an opinion are called."""

from __future__ import annotations

from workflows.errors import N_

DEMANDS = {
    "cut": N_("删减"), "alter": N_("修改"), "subtitle": N_("加字幕"), "redub": N_("重配"), "explain": N_("说明"),
}  # fmt: skip
SEVERITIES = {"must": N_("必改"), "should": N_("建议")}
