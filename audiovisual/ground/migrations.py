"""The models and the migrations say the same: upgrade an empty database, then compare (`flask db check`)."""

import os
import sys
import tempfile


def main() -> int:
    """Exit 0 when they agree; else the differences are named."""
    with tempfile.TemporaryDirectory(prefix="seedbank-check-") as folder:
        # before the application is made: a check never touches the bank of this checkout
        os.environ["SEEDBANK_INSTANCE"] = folder
        os.environ.pop("DATABASE_URL", None)
        import flask_migrate

        from audiovisual import create_app

        with create_app().app_context():
            flask_migrate.upgrade()
            flask_migrate.check()
    return 0


if __name__ == "__main__":
    sys.exit(main())
