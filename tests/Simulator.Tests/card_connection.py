"""What both PC/SC clients of another make need: a card on a reader, and the checksum of its frames."""
import struct
import time

from smartcard.Exceptions import CardConnectionException, NoCardException
from smartcard.System import readers


def crc32(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xEDB88320 if crc & 1 else 0)
    return struct.pack("<I", crc)


def wait_for_card(seconds=15):
    until = time.monotonic() + seconds
    while True:
        for reader in readers():
            try:
                connection = reader.createConnection()
                connection.connect()
                return connection
            except (NoCardException, CardConnectionException):
                pass
        assert time.monotonic() < until, "no card within %d s" % seconds
        time.sleep(0.05)
