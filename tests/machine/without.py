"""Take each rule of the protocol out once and see whether the machine notices: `python -m tests.machine.without`.

Each rule is one small edit to a copy of the product. A rule whose loss no history shows is either not needed, or not
looked for; the table says after how many histories and seconds each was found.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Rule:
    """`edits` are (file, what stands there, what stands there without the rule)."""

    name: str
    edits: tuple[tuple[str, str, str], ...]


FLOWS, DOMAIN = "sync_core/flows", "sync_core/domain"

RULES = (
    Rule(
        "no inbox row before its placement is set",
        (
            (
                f"{FLOWS}/accept.py",
                "    settled = await _place(ports, list(newest.values()))\n",
                "    for early in newest.values():\n"
                "        for resource in early.resources:\n"
                "            await ports.rows.insert(resource, [_inbox_row(early, resource)])\n"
                "    settled = await _place(ports, list(newest.values()))\n",
            ),
        ),
    ),
    Rule(
        "owing holds the resources before, so that a move reaches the old one",
        ((f"{FLOWS}/accept.py", "(*debt, *before, *placement.resources)", "(*debt, *placement.resources)"),),
    ),
    Rule(
        "owing takes an older debt over",
        ((f"{FLOWS}/accept.py", "(*debt, *before, *placement.resources)", "(*before, *placement.resources)"),),
    ),
    Rule(
        "a repeat goes on with what is owing",
        (
            (
                f"{FLOWS}/accept.py",
                "                settled[key] = _Settled(verdict, placed)\n",
                "                settled[key] = _Settled(verdict, Placed())\n",
            ),
            (f"{FLOWS}/accept.py", "    return len(whole)\n", "    return 0\n"),
            (
                f"{FLOWS}/accept.py",
                "    await _hand_out(ports, whole, ports.names.fresh())\n",
                "    await _hand_out(ports, [], ports.names.fresh())\n",
            ),
        ),
    ),
    Rule(
        '"no longer here" for an unknown pair writes a tombstone',
        (
            (
                f"{DOMAIN}/reconcile.py",
                "        if isinstance(pair.board, Unseen) and not isinstance(pair.outlook, Alive):",
                "        if not isinstance(pair.board, Planned) and not isinstance(pair.outlook, Alive):",
            ),
        ),
    ),
    Rule(
        "a state that is not newer than what was received is dropped",
        ((f"{FLOWS}/cases.py", "row.revision >= link.write_revision)", "row.revision >= 0)"),),
    ),
    Rule(
        "a state older than the board's last answer is dropped",
        ((f"{FLOWS}/cases.py", "row.revision >= link.write_revision)", "row.revision >= link.received)"),),
    ),
    Rule(
        "after a write of ours the remembered board state is amended",
        (
            (
                f"{DOMAIN}/settle.py",
                "amended(link.board_state, told, operation.fields) if link.board_state else None",
                "link.board_state",
            ),
        ),
    ),
    Rule(
        "announce before carrying out",
        (
            (f"{FLOWS}/carry_out.py", "        await self.tenure.commit([announcement])\n", ""),
            (
                f"{FLOWS}/carry_out.py",
                "                ledger.delete(announcement.address)\n",
                "                pass\n",
            ),
            (f"{FLOWS}/carry_out.py", "            if unsettled:\n", "            if False:\n"),
        ),
    ),
    Rule(
        "an announcement stays as long as its fate is unknown",
        ((f"{FLOWS}/carry_out.py", "            if unsettled:\n", "            if False:\n"),),
    ),
    Rule(
        "a create is repeated under its own transactionId only",
        (
            (
                f"{FLOWS}/recover.py",
                "        outcome = (await self.ports.outlook.carry_out(operation.calendar.mailbox, [operation]))[0]\n",
                "        from dataclasses import replace\n"
                "        other = replace(operation, transaction_id=self.ports.names.fresh())\n"
                "        outcome = (await self.ports.outlook.carry_out(operation.calendar.mailbox, [other]))[0]\n",
            ),
            (
                f"{FLOWS}/recover.py",
                "            if event.transaction_id == operation.transaction_id:\n",
                "            if False:\n",
            ),
        ),
    ),
    Rule(
        "what is found in recovery is compared with what was announced",
        ((f"{FLOWS}/recover.py", "return Done(event=event, is_found=True)", "return Done(event=event)"),),
    ),
    Rule(
        "an update that did not go in is decided anew",
        (
            (
                f"{FLOWS}/recover.py",
                "            return Moved()\n",
                "            return Done(event=event, is_found=True)\n",
            ),
        ),
    ),
    Rule(
        "a postponed repeat says nothing about the first try",
        ((f"{FLOWS}/recover.py", "        if isinstance(outcome, Postponed):\n", "        if False:\n"),),
    ),
    Rule(
        "an unsettled announcement blocks its pair",
        ((f"{FLOWS}/gather.py", "        if pair in self.blocked or (", "        if ("),),
    ),
    Rule(
        "If-Match on updates and deletions",
        (("tests/fakes/outlook.py", "    honours_if_match = True\n", "    honours_if_match = False\n"),),
    ),
    Rule(
        "nothing from delta replaces removed, check or list again",
        (
            (
                f"{FLOWS}/intake.py",
                "        if waiting is not None and waiting.hint is not Hint.SEEN:\n            # A page",
                "        if False:\n            # A page",
            ),
        ),
    ),
    Rule(
        "a state older than the link's is dropped",
        (
            (
                f"{FLOWS}/intake.py",
                "        if link.outlook_modified_at and event.modified_at < link.outlook_modified_at:\n",
                "        if False:\n",
            ),
        ),
    ),
    Rule(
        "a known event that is not the present one is fetched, not believed",
        (
            (
                f"{FLOWS}/intake.py",
                "            return self._hint(event.key, event.ref.id, Hint.CHECK)\n        if link.outlook",
                "            return self._enter(event)\n        if link.outlook",
            ),
        ),
    ),
    Rule(
        "removed means: look, then decide",
        (
            (
                f"{FLOWS}/cases.py",
                "            event = row.event if row.hint is Hint.SEEN else found[row.id]\n",
                "            event = row.event if row.hint is Hint.SEEN else (\n"
                "                None if row.hint is Hint.REMOVED else found[row.id]\n            )\n",
            ),
        ),
    ),
    Rule(
        "at the end of a full read, what was not seen is checked",
        (
            (
                f"{FLOWS}/intake.py",
                "                    rows += self._missed(row.link, cursor, seen)\n",
                "                    rows += []\n",
            ),
        ),
    ),
    Rule(
        "an Outlook row is consumed only in the state it was taken up in",
        (
            (
                f"{FLOWS}/desk.py",
                "present.get(trace, trace) for trace in traces if trace[0] != Family.OUTLOOK_INBOX or trace in present",
                "trace[:2] if trace[0] == Family.OUTLOOK_INBOX else trace\n"
                "            for trace in traces\n"
                "            if trace[0] != Family.OUTLOOK_INBOX or trace[:2] in set(present.values())",
            ),
        ),
    ),
    Rule(
        "the lease fences every write",
        (
            (
                f"{FLOWS}/tenure.py",
                "        rows = self.ports.rows\n",
                "        rows = self.ports.rows\n"
                "        self._tag = (await rows.read_pending(self.resource)).lease_tag\n",
            ),
        ),
    ),
    Rule(
        "each settled operation moves the baselines it carried",
        (
            (
                f"{FLOWS}/carry_out.py",
                "        if link is not None and link != intent.link_before:\n",
                "        if not is_complete:\n            link = intent.link_before\n"
                "        if link is not None and link != intent.link_before:\n",
            ),
        ),
    ),
    Rule(
        "a living event of an earlier birth takes over, and no other stays",
        ((f"{FLOWS}/cases.py", "                    revenants.append(event)\n", "                    pass\n"),),
    ),
    Rule(
        "the echo of our own block is no new appointment",
        (
            (
                f"{FLOWS}/gather.py",
                "            if pair is None and is_ours(self.ports.connector, key.id):\n",
                "            if False:\n",
            ),
        ),
    ),
    Rule(
        "the loser's words are on record before they are overwritten",
        (
            (f"{FLOWS}/carry_out.py", "                lost_event=plan.lost_event,\n", ""),
            (f"{FLOWS}/carry_out.py", "                operation=operation,\n", ""),
            (f"{FLOWS}/carry_out.py", "                event_before=intent.event_before,\n", ""),
        ),
    ),
)


def main() -> int:
    """Try every rule, or those whose name holds one of the given words; 1 if any loss went unnoticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only rules whose names hold one of these")
    parser.add_argument("--examples", type=int, default=4000, help="histories to try for each rule")
    options = parser.parse_args()
    unnoticed = 0
    for rule in RULES:
        if options.words and not any(word in rule.name for word in options.words):
            continue
        found, seconds, words = _try_without(rule, options.examples)
        unnoticed += not found
        print(
            f"{'found after ' + found if found else 'NOT FOUND':<24} {seconds:6.1f} s  {rule.name}  [{words}]",
            flush=True,
        )
    return 1 if unnoticed else 0


def _try_without(rule: Rule, examples: int) -> tuple[str, float, str]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in ("sync_core", "tests", "devtools"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        for file, there, without in rule.edits:
            path = copy / file
            text = path.read_text()
            if there not in text:
                raise SystemExit(f"{rule.name}: what it takes out of {file} does not stand there any more")
            path.write_text(text.replace(there, without))
        began = time.monotonic()
        sequences = _run(copy, "-m", "pytest", "-q", "-x", "tests/machine/test_known_sequences.py")
        histories = _run(copy, "-m", "tests.machine", "--examples", str(examples), "--seed", "1", "--plain")
        seconds = time.monotonic() - began
    last = (histories.stdout.strip().splitlines() or histories.stderr.strip().splitlines() or [""])[-1]
    if histories.returncode:
        found, _, words = last.partition(" | ")
        return found, seconds, words[:70]
    if sequences.returncode:
        return "a known sequence", seconds, "no random history"
    return "", seconds, last


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main())
