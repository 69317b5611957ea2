"""What may be read of the bank. Every list, count, hit and export starts from `visible`.

visibility   the condition on titles a person may know of; one title by id or number
bank         the list: filters, sorts, pages, capped counts
page         what one title's page needs, in a constant number of statements
twins        same and near titles over the whole bank
records      what was recorded along a title's life
"""

from .visibility import HIDDEN, find, of_number, recused_from, visible

__all__ = ["HIDDEN", "find", "of_number", "recused_from", "visible"]
