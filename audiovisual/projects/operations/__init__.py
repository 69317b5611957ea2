"""Everything people do to a project, by the desk it is done at.

filing      the house: draft, attachments, submission, withdrawal, filing anew
filed       what a filing holds: its fields written and read, what it lacks
completion  the house corrects and answers what it was asked for, and hands the filing back
intake      the officer and the head: receipt, acceptance, completion asked, class, screening
production  scheduling, start, milestones, progress, airing
records     co-reviews, permits, changes of title, house or length
office      who is in charge: handing over, recusal, suspension, dormancy, remarks
"""
