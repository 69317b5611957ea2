"""People: who they are, which house or office they belong to, how they get in, and in whose place they act.

models        houses, users, roles, sessions, invitations, delegations, experts, messages, settings
sessions      the row behind every log-in cookie; the person who asks, loaded in one statement per request
passwords     argon2 hashes and which passwords are refused        codes   one-time passwords and recovery codes
links         signed links for mails                               mail    the outbox handler that sends them
operations/   everything that writes        queries/   what pages and other features read        views/   the pages
"""
