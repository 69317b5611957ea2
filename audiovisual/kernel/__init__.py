"""What every feature stands on. It knows no feature.

model       db, Base, types, the clock          database    write lock, units of work, SQLite and PostgreSQL
lifecycle   apply(): the one door for states    events      the timeline            audit     the chained record
outbox      what is done after the commit       numbers     gapless series          rules     dated rules
calendar    working days                        findable    what search may index   files     stored files
uploads     resumable uploads                   serving     ranges, attachments     web       routes' rights, pages
forms       cleaned input                       text        translation, filters
bodies      body limits, files to disk          filetypes   types by content        archives  zip bombs
filenames   clean names                         growing     a file piece by piece   media     facts of a cut
file_views  the upload protocol                 samplecut   a cut of our own making
foreign     what a file is that no place takes
"""
