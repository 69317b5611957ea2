"""Acts of the first half of a title's life: filing, receipt, completion, co-review, screening, schedule, production."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from audiovisual.desk import keys
from audiovisual.desk import operations as desk
from audiovisual.kernel.model import today
from audiovisual.kernel.rules import rule_on
from audiovisual.projects.classes import class_of
from audiovisual.projects.operations import completion, filing, intake, office, production, records
from workflows.filing import papers_needed

from . import texts
from .script import Script, yuan

NODES = {
    "剧本定稿": "script_lock",
    "开机": "shooting_start",
    "杀青": "shooting_end",
    "送审": "cut_delivery",
    "上线": "release",
}
CRITERIA = ("strength", "maturity", "feasibility", "market")


def fields_of(given: dict[str, Any], script: Script) -> dict[str, Any]:
    """A filing's text as the fields a house fills in."""
    now = script.stage.today
    firsts = given["firsts"]
    contact = _contact(given, script)
    return {
        "title": given.get("former_title") or given["title"], "type": given["type"], "form": given["form"],
        "theme_era": given["theme_era"], "theme_topic": given["theme_topic"], "episodes": given["episodes"],
        "minutes_per_episode": given["minutes_per_episode"], "investment_yuan": yuan(given["investment_wan"]),
        "cast_pay_yuan": yuan(given["cast_pay_wan"]), "lead_pay_yuan": yuan(given["cast_pay_wan"] * 0.6),
        "source_kind": "original" if given["source_kind"] == "original" else "adapted", "source_work": given["source_work"],
        "rights_note": given["rights_note"], "platforms": "、".join(given["platforms"]), "shooting_place": given["shooting_place"],
        "shooting_start": texts.day(given["shooting_start"], now), "shooting_end": texts.day(given["shooting_end"], now),
        "release_on": texts.day(given["release_on"], now), "special_subjects": sorted(given["special_subjects"]),
        "submitted_elsewhere": given["submitted_elsewhere"]["answer"], "elsewhere_detail": given["submitted_elsewhere"]["note"],
        "ai_use": given["ai_use"]["kind"], "ai_note": given["ai_use"]["note"], "synopsis": given["synopsis"],
        "theme_statement": given["theme_statement"], "pledged": True, "contact_name": contact[0], "contact_phone": contact[1],
        **{f"first_{key}": firsts[key]["claimed"] for key in ("created", "reviewed", "released")},
        **{f"first_{key}_evidence": firsts[key]["evidence"] for key in ("created", "reviewed", "released")},
        "credits": given["credits"], "co_producers": [{"name": name} for name in given["co_producers"]],
    }  # fmt: skip


def _contact(given: dict[str, Any], script: Script) -> tuple[str, str]:
    if "contact_new" in given:
        return given["contact_new"]["name"], given["contact_new"]["phone"]
    user = script.cast.user(given["contact"])
    return user.name, user.phone


def draft(script: Script, given: dict[str, Any]) -> None:
    """The house writes its draft and attaches what its class asks for."""
    house = script.cast.actor(script.cast.producer(given["house"]))
    project = filing.create(house, **fields_of(given, script))
    script.project_id = project.id
    for kind in papers_needed(filing.view_of(project), class_of(project), rule_on("filing").value):
        filing.attach(project, house, kind, script.stage.paper())


def house_of(script: Script, given: dict[str, Any]) -> Any:
    """The house's first contact."""
    return script.cast.actor(script.cast.producer(given["house"]))


def ask_completion(script: Script, officer: str, given: dict[str, Any]) -> None:
    """The officer names exactly what is missing."""
    items = given.get("completion") or {"items": [{"what": "分集梗概", "why": "只交了前六集，请补全。"}]}
    named = [{"demand": f"{item['what']}：{item['why']}"} for item in items["items"]]
    named.append({"field": "platforms", "demand": "拟播出平台请写全，自有账号也要列出。"})
    intake.ask_completion(script.project(), script.cast.actor(officer), named)


def complete(script: Script, given: dict[str, Any]) -> None:
    """The house answers every item and hands the filing back."""
    project, house = script.project(), house_of(script, given)
    for item in project.completion.items:
        if item.field == "platforms":
            completion.correct(project.completion, house, {"platforms": f"{project.platforms}、本机构自有账号"})
        else:
            filing.answer_item(item, house, "已按要求补齐，详见附件。", script.stage.paper())
    filing.complete(project, house)


def ask_departments(script: Script, officer: str) -> None:
    """Special subjects: ask each department the class names."""
    project = script.project()
    for department in [*project.co_reviews_lacking]:
        records.ask_co_review(
            project,
            script.cast.actor(officer),
            department,
            f"请就《{project.title}》涉及贵单位职能的内容提出书面意见。",
        )


def hear_departments(script: Script, officer: str, text: str) -> None:
    """Record the departments' answers."""
    for review in script.project().co_reviews:
        if review.state == "asked":
            records.answer_co_review(
                review, script.cast.actor(officer), "agree_with_changes", text, today(), script.stage.paper_id
            )


NOT_FOR_ITS_FIGURES = "分数是按现有材料打的；立项主体和权利关系没有查清，不宜入库。"
"""Why a title is not recommended whose figures are good."""


def propose(script: Script, officer: str, given: dict[str, Any], recommendation: str = "admit") -> None:
    """Class where the rules leave it open, then the four criteria."""
    project, actor = script.project(), script.cast.actor(officer)
    if project.class_code is None:
        intake.decide_class(project, actor, "one", "涉及特殊题材，参照一类管理，从严把关。")
    screening = given["screening"]
    scores = [{"code": c, "score": screening[c]["score"], "reason": screening[c]["reason"]} for c in CRITERIA]
    against = "" if recommendation == "admit" else NOT_FOR_ITS_FIGURES
    intake.propose(project, actor, scores, recommendation, screening["comment"], against)


def schedule(script: Script, officer: str, given: dict[str, Any]) -> None:
    """The planned days of the five nodes."""
    days = {NODES[m["name"]]: texts.day(m["planned"], script.stage.today) for m in given["milestones"]}
    production.schedule(script.project(), script.cast.actor(officer), days)


def report(script: Script, given: dict[str, Any], progress: dict[str, Any]) -> None:
    """One progress report, once per month."""
    period = f"{today():%Y-%m}"
    project = script.project()
    problems = progress["problem"]
    reached, ahead = _reached(script, given), _forecast(project, problems)
    production.report(
        project, house_of(script, given), period, progress["text"], progress["percent"], spent_yuan=yuan(progress["spent_wan"]),
        problems=problems, reached=reached, forecast={kind: on for kind, on in ahead.items() if kind not in reached},
    )  # fmt: skip


def _reached(script: Script, given: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for milestone in given["milestones"]:
        day = texts.day(milestone["actual"], script.stage.today)
        if day is not None and day <= today() and NODES[milestone["name"]] in ("script_lock", "shooting_end"):
            found[NODES[milestone["name"]]] = day
    return found


def _forecast(project: Any, problems: str) -> dict[str, Any]:
    """Trouble shows in the next node's forecast."""
    if not problems:
        return {}
    ahead = next((m for m in project.milestones if m.actual_on is None and m.kind != "release"), None)
    return {ahead.kind: max(ahead.planned_on + timedelta(days=6), today())} if ahead else {}


def urgent(script: Script, given: dict[str, Any], reason: str) -> None:
    """The house asks for the green channel, the leader approves."""
    request = desk.ask_urgent(script.project(), house_of(script, given), reason)
    desk.decide_urgent(request, script.cast.actor("shangdefu"), True, "同意加急，质量标准不变。")


def choose_key(script: Script, reason: str, steward: str, slot: int, year: int) -> None:
    """The title becomes one of the year's ten: the head proposes, the leader agrees, the steward accepts."""
    cast, project = script.cast, script.project()
    proposal = keys.propose_key(project, cast.actor("yanzhongliang"), year, slot, reason, cast.user(steward))
    keys.decide(proposal, cast.actor("shangdefu"), True, "同意。")
    named = keys.open_stewardships(project.id)[-1]
    keys.answer_steward(named, cast.actor(steward), True)


def aside(script: Script, how: str, officer: str, given: dict[str, Any], reason: str) -> None:
    """A side road: withdrawn, suspended, dormant, filed anew."""
    project = script.project()
    match how:
        case "withdrawn":
            filing.withdraw(project, house_of(script, given), reason)
        case "refiled":
            filing.refile(project, house_of(script, given), reason)
        case "suspended":
            office.suspend(project, script.cast.actor(officer), reason)
        case "dormant":
            office.rest(project, script.cast.actor(officer), reason)
