"""`make bench`: what a page costs, as a multiple of the smallest Flask program under the same server in the same run.

banks     large banks, built once and kept in .bench/          server    the two servers that are measured
visits    what is asked of the bank, by whom                   meter     processor time, statements, memory
"""
