"""The ground: everything between an empty machine and a running, checked seed bank.

prepare.py     Debian packages and fonts; a script for the system's own Python, before there is a `.venv`
startup.py     before serving: configuration, port, database, the first demonstration bank
serve.py       `make run` and `python wsgi.py`: server and worker
check.py       `make check`: runs every check below and reports them together
templates.py   templates compile, refer only to what exists, carry no inline script or style
wording.py     every sentence a reader may see, read out of code and templates
catalogues.py  gaps of the English catalogue, `make messages`
mofiles.py     its binary form, made when the application starts
migrations.py  the models and the migrations say the same
processes.py   child processes that do not outlive us
"""
