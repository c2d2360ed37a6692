"""The litmus programs on a real file system: every outcome of a cut must be one that the model lists.

The model speaks of a cut after the program. What the kernel writes back, and in which order, is up to its timers; so
each program is recorded many times, with a commit or a writeback of data at every place in between and at the end.
"""

import dataclasses
import subprocess

from . import images
from .findings import Result


@dataclasses.dataclass
class Program:
    number: int
    name: str
    outcomes: dict


def programs(runner):
    """The programs that `litmus-runner list` tells of."""
    listing = subprocess.run([runner, "list"], capture_output=True, text=True, check=True).stdout
    found = []
    for line in listing.splitlines():
        kind, *fields = line.split("\t")
        if kind == "program":
            found.append(Program(len(found), fields[0], {}))
        else:
            found[-1].outcomes.setdefault(fields[0], set()).add(fields[1])
    return found


@dataclasses.dataclass
class Plan:
    """What is flushed behind the program's back: one act before one of its calls, and more after its end."""
    act: str | None
    step: int
    ending: tuple

    def __str__(self):
        first = f"{self.act} before call {self.step}, " if self.act else ""
        return f"{first}then {' + '.join(self.ending)}"


class Litmus:
    """Runs one program on one session."""

    def __init__(self, session, runner, program):
        self.session, self.runner, self.program = session, runner, program
        self.calls = []

    def examine(self, make_enumerator, is_lying):
        allowed = self.program.outcomes[self.session.system.model]
        result = Result(self.session.system.name, self.program.name, allowed)
        for plan in self._plans():
            records = self.session.record(lambda session: self._run(plan))
            result.recordings += 1
            enumerator, known = make_enumerator(self.session.base), {}
            for epoch in images.epochs(records, "run" if is_lying else "ran", is_lying):
                if "ran" not in epoch.marks:
                    continue
                result.cuts += 1
                for image in enumerator.images(epoch):
                    if image.identity in known:
                        continue
                    known[image.identity] = outcome = self.session.examine(image, self._observe)
                    result.images += 1
                    self._judge(result, outcome, f"{plan}; {image.recipe}", image)
        return result.finish()

    def _judge(self, result, outcome, recipe, image):
        result.found(outcome, recipe)
        if outcome in result.allowed:
            return
        if outcome.startswith(": does not mount") and self.session.system.kind == "btrfs":
            result.unmountable.append(recipe)
        else:
            result.broken(outcome, recipe, image)

    def _plans(self):
        """The first plan tells how many calls the program makes; the others stand between them."""
        yield Plan(None, -1, ("sync",))
        calls = len(self.calls)
        yield Plan(None, -1, ("commit", "sync"))
        yield Plan(None, -1, ("data", "commit", "sync"))
        for step in range(2, calls):
            yield Plan("commit", step, ("data", "commit", "sync"))
            if any("write" in call for call in self.calls[:step]):
                yield Plan("data", step, ("commit", "sync"))
                # Data and its length committed: what a sync finds clean afterwards.
                yield Plan("sync", step, ("commit", "sync"))

    def _run(self, plan):
        number, work = str(self.program.number), self.session.work
        subprocess.run([self.runner, "prepare", number, work], check=True)
        self.session.act("sync")
        self.session.mark("run")
        pipe = subprocess.PIPE
        with subprocess.Popen([self.runner, "run", number, work], stdin=pipe, stdout=pipe, text=True) as process:
            calls = []
            for line in process.stdout:
                calls.append(line.strip())
                if len(calls) - 1 == plan.step:
                    self.session.act(plan.act)
                process.stdin.write("\n")
                process.stdin.flush()
        if process.returncode != 0:
            raise RuntimeError(f"{self.program.name}: {calls[-1] if calls else 'no output'}")
        self.calls = calls
        self.session.mark("ran")
        for act in plan.ending:
            self.session.act(act)
        self.session.mark("end")

    def _observe(self, work):
        answer = subprocess.run([self.runner, "observe", work], capture_output=True, text=True)
        return answer.stdout.strip() if answer.returncode == 0 else f": {answer.stdout.strip()}"
