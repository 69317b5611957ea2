"""Commands say in one sentence what stands in their way, and their help is in the readers' language."""

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from audiovisual.kernel.model import db
from tests.conftest import make_app

ROOT = Path(__file__).resolve().parents[1]
NEEDS_TABLES = (
    ["work", "--once"], ["audit", "verify"], ["search", "rebuild"], ["search", "check"], ["search", "query", "灯", "--as", "a"],
    ["demo"],
)  # fmt: skip


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=list(map(str, arguments)))


@pytest.fixture
def without_tables(instance):
    app = make_app(instance)
    with app.app_context():
        yield app
        db.engine.dispose()


@pytest.mark.parametrize("command", NEEDS_TABLES, ids=" ".join)
def test_without_tables_a_command_says_what_to_run_first(without_tables, command):
    result = run(without_tables, *command)
    assert (result.exit_code, result.output.startswith("Error: 数据库还没有建好")) == (1, True)


def test_without_a_database_nothing_is_backed_up(without_tables, tmp_path):
    result = run(without_tables, "backup", tmp_path / "copy")
    assert (result.exit_code, "数据库还没有建好" in result.output) == (1, True)


def test_a_file_is_no_folder_to_back_up_into(app, tmp_path):
    (tmp_path / "file").write_text("x")
    assert run(app, "backup", tmp_path / "file").exit_code == 2
    result = run(app, "backup", "/proc/nowhere")
    assert (result.exit_code, "不能读写" in result.output) == (1, True)


@pytest.mark.parametrize("manifest", ["[]", '{"files": {}}', '{"database": "x", "database_sha256": "", "files": {}}'])
def test_a_foreign_folder_is_no_backup(app, tmp_path, manifest):
    (tmp_path / "manifest.json").write_text(manifest)
    result = run(app, "restore", tmp_path)
    assert (result.exit_code, result.output.startswith("Error: ")) == (1, True)


def test_no_page_and_no_batch_below_one(app):
    assert run(app, "search", "rebuild", "--batch", 0).exit_code == 2
    assert run(app, "search", "query", "灯", "--as", "a", "--page", 0).exit_code == 2


def test_every_command_of_ours_explains_itself_in_chinese(app):
    listed = run(app, "--help").output
    ours = ("audit", "backup", "demo", "init", "keys", "outbox", "restore", "search", "verify", "work")
    lines = {name: re.search(rf"^  {name} +(.*)$", listed, re.MULTILINE)[1] for name in ours}
    assert [name for name, line in lines.items() if not re.search("[\u4e00-\u9fff]", line)] == []


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "k" * 40, "DATABASE_URL": "rubbish"}, "DATABASE_URL 写法不对"),
        pytest.param({"SECRET_KEY": "k" * 40, "DATABASE_URL": "postgresql://h:abc/d"}, "DATABASE_URL 写法不对", marks=pytest.mark.slow),
        pytest.param({"SECRET_KEY": "k" * 40, "PORT": "abc"}, "PORT 应为 1 到 65535 的整数", marks=pytest.mark.slow),
        pytest.param(
            {"SECRET_KEY": "k" * 40, "SEEDBANK_INSTANCE": "/dev/null"}, "SEEDBANK_INSTANCE 应为可以写的目录", marks=pytest.mark.slow
        ),
    ],
)  # fmt: skip
def test_a_setting_that_is_refused_is_told_without_a_traceback(tmp_path, wrong, word):
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("SEEDBANK", "DATABASE", "SECRET"))}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "audit", "verify"], cwd=ROOT, text=True,
        env=kept | {"SEEDBANK_INSTANCE": str(tmp_path)} | wrong, capture_output=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, word in done.stderr, "Traceback" in done.stderr) == (1, True, False), done.stderr


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("novels.jsonl.gz", b"no gzip at all", "不是完整的 gzip 文件。"),
        ("novels.jsonl.gz", gzip.compress(b'{"text": "x"}' * 999)[:-20], "不是完整的 gzip 文件。"),
        (
            "novels.jsonl",
            '{"text": "他走了进来。"}\nnonsense'.encode(),
            "第 2 行应为一个 JSON 对象，其中 text 是文字。",
        ),
        ("novels.jsonl", b'{"title": "x"}', "第 1 行应为一个 JSON 对象，其中 text 是文字。"),
        ("novels.jsonl", "灯火".encode("gbk"), "不是 UTF-8 编码的文字。"),
        ("novels.jsonl", b'{"text": "x"}', "里没有可用的句子（6 到 160 字，以句号、问号或叹号结尾）。"),
    ],
    ids=["no gzip", "cut off", "no JSON", "no text", "no UTF-8", "no sentence"],
)
def test_a_file_of_stories_that_is_none_is_told_in_a_sentence(app, tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    result = run(app, "demo", "--projects", 20, "--text", tmp_path / name)
    assert (result.exit_code, result.output.startswith("Error: "), told in result.output) == (1, True, True), (
        result.output
    )
