"""What the front says by itself, when the application is not asked or does not answer: in both languages."""

from __future__ import annotations

from audiovisual.ground.refusing import TOLD

SAID: dict[int, tuple[str, str]] = {
    400: (
        "请求看不懂，没有办成。请返回再试一次。",
        "The request could not be read, and nothing was done. Go back and try again.",
    ),
    401: (
        "登录已过期，文件没有收下。请重新登录再传。",
        "You are no longer logged in, and the file was not taken. Log in and send it again.",
    ),
    403: (
        "没有收下：您不能在这里交文件，或者这一页打开得太久了。请刷新再试。",
        "Not taken: you may not send files here, or the page has been open too long. Reload it and try again.",
    ),
    404: (
        "没有这个页面，或者您无权查看。",
        "There is no such page, or it is not yours to see.",
    ),
    405: (
        "这个地址不能这样打开，请从页面上的按钮进入。",
        "This address cannot be opened like that. Use the buttons of the pages.",
    ),
    408: (
        "网络太慢，这次没有传完，请再试一次。",
        "The connection was too slow and not everything arrived. Try again.",
    ),
    411: (
        "请求没有写明长度，没有收下。请从页面上提交。",
        "The request did not say how long it is, and was not taken. Send it from the page.",
    ),
    413: (
        "内容太大，没有收下。文字请分开填写，文件请用上传功能。",
        "Too large, and not taken. Fill in texts in parts, and use the upload for files.",
    ),
    416: (
        "文件没有这一段内容。",
        "The file has no such part.",
    ),
    421: (
        "网址里的主机名不对，没有办成。",
        "The name of the computer in the address is not right.",
    ),
    429: (
        "从您这里来的请求太频繁，请等半分钟再试。",
        "Too many requests are coming from where you are. Wait half a minute and try again.",
    ),
    500: (
        "系统出了错，这次没有办成，请稍后再试。",
        "Something broke and nothing was done. Try again later.",
    ),
    502: (
        "系统正在启动或维护，请稍等一分钟再试。写的还在这台电脑上。",
        "The system is starting or being serviced. Try again in a minute; what you wrote is still on this computer.",
    ),
    503: (
        "系统忙，请稍等片刻再试。",
        "The system is busy. Try again in a moment.",
    ),
    504: (
        "系统答复得太慢，不知道这次办成没有。请刷新看一看，再决定是否重试。",
        "The system did not answer in time, and it is not known whether it was done. Reload and look before you try again.",
    ),
    507: (
        "服务器磁盘已满，没有收下。请告诉管理员，稍后再试。",
        "The server's disk is full, and nothing was taken. Tell the administrator and try later.",
    ),
} | {status: (chinese, english) for _kind, status, _reason, chinese, english in TOLD if status in (414, 431)}
"""What the front says by itself, in both languages."""
