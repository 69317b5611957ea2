"""Configuration: one table of settings, read from the environment and from `instance/config.py`.

The environment wins over the file, the file over the default. Production refuses to start with a development secret.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Config
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from workflows import typed

from .kernel import keys, modes

ROOT = Path(__file__).resolve().parent.parent
DEVELOPMENT_SECRET = "development-only-secret-do-not-use"
NO_DEMO = "正式使用请设置 SECRET_KEY，并去掉 SEEDBANK_DEMO 和 instance/config.py 里的 DEMO。"


class Misconfigured(RuntimeError):
    """The program refuses to start; the message says which setting and what to do."""


@dataclass(frozen=True)
class Allowed:
    """What a value may be: in the words of the refusal and of the README, and as a reading of it."""

    told: str
    read: Callable[[Any], Any]
    """Gives the value as the program needs it, or raises ValueError."""


@dataclass(frozen=True)
class Setting:
    """One setting: key in `app.config`, environment variable, default, what it does, what is allowed."""

    key: str
    variable: str
    default: Any
    meaning: str
    allowed: Allowed

    def read(self, value: Any, name: str) -> Any:
        """The value as the program needs it. Refuses what is not allowed, under the name it was written under."""
        try:
            return self.allowed.read(value)
        except (ValueError, LookupError, TypeError, OSError):
            raise Misconfigured(f"{name} 应为{self.allowed.told}{self._told(value)}。") from None

    def _told(self, value: Any) -> str:
        """What stands there now, unless it may be a secret or is as long as one."""
        return "" if self.key in SECRET or len(str(value)) > 60 else f"，现在是“{value}”"


def within(least: int, most: int) -> Allowed:
    """A whole number with both limits: beyond them clocks overflow, nobody can log in, or no form can be sent."""

    def read(value: Any) -> int:
        number = typed.whole(value) if isinstance(value, str) else value
        if type(number) is not int or not least <= number <= most:
            raise ValueError
        return number

    return Allowed(f" {least} 到 {most} 的整数", read)


def _yes_or_no(value: Any) -> bool:
    return {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}[
        str(value).strip().lower()
    ]


def written(told: str, fits: Callable[[str], object]) -> Allowed:
    """Text that fits."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or not fits(value):
            raise ValueError
        return value

    return Allowed(told, read)


def _is_site(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0 and not parts.query


def _front(value: Any) -> str:
    """Addresses of computers, each in one spelling; one that stands for all computers is none."""
    addresses = [ipaddress.ip_address(part.strip()) for part in value.split(",") if part.strip()]
    if any(address.is_unspecified or address.is_multicast for address in addresses):
        raise ValueError
    return ",".join(str(getattr(address, "ipv4_mapped", None) or address) for address in addresses)


def _certificates(value: Any) -> str:
    """A file of certificates that can be read, by its whole path: the worker may start in another folder."""
    if not value:
        return ""
    file = str(ROOT / value)
    ssl.create_default_context(cafile=file)
    return file


def _scanner(value: Any) -> str:
    """Where a scanner listens: a socket by its whole path, or a computer and a port."""
    if not value or (value.startswith("unix:/") and len(value) < 108):
        return str(value)
    host, _, port = value.rpartition(":")
    if not re.fullmatch(r"[\w.%-]+|\[[\w.:%]+\]", host, re.ASCII) or not 1 <= int(port) <= 65535:
        raise ValueError
    return f"{host}:{int(port)}"


SECRET = ("SECRET_KEY", "SQLALCHEMY_DATABASE_URI", "MAIL_PASSWORD")
"""Never repeated in a refusal."""

SECOND_STEP = ("off", "bureau", "bureau+experts")
"""Who has to have a second step: nobody, the bureau with its administrators, these and the experts."""


def _second_step(value: Any) -> str:
    if value not in SECOND_STEP:
        raise ValueError
    return str(value)


SWITCH = Allowed(" 1 或 0（true 或 false）", _yes_or_no)
PORT = within(1, 65535)
TEXT = written("一段文字", lambda text: True)
HOST_NAME = written("主机名或 IP 地址", re.compile(r"[\w.:%-]+", re.ASCII).fullmatch)
NO_OR_HOST_NAME = written("主机名或 IP 地址，或空着", re.compile(r"[\w.:%-]*", re.ASCII).fullmatch)
SITE = written("http:// 或 https:// 开头的网址", _is_site)
ADDRESS = written("邮箱地址", re.compile(r"[!-?A-~]+@[!-?A-~]+").fullmatch)
FOLDER = written("已有的目录，或空着", lambda text: not text or (ROOT / text).is_dir())
WHO = Allowed(f" {SECOND_STEP[0]}、{SECOND_STEP[1]} 或 {SECOND_STEP[2]}", _second_step)
FRONT = Allowed("反向代理的 IP 地址，几个用逗号分开，或空着", _front)
SCANNER = Allowed("unix:/路径 或 主机:端口，或空着", _scanner)
CERTIFICATES = Allowed("已有的 PEM 证书文件，或空着", _certificates)

SETTINGS = (
    Setting("SECRET_KEY", "SECRET_KEY", "", "登录和链接的签名密钥，至少 32 个字符；空着用密钥目录里的", TEXT),
    Setting("KEYS", "SEEDBANK_KEYS", "", "密钥目录；空着用 instance/keys", FOLDER),
    Setting("SQLALCHEMY_DATABASE_URI", "DATABASE_URL", "", "数据库地址；空着用 instance/seedbank.sqlite3", TEXT),
    Setting("DEMO", "SEEDBANK_DEMO", False, "演示方式：登录页显示演示账号，只许在本机地址上开", SWITCH),
    Setting("HOST", "HOST", "127.0.0.1", "服务地址", HOST_NAME),
    Setting("PORT", "PORT", 8000, "服务端口", PORT),
    Setting("WEB_WORKERS", "SEEDBANK_WEB_WORKERS", 2, "网页进程数", within(1, 64)),
    Setting("WEB_THREADS", "SEEDBANK_WEB_THREADS", 8, "每个网页进程的线程数", within(1, 256)),
    Setting("HTTPS", "SEEDBANK_HTTPS", False, "前面有 HTTPS：Cookie 只走加密连接；SEEDBANK_PUBLIC_URL 是 https 时总是打开", SWITCH),
    Setting("FRONT", "SEEDBANK_FRONT", "", "前面的反向代理的地址：只信它转告的来访地址", FRONT),
    Setting("PROXIES", "SEEDBANK_PROXIES", 0, "旧设置，已由 SEEDBANK_FRONT 取代", within(0, 10)),
    Setting("PUBLIC_URL", "SEEDBANK_PUBLIC_URL", "http://127.0.0.1:8000", "邮件里的链接以此开头", SITE),
    Setting("IDLE_MINUTES", "SEEDBANK_IDLE_MINUTES", 60, "多少分钟不动自动退出", within(1, 1440)),
    Setting("SESSION_HOURS", "SEEDBANK_SESSION_HOURS", 12, "一次登录最长多少小时", within(1, 720)),
    Setting("CONFIRM_MINUTES", "SEEDBANK_CONFIRM_MINUTES", 10, "输过密码多少分钟内，办要紧事不再问密码", within(1, 120)),
    Setting("LOCK_AFTER", "SEEDBANK_LOCK_AFTER", 6, "密码连错几次锁住账号", within(1, 100)),
    Setting("LOCK_MINUTES", "SEEDBANK_LOCK_MINUTES", 15, "锁住账号最长多少分钟：先锁 1 分钟，再错就加倍", within(1, 10080)),
    Setting("ADDRESS_TRIES", "SEEDBANK_ADDRESS_TRIES", 40, "一个来访地址连错几次密码就要等（记得的浏览器不用）", within(5, 10_000)),
    Setting("ALL_TRIES", "SEEDBANK_ALL_TRIES", 300, "全部来访地址一共连错几次密码就要等（记得的浏览器不用）", within(20, 100_000)),
    Setting("SECOND_STEP", "SEEDBANK_SECOND_STEP", "off", "谁必须开启两步验证：没有人、省局人员和管理员，或再加专家", WHO),
    Setting("MAIL_SERVER", "SEEDBANK_MAIL_SERVER", "", "SMTP 服务器；空着则邮件发不出去（演示方式写到日志）", NO_OR_HOST_NAME),
    Setting("MAIL_PORT", "SEEDBANK_MAIL_PORT", 587, "SMTP 端口", PORT),
    Setting("MAIL_TLS", "SEEDBANK_MAIL_TLS", True, "SMTP 用 STARTTLS，并核对服务器证书", SWITCH),
    Setting("MAIL_CA", "SEEDBANK_MAIL_CA", "", "签发 SMTP 服务器证书的 CA（PEM 文件）；空着用系统的", CERTIFICATES),
    Setting("MAIL_USER", "SEEDBANK_MAIL_USER", "", "SMTP 用户名", TEXT),
    Setting("MAIL_PASSWORD", "SEEDBANK_MAIL_PASSWORD", "", "SMTP 密码", TEXT),
    Setting("MAIL_FROM", "SEEDBANK_MAIL_FROM", "seedbank@localhost", "发件人", ADDRESS),
    Setting("BACKUP_HOURS", "SEEDBANK_BACKUP_HOURS", 26, "最新的备份超过多少小时就在 /readyz 里提醒", within(1, 8760)),
    Setting("SCANNER", "SEEDBANK_SCANNER", "", "查毒程序（clamd）在哪里：上传的文件查过才给人打开；空着不查毒", SCANNER),
    Setting("FONTS", "SEEDBANK_FONTS", "", "公文字体目录；空着用项目下的 .fonts", FOLDER),
    Setting("FORM_BYTES", "SEEDBANK_FORM_BYTES", 2_000_000, "普通表单最多多少字节", within(500_000, 50_000_000)),
    Setting("UPLOAD_BYTES", "SEEDBANK_UPLOAD_BYTES", 2 * 1024**3, "单个文件最多多少字节", within(10_000_000, 3_000_000_000)),
    Setting("HOUSE_BYTES", "SEEDBANK_HOUSE_BYTES", 500 * 1024**3, "一家已入驻机构存放的文件最多多少字节", within(10**7, 10**15)),
    Setting("APPLICANT_BYTES", "SEEDBANK_APPLICANT_BYTES", 100 * 1024**2, "一家未入驻机构存放的文件最多多少字节", within(10**6, 10**12)),
    Setting("PERSON_BYTES", "SEEDBANK_PERSON_BYTES", 20 * 1024**3, "省局人员、专家每人存放的文件最多多少字节", within(10**7, 10**14)),
)  # fmt: skip


def make_folder(instance: Path) -> None:
    """The instance folder, made when it is not there. Refuses a place where none can be."""
    try:
        instance.mkdir(mode=modes.FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"SEEDBANK_INSTANCE 应为可以写的目录，现在是“{instance}”（{error.strerror}）。") from None


def load(config: Config, instance: Path, overrides: dict[str, Any] | None) -> None:
    """Fill `config`: defaults, then `instance/config.py`, then the environment, then what a test passes."""
    for setting in SETTINGS:
        config[setting.key] = setting.default
    _run(config, instance / "config.py")
    for setting in SETTINGS:
        text = os.environ.get(setting.variable)
        if text or (text is not None and setting.default == ""):  # elsewhere, set to nothing is not set
            config[setting.key] = setting.read(text, setting.variable)
        else:
            config[setting.key] = setting.read(config[setting.key], f"{instance / 'config.py'} 里的 {setting.key}")
    config.update(overrides or {})
    if not config["SECRET_KEY"]:
        config["SECRET_KEY"] = _own_key(config, instance)
    if not config["SQLALCHEMY_DATABASE_URI"]:
        config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{instance / 'seedbank.sqlite3'}"
    url = config["SQLALCHEMY_DATABASE_URI"]
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            config["SQLALCHEMY_DATABASE_URI"] = "postgresql+psycopg://" + url.removeprefix(plain)
    _understood(config["SQLALCHEMY_DATABASE_URI"])
    config["HTTPS"] = config["HTTPS"] or config["PUBLIC_URL"].startswith("https:")
    config.update(
        SESSION_COOKIE_NAME="__Host-seedbank" if config["HTTPS"] else "seedbank", SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config["HTTPS"], MAX_CONTENT_LENGTH=config["FORM_BYTES"],
        MAX_FORM_MEMORY_SIZE=config["FORM_BYTES"], MAX_FORM_PARTS=2000, BOOTSTRAP_SERVE_LOCAL=True,
        WTF_CSRF_TIME_LIMIT=None, BABEL_DEFAULT_LOCALE="zh", BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        WTF_CSRF_CHECK_DEFAULT=True, TEMPLATES_AUTO_RELOAD=False,
    )  # fmt: skip


def _own_key(config: Config, instance: Path) -> str:
    """The newest key for log-ins in the folder of keys, made when there is none."""
    folder = keys.folder_of(config, instance)
    try:
        return keys.keys("sessions", folder)[0].secret.hex()
    except ValueError as reason:
        raise Misconfigured(str(reason)) from None
    except OSError as error:
        raise Misconfigured(f"SEEDBANK_KEYS 应为可以写的目录，现在是“{folder}”（{error.strerror}）。") from None


def _run(config: Config, file: Path) -> None:
    """Read `instance/config.py`. It is a program of the operator's: whatever goes wrong in it is told, not traced."""
    try:
        config.from_pyfile(str(file), silent=True)
    except SyntaxError as error:
        raise Misconfigured(f"{file} 第 {error.lineno} 行写法不对，应如 PORT = 8080，文字要加引号。") from None
    except OSError as error:
        raise Misconfigured(f"不能读 {file}：{error.strerror}。") from None
    except Exception as error:
        raise Misconfigured(f"{file} 读不通（{type(error).__name__}：{error}），应如 PORT = 8080。") from None


def _understood(url: str) -> None:
    """Refuse an address of no database, without showing it: it may hold a password."""
    try:
        known = make_url(url).get_backend_name() in ("sqlite", "postgresql")
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        known = False
    if not known:
        raise Misconfigured("DATABASE_URL 写法不对，应如 postgresql://用户:密码@主机/库名；不设则用 SQLite。")


LOOPBACK = ("127.0.0.1", "localhost", "::1")


def warnings(config: Config) -> list[str]:
    """What is allowed and yet unwise in real use: one sentence each, naming the setting."""
    if config["DEMO"] or config.get("TESTING"):
        return []
    told = []
    if not config["MAIL_SERVER"]:
        told.append("SEEDBANK_MAIL_SERVER 没有设置：邮件（邀请、重设密码）发不出去，会一直排队。")
    elif not config["MAIL_TLS"]:
        told.append("SEEDBANK_MAIL_TLS 关着：邮件和 SMTP 密码不加密地走在网上。")
    if config["PUBLIC_URL"].startswith("http:") and not _is_loopback(urlsplit(config["PUBLIC_URL"]).hostname):
        told.append("SEEDBANK_PUBLIC_URL 不是 https：密码和公文不加密地走在网上。")
    if config["PROXIES"]:
        told.append(_counted_proxies(config))
    return told + _open_database(config["SQLALCHEMY_DATABASE_URI"])


def _open_database(url: str) -> list[str]:
    """A database on another computer, whose certificate nobody asks for."""
    address = make_url(url)
    host = str(address.query.get("host") or address.host or "")
    if not host or host.startswith("/") or _is_loopback(host) or address.query.get("sslmode") == "verify-full":
        return []
    return [f"DATABASE_URL 的数据库在 {host} 上，没有要求加密、核对证书：请在地址后加 ?sslmode=verify-full。"]


def _is_loopback(host: str | None) -> bool:
    return host in LOOPBACK


def front_of(config: Config) -> list[str]:
    """The addresses whose word of a visitor is believed. Who still counts proxies has one on this machine."""
    if not config["FRONT"] and config["PROXIES"] and _is_loopback(config["HOST"]):
        return ["127.0.0.1", "::1"]
    return [address for address in config["FRONT"].split(",") if address]


def not_here(host: str) -> str:
    """What is said of a HOST that is no address of this machine."""
    return f"HOST 应为本机的地址，现在是“{host}”。"


def _nobody_in_front(host: str) -> str:
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        return not_here(host)
    return (
        f"HOST 现在是 {host}，别的机器也连得到，前面必须有反向代理：请把它的地址写进 SEEDBANK_FRONT，例如 "
        "SEEDBANK_FRONT=127.0.0.1；或把 HOST 改为 127.0.0.1。"
    )


def _counted_proxies(config: Config) -> str:
    """What becomes of a setting that counted proxies without saying where they stand."""
    if config["FRONT"]:
        return "SEEDBANK_PROXIES 不再起作用，以 SEEDBANK_FRONT 为准：请去掉它。"
    return "SEEDBANK_PROXIES 已由 SEEDBANK_FRONT 取代：现在当作反向代理就在本机。请改为 SEEDBANK_FRONT=127.0.0.1。"


def refuse_unsafe(config: Config) -> None:
    """Stop a start that would not be safe: a development secret in production, a demo open to the network."""
    loopback = _is_loopback(config["HOST"])
    if config["DEMO"] and not loopback:
        raise Misconfigured(f"演示方式只许在本机地址上开：HOST 现在是 {config['HOST']}，请改为 127.0.0.1。{NO_DEMO}")
    if config["DEMO"] and (config["FRONT"] or config["PROXIES"]):
        raise Misconfigured(f"演示方式不能放在反向代理后面：请去掉 SEEDBANK_FRONT 和 SEEDBANK_PROXIES。{NO_DEMO}")
    if not loopback and not config["FRONT"]:
        raise Misconfigured(_nobody_in_front(config["HOST"]))
    if config["DEMO"] or config.get("TESTING"):
        return
    secret = str(config["SECRET_KEY"])
    if secret == DEVELOPMENT_SECRET or len(secret) < 32:
        raise Misconfigured(
            "SECRET_KEY 不足 32 个字符（或是开发用的），正式使用不行。请去掉这项设置，用密钥目录里自动生成的；"
            "或另设一个，例如用 python3 -c 'import secrets; print(secrets.token_hex(32))' 生成。"
        )
