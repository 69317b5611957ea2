"""The bank (种子库): filing, screening, scheduling, production, airing of a project, and the records along its life.

models      tables                         queries     what may be seen, lists, one title
operations  filing (the house), intake (screening), production, records (permits, co-reviews, changes), office
clocks      holder, deadlines and stamps kept with every change of state
classes     the class of a title by the dated rule      titles   keys and near titles
"""
