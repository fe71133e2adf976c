"""The records of an event file, in TFRecord's format: each has its length and two checksums.

A record is: its length (8 bytes), the length's checksum (4), the content, the content's checksum
(4); all little-endian. The checksum is CRC-32C, "masked": rotated, and a constant added.
TensorBoard's own writer computes it byte by byte in Python, which takes longer than all the rest.
"""

import struct

import google_crc32c

_MASK = 0xA282EAD8


def encode(contents):
    """The bytes of the records that hold `contents`, a list of bytes."""
    parts = []
    for content in contents:
        length = struct.pack("<Q", len(content))
        parts += [length, _checksum(length), content, _checksum(content)]
    return b"".join(parts)


def decode(data):
    """The contents of the records in `data`, up to the first that is incomplete or damaged."""
    contents, place = [], 0
    while place + 12 <= len(data):
        (length,) = struct.unpack_from("<Q", data, place)
        ends = place + 12 + length
        content = data[place + 12:ends]
        stored = data[place + 8:place + 12], data[ends:ends + 4]
        if stored != (_checksum(data[place:place + 8]), _checksum(content)):
            break
        contents.append(content)
        place = ends + 4
    return contents


def _checksum(content):
    checksum = google_crc32c.value(content)
    rotated = (checksum >> 15) | (checksum << 17) & 0xFFFFFFFF
    return struct.pack("<I", (rotated + _MASK) & 0xFFFFFFFF)
