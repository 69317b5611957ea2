"""What a title answers to every POST there is for it, in every place it can stand: written by hand, asked of nobody.

Columns: house, stranger (producers), expert, officer (in charge), other, recused (officers), head, leader, sealer, admin.
    o  done where the title stands right, else 409                 r  403 where it stands right, else 409
    -  403 wherever it stands                                      =  403, but 404 where he may not know of it
    .  404                                                         9  409 wherever it stands
    x  refused: 403 or 409, whichever the act asks first      c  = of a title that has an officer; 409 of one not yet received
A draft, and one thrown away, is its house's own: where somebody else's sign is o, r, =, c, x or 9, it is 404 there.

Then the places (names of `tests.conventions.bank`): where it is done (303, or 200 for what a script asks); after a bar those
where the data say no (422); after a second bar those where it was done before and pressing again changes nothing (303 or 409).
"""

from __future__ import annotations

from dataclasses import dataclass

PEOPLE = ("house", "stranger", "expert", "officer", "other", "recused", "head", "leader", "sealer", "admin")
PLACES = (
    "draft", "discarded", "submitted", "received", "completing", "accepted", "sent_back", "undecided", "proposed", "screened",
    "scheduled", "in_production", "delivered", "composing", "inviting", "reading", "frozen", "round_proposed", "agreed",
    "decided", "rectifying", "answered", "reviewed", "aired", "rejected", "withdrawn", "refiled", "suspended", "dormant",
)  # fmt: skip
OWN = ("draft", "discarded")

GROUPS = {
    "FIRST": "accepted sent_back undecided",
    "REVIEW": "delivered composing inviting reading frozen round_proposed agreed decided answered",
    "BANK": "screened scheduled in_production",
    "ENDED": "aired rejected withdrawn refiled",
    "ASIDE": "suspended dormant",
    "LIVE": "received completing FIRST proposed BANK REVIEW rectifying reviewed ASIDE",
    "NOWHERE": "",
}

TABLE = """
#                         H S E O T R D L K A
/submit                   o . - - - - - - - -   draft | | submitted LIVE
/discard                  o . - - - - - - - -   draft
/edit                     o . - - - - - - - -   draft
/draft                    o . - - - - - - - -   draft
/both                     9 . - - - - - - - -   NOWHERE
/steps/receive            = . . o o r = = = -   submitted
/steps/accept             = . . o r r = = = -   received
/steps/decline            = . . o r r = = = -   received
/steps/send_back          = . . = = = o = = -   proposed
/steps/reject             = . . = = = o = = -   proposed
/steps/withdraw           o . . = = = = = = -   submitted received completing FIRST proposed BANK REVIEW rectifying ASIDE
/steps/suspend            = . . o r r o = = -   FIRST BANK REVIEW rectifying reviewed
/steps/resume             = . . o r r o = = -   suspended
/steps/rest               = . . o r r = = = -   BANK
/steps/revive             = . . o r r = = = -   dormant
/steps/refile             o . . = = = = = = -   BANK REVIEW rectifying reviewed suspended
/ask-completion           - - - o r r - - - -   received
/completion               o . - - - - - - - -   completing
/completion/draft         o . - - - - - - - -   completing
/class                    - - - o c = - - - -   undecided | received accepted sent_back
/propose                  - - - o r r - - - -   accepted sent_back | undecided
/screening                - - - - - - o - - -   proposed
/schedule                 - - - o r r - - - -   screened
/plan                     - - - o c = - - - -   scheduled in_production
/start                    o . - o r r - - - -   scheduled | | in_production
/progress/new             o . - - - - - - - -   scheduled in_production
/airing/new               o . - o r r - - - -   reviewed
/co-reviews/new           - - - o c = - - - -   received FIRST REVIEW
/days                     o . - 9 c = - - - -   | in_production REVIEW rectifying reviewed
/contact                  o . - - - - - - - -   | submitted LIVE
/permits/new              - - - o c = - - - -   LIVE aired
/changes/new              o . - - - - - - - -   submitted LIVE
/hand-over                - - - o x x o - - -   LIVE
/take                     - - - 9 x x - - - -   NOWHERE
/recusal                  - - - o o 9 o o o -   submitted LIVE
/remarks/new              o . - o o = o o o -   submitted LIVE ENDED
/urgent                   o . - o o = o - - -   submitted received completing sent_back undecided proposed screened in_production REVIEW rectifying
/key                      - - - o o = o - - -   screened REVIEW rectifying reviewed aired
/rounds                   - - - o x x - - - -   delivered
/cut/new                  o . - - - - - - - -   NOWHERE | in_production
/changes/resubmit         o . - - - - - - - -   NOWHERE | rectifying
/changes/again            - - - o x x - - - -   NOWHERE | delivered answered
/changes/pass             - - - o x x - - - -   NOWHERE | REVIEW
/changes/extend           - - - o c = - - - -   rectifying
"""


@dataclass(frozen=True)
class Post:
    """One act: where it is sent, the sign of each person, where it is done and where its data are refused."""

    path: str
    signs: dict[str, str]
    done: frozenset[str]
    lacking: frozenset[str]
    before: frozenset[str]

    def answers(self, person: str, place: str) -> tuple[int, ...]:
        """The statuses that are right."""
        sign = self.signs[person]
        if place in OWN and person != "house" and sign in "or=cx9":
            return (404,)
        if sign == "o" and place in self.done:
            return (200,) if self.path.endswith("/draft") else (303,)
        if sign == "o" and place in self.lacking:
            return (422,)
        if sign == "o" and place in self.before:
            return (303, 409)
        if sign == "c" and place == "submitted":  # nobody is in charge of it yet
            return (409,)
        right = place in self.done | self.lacking
        return {"o": (409,), "9": (409,), "r": (403,) if right else (409,), "x": (403, 409), ".": (404,)}.get(
            sign, (403,)
        )


def _places(words: list[str]) -> frozenset[str]:
    named = [place for word in words for place in (_places(GROUPS[word].split()) if word in GROUPS else [word])]
    assert set(named) <= set(PLACES), set(named) - set(PLACES)
    return frozenset(named)


def _read(table: str) -> tuple[Post, ...]:
    found = []
    for row in table.splitlines():
        if row.strip() and not row.startswith("#"):
            head, lacking, before = (part.split() for part in [*row.split("|"), "", ""][:3])
            signs = dict(zip(PEOPLE, head[1:], strict=False))
            found.append(Post(head[0], signs, _places(head[len(PEOPLE) + 1 :]), _places(lacking), _places(before)))
    return tuple(found)


POSTS = _read(TABLE)
