"""Pages of the bank. One blueprint, `bp`; each module adds its routes.

reach        which title a request is about, and whether its person may know of it
bank         the list                 title     one title: overview, materials, records, timeline, files
steps        steps of the life by their trigger, with a reason where one is needed
intake       completion, class, screening, the head's word
production   schedule, plan, start, progress, airing
records      co-reviews, permits, changes
office       handing over, recusal, remarks
"""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("projects", __name__, url_prefix="/projects")

from .. import filing_views, findings  # noqa: E402, F401
from . import bank, corrections, intake, office, production, records, steps, title  # noqa: E402, F401
