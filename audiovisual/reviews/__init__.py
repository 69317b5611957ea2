"""The review (审核): cuts, rounds, panels, opinions, the decision's chain, and the changes a house answers."""
