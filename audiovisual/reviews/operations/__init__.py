"""Everything people do in a review, by the desk it is done at.

cuts       the house delivers a version of the cut        panels     the officer opens a round and chooses experts
opinions   the expert reads, writes and signs             settling   rows settled, outcome proposed, agreed, decided
changes    the house answers, the officer closes, the title passes
"""
