"""Tables of the review: cuts, rounds, panels, opinions with their rows, the changes a house answers, the clauses."""

from .changes import Answer, BottomLineAnswer, Change, ChangePlace, ChangeSource, LeftOut
from .opinions import Clause, DroppedRow, Norm, Opinion, OpinionRow, OpinionScore
from .rounds import Assignment, Conflict, Cut, CutPart, OpinionReading, Round, Viewing

__all__ = [
    "Answer",
    "Assignment",
    "BottomLineAnswer",
    "Change",
    "ChangePlace",
    "ChangeSource",
    "Clause",
    "Conflict",
    "Cut",
    "CutPart",
    "DroppedRow",
    "LeftOut",
    "Norm",
    "Opinion",
    "OpinionReading",
    "OpinionRow",
    "OpinionScore",
    "Round",
    "Viewing",
]
