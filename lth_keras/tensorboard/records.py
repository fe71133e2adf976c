"""Records of an event file: each with its length and two checksums, as TFRecord files have them.

A record is: its length (8 bytes), the length's checksum (4), the content, the content's checksum
(4); all little-endian. The checksum is CRC-32C, "masked": rotated, and a constant added.
TensorBoard's own writer sums byte by byte in Python, which took longer than all else that is
written. Here NumPy sums many records at once.
"""

import functools
import struct

import numpy as np

_POLYNOMIAL = 0x82F63B78  # Castagnoli's, with its bits in reverse.
_MASK = 0xA282EAD8
_ONES = np.uint32(0xFFFFFFFF)
# A register of zeros that reads these is all ones, which is how a CRC-32C begins; and it stays
# zero over zeros, so that contents of unequal length can have zeros in front.
_TO_ONES = bytes.fromhex("54641f64")


def encode(contents):
    """The bytes of the records that hold `contents`, a list of bytes."""
    lengths = [struct.pack("<Q", len(content)) for content in contents]
    sums = checksums([*lengths, *contents])
    return b"".join(
        part
        for length, of_length, content, of_content in zip(
            lengths, sums, contents, sums[len(lengths):])
        for part in (length, _packed(of_length), content, _packed(of_content))
    )


def decode(data):
    """The contents of the whole records in `data`; the first that is cut or damaged ends it."""
    spans, place = [], 0
    while place + 12 <= len(data):
        (length,) = struct.unpack_from("<Q", data, place)
        if place + length + 16 > len(data):
            break
        spans.append((place, length))
        place += length + 16
    parts = [data[place:place + 8] for place, _ in spans]
    contents = [data[place + 12:place + 12 + length] for place, length in spans]
    sums = checksums([*parts, *contents])
    for index, (place, length) in enumerate(spans):
        stored = data[place + 8:place + 12], data[place + 12 + length:place + 16 + length]
        if stored != (_packed(sums[index]), _packed(sums[len(spans) + index])):
            return contents[:index]
    return contents


def checksums(contents):
    """The CRC-32C of each of `contents`, a list of bytes; a list of int, not masked."""
    # Records of about the same length share one array; shorter ones get zeros in front.
    by_levels = {}
    for index, content in enumerate(contents):
        levels = (-(-len(content) // 4)).bit_length()
        by_levels.setdefault(levels + levels % 2, []).append(index)
    sums = [0] * len(contents)
    for levels, indices in by_levels.items():
        for index, value in zip(indices, _sums([contents[i] for i in indices], levels)):
            sums[index] = value
    return sums


def _sums(contents, levels):
    """CRC-32C of contents of at most 4 · 2^levels − 4 bytes."""
    width = 4 << levels
    rows = np.frombuffer(
        b"".join((_TO_ONES + content).rjust(width, b"\0") for content in contents), "<u4")
    register = rows.reshape(len(contents), -1)
    # Two neighbours become one: the left is moved on by the right one's bytes.
    for level in range(levels):
        register = _moved(register[:, 0::2], level) ^ register[:, 1::2]
    return (_moved(register[:, 0], 0) ^ _ONES).tolist()


def _moved(register, level):
    """A CRC's register, uint32 of any shape, after 4 · 2^level zeros more."""
    table = _tables(level)
    return (table[0][register & 0xFF] ^ table[1][(register >> 8) & 0xFF]
            ^ table[2][(register >> 16) & 0xFF] ^ table[3][register >> 24])


@functools.cache
def _tables(level):
    """uint32 [4, 256]: what each byte of the register becomes after 4 · 2^level zeros."""
    if level:
        return _moved(_tables(level - 1), level - 1)
    register = np.arange(256, dtype=np.uint32) << (8 * np.arange(4, dtype=np.uint32)[:, None])
    for _ in range(4):
        register = (register >> 8) ^ _byte_table()[register & 0xFF]
    return register


@functools.cache
def _byte_table():
    register = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        register = np.where(register & 1, (register >> 1) ^ np.uint32(_POLYNOMIAL), register >> 1)
    return register


def _packed(checksum):
    rotated = (checksum >> 15) | (checksum << 17) & 0xFFFFFFFF
    return struct.pack("<I", (rotated + _MASK) & 0xFFFFFFFF)
