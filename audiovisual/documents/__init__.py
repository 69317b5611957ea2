"""Official documents: what the bureau sends out of the seed bank, as PDF.

`letter` holds what a review letter says (data and the wording made from it), `layout` its measures and what may not be
torn apart, `fonts` the faces and their characters, `justify` the Chinese justification, `rendering` makes the bytes.
None of these five knows the database; the same letter gives the same bytes.
"""
