"""The journal on a real file system: what was acknowledged before a cut must be there after it.

`holdfast journal reserve` runs again and again; each success is marked in the recorder's log, which is outside of the
device, at the place where it was given. Every image is verified, read, and used: the journal must verify, hold every
use acknowledged before the cut, refuse to spend the last one again, take a new one, and verify with it.
"""

import dataclasses
import json
import os
import subprocess

from . import images, kernel
from .findings import Result

GRANT, FRESH = "grant-1", "after-the-cut"
# The layouts of a journal; each is a workload of its own.
LAYOUTS = ["segments", "json-records"]


@dataclasses.dataclass
class State:
    """What one image holds. `problem` is what is wrong whatever had been acknowledged."""
    uses: frozenset
    summary: str
    problem: str | None = None


class Journal:
    """Runs the reservations on one session."""

    def __init__(self, session, holdfast, layout, count, random):
        self.session, self.holdfast, self.layout, self.count = session, holdfast, layout, count
        self.random = random
        self._boot = kernel.OtherBoot()

    def examine(self, make_enumerator, is_lying):
        try:
            return self._examine(make_enumerator, is_lying)
        finally:
            self._boot.end()

    def _examine(self, make_enumerator, is_lying):
        result = Result(self.session.system.name, f"journal reserve × {self.count} ({self.layout})")
        records = self.session.record(lambda session: self._run())
        result.recordings = 1
        enumerator, known = make_enumerator(self.session.base), {}
        for epoch in images.epochs(records, "run", is_lying):
            acknowledged = {mark.split()[1] for mark in epoch.marks if mark.startswith("acknowledged ")}
            result.cuts += 1
            for image in enumerator.images(epoch):
                if image.identity not in known:
                    known[image.identity] = self._state(self.session.examine(image, self._look))
                    result.images += 1
                self._judge(result, known[image.identity], acknowledged, image)
        return result.finish()

    def _judge(self, result, state, acknowledged, image):
        result.found(state.summary, image.recipe)
        if state.summary.startswith(": does not mount") and self.session.system.kind == "btrfs":
            result.unmountable.append(image.recipe)
            return
        lost = sorted(acknowledged - state.uses)
        if state.problem:
            result.broken(state.problem, image.recipe, image)
        elif lost:
            result.broken(f"acknowledged but lost: {', '.join(lost)}", image.recipe, image)

    def _run(self):
        work = self.session.work
        self._boot.end()
        self.session.mark("run")
        code, answer = self._holdfast("init", work, "--format", self.layout, "--json")
        if code != 0:
            raise RuntimeError(f"journal init ended with {code}: {answer}")
        for number in range(1, self.count + 1):
            code, answer = self._reserve(work, f"use-{number}")
            if code != 0:
                raise RuntimeError(f"journal reserve ended with {code}: {answer}")
            self.session.mark(f"acknowledged use-{number}")
            # The kernel's timers may or may not write back what reserve left unsynced (indexes, the head).
            act = self.random.choice(["", "", "data", "commit", "sync"])
            if act:
                self.session.act(act)
        self.session.mark("end")

    def _reserve(self, work, use):
        """A use whose nonce is its identifier, and may be spent once."""
        return self._holdfast(
            "reserve", work, "--grant", GRANT, "--nonce-file", "-", "--actor", "agent://crash", "--action", "test",
            "--subject", "urn:device", "--max-uses", "1", "--use-id", use, "--json", input=use)

    def _holdfast(self, command, work, *arguments, **options):
        words = [self.holdfast, "journal", command, os.path.join(work, "journal"), *arguments]
        answer = subprocess.run(words, capture_output=True, text=True, **options)
        return answer.returncode, answer.stdout.strip()

    def _look(self, work):
        """The state as JSON, for `_state`."""
        # A watermark in segments is believed in the boot that it names, and the power was cut.
        self._boot.begin()
        uses, warnings = [], ["no journal yet"]
        # Before the first acknowledgement even the directory may be missing.
        if os.path.exists(os.path.join(work, "journal")):
            code, report = self._holdfast("verify", work, "--json")
            if code != 0:
                return json.dumps({"problem": f"does not verify: {report}"})
            warnings = sorted({warning["kind"] for warning in json.loads(report)["warnings"]})
            uses = self._uses(work)
        answer = {"uses": uses, "warnings": warnings}
        if uses:
            code, again = self._reserve(work, uses[-1])
            if code != 1 or json.loads(again)["error"]["code"] != "uses_exhausted":
                return json.dumps(answer | {"problem": f"{uses[-1]} again: code {code}, {again}"})
        code, fresh = self._reserve(work, FRESH)
        if code != 0:
            return json.dumps(answer | {"problem": f"takes no new use: code {code}, {fresh}"})
        code, report = self._holdfast("verify", work, "--json")
        if code != 0 or self._uses(work) not in self._continuations(uses):
            return json.dumps(answer | {"problem": f"after a new use: code {code}, {self._uses(work)}, {report}"})
        return json.dumps(answer)

    def _continuations(self, uses):
        """What may be listed after a new use. Readers of segments do not see a record behind the watermark, of which nobody
        was told; the next writer counts it, since it was written whole."""
        unseen = [[f"use-{len(uses) + 1}"]] if self.layout == "segments" and len(uses) < self.count else []
        return [uses + between + [FRESH] for between in [[]] + unseen]

    def _uses(self, work):
        _, listing = self._holdfast("list", work, "--json")
        return [json.loads(line)["use_id"] for line in listing.splitlines()]

    def _state(self, answer):
        if answer.startswith(":"):
            return State(frozenset(), answer, answer)
        content = json.loads(answer)
        uses = content.get("uses", [])
        # Which of the uses are there, in order, and in what state the caches around them are.
        summary = f"{len(uses)} uses; {' '.join(content.get('warnings', [])) or 'no warnings'}"
        return State(frozenset(uses), content.get("problem", summary), content.get("problem"))
