"""What the bank holds on a person, given to them or to whoever asked for them in writing; each time a row of the chain."""

from __future__ import annotations

import json
from typing import Any

from audiovisual.kernel import audit, own_data
from audiovisual.kernel.database import operation
from audiovisual.kernel.languages import gettext as _
from audiovisual.kernel.model import shanghai, utcnow
from audiovisual.kernel.text import listed
from workflows.access import Actor
from workflows.errors import NotAllowed, say

from ..models import User


def export(user: User, actor: Actor, writing: str = "") -> bytes:
    """The file as JSON. Of somebody else it leaves out what only they may read, and keeps by what writing they asked."""
    himself = user.id == actor.id
    if not himself and "admin" not in actor.roles:
        raise NotAllowed(say("只能下载自己的数据。"))
    found = own_data.collected(user.id, whole=himself)
    _note(user, actor, writing, {code: len(each["rows"]) for code, each in found["parts"].items()})
    told = {
        "about": _("种子库里关于%(name)s（%(login)s）的数据。", name=user.name, login=user.login),
        "made_at": shanghai(utcnow()).isoformat(timespec="seconds"),
        "not_here": _elsewhere(found["left_out"]),
        **found["parts"],
    }
    return json.dumps(told, ensure_ascii=False, indent=1, default=str).encode()


def _elsewhere(left_out: list[str]) -> str:
    """What is not in the file, and where it is."""
    if not left_out:
        return _("别人写的、办的不在内。交过的文件请在各项目里下载。")
    return _(
        "别人写的、办的不在内。下列只有本人看得到，请本人登录后从“我的账号”下载：%(parts)s。", parts=listed(left_out)
    )


@operation
def _note(user: User, actor: Actor, writing: str, counts: dict[str, Any]) -> None:
    told: dict[str, Any] = {"parts": counts} | ({"writing": writing} if writing else {})
    audit.record("user.data_exported", user, actor, **told)
