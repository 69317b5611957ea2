"""Who reaches what, written by hand: one line for each route, its method and a path of the bank of `bank.py`.

Columns, in the order of `bank.ROLES`:
    visitor; house, stranger (producers: of the title's house, of another); panel, expert (experts: on the round, on none);
    officer, other, recused (officers: in charge, not in charge, recused from the title); head; leader; sealer; admin
Signs:
    o  reached: served, or the person may do it and state or data say no (400, 409, 422)
    -  403, the person knows of it but may not        .  404, it does not exist for him        L  sent to log in
A number stands for itself. GET is asked as it stands, POST with an empty form (`walk.BODIES` has the exceptions), so that
whoever reaches it meets the refusal of an empty form or does the act; the bank is put back after each.

A new route: add its row to the bank when it needs one, then one line here, thinking about each role, not copying.
"""

from __future__ import annotations

from dataclasses import dataclass

from .bank import ROLES

TABLE = """
#                                                                  V H S P E O T R D L K A
# entrance, people and the bureau
GET    /healthz                                                     o o o o o o o o o o o o
GET    /readyz                                                      503 503 503 503 503 503 503 503 503 503 503 503
GET    /front/may-send                                              . . . . . . . . . . . .
POST   /language                                                    o o o o o o o o o o o o
GET    /login                                                       o o o o o o o o o o o o
POST   /login                                                       o o o o o o o o o o o o
GET    /login/passkey                                               . . . . . . . . . . . .
POST   /login/passkey                                               . . . . . . . . . . . .
GET    /login/second-step                                           L L L L L L L L L L L L
POST   /login/second-step                                           L L L L L L L L L L L L
GET    /session                                                     o o o o o o o o o o o o
POST   /logout                                                      L L L L L L L L L L L L
GET    /password/forgotten                                          o o o o o o o o o o o o
POST   /password/forgotten                                          o o o o o o o o o o o o
GET    /password/reset/none                                         . . . . . . . . . . . .
POST   /password/reset/none                                         . . . . . . . . . . . .
GET    /join/none                                                   . . . . . . . . . . . .
POST   /join/none                                                   . . . . . . . . . . . .
GET    /password/reset/{reset}                                     o o o o o o o o o o o o
POST   /password/reset/{reset}                                     o o o o o o o o o o o o
GET    /join/{join}                                                o o o o o o o o o o o o
POST   /join/{join}                                                o o o o o o o o o o o o
GET    /houses/register                                             o o o o o o o o o o o o
POST   /houses/register                                             o o o o o o o o o o o o
GET    /houses/register/{registration}                              o o o o o o o o o o o o
POST   /houses/register/{registration}                              o o o o o o o o o o o o
GET    /houses/register/none                                        . . . . . . . . . . . .
POST   /houses/register/none                                        . . . . . . . . . . . .
GET    /account                                                     L o o o o o o o o o o o
POST   /account                                                     L o o o o o o o o o o o
GET    /account/address/no-such-token                               . . . . . . . . . . . .
POST   /account/address/no-such-token                               . . . . . . . . . . . .
GET    /account/confirm                                             L o o o o o o o o o o o
POST   /account/confirm                                             L o o o o o o o o o o o
GET    /account/passkeys/new                                        L . . . . . . . . . . .
POST   /account/passkeys/new                                        L . . . . . . . . . . .
POST   /account/passkeys/9/end                                      L o o o o o o o o o o o
GET    /account/password                                            L o o o o o o o o o o o
POST   /account/password                                            L o o o o o o o o o o o
GET    /account/second-step                                         L o o o o o o o o o o o
POST   /account/second-step                                         L o o o o o o o o o o o
POST   /account/second-step/begin                                   L o o o o o o o o o o o
GET    /account/second-step/codes                                   L o o o o o o o o o o o
POST   /account/second-step/codes                                   L o o o o o o o o o o o
GET    /account/second-step/off                                     L o o o o o o o o o o o
POST   /account/second-step/off                                     L o o o o o o o o o o o
POST   /account/data                                                L o o o o o o o o o o o
POST   /account/browsers/9/forget                                   L o o o o o o o o o o o
POST   /account/sessions/9/end                                      L o o o o o o o o o o o
POST   /account/sessions/end-others                                 L o o o o o o o o o o o
GET    /inbox                                                       L o o o o o o o o o o o
GET    /inbox/{message}                                             L o . . . . . . . . . .
POST   /inbox/read-all                                              L o o o o o o o o o o o
GET    /delegations                                                 L - - - - o o o o o o -
POST   /delegations                                                 L - - - - o o o o o o -
POST   /delegations/{delegation}/revoke                             L - - - - - - - o - - -
GET    /experts                                                     L - - - - o o o o o o o
GET    /experts/{user:panel}                                        L - - - - o o o o o o o
POST   /experts/{user:panel}                                        L - - - - o o o o - - o
GET    /experts/me                                                  L - - o o - - - - - - -
POST   /experts/me                                                  L - - o o - - - - - - -
GET    /houses                                                      L - - - - o o o o o o o
GET    /houses/{house}                                              L o . - - o o o o o o o
GET    /houses/{applied_house}                                      L . . - - o o o o o o o
GET    /houses/{house}/edit                                         L o . - - - - - - - - -
POST   /houses/{house}/edit                                         L o . - - - - - - - - -
POST   /houses/{house}/people/{user:colleague}/left                 L o . - - - - - - - - -
POST   /houses/{applied_house}/steps/admit                          L . . - - o o o - - - -
POST   /houses/{house}/steps/bar                                    L - . - - - - - o - - -
GET    /invitations                                                 L o o - - o o o o - - o
GET    /invitations/new                                             L o o - - o o o o - - o
POST   /invitations/new                                             L o o - - o o o o - - o
POST   /invitations/{invitation}/revoke                             L . . - - . . . . - - o
POST   /invitations/{invitation}/send-again                         L . . - - . . . . - - o
GET    /people                                                      L - - - - - - - - - - o
GET    /people/{user:officer}                                       L - - - - - - - - - - o
POST   /people/{user:officer}                                       L - - - - - - - - - - o
POST   /people/{user:officer}/administrator/give                    L - - - - - - - - - - .
POST   /people/{user:officer}/acts/unlock                           L - - - - - - - - - - o
GET    /people/{user:officer}/data                                  L - - - - - - - - - - o
POST   /people/{user:officer}/data                                  L - - - - - - - - - - o
POST   /people/{user:officer}/sessions/9/end                        L - - - - - - - - - - o
POST   /people/{user:officer}/sessions/end-others                   L - - - - - - - - - - o
POST   /people/{user:officer}/roles/officer/revoke                  L - - - - - - - - - - o
GET    /security                                                    L - - - - - - - - - - o
GET    /security/export                                             L - - - - - - - - - - o
GET    /settings                                                    L - - - - - - - - - - o
POST   /settings                                                    L - - - - - - - - - - o
# desk
GET    /help                                                        L o o o o o o o o o o o
GET    /                                                            L o o o o o o o o o o o
GET    /desk/doing                                                 L o o o o o o o o o o o
GET    /desk/late                                                  L o o o o o o o o o o o
GET    /desk/nothing                                               L . . . . . . . . . . .
GET    /desk/done                                                   L o o o o o o o o o o o
GET    /key-projects                                                L o o - - o o o o o o -
GET    /key-projects/{key}                                          L o . - - o o o o o o -
POST   /key-projects/{key}/drop                                     L - - - - o o - o - - -
POST   /key-projects/{key}/steward                                  L - - - - o o - o - - -
GET    /key-proposals/{key_proposal}                                L - - - - o o . o o o -
POST   /key-proposals/{key_proposal}/approve                        L - - - - - - . - o - -
POST   /key-proposals/{key_proposal}/refuse                         L - - - - - - . - o - -
POST   /key-proposals/{key_proposal}/withdraw                       L - - - - o - . - - - -
GET    /stewardships/{stewardship}                                  L - - - - o o . o - - -
POST   /stewardships/{stewardship}/accept                           L - - - - - o . - - - -
POST   /stewardships/{stewardship}/decline                          L - - - - - o . - - - -
GET    /urgent                                                      L - - - - o o o o o o -
GET    /urgent/{urgent}/file                                        L - - - - . . . . . . -
POST   /urgent/{urgent}/approve                                     L - - - - - - - - o - -
GET    /urgent/{urgent}/withdraw                                    L o . - - - - - - - - -
POST   /urgent/{urgent}/withdraw                                    L o . - - - - - - - - -
POST   /urgent/{urgent_approved}/revoke                             L - - - - - - - - o - -
GET    /projects/{received}/urgent                                  L o . - - o o - o - - -
POST   /projects/{received}/urgent                                  L o . - - o o - o - - -
GET    /projects/{screened}/key                                     L - - - - o o - o - - -
POST   /projects/{screened}/key                                     L - - - - o o - o - - -
# search
GET    /search                                                      L o o o o o o o o o o o
GET    /search?q=春水                                                 L o o o o o o o o o o o
# titles, from draft to airing
GET    /projects                                                    L o o o o o o o o o o -
GET    /projects/drafts                                             L o o - - - - - - - - -
GET    /projects/new                                                L o o - - - - - - - - -
POST   /projects/new                                                L o o - - - - - - - - -
GET    /projects/hand-over                                          L - - - - o o o o - - -
POST   /projects/hand-over                                          L - - - - o o o o - - -
GET    /projects/{draft}                                            L o . . . . . . . . . -
GET    /projects/{received}                                         L o . . . o o o o o o -
GET    /projects/{reading}                                          L o . o . o o o o o o -
GET    /projects/{aired}                                            L o . o . o o o o o o -
GET    /projects/{submitted}                                       L o . . . o o o o o o -
GET    /projects/{completing}                                      L o . . . o o o o o o -
GET    /projects/{proposed}                                        L o . . . o o o o o o -
GET    /projects/{scheduled}                                       L o . . . o o o o o o -
GET    /projects/{in_production}                                   L o . . . o o o o o o -
GET    /projects/{rejected}                                        L o . . . o o o o o o -
GET    /projects/{withdrawn}                                       L o . . . o o o o o o -
GET    /projects/{refiled}                                         L o . . . o o o o o o -
GET    /projects/{suspended}                                       L o . . . o o o o o o -
GET    /projects/{dormant}                                         L o . . . o o o o o o -
GET    /projects/{rectifying}                                      L o . o . o o o o o o -
GET    /projects/{reviewed}                                        L o . o . o o o o o o -
GET    /projects/{discarded}                                       L o . . . . . . . . . -
GET    /projects/{withdrawn}/timeline                              L o . . . o o o o o o -
GET    /projects/{withdrawn}/records                               L o . . . o o o o o o -
GET    /projects/{suspended}/timeline                              L o . . . o o o o o o -
GET    /projects/{suspended}/records                               L o . . . o o o o o o -
GET    /projects/{aired}/timeline                                  L o . - . o o o o o o -
GET    /projects/{aired}/records                                   L o . - . o o o o o o -
GET    /projects/{draft}/materials                                  L o . . . . . . . . . -
GET    /projects/{received}/materials                               L o . . . o o o o o o -
GET    /projects/{received}/records                                 L o . . . o o o o o o -
GET    /projects/{received}/timeline                                L o . . . o o o o o o -
GET    /projects/{draft}/papers/{draft_paper}/file                  L o . . . . . . . . . -
GET    /projects/{received}/papers/{paper}/file                     L o . . . o o o o o o -
GET    /projects/{reviewed}/permits/{permit:reviewed}/file          L o . . . o o o o o o -
GET    /projects/{aired}/airings/{airing}/file                      L o . . . o o o o o o -
GET    /projects/{draft}/edit                                       L o . - - - - - - - - -
POST   /projects/{draft}/edit                                       L o . - - - - - - - - -
POST   /projects/{draft}/draft                                      L o . - - - - - - - - -
GET    /projects/{draft}/both                                       L o . - - - - - - - - -
POST   /projects/{draft}/both                                       L o . - - - - - - - - -
GET    /projects/{draft}/submit                                     L o . - - - - - - - - -
POST   /projects/{draft}/submit                                     L o . - - - - - - - - -
GET    /projects/{draft}/discard                                    L o . - - - - - - - - -
POST   /projects/{draft}/discard                                    L o . - - - - - - - - -
GET    /projects/{received}/steps/accept                            L - . . . o - - - - - -
GET    /projects/{received}/steps/withdraw                          L o . . . - - - - - - -
POST   /projects/{received}/steps/accept                            L - . . . o - - - - - -
POST   /projects/{submitted}/steps/receive                          L - . . . o o - - - - -
POST   /projects/{received}/steps/withdraw                          L o . . . - - - - - - -
GET    /projects/{received}/steps/decline                          L - . . . o - - - - - -
POST   /projects/{received}/steps/decline                          L - . . . o - - - - - -
GET    /projects/{proposed}/steps/send_back                        L - . . . - - - o - - -
POST   /projects/{proposed}/steps/send_back                        L - . . . - - - o - - -
GET    /projects/{proposed}/steps/reject                           L - . . . - - - o - - -
POST   /projects/{proposed}/steps/reject                           L - . . . - - - o - - -
GET    /projects/{accepted}/steps/suspend                          L - . . . o - - o - - -
POST   /projects/{accepted}/steps/suspend                          L - . . . o - - o - - -
GET    /projects/{suspended}/steps/resume                          L - . . . o - - o - - -
POST   /projects/{suspended}/steps/resume                          L - . . . o - - o - - -
GET    /projects/{screened}/steps/rest                             L - . . . o - - - - - -
POST   /projects/{screened}/steps/rest                             L - . . . o - - - - - -
GET    /projects/{dormant}/steps/revive                            L - . . . o - - - - - -
POST   /projects/{dormant}/steps/revive                            L - . . . o - - - - - -
GET    /projects/{screened}/steps/refile                           L o . . . - - - - - - -
POST   /projects/{screened}/steps/refile                           L o . . . - - - - - - -
GET    /projects/{suspended}/steps/withdraw                        L o . . . - - - - - - -
POST   /projects/{suspended}/steps/withdraw                        L o . . . - - - - - - -
GET    /projects/{received}/ask-completion                          L - - - - o - - - - - -
POST   /projects/{received}/ask-completion                          L - - - - o - - - - - -
GET    /projects/{completing}/completion                            L o . - - - - - - - - -
POST   /projects/{completing}/completion                            L o . - - - - - - - - -
POST   /projects/{completing}/completion/draft                      L o . - - - - - - - - -
GET    /projects/{undecided}/class                                  L - - - - o - - - - - -
POST   /projects/{undecided}/class                                  L - - - - o - - - - - -
GET    /projects/{accepted}/propose                                 L - - - - o - - - - - -
POST   /projects/{accepted}/propose                                 L - - - - o - - - - - -
GET    /projects/{proposed}/screening                               L - - - - - - - o - - -
POST   /projects/{proposed}/screening                               L - - - - - - - o - - -
GET    /projects/{screened}/schedule                                L - - - - o - - - - - -
POST   /projects/{screened}/schedule                                L - - - - o - - - - - -
GET    /projects/{scheduled}/plan                                   L - - - - o - - - - - -
POST   /projects/{scheduled}/plan                                   L - - - - o - - - - - -
GET    /projects/{scheduled}/start                                  L o . - - o - - - - - -
POST   /projects/{scheduled}/start                                  L o . - - o - - - - - -
GET    /projects/{in_production}/progress/new                       L o . - - - - - - - - -
POST   /projects/{in_production}/progress/new                       L o . - - - - - - - - -
GET    /projects/{reviewed}/airing/new                              L o . - - o - - - - - -
POST   /projects/{reviewed}/airing/new                              L o . - - o - - - - - -
GET    /projects/{accepted}/co-reviews/new                          L - - - - o - - - - - -
POST   /projects/{accepted}/co-reviews/new                          L - - - - o - - - - - -
GET    /projects/{undecided}/co-reviews/{co_review}/answer          L - - - - o - - - - - -
POST   /projects/{undecided}/co-reviews/{co_review}/answer          L - - - - o - - - - - -
GET    /projects/{undecided}/co-reviews/{co_review}/cancel          L - - - - o - - - - - -
POST   /projects/{undecided}/co-reviews/{co_review}/cancel          L - - - - o - - - - - -
GET    /projects/{accepted}/permits/new                             L - - - - o - - - - - -
POST   /projects/{accepted}/permits/new                             L - - - - o - - - - - -
GET    /projects/{reviewed}/permits/{permit:reviewed}/correct       L - - - - o - - - - - -
POST   /projects/{reviewed}/permits/{permit:reviewed}/correct       L - - - - o - - - - - -
GET    /projects/{reviewed}/permits/{permit:reviewed}/remove        L - - - - o - - - - - -
POST   /projects/{reviewed}/permits/{permit:reviewed}/remove        L - - - - o - - - - - -
GET    /projects/{in_production}/days                               L o . - - o - - - - - -
POST   /projects/{in_production}/days                               L o . - - o - - - - - -
GET    /projects/{in_production}/progress/{progress}/correct        L o . - - - - - - - - -
POST   /projects/{in_production}/progress/{progress}/correct        L o . - - - - - - - - -
GET    /projects/{accepted}/contact                                 L o . - - - - - - - - -
POST   /projects/{accepted}/contact                                 L o . - - - - - - - - -
GET    /projects/{accepted}/changes/new                             L o . - - - - - - - - -
POST   /projects/{accepted}/changes/new                             L o . - - - - - - - - -
GET    /projects/{in_production}/changes/{change_request}/approve   L - - - - o - - - - - -
POST   /projects/{in_production}/changes/{change_request}/approve   L - - - - o - - - - - -
GET    /projects/{in_production}/changes/{change_request}/refuse    L - - - - o - - - - - -
POST   /projects/{in_production}/changes/{change_request}/refuse    L - - - - o - - - - - -
GET    /projects/{in_production}/changes/{change_request}/withdraw  L o . - - - - - - - - -
POST   /projects/{in_production}/changes/{change_request}/withdraw  L o . - - - - - - - - -
GET    /projects/takeovers/{takeover}                               L - o - - - - - - - - -
POST   /projects/takeovers/{takeover}/consent                       L - o - - - - - - - - -
POST   /projects/takeovers/{takeover}/decline                       L - o - - - - - - - - -
GET    /projects/{accepted}/hand-over                               L - - - - o - - o - - -
POST   /projects/{accepted}/hand-over                               L - - - - o - - o - - -
POST   /projects/{accepted}/take                                    L - - - - o - - - - - -
GET    /projects/{accepted}/recusal                                 L - - - - o o o o o o -
POST   /projects/{accepted}/recusal                                 L - - - - o o o o o o -
GET    /projects/{accepted}/remarks/new                             L o . - - o o - o o o -
POST   /projects/{accepted}/questions/{question}/done               L - - - - o - - o - - -
POST   /projects/{accepted}/remarks/new                             L o . - - o o - o o o -
GET    /projects/{completing}/answers/{completion_answer}/file      L o . . . o o o o o o -
GET    /projects/{decided}/timeline                                 L o . - . o o o o o o -
GET    /projects/{strange}                                          L . o . . o o o o o o -
GET    /projects/{screened}                                         L o . . . o o o o o o -
# reviews: cuts, rounds, panels, opinions, settling, changes
GET    /projects/{in_production}/cut/new                            L o . - - - - - - - - -
POST   /projects/{in_production}/cut/new                            L o . - - - - - - - - -
GET    /projects/{reading}/rounds                                   L - - . . o o - o o o -
POST   /projects/{delivered}/rounds                                 L - - - - o - - - - - -
GET    /reviews                                                     L - - o o o o o o o o -
GET    /reviews/clauses                                             L - - o o o o o o o o -
GET    /reviews/{round:composing}                                   L - - . . o o - o o o -
GET    /reviews/{round:reading}                                     L - - o . o o - o o o -
GET    /reviews/{round:frozen}                                      L - - o . o o - o o o -
GET    /reviews/{round:decided}                                     L - - o . o o - o o o -
GET    /reviews/{round:composing}/panel                             L - - - - o o - - - - -
POST   /reviews/{round:composing}/panel                             L - - - - o - - - - - -
POST   /reviews/{round:composing}/seats/{seat:composing}/lead       L - - - - o - - - - - -
POST   /reviews/{round:composing}/seats/{seat:composing}/release    L - - - - o - - - - - -
POST   /reviews/{round:composing}/steps/invite                      L - - . . o - - - - - -
POST   /reviews/{round:reading}/steps/freeze                        L - - - . o - - - - - -
GET    /projects/{reading}/cut                                      L o . o . o o - o o o -
GET    /projects/{in_production}/cut                                L o . . . o o - o o o -
GET    /projects/{rectifying}/cut                                   L o . o . o o - o o o -
GET    /reviews/cuts/parts/{part}/stream                            L o . o . o o - o o o -
GET    /reviews/tasks                                               L - - o o - - - - - - -
GET    /reviews/tasks/{seat:inviting}                               L - - o . o o o o o o -
POST   /reviews/tasks/{seat:inviting}/steps/take                    L - - o . - - - - - - -
POST   /reviews/tasks/{seat:inviting}/steps/decline                 L - - o . - - - - - - -
GET    /reviews/tasks/{seat:frozen}/opinion                         L - - o . - - - - - - -
GET    /reviews/tasks/{seat:reading}/opinion                        L - - o . - - - - - - -
GET    /reviews/tasks/{seat:reading}/room                           L - - o . - - - - - - -
POST   /reviews/tasks/{seat:reading}/rows                           L - - o . - - - - - - -
POST   /reviews/rows/{row:reading}                                  L - - o . - - - - - - -
GET    /reviews/rows/{row:reading}/both                             L - - o . - - - - - - -
POST   /reviews/rows/{row:reading}/both                             L - - o . - - - - - - -
POST   /reviews/rows/{row:reading}/drop                             L - - o . - - - - - - -
POST   /reviews/dropped/{dropped:reading}/restore                   L - - o . - - - - - - -
POST   /reviews/tasks/{seat:reading}/overall                        L - - o . - - - - - - -
GET    /reviews/tasks/{seat:reading}/overall/both                   L - - o . - - - - - - -
POST   /reviews/tasks/{seat:reading}/overall/both                   L - - o . - - - - - - -
GET    /reviews/tasks/{seat:reading}/sign                           L - - o . - - - - - - -
POST   /reviews/tasks/{seat:reading}/sign                           L - - o . - - - - - - -
GET    /reviews/{round:frozen}/settle                               L - - - - o - - - - - -
POST   /reviews/{round:frozen}/settle/adopt                         L - - - - o - - - - - -
POST   /reviews/{round:frozen}/settle/rows                          L - - - - o - - - - - -
POST   /reviews/{round:frozen}/settle/rows/{change:frozen}          L - - - - o - - - - - -
POST   /reviews/{round:frozen}/settle/rows/{change:frozen}/drop     L - - - - o - - - - - -
POST   /reviews/{round:frozen}/settle/rows/{change:frozen}/up       L - - - - o - - - - - -
POST   /reviews/{round:frozen}/settle/rows/{change:frozen}/split    L - - - - o - - - - - -
POST   /reviews/{round:frozen}/settle/bottom-lines/{score}          L - - - - . - - - - - -
POST   /reviews/{round:frozen}/settle/earlier/{change:answered}     L - - - - . - - - - - -
POST   /reviews/{round:frozen}/settle/sort                          L - - - - o - - - - - -
GET    /reviews/{round:frozen}/propose                              L - - - - o - - - - - -
POST   /reviews/{round:frozen}/propose                              L - - - - o - - - - - -
POST   /reviews/{round:frozen}/propose/draft                        L - - - - o - - - - - -
POST   /reviews/tasks/{seat:reading}/scores/{score}                 L - - o . - - - - - - -
POST   /reviews/tasks/{seat:reading}/all                            L - - o . - - - - - - -
GET    /reviews/tasks/{seat:reading}/scores/{score}/both            L - - o . - - - - - - -
POST   /reviews/tasks/{seat:reading}/scores/{score}/both            L - - o . - - - - - - -
GET    /projects/{rectifying}/changes                               L o . o . o o - o o o -
GET    /projects/{answered}/changes                                 L o . o . o o - o o o -
POST   /projects/{answered}/changes/{change:answered}/close         L - - - - o - - - - - -
POST   /projects/{answered}/changes/{change:answered}/reopen        L - - - - o - - - - - -
POST   /projects/{rectifying}/changes/{change:rectifying}/answer    L o . - - - - - - - - -
POST   /projects/{answered}/changes/again                           L - - - - o - - - - - -
GET    /projects/{answered}/changes/answers/{answer:answered}/file  L o . o . o o - o o o -
POST   /projects/{answered}/changes/close-all                       L - - - - o - - - - - -
GET    /projects/{rectifying}/changes/extend                        L - - - - o - - - - - -
POST   /projects/{rectifying}/changes/extend                        L - - - - o - - - - - -
POST   /projects/{answered}/changes/pass                            L - - - - o - - - - - -
POST   /projects/{rectifying}/changes/resubmit                      L o . - - - - - - - - -
GET    /reviews/{round:round_proposed}/decide                       L - - - . o o - o o o -
GET    /reviews/{round:agreed}/decide                               L - - - . o o - o o o -
POST   /reviews/{round:round_proposed}/decide/agree                 L - - - . - - - o - - -
POST   /reviews/{round:agreed}/decide/decide                        L - - - . - - - - o - -
POST   /reviews/{round:agreed}/decide/send_back                     L - - - . - - - - o - -
# official letters
GET    /documents                                                   L o o - - o o o o o o -
GET    /documents/{document:decided}                                L . . - - o o . o o o -
GET    /documents/{document:aired}                                  L o . - - o o o o o o -
POST   /documents/{document:decided}/again                          L - - - - - - - - - o -
GET    /documents/{document:aired}/file                             L o . - - o o o o o o -
POST   /documents/{document:aired}/receipt                          L o . - - - - - - - - -
POST   /documents/{document:decided}/seal                           L - - - - - - - - - o -
POST   /documents/{document:decided}/void                           L - - - - - - - - - o -
GET    /documents/{document:decided}/state                          L . . - - o o . o o o -
GET    /documents/{document:aired}/state                            L o . - - o o o o o o -
GET    /documents/proposals/{round:agreed}                          L - - - . o o - o o o -
# forms begun, and resumable uploads
POST   /drafts                                                      L . . . . . . . . . . .
GET    /drafts/stands                                               L . . . . . . . . . . .
POST   /drafts/1/discard                                           L o o o o o o o o o o o
POST   /files/uploads                                               L o . - - - - - - - - -
GET    /files/uploads/{upload}                                      L o . . . . . . . . . .
PATCH  /files/uploads/{upload}                                      L o . . . . . . . . . .
POST   /files/uploads/{upload}/finish                               L o . . . . . . . . . .
DELETE /files/uploads/{upload}                                      L o . . . . . . . . . .
"""

BESIDE = {
    "colleague": ("house",),
    "applicant": ("stranger",),
    "leaver": ("visitor",),
    "waiting": ("visitor",),
    "deputy": ("other", "leader"),
}
"""Whoever stands beside the columns reaches what these reach together (see `bank.BESIDE`), but for the lines here."""
BUT: dict[str, dict[str, str]] = {
    "colleague": {  # what is a person's own: his messages, his uploads; nobody says of himself that he left
        "GET /inbox/{message}": ".",
        "POST /houses/{house}/people/{user:colleague}/left": "-",
        "GET /files/uploads/{upload}": ".",
        "PATCH /files/uploads/{upload}": ".",
        "POST /files/uploads/{upload}/finish": ".",
        "DELETE /files/uploads/{upload}": ".",
    },
    "applicant": {  # his own house, which he does not admit himself; the stranger's titles are as strange to him
        "GET /houses/{applied_house}": "o",
        "POST /houses/{applied_house}/steps/admit": "-",
        "GET /invitations/new": "-",  # who is not admitted invites nobody
        "GET /projects/takeovers/{takeover}": ".",
        "POST /projects/takeovers/{takeover}/consent": ".",
        "POST /projects/takeovers/{takeover}/decline": ".",
        "GET /projects/{strange}": ".",
    },
    "leaver": {},
    "waiting": {"GET /login/second-step": "o", "POST /login/second-step": "o"},
    "deputy": {  # as an officer he invites, but not this one; nor was he asked to serve that title
        "POST /stewardships/{stewardship}/accept": "-",
        "POST /stewardships/{stewardship}/decline": "-",
        "POST /invitations/{invitation}/revoke": ".",
        "POST /invitations/{invitation}/send-again": ".",
    },
}


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    method: str
    path: str
    expected: tuple[str, ...]

    @property
    def opens(self) -> list[str]:
        """The roles that reach it; the main one first."""
        return [role for role, sign in zip(ROLES, self.expected, strict=True) if sign == "o"]


def _read(table: str) -> tuple[Line, ...]:
    rows = [row.split() for row in table.splitlines() if row.strip() and not row.startswith("#")]
    return tuple(Line(method, path, tuple(signs)) for method, path, *signs in rows)


LINES = _read(TABLE)


def beside(line: Line, person: str) -> str:
    """The sign of somebody beside the columns: his own, or the widest of those he stands with."""
    signs = {line.expected[ROLES.index(role)] for role in BESIDE[person]}
    return BUT[person].get(f"{line.method} {line.path}") or next((s for s in "oL-" if s in signs), min(signs))


SELDOM = {
    "/projects/{}": ("{draft}", 987654), "/projects/{}/edit": ("{draft}", 987654), "/projects/{}/timeline": ("{received}", 987654),
    "/inbox/{}": ("{message}", 987654), "/houses/{}": ("{house}", 987654), "/key-projects/{}": ("{key}", 987654),
    "/documents/{}": ("{document:aired}", 987654), "/projects/{}/changes": ("{rectifying}", 987654),
    "/files/uploads/{}": ("{upload}", "nobodys-token"),
}  # fmt: skip
"""Paths a stranger may not know of, with a number that exists and one that does not."""
