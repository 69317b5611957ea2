"""Acts of the second half: the cut, the panel, opinions, settled rows, decision, letter, answers, passing, airing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from audiovisual.documents.models import Document
from audiovisual.documents.operations import seal
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import db, today
from audiovisual.projects.models import PERMITS
from audiovisual.projects.operations import production, records
from audiovisual.reviews.models import Assignment, Clause, Norm, Round
from audiovisual.reviews.operations import bottom_line, changes, cuts, left_out, opinions, panels, settling
from audiovisual.reviews.queries import candidates, open_round
from audiovisual.reviews.unsettled import failed_checks
from workflows.cuts import WHOLE

from .filing_acts import house_of
from .script import Script, frame

OUTCOME = {"pass": "passed", "pass_after_changes": "pass_after_changes", "re_review": "re_review", "refuse": "refused"}
NORMS = {"63号令": "令63号", "通则": "审核通则", "细则2021": "短视频细则", "AI标识办法": "其他依据"}


def deliver(script: Script, given: dict[str, Any], note: str = "送审版 v1") -> None:
    """The house delivers its cut; the demonstration's clip stands for each episode."""
    project = script.project()
    cuts.deliver(project, house_of(script, given), _clips(script, project.episodes or 1), note)


def _clips(script: Script, episodes: int) -> dict[int, StoredFile]:
    clip = script.stage.clip()
    return dict.fromkeys(range(1, episodes + 1), clip) if episodes > 1 else {WHOLE: clip}


def round_of(script: Script) -> Round:
    """The round that is open now."""
    round_ = open_round(script.project_id)
    assert round_ is not None
    return round_


def open_panel(script: Script, officer: str, wanted: list[str], invite: bool = True) -> None:
    """Open a round, seat the wanted experts, then whoever is free until the panel is full, and invite them."""
    actor, project = script.cast.actor(officer), script.project()
    round_ = panels.open_(project, actor)
    keys = {script.cast.users[key]: key for key in wanted}
    free = [c.user for c in candidates(project) if c.free]
    chosen = [user for user in free if user.id in keys]
    chosen += [user for user in free if user.id not in keys][: max(0, round_.seats - len(chosen))]
    for user in chosen[: max(round_.seats, len(wanted))]:
        panels.choose(round_, actor, user, is_lead=bool(wanted) and user.id == script.cast.users[wanted[0]])
    if invite:
        panels.invite(round_, actor)


def accept(script: Script, leave_out: int = 0) -> None:
    """The invited experts accept, but for the last ones."""
    assignments = list(round_of(script).assignments)
    for assignment in assignments[: len(assignments) - leave_out]:
        if assignment.state == "invited":
            opinions.take(assignment, _expert(script, assignment))


def _expert(script: Script, assignment: Assignment) -> Any:
    key = next(key for key, id_ in script.cast.users.items() if id_ == assignment.expert_id)
    return script.cast.actor(key)


def write(script: Script, index: int, opinion: dict[str, Any], sign: bool = True) -> None:
    """One expert of the panel writes his opinion and signs."""
    round_ = round_of(script)
    wanted = script.cast.users.get(opinion.get("expert", ""))
    mine = [a for a in round_.assignments if a.state == "accepted"]
    assignment = next((a for a in mine if a.expert_id == wanted), None) or next(iter(mine), None)
    if assignment is None:
        return
    me = _expert(script, assignment)
    _scores(assignment, me, opinion["scores"])
    for row in opinion["rows"]:
        opinions.add_row(assignment, me, **_row(row))
    conclusion = OUTCOME[opinion["conclusion"]]
    must = any(row["severity"] == "must" for row in opinion["rows"])
    if conclusion == "passed" and must:
        conclusion = "pass_after_changes"
    opinions.save_opinion(assignment, me, None, conclusion, opinion["comment"])
    if sign:
        opinions.sign(assignment, me)


def _scores(assignment: Assignment, me: Any, scores: dict[str, Any]) -> None:
    fails = scores["A"]["fails"]
    for key in sorted(opinions.dimensions_of(assignment.round)):
        code, _, item = key.partition(".")
        if item:
            failed = item in fails
            opinions.save_score(
                assignment, me, key, 0 if failed else 1, fails[item] if failed else scores["A"]["reason"]
            )
        else:
            opinions.save_score(assignment, me, key, scores[code]["score"], scores[code]["reason"])


def _row(row: dict[str, Any]) -> dict[str, Any]:
    clause_id, words = _basis(tuple((b["norm"], b["clause"]) for b in row["basis"]))
    if row["severity"] == "must" and not words:
        words = "国家通用语言文字法"
    return {
        "episode": row["episode"], "frame_in": frame(row["in"]), "frame_out": frame(row["out"]), "problem": row["problem"],
        "dimension": row["dimension"], "clause_id": clause_id, "basis": words, "demand": row["kind"],
        "demand_text": row["demand"], "severity": row["severity"],
    }  # fmt: skip


def _basis(cited: tuple[tuple[str, str], ...]) -> tuple[int | None, str]:
    """The clause of the library where it holds the cited one, and the citation in words."""
    words = "；".join(f"{norm}{clause}" for norm, clause in cited)
    if not cited:
        return None, ""
    norm, reference = cited[0]
    if NORMS.get(norm, norm) == "其他依据" or not reference:
        norm, reference = "其他依据", norm
    found = select(Clause.id).join(Norm, Norm.id == Clause.norm_id)
    clause_id = db.session.scalar(found.where(Norm.code == NORMS.get(norm, norm), Clause.reference == reference))
    return clause_id, words


def settle(script: Script, officer: str, settled: list[dict[str, Any]] | None, outcome: str, summary: str) -> None:
    """Points settled as the text says, else every must of the panel and its first suggestions; the others left out, failed
    bottom lines answered; then proposed."""
    round_, actor = round_of(script), script.cast.actor(officer)
    given = [list(a.opinion.rows) for a in round_.assignments if a.state == "signed"]
    if settled is None:
        rows = [row for rows in given for row in rows if row.severity == "must"][:9]
        rows += [row for rows in given for row in rows if row.severity == "should"][:3]
        for row in rows:
            settling.adopt(round_, actor, [row])
    else:
        for told in settled:
            _settle_one(round_, actor, given, told)
    _leave_out_the_rest(round_, actor)
    for key in failed_checks(round_):
        stands = outcome in ("re_review", "refused")
        bottom_line.answer(round_, actor, key, stands, UPHELD if stands else DISMISSED)
    grounds = (
        "整改后仍不符合备案时承诺的内容要求，主要情节与备案公示内容不一致，不予许可。" if outcome == "refused" else ""
    )
    settling.propose(round_, actor, outcome, summary, grounds)


UPHELD = "经会商，专家的判断成立，已列为必改条目，改到位之前不予通过。"
DISMISSED = "经会商，所指段落有完整的前后情节交代，未达到不合格的程度，已列为条目要求修改。"
NOT_TAKEN = (
    "与已采用的条目说的是同一处，按那一条改即可。", "属艺术处理，经会商不作为修改要求。", "该处已在送审前改过，会上复看确认。",
    "意见有道理，但改动牵动全片结构，供制作机构参考，不写入函。",
)  # fmt: skip
"""Why points were not taken up, one after the other."""


def _leave_out_the_rest(round_: Round, actor: Any) -> None:
    """Every signed point that stands in no row is left out with a reason."""
    taken = {source.row_id for change in round_.changes for source in change.sources}
    signed = [row for a in round_.assignments if a.state == "signed" for row in a.opinion.rows]
    for place, row in enumerate(row for row in signed if row.id not in taken):
        left_out.leave_out(round_, actor, [row], NOT_TAKEN[place % len(NOT_TAKEN)])


def _settle_one(round_: Round, actor: Any, given: list[list[Any]], row: dict[str, Any]) -> None:
    fields = _row(row)
    sources = [given[i][j] for i, j in row["from"] if i < len(given) and j < len(given[i])]
    change = settling.adopt(round_, actor, sources) if sources else None
    words = {key: fields[key] for key in settling.FIELDS if key in fields}
    if change is None:
        settling.add(round_, actor, **words)
    else:
        settling.edit(change, actor, None, **words)


def decide(script: Script, who: str, word: str) -> None:
    """Head agrees, leader decides."""
    round_ = round_of(script)
    step = settling.agree if round_.state == "proposed" else settling.decide
    step(round_, script.cast.actor(who), word)


def seal_letter(script: Script) -> None:
    """The sealer numbers and seals; the worker makes and serves the letter."""
    drafts = select(Document).where(Document.project_id == script.project_id, Document.state == "drafted")
    seal(db.session.scalars(drafts).one(), script.cast.actor("baoxiuyun"))


def answer(script: Script, given: dict[str, Any], settled: list[dict[str, Any]] | None, share: float = 1.0) -> None:
    """The house answers the rows, the musts first: all, or a share of the musts."""
    house, rows = house_of(script, given), list(round_of(script).changes)
    said = [row["answer"] for row in settled] if settled else [None] * len(rows)
    must = [pair for pair in zip(rows, said, strict=False) if pair[0].severity == "must"]
    for change, told in must[: round(len(must) * share)]:
        text = told["text"] if told else "已按要求修改，并重新合成该段，详见附件说明。"
        changes.answer(change, house, "done", text, file_id=script.stage.paper_id)
    for change, told in zip(rows, said, strict=False) if share == 1.0 else ():
        if change.severity == "should":
            text = told["text"] if told else "已采纳，相应段落作了调整。"
            changes.answer(change, house, "done", text)


def hand_back(script: Script, given: dict[str, Any], new_cut: bool = False) -> None:
    """The house hands the title back."""
    project = script.project()
    parts = _clips(script, project.episodes or 1) if new_cut else None
    cuts.resubmit(project, house_of(script, given), parts, "整改版 v2" if new_cut else "")


def verify(script: Script, officer: str, settled: list[dict[str, Any]] | None, all_closed: bool = True) -> None:
    """The officer closes what was done, and reopens what the text says was not."""
    actor, rows = script.cast.actor(officer), list(round_of(script).changes)
    told = settled or [{"check": "closed", "check_note": "已看片核验。"}] * len(rows)
    for change, word in zip(rows, told, strict=False):
        if change.state != "answered":
            continue
        if word["check"] == "reopened" and not all_closed:
            changes.reopen(change, actor, word["check_note"] or "改动不到位，请再改。")
        elif word["check"] != "open" or all_closed:
            changes.close(change, actor, word["check_note"])
    if not all_closed and script.project().changes_unanswered:
        changes.ask_again(script.project(), actor, "有条目改动不到位，请按退回意见再改。")


def pass_title(script: Script, officer: str) -> None:
    """The title is passed and gets the licence its class needs."""
    project, actor = script.project(), script.cast.actor(officer)
    changes.pass_title(project, actor)
    licence = (project.class_detail or {}).get("licence")
    kind = "release_filing" if licence == "filing_numbers" else licence
    if kind in PERMITS:
        records.record_permit(project, actor, kind, licence_number(project, kind), today())


def licence_number(project: Any, kind: str) -> str:
    """A plausible number for the demonstration, different for each title."""
    year, n = today().year, project.id
    if kind == "series_licence":
        word = {"web_series": "网剧", "web_film": "网影", "animation": "网动"}.get(project.type, "网剧")
        return f"（苏）{word}审字（{year}）第{n:03d}号"
    if kind == "micro_licence":
        return f"（苏）微短剧审字（{year}）第{n:03d}号"
    return f"（苏）{PERMITS[kind]}（{year}）第{n:03d}号"


def air(script: Script, given: dict[str, Any]) -> None:
    """The first airing with its evidence."""
    project = script.project()
    numbers = [permit.number for permit in project.permits_valid(today())]
    production.air(
        project, house_of(script, given), platform=given["platforms"][0], aired_on=today(),
        licence_number=numbers[-1] if numbers else "", url=f"https://video.example/{project.id}", evidence="首播页面截图存档。",
    )  # fmt: skip
