"""Room for files: what the disk has left, and what a person may keep (存放上限)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.exceptions import HTTPException

from workflows.access import Actor
from workflows.errors import N_, RuleBroken, say

from . import files, filetypes

RESERVE = 200 * 1024 * 1024
"""Bytes of the disk that no upload gets."""


class DiskFull(HTTPException):
    """No room left: what was acknowledged stays, this piece was not taken."""

    code = 507
    description = "disk full"


def require_room(size: int) -> None:
    """Refuse what would leave less than the reserve: log-ins and saved texts need room on the same disk."""
    if shutil.disk_usage(files.incoming()).free < size + RESERVE:
        raise DiskFull()


def _nothing() -> int:
    return 0


given_away: Callable[[], int] = _nothing
"""Bytes that were announced and are yet to come: their room is taken already."""


def set_given_away(function: Callable[[], int]) -> None:
    """Called once by what keeps the announcements."""
    global given_away
    given_away = function


def reserve(size: int) -> None:
    """Refuse a file of that size where it has no room beside what was announced before."""
    require_room(size + given_away())


@dataclass(frozen=True)
class Quota:
    """How many bytes a person and whoever shares the quota may keep here, and how many they keep and have announced."""

    most: int
    used: int


def _unlimited(actor: Actor) -> Quota | None:
    return None


quota_of: Callable[[Actor], Quota | None] = _unlimited
"""What a person may keep; None where nothing but the disk limits it."""


def set_quota(function: Callable[[Actor], Quota | None]) -> None:
    """Called once by the feature that knows who belongs to which house."""
    global quota_of
    quota_of = function


def require_quota(actor: Actor, size: int, field: str = "size") -> None:
    """Refuse, beside the file, what goes beyond the person's quota."""
    quota = quota_of(actor)
    if quota is None or quota.used + size <= quota.most:
        return
    if quota.most == 0:
        raise RuleBroken(say("贵单位现在不能上传文件：入驻申请没有通过。"), field)
    told = N_("贵单位存放的文件最多 %(most)s，已用 %(used)s，放不下这个文件。请先去掉不用的，或请省局调整。")
    raise RuleBroken(say(told, most=filetypes.bytes_said(quota.most), used=filetypes.bytes_said(quota.used)), field)
