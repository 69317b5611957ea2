"""Facts on the timeline are told as facts: earlier ones bore the words of the button that was pressed.

An expert's city is the name a person reads; what was once kept as a key gets its name and keeps it.

Revision ID: 0013
Revises: 0012
"""

from alembic import op
from sqlalchemy import column, select, table

revision, down_revision, branch_labels, depends_on = "0013", "0012", None, None

# (subject, act, words of the button, the fact)
FACTS = (
    ("project", "accept", "受理", "受理了申报"),
    ("project", "decline", "不予受理", "决定不予受理"),
    ("project", "send_back", "退回再审", "退回了初审意见"),
    ("project", "screen", "同意入库", "审定同意入库"),
    ("project", "reject", "不予入库", "审定不予入库"),
    ("project", "start_production", "登记开机", "登记了开机"),
    ("project", "deliver", "送审样片", "送审了样片"),
    ("project", "ask_again", "退回再改", "退回了整改"),
    ("project", "air", "登记播出", "登记了播出"),
    ("project", "suspend", "暂停办理", "暂停了办理"),
    ("project", "resume", "恢复办理", "恢复了办理"),
    ("project", "rest", "列为休眠", "列为了休眠"),
    ("project", "recuse", "申请回避", "申请了回避"),
    ("review_round", "propose", "呈处长审签", "呈给了处长审签"),
    ("review_round", "send_back", "退回经办", "退回了经办"),
    ("review_round", "cancel", "取消本轮", "取消了本轮"),
    ("assignment", "send", "邀请专家", "邀请了专家"),
    ("change", "close", "核验通过", "省局核验通过"),
    ("change", "reopen", "退回再改", "退回了整改"),
    ("house", "admit", "同意入驻", "同意了入驻"),
    ("house", "refuse", "不同意入驻", "没有同意入驻"),
    ("house", "bar", "停用机构", "停用了机构"),
    ("house", "restore", "恢复机构", "恢复了机构"),
    ("house", "registered", "申请入驻", "申请了入驻"),
    ("urgent_request", "ask", "申请加急", "申请了加急"),
    ("urgent_request", "approve", "批准加急", "批准了加急"),
    ("urgent_request", "revoke", "撤销加急", "撤销了加急"),
    ("change_request", "approve", "同意变更", "同意了变更"),
    ("change_request", "refuse", "不同意变更", "没有同意变更"),
    ("co_review", "cancel", "取消协审", "取消了协审"),
    ("document", "seal", "编号用印", "编了号"),
    ("document", "serve", "送达", "送达了公文"),
    ("document", "drop", "撤销文稿", "撤销了文稿"),
)
CITIES = {
    "nanjing": "南京市",
    "wuxi": "无锡市",
    "xuzhou": "徐州市",
    "changzhou": "常州市",
    "suzhou": "苏州市",
    "nantong": "南通市",
    "lianyungang": "连云港市",
    "huaian": "淮安市",
    "yancheng": "盐城市",
    "yangzhou": "扬州市",
    "zhenjiang": "镇江市",
    "taizhou": "泰州市",
    "suqian": "宿迁市",
}
EXPERT = table("expert", column("city"))
MESSAGE = table("message", column("event_id"), column("subject"))
EVENT = table("event", column("id"), column("subject_type"), column("trigger"), column("text"), column("public_text"))


def upgrade() -> None:
    for subject, act, button, fact in FACTS:
        _say(subject, act, button, fact)
    for key, name in CITIES.items():
        op.execute(EXPERT.update().where(EXPERT.c.city == key).values(city=name))


def downgrade() -> None:
    for subject, act, button, fact in FACTS:
        _say(subject, act, fact, button)


def _say(subject: str, act: str, before: str, after: str) -> None:
    """Change the words of one kind of fact: those for the staff, those for the house, those of the messages about it."""
    is_of_the_kind = EVENT.c.subject_type == subject, EVENT.c.trigger == act
    of_the_kind = EVENT.update().where(*is_of_the_kind)
    about_it = MESSAGE.c.event_id.in_(select(EVENT.c.id).where(*is_of_the_kind))
    op.execute(MESSAGE.update().where(about_it, MESSAGE.c.subject == before).values(subject=after))
    op.execute(of_the_kind.where(EVENT.c.text == before).values(text=after))
    op.execute(of_the_kind.where(EVENT.c.public_text == before).values(public_text=after))
