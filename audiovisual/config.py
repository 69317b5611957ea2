"""Configuration: one table of settings, read from the environment and from `instance/config.py`.

The environment wins over the file, the file over the default. Production refuses to start with a development secret.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Config
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
DEVELOPMENT_SECRET = "development-only-secret-do-not-use"
NO_DEMO = "正式使用请设置 SECRET_KEY，并去掉 SEEDBANK_DEMO 和 instance/config.py 里的 DEMO。"


class Misconfigured(RuntimeError):
    """The program refuses to start; the message says which setting and what to do."""


@dataclass(frozen=True)
class Setting:
    """One setting: key in `app.config`, environment variable, default, kind of value, what it does."""

    key: str
    variable: str
    default: Any
    meaning: str

    def read(self, text: str) -> Any:
        """The environment's text as the default's type."""
        if isinstance(self.default, bool):
            return text.strip().lower() in ("1", "true", "yes", "on")
        if isinstance(self.default, int):
            try:
                number = int(text)
            except ValueError:
                raise Misconfigured(f"{self.variable} 应为整数，现在是“{text}”。") from None
            if number < min(self.default, 1):  # no minutes to be idle, no tries: nobody could log in
                raise Misconfigured(f"{self.variable} 不能小于 {min(self.default, 1)}，现在是 {number}。")
            return number
        return text


SETTINGS = (
    Setting("SECRET_KEY", "SECRET_KEY", DEVELOPMENT_SECRET, "签名用的密钥，至少 32 个字符；正式使用必须设置"),
    Setting("SQLALCHEMY_DATABASE_URI", "DATABASE_URL", "", "数据库地址；空着用 instance/seedbank.sqlite3"),
    Setting("DEMO", "SEEDBANK_DEMO", False, "演示方式：登录页显示演示账号，只许在本机地址上开"),
    Setting("HOST", "HOST", "127.0.0.1", "服务地址"),
    Setting("PORT", "PORT", 8000, "服务端口"),
    Setting("WEB_WORKERS", "SEEDBANK_WEB_WORKERS", 2, "网页进程数"),
    Setting("WEB_THREADS", "SEEDBANK_WEB_THREADS", 8, "每个网页进程的线程数"),
    Setting("HTTPS", "SEEDBANK_HTTPS", False, "前面有 HTTPS：Cookie 只走加密连接"),
    Setting("PROXIES", "SEEDBANK_PROXIES", 0, "前面有几层可信反向代理"),
    Setting("PUBLIC_URL", "SEEDBANK_PUBLIC_URL", "http://127.0.0.1:8000", "邮件里的链接以此开头"),
    Setting("IDLE_MINUTES", "SEEDBANK_IDLE_MINUTES", 60, "多少分钟不动自动退出"),
    Setting("SESSION_HOURS", "SEEDBANK_SESSION_HOURS", 12, "一次登录最长多少小时"),
    Setting("LOCK_AFTER", "SEEDBANK_LOCK_AFTER", 6, "口令连错几次锁住账号"),
    Setting("LOCK_MINUTES", "SEEDBANK_LOCK_MINUTES", 15, "锁多少分钟"),
    Setting("MAIL_SERVER", "SEEDBANK_MAIL_SERVER", "", "SMTP 服务器；空着则邮件写到日志"),
    Setting("MAIL_PORT", "SEEDBANK_MAIL_PORT", 587, "SMTP 端口"),
    Setting("MAIL_TLS", "SEEDBANK_MAIL_TLS", True, "SMTP 用 STARTTLS"),
    Setting("MAIL_USER", "SEEDBANK_MAIL_USER", "", "SMTP 用户名"),
    Setting("MAIL_PASSWORD", "SEEDBANK_MAIL_PASSWORD", "", "SMTP 口令"),
    Setting("MAIL_FROM", "SEEDBANK_MAIL_FROM", "seedbank@localhost", "发件人"),
    Setting("FONTS", "SEEDBANK_FONTS", "", "公文字体目录；空着用项目下的 .fonts"),
    Setting("FORM_BYTES", "SEEDBANK_FORM_BYTES", 2_000_000, "普通表单最多多少字节"),
    Setting("UPLOAD_BYTES", "SEEDBANK_UPLOAD_BYTES", 2 * 1024**3, "单个文件最多多少字节"),
)


def load(config: Config, instance: Path, overrides: dict[str, Any] | None) -> None:
    """Fill `config`: defaults, then `instance/config.py`, then the environment, then what a test passes."""
    for setting in SETTINGS:
        config[setting.key] = setting.default
    config.from_pyfile(str(instance / "config.py"), silent=True)
    for setting in SETTINGS:
        if setting.variable in os.environ:
            config[setting.key] = setting.read(os.environ[setting.variable])
    config.update(overrides or {})
    if not config["SQLALCHEMY_DATABASE_URI"]:
        config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{instance / 'seedbank.sqlite3'}"
    url = config["SQLALCHEMY_DATABASE_URI"]
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            config["SQLALCHEMY_DATABASE_URI"] = "postgresql+psycopg://" + url.removeprefix(plain)
    _understood(config["SQLALCHEMY_DATABASE_URI"])
    config.update(
        SESSION_COOKIE_NAME="seedbank", SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config["HTTPS"], MAX_CONTENT_LENGTH=config["FORM_BYTES"],
        MAX_FORM_MEMORY_SIZE=config["FORM_BYTES"], MAX_FORM_PARTS=2000, BOOTSTRAP_SERVE_LOCAL=True,
        WTF_CSRF_TIME_LIMIT=None, BABEL_DEFAULT_LOCALE="zh", BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        WTF_CSRF_CHECK_DEFAULT=True, TEMPLATES_AUTO_RELOAD=False,
    )  # fmt: skip


def _understood(url: str) -> None:
    """Refuse an address of no database, without showing it: it may hold a password."""
    try:
        known = make_url(url).get_backend_name() in ("sqlite", "postgresql")
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        known = False
    if not known:
        raise Misconfigured("DATABASE_URL 写法不对，应如 postgresql://用户:口令@主机/库名；不设则用 SQLite。")


def refuse_unsafe(config: Config) -> None:
    """Stop a start that would not be safe: a development secret in production, a demo open to the network."""
    loopback = config["HOST"] in ("127.0.0.1", "localhost", "::1")
    if config["DEMO"] and not loopback:
        raise Misconfigured(f"演示方式只许在本机地址上开：HOST 现在是 {config['HOST']}，请改为 127.0.0.1。{NO_DEMO}")
    if config["DEMO"] and config["PROXIES"]:
        raise Misconfigured(f"演示方式不能放在反向代理后面：请去掉 SEEDBANK_PROXIES。{NO_DEMO}")
    if config["DEMO"] or config.get("TESTING"):
        return
    secret = str(config["SECRET_KEY"])
    if secret == DEVELOPMENT_SECRET or len(secret) < 32:
        raise Misconfigured(
            "SECRET_KEY 没有设置（或不足 32 个字符），正式使用不能用开发密钥。请设置环境变量 SECRET_KEY，"
            "例如用 python3 -c 'import secrets; print(secrets.token_hex(32))' 生成。"
        )
