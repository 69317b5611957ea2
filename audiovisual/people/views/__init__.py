"""The pages about people, by noun; `bp` carries all of them."""

from . import (
    account,
    delegations,
    experts,
    houses,
    inbox,
    invitations,
    login,
    members,
    passkeys,
    passwords,
    second_step,
    security,
    settings,
)
from .frame import bp

__all__ = [
    "account", "bp", "delegations", "experts", "houses", "inbox", "invitations", "login", "members", "passkeys", "passwords",
    "second_step", "security", "settings",
]  # fmt: skip
