"""What pages and other features read about people. The names below are the ones other features use."""

from .directory import active_with_role, names_of, role_labels, unread_count
from .particulars import bureau_name, forget, settings

__all__ = [
    "active_with_role", "bureau_name", "forget", "names_of", "role_labels", "settings",
    "unread_count",
]  # fmt: skip
