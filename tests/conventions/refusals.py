"""Pages nobody wants to meet: who does what, and with which status he is told that it does not go. Written by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .stage import Stage


@dataclass(frozen=True)
class Refusal:
    """One request that is refused with a page."""

    role: str
    method: str
    path: str
    status: int
    data: dict[str, str] | None = None

    def ask(self, stage: Stage) -> Any:
        """The answer."""
        return stage.client(self.role).open(stage.path(self.path), method=self.method, data=self.data)


TOO_LARGE = {"text": "长" * 800_000}
LONG = "长" * 20_000
TABLE = (
    Refusal("house", "GET", "/people", 403),
    Refusal("other", "GET", "/projects/{accepted}/propose", 403),
    Refusal("recused", "GET", "/projects/{accepted}/remarks/new", 403),
    Refusal("visitor", "GET", "/nothing", 404),
    Refusal("house", "GET", "/projects/987654", 404),
    Refusal("visitor", "GET", "/join/none", 404),
    Refusal("visitor", "GET", "/password/reset/none", 404),
    Refusal("house", "PUT", "/projects/{draft}/edit", 405),
    Refusal("officer", "GET", "/projects/{accepted}/steps/accept", 409),
    Refusal("officer", "POST", "/projects/{accepted}/schedule", 409),
    Refusal("house", "GET", "/projects/{received}/submit", 303),
    Refusal("house", "POST", "/projects/{draft}/edit", 409, {"version": "0", "title": "渡口"}),
    Refusal("house", "POST", "/projects/{accepted}/remarks/new", 413, TOO_LARGE),
    Refusal("visitor", "POST", "/login", 422),
    Refusal("visitor", "POST", "/houses/register", 422),
    Refusal("visitor", "POST", "/houses/register/{registration}", 422),
    Refusal("visitor", "GET", "/houses/register/none", 404),
    Refusal("visitor", "POST", "/join/{join}", 422),
    Refusal("visitor", "POST", "/password/reset/{reset}", 422),
    Refusal("waiting", "POST", "/login/second-step", 422),
    Refusal("house", "POST", "/account", 422, {"email": "没有邮箱", "phone": LONG}),
    Refusal("house", "POST", "/account/password", 422),
    Refusal("house", "POST", "/houses/{house}/edit", 422, {"name": "", "licence_number": LONG, "contact_phone": LONG}),
    Refusal("house", "POST", "/invitations/new", 422),
    Refusal("house", "POST", "/projects/new", 422),
    Refusal("house", "POST", "/projects/{draft}/edit", 422, {"title": LONG, "episodes": "许多"}),
    Refusal("house", "POST", "/projects/{in_production}/progress/new", 422),
    Refusal("house", "POST", "/projects/{accepted}/changes/new", 422),
    Refusal("house", "POST", "/projects/{in_production}/cut/new", 422),
    Refusal("house", "POST", "/projects/{rectifying}/changes/resubmit", 422),
    Refusal("house", "POST", "/projects/{rectifying}/changes/{change:rectifying}/answer", 422),
    Refusal("officer", "POST", "/projects/{received}/ask-completion", 422),
    Refusal("officer", "POST", "/projects/{accepted}/propose", 422),
    Refusal("officer", "POST", "/projects/{accepted}/permits/new", 422),
    Refusal("officer", "POST", "/projects/{accepted}/hand-over", 422),
    Refusal("officer", "POST", "/projects/{screened}/key", 422),
    Refusal("officer", "POST", "/reviews/{round:frozen}/propose", 422),
    Refusal("head", "POST", "/projects/{proposed}/screening", 422),
    Refusal("head", "POST", "/projects/{proposed}/steps/reject", 422),
    Refusal("head", "POST", "/delegations", 422),
    Refusal("head", "POST", "/reviews/{round:round_proposed}/decide/send_back", 422),
    Refusal("panel", "POST", "/reviews/tasks/{seat:inviting}/steps/decline", 422),
    Refusal("panel", "POST", "/reviews/tasks/{seat:reading}/sign", 422),
    Refusal("panel", "POST", "/experts/me", 422, {"name": "", "title": LONG}),
)  # fmt: skip
