"""Tables of people: houses and institutions, users, roles, sessions, invitations, delegations, messages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audiovisual.kernel import keys, sensitive
from audiovisual.kernel.model import Base, Versioned, known_states, today, utcnow
from audiovisual.kernel.sensitive import ACCOUNT, ENCRYPTED, PRINT, RECORD, REPLACED
from workflows.access import ROLES
from workflows.records import HOUSE

TOTP = "user.totp_secret"
"""What the secrets of authenticators are encrypted for: as anything else they cannot be read."""


def _held_by_one(column: str) -> Index:
    """A house that was refused holds neither name nor code: whoever they belong to may register."""
    held = text("state != 'refused'")
    return Index(f"uq_house_{column}", column, unique=True, sqlite_where=held, postgresql_where=held)


class House(Versioned, Base):
    """A production house (制作机构) as it registered itself and was admitted."""

    __tablename__ = "house"
    machine: ClassVar = HOUSE

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(default="applied", index=True)
    name: Mapped[str]
    short_name: Mapped[str] = mapped_column(default="")
    former_names: Mapped[str] = mapped_column(default="")
    uscc: Mapped[str] = mapped_column(String(18))
    licence_number: Mapped[str]
    licence_expires_on: Mapped[date]
    city: Mapped[str] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(default="")
    contact_name: Mapped[str]
    contact_phone: Mapped[str]
    contact_email: Mapped[str]
    applied_at: Mapped[datetime] = mapped_column(default=utcnow)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", use_alter=True))
    refusal: Mapped[str | None]

    users: Mapped[list[User]] = relationship(back_populates="house", foreign_keys="User.house_id")

    __table_args__ = (
        known_states(HOUSE),
        CheckConstraint("state != 'refused' OR refusal IS NOT NULL", name="refusal_has_reason"),
        CheckConstraint("state != 'admitted' OR decided_at IS NOT NULL", name="admitted_was_decided"),
        _held_by_one("name"),
        _held_by_one("uscc"),
    )

    @property
    def label(self) -> str:
        """The name lists show."""
        return self.short_name or self.name


class User(Versioned, Base):
    """A person who logs in. `house_id` ties a producer to his house; `left_on` ends his access, not his traces."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    new_email: Mapped[str] = mapped_column(default="")
    """An address asked for that was not confirmed from there yet."""
    phone: Mapped[str] = mapped_column(default="")
    position: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="zh")
    house_id: Mapped[int | None] = mapped_column(ForeignKey("house.id"), index=True)
    password_hash: Mapped[str | None]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    failed_count: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None]
    """Since when the next of the wrong passwords is being forgiven (`workflows.limits`)."""
    locked_until: Mapped[datetime | None]
    totp_sealed: Mapped[str | None] = mapped_column("totp_secret")
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    password_changed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    left_on: Mapped[date | None]

    house: Mapped[House | None] = relationship(back_populates="users", foreign_keys=[house_id])
    grants: Mapped[list[RoleGrant]] = relationship(
        back_populates="user", cascade="all, delete-orphan", lazy="selectin", foreign_keys="RoleGrant.user_id"
    )
    expert: Mapped[Expert | None] = relationship(back_populates="user", uselist=False)
    passkeys: Mapped[list[Passkey]] = relationship(cascade="all, delete-orphan", order_by="Passkey.id")

    @property
    def totp_secret(self) -> str | None:
        """The authenticator's secret, which the database holds encrypted. Raises `keys.Missing` without its key."""
        return keys.unseal(self.totp_sealed, TOTP) if self.totp_sealed else None

    @totp_secret.setter
    def totp_secret(self, secret: str | None) -> None:
        self.totp_sealed = keys.seal(secret, TOTP) if secret else None

    @property
    def roles(self) -> frozenset[str]:
        """Roles of their own, without those held by delegation."""
        return frozenset(grant.role for grant in self.grants)

    @property
    def is_here(self) -> bool:
        """Whether the person has not left."""
        return self.left_on is None or self.left_on > today()

    def holds(self, *roles: str) -> bool:
        """Whether the person is here and holds one of the roles themselves."""
        return self.is_here and not self.roles.isdisjoint(roles)


class RoleGrant(Base):
    """One role of one person."""

    __tablename__ = "role_grant"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    granted_at: Mapped[datetime] = mapped_column(default=utcnow)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    user: Mapped[User] = relationship(back_populates="grants", foreign_keys=[user_id])

    __table_args__ = (
        CheckConstraint("role IN (%s)" % ",".join(f"'{role}'" for role in ROLES), name="role"),
        Index("ix_role_grant_role", "role"),
    )


class AdminProposal(Base):
    """That somebody become an administrator: proposed by one administrator, given or declined by another."""

    __tablename__ = "admin_proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    proposed_at: Mapped[datetime] = mapped_column(default=utcnow)
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    given: Mapped[bool] = mapped_column(default=False)

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    proposed_by: Mapped[User] = relationship(foreign_keys=[proposed_by_id])


class Expert(Versioned, Base):
    """An expert's profile: what he may judge, where he works and worked, how much he can take."""

    __tablename__ = "expert"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    title: Mapped[str] = mapped_column(default="")
    institution: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    specialities: Mapped[list[str]] = mapped_column(default=list)
    types: Mapped[list[str]] = mapped_column(default=list)
    themes: Mapped[list[str]] = mapped_column(default=list)
    past_employers: Mapped[list[str]] = mapped_column(default=list)
    relatives: Mapped[list[str]] = mapped_column(default=list)
    biography: Mapped[str] = mapped_column(default="")
    training_until: Mapped[date | None]
    max_load: Mapped[int] = mapped_column(default=6)

    user: Mapped[User] = relationship(back_populates="expert")

    @property
    def id(self) -> int:
        """The person's id: the profile has none of its own."""
        return self.user_id


class LoginSession(Base):
    """One logged-in browser. The cookie holds a random token, the row its hash: a row ended is a cookie dead."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    seen_at: Mapped[datetime] = mapped_column(default=utcnow)
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(default="")
    agent: Mapped[str] = mapped_column(default="")
    confirmed_at: Mapped[datetime | None] = mapped_column(default=utcnow)
    """When the person gave their password last; a log-in is the first time."""
    browser_id: Mapped[int | None] = mapped_column(ForeignKey("known_browser.id"))

    user: Mapped[User] = relationship()


class KnownBrowser(Base):
    """A browser a person logged in with: it passes what strangers' wrong passwords bring about. Its cookie holds a random
    token, the row its hash."""

    __tablename__ = "known_browser"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    seen_at: Mapped[datetime] = mapped_column(default=utcnow)
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(default="")
    agent: Mapped[str] = mapped_column(default="")


class AttemptCount(Base):
    """Tries in vain of one kind (`scope`) by one name, address or person (`key`), as `workflows.limits` counts them."""

    __tablename__ = "attempt_count"

    scope: Mapped[str] = mapped_column(String(16), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    at: Mapped[datetime]
    until: Mapped[datetime | None]


class Passkey(Base):
    """A passkey of a person: which one (as browsers name it, base64url), its public key (base64), how often its device
    says it was used (0 where it does not count)."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[str]
    credential: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[str]
    uses: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A one-time code for someone who lost his authenticator; kept as a hash."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class Invitation(Base):
    """An invitation to join with certain roles; the link's token is kept as a hash and works once."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str]
    name: Mapped[str]
    roles: Mapped[list[str]]
    house_id: Mapped[int | None] = mapped_column(ForeignKey("house.id"))
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Delegation(Base):
    """Leave: one person's role is held by another from one day to another (代理)."""

    __tablename__ = "delegation"

    id: Mapped[int] = mapped_column(primary_key=True)
    absent_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    role: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    revoked_at: Mapped[datetime | None]

    absent: Mapped[User] = relationship(foreign_keys=[absent_id])
    deputy: Mapped[User] = relationship(foreign_keys=[deputy_id])

    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="in_order"),
        CheckConstraint("absent_id != deputy_id", name="two_people"),
    )


class Message(Base):
    """One message in a person's inbox, made by the worker from an event; mailed by the same outbox."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    subject: Mapped[str]
    body: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    url: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    read_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("user_id", "event_id"),
        Index("ix_message_user", "user_id", "read_at", "id"),
    )


class Setting(Versioned, Base):
    """The bureau's own particulars: name, numbers, contact. One row per key."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


SELF_AND_ADMIN = "本人、系统管理员"
sensitive.declare("user", "email phone", "电话、邮箱", "本人、系统管理员；经办的电话办件机构可见", ACCOUNT, apart=True)
sensitive.declare("user", "new_email", "还没有确认的邮箱", SELF_AND_ADMIN, ACCOUNT, apart=True)
sensitive.declare("user", "password_hash", "密码", "没有人", REPLACED, stored=PRINT)
sensitive.declare("user", "password_changed_at", "换密码的时间", SELF_AND_ADMIN, ACCOUNT)
sensitive.declare("user", "must_change_password", "要换密码", SELF_AND_ADMIN, ACCOUNT)
sensitive.declare("user", "totp_secret", "两步验证的密钥", "没有人", REPLACED, stored=ENCRYPTED)
sensitive.declare("passkey", "name credential public_key", "通行密钥的名称、编号、公钥", SELF_AND_ADMIN, "停用为止")
sensitive.declare("recovery_code", "code_hash", "备用码", "没有人", REPLACED, stored=PRINT)
sensitive.declare(
    "house", "contact_name contact_phone contact_email address", "机构的联系人、电话、邮箱、地址", "本机构、省局人员",
    RECORD, apart=True,
)  # fmt: skip
sensitive.declare("expert", "institution", "专家的工作单位", "本人、省局人员", ACCOUNT, apart=True)
sensitive.declare(
    "expert",
    "past_employers relatives biography",
    "专家的任职经历、亲属所在单位、简介",
    "本人、省局人员",
    ACCOUNT,
    apart=True,
)
sensitive.declare("login_session", "address agent", "登录的来访地址、浏览器", SELF_AND_ADMIN, "sessions")
sensitive.declare("known_browser", "address agent", "记得的浏览器、来访地址", SELF_AND_ADMIN, "browsers")
sensitive.declare("known_browser", "token_hash", "记得的浏览器的编号", "没有人", "browsers", stored=PRINT)
sensitive.declare("attempt_count", "key", "输错的次数记在谁、哪个地址名下", "没有人", "attempts")
sensitive.declare("login_session", "token_hash", "登录的编号", "没有人", "sessions", stored=PRINT)
sensitive.declare("invitation", "email", "被邀请人的邮箱", "邀请人、系统管理员", "invitations", apart=True)
sensitive.declare("invitation", "token_hash", "邀请链接", "没有人", "invitations", stored=PRINT)
sensitive.declare("delegation", "reason", "请代理的缘由", "本人、代理人、系统管理员", RECORD)
sensitive.declare("message", "body params", "收件箱的消息", "本人", "read_messages")
sensitive.declare("setting", "value", "本局的名称、电话、地址", "所有登录的人", RECORD)
