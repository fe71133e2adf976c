"""Records of an event file: each with its length and two checksums, as TFRecord files have them.

A record is: its length (8 bytes), the length's checksum (4), the content, the content's checksum
(4); all little-endian. The checksum is CRC-32C, "masked": rotated, and a constant added.
TensorBoard's own writer sums byte by byte in Python, which takes longer than all else that is
written.
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
    """The contents of the whole records in `data`; the first that is cut or damaged ends it."""
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
