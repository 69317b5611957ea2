"""Everything people do to a project, by the desk it is done at.

filing      the house: draft, attachments, submission, completion, withdrawal, filing anew
intake      the officer and the head: receipt, acceptance, completion asked, class, screening
production  scheduling, start, milestones, progress, airing
records     co-reviews, permits, changes of title, house or length
office      who is in charge: handing over, recusal, suspension, dormancy, remarks
"""
