"""A reader of the prediction log that shares nothing with the program: frames of length, CRC-32 and JSON, as prediction_log.h says."""

import json
import struct
import zlib

HEAD = struct.Struct("<II")


def segments(folder):
    """The numbers of the segments there are, in order."""
    return sorted(int(path.stem) for path in folder.glob("*.predictions"))


def records(folder, number):
    """The records of one segment; it must be whole to its last byte, and numbered from 1 without a gap."""
    data, place, found = (folder / f"{number:012}.predictions").read_bytes(), 0, []
    while place < len(data):
        length, checksum = HEAD.unpack_from(data, place)
        payload = data[place + HEAD.size : place + HEAD.size + length]
        assert len(payload) == length and zlib.crc32(payload) == checksum, f"segment {number} is damaged at byte {place} of {len(data)}"
        found.append(json.loads(payload))
        place += HEAD.size + length
    assert [record["sequence"] for record in found] == list(range(1, len(found) + 1)), f"segment {number} has a gap"
    return found
