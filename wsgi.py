"""The seed bank as a WSGI application: `wsgi:app` for a server, `flask --app wsgi` for commands.

`python wsgi.py` prepares and serves it by itself, without make, on Windows too.
"""

if __name__ == "__main__":
    from audiovisual.ground.serve import plainly

    plainly()
else:
    from audiovisual import create_app

    app = create_app()
