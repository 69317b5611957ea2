"""Pages of the review. One blueprint, `bp`; each module adds its routes.

reach       which round, task or row a request is about, and whether its person may know of it
cuts        the house delivers the cut; those who may watch it have a page for it, and the stream
rounds      lists of rounds, one round with its panel and, once gathered, its opinions; its steps
panels      candidates with what stands against them; choosing, leading, releasing
tasks       an expert's invitations and signed opinions
room        the reading room: rows and overall comment, saved as they are typed; both texts after a lost race
scores      its score sheet, line by line                                  whole      the room by one form, without script
signing     what is lacking, the last look, the signature
clauses     the clause library
settling    rows settled from the experts' own, the outcome proposed       decision   head and leader
changes     the ledger, answers of the house                 verdicts   the officer's side of it, the title passes
"""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("reviews", __name__)

from . import clauses, cuts, panels, room, rounds, scores, signing, tasks, whole  # noqa: E402, F401

from . import changes, decision, proposing, settling, verdicts  # noqa: E402, F401  # isort: skip
