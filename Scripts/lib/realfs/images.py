"""What a power cut could leave on the device, worked out from the recorder's log.

The log falls into epochs, each ended by a flush. A cut inside an epoch leaves every write of the epochs before, and
any subset of the epoch's own writes: a subset that an earlier cut inside the epoch allows, a later one allows too, so
one cut point an epoch, right before its flush, covers them all, with all that had been acknowledged by then.

A write is taken apart at 4 KiB boundaries; a block is split further, by 512-byte sectors, in images that tear one
block. Writes that change nothing are left out, and an image whose bytes were tried before is not tried again.
"""

import dataclasses
import hashlib
import itertools

from . import recorder

SECTOR = 512


@dataclasses.dataclass(frozen=True)
class Piece:
    """Up to one block of a write; `number` is its place among the epoch's pieces."""
    number: int
    offset: int
    data: bytes

    def __str__(self):
        return f"{self.number}: {len(self.data)} B at {self.offset:#x}"


@dataclasses.dataclass
class Epoch:
    """The writes between two flushes."""
    number: int
    record: int
    durable: dict
    pieces: list
    marks: list


@dataclasses.dataclass
class Image:
    """One state of the device: what the cut leaves for sure, and the writes that were lucky."""
    epoch: Epoch
    writes: list
    recipe: str
    identity: int


def epochs(records, first_mark, ignoring_flushes=False):
    """The epochs from the one in which `first_mark` was written, with the marks given before each one's end.

    `ignoring_flushes` takes the device for one that lies: its cache is never flushed after the mark.
    """
    durable, writes, marks, number, started = {}, [], [], 0, False
    for index, (kind, offset, data) in enumerate(records):
        if kind == recorder.WRITTEN:
            writes.append((offset, data))
        elif kind == recorder.MARKED:
            marks.append(data.decode())
            started = started or marks[-1] == first_mark
        elif not (ignoring_flushes and started):
            if started and writes:
                yield Epoch(number, index, dict(durable), _pieces(writes, durable), list(marks))
            for start, content in writes:
                _apply(durable, start, content)
            number, writes = number + 1, []
    if started:
        yield Epoch(number, len(records), durable, _pieces(writes, durable), marks)


def _apply(sectors, offset, data):
    for position in range(0, len(data), SECTOR):
        sectors[(offset + position) // SECTOR] = data[position:position + SECTOR]


def _pieces(writes, durable):
    cut = []
    for offset, data in writes:
        position = 0
        while position < len(data):
            length = min(recorder.BLOCK - (offset + position) % recorder.BLOCK, len(data) - position)
            cut.append((offset + position, data[position:position + length]))
            position += length
    touched = {}
    for offset, _ in cut:
        touched[offset // recorder.BLOCK] = touched.get(offset // recorder.BLOCK, 0) + 1
    pieces = []
    for offset, data in cut:
        is_alone = touched[offset // recorder.BLOCK] == 1
        if not (is_alone and all(durable.get(sector) == content for sector, content in _sectors(offset, data))):
            pieces.append(Piece(len(pieces), offset, data))
    return pieces


def _sectors(offset, data):
    for position in range(0, len(data), SECTOR):
        yield (offset + position) // SECTOR, data[position:position + SECTOR]


class Enumerator:
    """Lists the images of epochs, each state of the device once."""

    def __init__(self, base, maximum, random):
        self.base, self.maximum, self.random = base, maximum, random

    def images(self, epoch):
        """All subsets when there are at most `maximum`; else the telling ones and a random sample. Then torn blocks."""
        seen = set()
        start = self._identity(epoch.durable.items())
        for image in itertools.chain(self._subsets(epoch, start), self._torn(epoch, start)):
            if image.identity not in seen:
                seen.add(image.identity)
                yield image

    def _subsets(self, epoch, start):
        count = len(epoch.pieces)
        if 1 << min(count, 40) <= self.maximum:
            chosen = (tuple(i for i in range(count) if bits >> i & 1) for bits in range(1 << count))
        else:
            chosen = self._telling_subsets(count)
        for numbers in chosen:
            writes = [(epoch.pieces[i].offset, epoch.pieces[i].data) for i in numbers]
            which = "none" if not numbers else "all" if len(numbers) == count else _ranges(numbers)
            yield self._image(epoch, start, writes, f"{which} of {count} pending blocks")

    def _telling_subsets(self, count):
        everything = tuple(range(count))
        families = [
            [everything[:i] for i in range(1, count)], [everything[:i] + everything[i + 1:] for i in everything],
            [(i,) for i in everything], list(itertools.combinations(everything, 2)) if count <= 64 else []]
        for family in families:
            self.random.shuffle(family)
        # A quarter of the budget stays for subsets nobody thought of.
        orderly = [subset for group in itertools.zip_longest(*families) for subset in group if subset is not None]
        subsets = dict.fromkeys([(), everything] + orderly[:self.maximum * 3 // 4])
        for _ in range(2 * self.maximum):
            if len(subsets) >= self.maximum:
                break
            bits = self.random.getrandbits(count)
            subsets[tuple(i for i in everything if bits >> i & 1)] = None
        return subsets

    def _torn(self, epoch, start):
        """One block with only some of its sectors, beside all other pending writes or none."""
        now = dict(epoch.durable)
        tearable = []
        for piece in epoch.pieces:
            changed = [s for s, content in _sectors(piece.offset, piece.data) if self._at(now, s) != content]
            _apply(now, piece.offset, piece.data)
            if len(changed) > 1:
                tearable.append((piece, changed))
        budget = max(4, self.maximum // 4)
        if len(tearable) * 4 > budget:
            tearable = self.random.sample(tearable, budget // 4)
        for piece, changed in tearable:
            middle = self.random.randrange(1, len(changed))
            for kept in (changed[:middle], changed[middle:]):
                torn = [(s * SECTOR, c) for s, c in _sectors(piece.offset, piece.data) if s in kept]
                others = [(p.offset, p.data) for p in epoch.pieces[:piece.number]]
                later = [(p.offset, p.data) for p in epoch.pieces[piece.number + 1:]]
                label = f"block {piece} torn, sectors {_ranges([s % 8 for s in kept])} of 0-7 kept"
                yield self._image(epoch, start, others + torn + later, label + ", all other pending blocks")
                yield self._image(epoch, start, torn, label + ", no other pending block")

    def _image(self, epoch, start, writes, recipe):
        over = {}
        for offset, data in writes:
            _apply(over, offset, data)
        identity = start
        for sector, content in over.items():
            identity ^= self._hash(sector, epoch.durable[sector]) if sector in epoch.durable else 0
            identity ^= self._hash(sector, content)
        return Image(epoch, writes, f"cut before the flush at log record {epoch.record}: {recipe}", identity)

    def _identity(self, sectors):
        identity = 0
        for sector, content in sectors:
            identity ^= self._hash(sector, content)
        return identity

    def _hash(self, sector, content):
        """A sector's part of a state's hash; nothing where it holds what the base holds."""
        if self.base.sector(sector) == content:
            return 0
        return int.from_bytes(hashlib.blake2b(content, key=sector.to_bytes(8), digest_size=16).digest())

    def _at(self, sectors, sector):
        return sectors[sector] if sector in sectors else self.base.sector(sector)


def _ranges(numbers):
    """1,2,3,7 as 1-3,7."""
    parts = []
    for _, run in itertools.groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        run = [number for _, number in run]
        parts.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ",".join(parts)
