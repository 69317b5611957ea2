"""What every feature stands on. It knows no feature.

model       db, Base, types, the clock          database    write lock, units of work, SQLite and PostgreSQL
lifecycle   apply(): the one door for states    events      the timeline            audit     the chained record
outbox      what is done after the commit       numbers     gapless series          rules     dated rules
calendar    working days                        findable    what search may index   files     stored files
uploads     resumable uploads                   serving     ranges, attachments     web       routes' rights, pages
forms       cleaned input                       text        translation, filters
"""
