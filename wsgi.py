"""The seed bank as a WSGI application: `wsgi:app` for a server, `flask --app wsgi` for commands.

`python wsgi.py` prepares and serves it by itself, without make, on Windows too.
"""

if __name__ == "__main__":
    from audiovisual.ground.serve import plainly

    plainly()
else:
    import sys

    import click

    from audiovisual import create_app
    from audiovisual.config import Misconfigured

    try:
        app = create_app()
    except Misconfigured as refusal:
        if click.get_current_context(silent=True) is None:
            raise  # a server wants to know that this cannot be tried again
        sys.exit(str(refusal))
