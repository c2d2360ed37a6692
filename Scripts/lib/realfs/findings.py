"""What the examination of one workload on one file system came to."""

import dataclasses
import time


@dataclasses.dataclass
class Violation:
    """A promise broken by one image."""
    system: str
    workload: str
    outcome: str
    recipe: str
    image: object = None


@dataclasses.dataclass
class Result:
    """A row of the table."""
    system: str
    workload: str
    allowed: object = None
    recordings: int = 0
    cuts: int = 0
    images: int = 0
    outcomes: dict = dataclasses.field(default_factory=dict)
    violations: list = dataclasses.field(default_factory=list)
    # Cuts after which btrfs, which has no model, does not mount.
    unmountable: list = dataclasses.field(default_factory=list)
    started: float = dataclasses.field(default_factory=time.monotonic)
    seconds: float = 0

    def found(self, outcome, recipe):
        self.outcomes.setdefault(outcome, recipe)

    def broken(self, outcome, recipe, image):
        """Counts a violation; the image behind the first of its kind is kept for the report."""
        is_first = all(other.outcome != outcome for other in self.violations)
        self.violations.append(
            Violation(self.system, self.workload, outcome, recipe, image if is_first else None))

    def finish(self):
        self.seconds = time.monotonic() - self.started
        return self

    def row(self):
        seen = [outcome for outcome in self.outcomes if not outcome.startswith(":")]
        if self.allowed is None:
            inside = "–"
        else:
            inside = f"{len(self.allowed.intersection(seen))} of {len(self.allowed)}"
        return [
            self.system, self.workload, str(self.cuts), str(self.images), str(len(self.outcomes)), inside,
            str(len(self.violations)), f"{self.seconds:.1f} s"]


HEADINGS = [
    "file system", "program", "cut points", "images", "distinct outcomes", "in the model", "violations", "time"]
_NUMERIC = range(2, 8)


def table(rows):
    """The rows as an aligned Markdown table."""
    rows = [HEADINGS, *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]

    def line(row):
        cells = [
            text.rjust(width) if column in _NUMERIC else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths))]
        return "| " + " | ".join(cells) + " |"

    rule = ["-" * (width - 1) + (":" if column in _NUMERIC else "-") for column, width in enumerate(widths)]
    return "\n".join([line(rows[0]), line(rule), *map(line, rows[1:])])
