"""Search: one box over everything a person may see, and the query language that lists use too.

    analyzer     text → tokens; what "found" means
    models       search_document, search_passage
    engines/     FTS5 under SQLite, tsvector + GIN under PostgreSQL, one interface
    index        put, remove: in the transaction of what is indexed
    rebuild      walk all registered models; check; build anew beside the running system
    visibility   who sees which finding: the one condition
    language     Whoosh's parser → tree; keys holds the table of keys
    statements   a parsed query as one person's statements: the page, the count, the projects
    queries      search(words, actor) → ranked page; matching_projects(words, actor) for lists
    heads        ids by the short texts alone, for same-title warnings and choosers
    snippets     the place of the hit in the text, marked
    views, cli

Features hand over what can be found through `kernel.findable`; nothing here knows a feature.
"""
