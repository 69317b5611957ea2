"""The models and the migrations say the same: upgrade an empty database, then compare (`flask db check`).

Run by `make check`, which gives it an instance folder of its own.
"""

import sys

import flask_migrate

from audiovisual import create_app


def main() -> int:
    """Exit 0 when they agree; else the differences are named."""
    with create_app().app_context():
        flask_migrate.upgrade()
        flask_migrate.check()
    return 0


if __name__ == "__main__":
    sys.exit(main())
