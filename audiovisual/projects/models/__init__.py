"""Tables of a project (项目) and of everything recorded along its life."""

from .filing import Attachment, Completion, CompletionItem, CoProducer, CoReview, Credit, FormerTitle, Screening, Tie
from .records import GIVEN_NODES, OPEN_CHANGE, Airing, ChangeRequest, Clock, Milestone, Permit, Progress, Question
from .title import FILTERED, IN_HAND, PERMITS, TYPES, Project, permit_kind

__all__ = [
    "FILTERED",
    "GIVEN_NODES",
    "IN_HAND",
    "OPEN_CHANGE",
    "PERMITS",
    "TYPES",
    "Airing",
    "Attachment",
    "ChangeRequest",
    "Clock",
    "CoProducer",
    "CoReview",
    "Completion",
    "CompletionItem",
    "Credit",
    "FormerTitle",
    "Milestone",
    "Permit",
    "Progress",
    "Project",
    "Question",
    "Screening",
    "Tie",
    "permit_kind",
]
