"""The rules of the seed bank, free of any framework: no Flask, no SQLAlchemy, no input or output.

errors          what a refusal is, and how a sentence for people is made
engine          Step, Machine; check, fire, available: the only importer of `transitions`
access          who may do what, and what a person may know of
project         life of a project, as a table of steps
cuts            which episodes a cut lacks, and what its house has to say of that
review          life of a round, of an assignment, of an opinion row to be answered
records         life of the smaller records: house, request, co-review, document
classification  which class a title is of and which extra opinions it needs, by the rule in force on a date
rulings         what each part of a classification rule says about a filing
duties          whose turn a project is, and the act that comes next
clock           working-day and calendar-day clocks, pauses, lights
working_days    the calendar of working days under the clocks
filing          what a filing still lacks (filing_view: its fields; filing_checks: a check for each)
typed           what people type and paste, read as what they mean: texts, numbers, money, days, telephones
uscc            unified social credit codes (GB 32100) and licence numbers
ruleset         the dated rules themselves, as data
"""
