"""Fill in the templates from the settings of this environment; see the package."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from audiovisual import config, create_app

from . import Place, write


def main(arguments: list[str]) -> int:
    """Write them; gives 1 with one sentence where a setting stands against it."""
    parser = argparse.ArgumentParser(
        "python -m audiovisual.ground.front", description="按设置写出 nginx 和 systemd 的配置。"
    )
    parser.add_argument("folder", metavar="目录", type=Path, help="写到哪里，nginx 要读得到，例如 /etc/seedbank/front")
    parser.add_argument("--certificate", metavar="文件", type=Path, required=True, help="证书（含中间证书，PEM）")
    parser.add_argument("--key", metavar="文件", type=Path, required=True, help="证书的私钥（PEM）")
    parser.add_argument(
        "--account", metavar="用户", default=Place.account, help="运行种子库的系统用户，默认 %(default)s"
    )
    parser.add_argument("--settings", metavar="文件", default=Place.settings, help="写设置的文件，默认 %(default)s")
    parser.add_argument("--logs", metavar="目录", default=Place.logs, help="nginx 的日志，默认 %(default)s")
    parser.add_argument("--backups", metavar="目录", default=Place.backups, help="每天的备份放在哪里，默认 %(default)s")
    given = parser.parse_args(arguments)
    place = Place(
        folder=given.folder.resolve(),
        certificate=given.certificate.resolve(),
        key=given.key.resolve(),
        account=given.account,
        settings=given.settings,
        logs=given.logs,
        backups=given.backups,
    )
    try:
        written = write(create_app(), place)
    except config.Misconfigured as refusal:
        print(refusal, file=sys.stderr)
        return 1
    print(f"已写到 {place.folder}：{len(written)} 个文件。怎样装上，见 README 的“正式使用”。")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
