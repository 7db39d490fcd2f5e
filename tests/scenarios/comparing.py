"""Compares what a scenario led to with what it says, part by part; every difference is a sentence."""

from collections import Counter
from collections.abc import Sequence

from tests.scenarios.office import Rest
from tests.scenarios.play import Play
from tests.scenarios.said import Form, Lines, Said, as_form, as_lines, as_number, as_text, as_truth, as_words
from tests.scenarios.seeing import compare_board, compare_outlook
from tests.scenarios.stage import Writes
from tests.scenarios.team import know


def compare(then: Form, play: Play, before: frozenset[str], rest: Rest, writes: Writes) -> list[str]:
    """Compare both sides, and whatever else the scenario speaks of; `before` are events there were before."""
    troubles = compare_board(play, as_form(then.said("board")))
    troubles += compare_outlook(play, as_form(then.said("outlook")), before)
    if "writes" in then:
        told = as_form(then.said("writes"))
        know(told, ("outlook", "board"))
        for side, found in (("outlook", writes.outlook), ("board", writes.board)):
            if side in told and as_number(told.said(side)) != found:
                troubles.append(f"writes to {side}: expected {told.said(side)}, found {found}")
    troubles += _words("held", then, [f"{row.what} {row.why} {row.remedy}" for row in rest.held])
    troubles += _words("refused", then, rest.refused)
    troubles += _told(play, as_form(then.said("told")))
    troubles += _proposals(play, as_lines(then.said("proposals")))
    if "journal" in then:
        journal = play.stage.office.journal(play.ids)
        troubles += [
            f"the journal lacks {word!r}"
            for word in map(as_text, as_lines(then.said("journal")))
            if word not in journal
        ]
    troubles += _mailboxes(play, as_form(then.said("mailboxes")))
    pulled = as_form(then.said("pulled"))
    for name in pulled.names:
        wanted, turns = as_number(pulled[name]), play.pulled[play.member(name).id]
        troubles += [] if wanted == turns else [f"{name}: expected {wanted} turns to be read, found {turns}"]
    waits = "waits" in then and as_truth(then.said("waits"))
    if bool(rest.waiting) != waits:
        kinds = sorted({type(row).__name__ for row in rest.waiting})
        troubles.append(f"expected {'something' if waits else 'nothing'} to wait, found {kinds}")
    return troubles


def _words(what: str, then: Form, found: Sequence[str]) -> list[str]:
    """Each sentence that is expected is part of one that was found, and there are no others."""
    left, missing = list(found), []
    for each in [one for said in as_lines(then.said(what)) for one in _repeated(said)]:
        words = as_words(each) if isinstance(each, Lines) else [as_text(each)]
        fitting = [text for text in left if all(word in text for word in words)]
        if fitting:
            left.remove(fitting[0])
        else:
            missing.append(", ".join(words))
    troubles = [f"{what}: expected {count} times: {words}" for words, count in Counter(missing).items()]
    return troubles + [f"{what}: not expected, {count} times: {text}" for text, count in Counter(left).items()]


def _repeated(said: Said) -> list[Said]:
    """A sentence, or `says` so many `times`."""
    if not isinstance(said, Form):
        return [said]
    know(said, ("says", "times"))
    return [said.said("says")] * as_number(said.said("times"))


def _told(play: Play, said: Form) -> list[str]:
    statuses = play.board()["statuses"]
    troubles = []
    for subject in said.names:
        _, entry = play.entry(subject)
        told = as_form(said[subject])
        for who in told.names:
            words = as_text(told[who])
            status = statuses.get(entry, {}).get(play.member(who).id, {})
            found = f"{status.get('state', 'nothing')} {status.get('detail', '')}".strip()
            if words not in found:
                troubles.append(f"the planner was told of {subject} for {who}: expected {words!r}, found {found!r}")
    return troubles


def _mailboxes(play: Play, said: Form) -> list[str]:
    known = play.stage.office.profiles(play.ids)
    troubles = []
    for name in said.names:
        state, search = as_text(said[name]), known[play.member(name).id].mailbox
        if state not in f"{search.state}, {search.reason}":
            troubles.append(f"{name}'s mailbox: expected {state!r}, found '{search.state}, {search.reason}'")
    return troubles


def _proposals(play: Play, said: Lines) -> list[str]:
    names = {entry: subject for subject, (_, entry) in play.entries.items()}
    members = {member.id: member.name for member in play.members.values()}
    found = [
        f"{names.get(each['appointment']['id'])} {each['kind']} {members[each['resource']['id']]} {each['state']}"
        for each in play.board()["proposals"]
    ]
    wanted = [str(as_text(each)) for each in said]
    return [] if sorted(found) == sorted(wanted) else [f"proposals: expected {wanted}, found {found}"]
