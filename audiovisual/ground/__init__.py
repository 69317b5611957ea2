"""The ground: everything between an empty machine and a running, checked seed bank.

prepare.py     Debian packages and fonts; a script for the system's own Python, before there is a `.venv`
serve.py       `make run` and `python wsgi.py`: migrate, first demonstration bank, server and worker
check.py       `make check`: runs every check below and reports them together
templates.py   templates compile, refer only to what exists, carry no inline script or style
catalogues.py  English catalogue: gaps, placeholders, compiling; `make messages`
migrations.py  the models and the migrations say the same
"""
