"""A text file, packed or not, in; its lines, a portion at a time, checked to be text, out."""

import gzip
import zlib
from collections.abc import Iterator
from io import BufferedIOBase
from pathlib import Path

import numpy as np

from engine.errors import PulsebookError

MOST_BYTES = 4 * 1024**3
MOST_RATIO = 1000
"""Of unpacked to packed bytes: more is a bomb, not a file."""
AT_ONCE = 1 << 22
"""Bytes that are read together."""
LARGEST_PORTION = 1 << 24
FEED = ord("\n")


class FileUnreadable(PulsebookError):
    """A file that can't be read at all; nothing of it was taken."""


class Lines(Iterator[str]):
    """The lines of a file, taken off its front one by one or many together; `number` is that of the next one.

    Raises FileUnreadable where what comes is no UTF-8, holds a zero byte, or can't be unpacked.
    """

    def __init__(self, path: Path) -> None:
        self.number = 1
        self._name = path.name
        self._is_packed = path.name.endswith(".gz")
        self._most = min(MOST_BYTES, max(1 << 26, path.stat().st_size * MOST_RATIO))
        self._stream: BufferedIOBase = gzip.open(path) if self._is_packed else path.open("rb")  # noqa: SIM115
        self._read = 0
        self._tail = b""
        """What was read behind the last line feed."""
        self._at_end = False
        self._whole = b""
        """Whole lines that were checked; those before `_start` are taken."""
        self._start = 0

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def __next__(self) -> str:
        if self._start == len(self._whole) and not self._fill():
            raise StopIteration
        end = self._whole.index(b"\n", self._start) + 1
        line = self._whole[self._start : end]
        self._start, self.number = end, self.number + 1
        return line.decode()

    def peek(self, count: int) -> bytes:
        """Up to so many of the next lines, fewer where they are long; none at the end of the file."""
        if self._start == len(self._whole):
            self._fill()
        while len(self._whole) - self._start < LARGEST_PORTION and self._whole.count(b"\n", self._start) < count:
            if not self._fill():
                break
        feeds = np.flatnonzero(np.frombuffer(self._whole, dtype=np.uint8, offset=self._start) == FEED)[:count]
        return self._whole[self._start : self._start + int(feeds[-1]) + 1] if len(feeds) else b""

    def skip(self, portion: bytes) -> None:
        """Takes off what was peeked at."""
        self._start += len(portion)
        self.number += portion.count(b"\n")

    def _fill(self) -> bool:
        """Reads on to some further whole lines; False at the end of the file."""
        found = [self._tail]
        while not self._at_end:
            piece = self._piece()
            self._at_end = not piece
            found.append(piece)
            if b"\n" in piece:
                break
        text = b"".join(found)
        if self._at_end and text and not text.endswith(b"\n"):
            text += b"\n"
        cut = text.rfind(b"\n") + 1
        self._tail = text[cut:]
        self._check(text[:cut])
        self._whole, self._start = self._whole[self._start :] + text[:cut].replace(b"\r\n", b"\n"), 0
        return cut > 0

    def _piece(self) -> bytes:
        try:
            piece = self._stream.read(AT_ONCE)
        except (OSError, EOFError, zlib.error) as error:
            if not self._is_packed:
                raise FileUnreadable(f"{self._name} can't be read ({error}). Check its rights.") from None
            raise FileUnreadable(f"{self._name} can't be unpacked ({error}). Copy it again.") from None
        is_first, self._read = not self._read, self._read + len(piece)
        if self._is_packed and self._read > self._most:
            raise FileUnreadable(f"{self._name} unpacks to too much. Unpack it and import it in parts.")
        if is_first and piece.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise FileUnreadable(f"{self._name}:1: the file is UTF-16. Save it as UTF-8.")
        return piece.removeprefix(b"\xef\xbb\xbf") if is_first else piece

    def _check(self, text: bytes) -> None:
        first = self.number + self._whole.count(b"\n", self._start)
        try:
            text.decode("utf-8")
        except UnicodeDecodeError as error:
            line = first + text.count(b"\n", 0, error.start)
            raise FileUnreadable(
                f"{self._name}:{line}: the file is not UTF-8 from here on. Save it as UTF-8."
            ) from None
        if b"\0" in text:
            line = first + text.count(b"\n", 0, text.index(b"\0"))
            raise FileUnreadable(f"{self._name}:{line}: the file holds a zero byte. Export it again as text.")
