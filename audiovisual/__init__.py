"""The seed bank (种子库): the application factory. Each package below is a thing a person would name.

kernel     what every feature stands on        search     index and query language
people     users, roles, houses, sessions      projects   filing, screening, scheduling, production, the bank
reviews    rounds, panels, opinions, changes   documents  official letters
desk       work lists, key titles, urgent      demo       the demonstration bank
"""

from __future__ import annotations

import hashlib
import importlib
import os
from pathlib import Path
from typing import Any

from babel import Locale
from flask import Flask, has_request_context, session, url_for
from flask_login import current_user
from markupsafe import Markup

from workflows.access import Actor

from . import config
from .extensions import babel, bootstrap, csrf, login_manager, migrate
from .ground import mofiles
from .kernel import addresses, database, front, logs, modes, plain, problems, text, web
from .kernel.languages import LOCALES, QuickDomain, in_template
from .kernel.model import db, today
from .kernel.web import script_root

LISTENERS = (
    "people.quotas",
    "people.retention",
    "people.own_data",
    "projects.own_data",
    "reviews.own_data",
    "people.infected",
    "projects.clocks",
    "reviews.operations.panels",
    "reviews.operations.changes",
    "reviews.standing",
    "reviews.media",
    "documents.operations",
    "documents.proposals",
    "documents.standing",
    "desk.notices",
    "projects.operations.leaving",
    "reviews.operations.leaving",
    "reviews.operations.partial",
    "reviews.operations.suspension",
    "desk.leaving",
    "readiness",
)
FEATURES = ("people", "projects", "reviews", "documents", "search", "desk")


def create_app(overrides: dict[str, Any] | None = None) -> web.SeedBank:
    """Make the application. `overrides` are settings for tests; `SEEDBANK_INSTANCE` names another instance folder.

    Refuses to start when a setting is unsafe (`config.Misconfigured`). What this process makes from here on is readable
    to its own account alone.
    """
    modes.keep_to_ourselves()
    instance = Path(os.environ.get("SEEDBANK_INSTANCE") or config.ROOT / "instance").resolve()
    if overrides and "INSTANCE" in overrides:
        instance = Path(overrides["INSTANCE"])
    config.make_folder(instance)
    app = web.SeedBank(
        "audiovisual", instance_path=str(instance), root_path=str(config.ROOT / "audiovisual"),
        template_folder=str(config.ROOT / "templates"), static_folder=str(config.ROOT / "static"),
    )  # fmt: skip
    logs.configure()
    config.load(app.config, instance, overrides)
    config.refuse_unsafe(app.config)
    _extend(app)
    _install(app)
    return app


def _extend(app: web.SeedBank) -> None:
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", database.engine_options(url))
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(config.ROOT / "audiovisual" / "translations")
    db.init_app(app)
    with app.app_context():
        database.listen(db.engine)
    migrate.init_app(app, db, directory=str(config.ROOT / "audiovisual" / "migrations"), render_as_batch=True)
    mofiles.renew()
    babel.init_app(app, locale_selector=_locale)
    babel.domain_instance = QuickDomain(app.config["BABEL_TRANSLATION_DIRECTORIES"])
    bootstrap.init_app(app)
    plain.only_here(app)
    csrf.init_app(app)
    login_manager.init_app(app)
    app.wsgi_app = front.Front(  # type: ignore[method-assign]
        app.wsgi_app, config.front_of(app.config), keeps_headers=app.config["DEMO"]
    )


def _install(app: web.SeedBank) -> None:
    app.url_map.converters["int"] = addresses.Id
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.globals["_"] = in_template
    text.install(app)
    problems.install(app)
    web.install(app)
    from . import cli
    from .kernel import health

    for name in (*(f"{feature}.models" for feature in FEATURES), *LISTENERS):
        importlib.import_module(f"audiovisual.{name}")  # known before the first statement, whichever page is opened

    app.register_blueprint(health.bp)
    for name in (
        "kernel.file_views",
        "kernel.draft_views",
        "kernel.front_views",
        *(f"{feature}.views" for feature in FEATURES),
    ):
        app.register_blueprint(importlib.import_module(f"audiovisual.{name}").bp)
    cli.install(app)
    app.jinja_env.globals["asset"] = asset = _asset(app)
    app.jinja_env.globals["drawn_icon"] = _icon(asset)
    app.context_processor(_for_templates)


def _locale() -> Locale:
    """The person's language, else the browser session's choice, else Chinese; Chinese for commands and the worker."""
    code = "zh"
    if has_request_context():
        person = current_user._get_current_object()
        code = person.locale if person.is_authenticated else session.get("locale", "zh")
    return LOCALES.get(code, LOCALES["zh"])


def _asset(app: Flask) -> Any:
    known: dict[tuple[str, str], str] = {}

    def asset(name: str) -> str:
        """URL of a static file with a print of its content, so that it may be cached for long."""
        key = (script_root(), name)  # a page asks for thirty: the address is made once
        if key not in known:
            content = (Path(app.static_folder or "") / name).read_bytes()
            known[key] = url_for("static", filename=name, v=hashlib.sha256(content).hexdigest()[:10])
        return known[key]

    return asset


def _icon(asset: Any) -> Any:
    known: dict[tuple[str, str, str], Markup] = {}

    def icon(name: str, size: str = "") -> Markup:
        """A drawing of the icon sheet; a page shows fifty, each is written down once."""
        key = (script_root(), name, size)
        if key not in known:
            drawn = '<svg class="ic{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>'
            known[key] = Markup(drawn).format(f" {size}" if size else "", asset("img/icons.svg"), name)
        return known[key]

    return icon


def _for_templates() -> dict[str, Any]:
    from .kernel import ended
    from .kernel.drawn import csrf_token
    from .kernel.web import current_actor
    from .people.queries import bureau_name, role_labels

    actor, person = current_actor(), current_user._get_current_object()
    return {
        "actor": actor, "bureau_name": bureau_name(), "csrf_token": csrf_token, "html_lang": "en" if text.is_english() else "zh-CN",
        "menu": _menu(actor) if person.is_authenticated else None, "my_roles": role_labels(actor),
        "unread": person.unread if person.is_authenticated else 0, "today": today(),
        "taken": ended.mark_of_taken(),
    }  # fmt: skip


def _menu(actor: Actor) -> Markup:
    """The side menu of the signed-in person, drawn by the desk."""
    from .desk.menu import drawn_menu

    return drawn_menu(actor)
