"""A DESFire client of another make: pyscard and python3-cryptography, nothing of this project.

Creates an application with keys and files on a factory-fresh card, runs transactions over PC/SC and
recomputes their MACs from the published rules. Prints one line "done ..." and exits 0,
or ends with a traceback.
"""
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from card_connection import crc32, wait_for_card

AID = bytes.fromhex("A1B2C3")
TM_KEY = bytes(range(0x40, 0x50))
KEYS = {number: bytes([0x30 + number]) * 16 for number in range(3)}
ZEROS = bytes(16)


def cmac(key, message):
    mac = CMAC(algorithms.AES(key))
    mac.update(message)
    return mac.finalize()


def mact(key, message):
    return cmac(key, message)[1::2]


def cbc(key, iv, data, decrypt=False):
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv))
    context = cipher.decryptor() if decrypt else cipher.encryptor()
    return context.update(data) + context.finalize()


def pad(data):
    return data + b"\x80" + bytes(-(len(data) + 1) % 16)


def u24(value):
    return struct.pack("<I", value)[:3]


class Card:
    def __init__(self, connection):
        self.connection = connection
        self.session = None

    def transmit(self, apdu):
        data, sw1, sw2 = self.connection.transmit(list(apdu))
        return bytes(data), sw1 << 8 | sw2

    def exchange(self, ins, payload=b"", frame=255):
        """Sends a native command, in AF frames if it is longer than one, and collects the answer's frames."""
        first, rest = payload[:frame], payload[frame:]
        while True:
            body = bytes([len(first)]) + first if first else b""
            data, status = self.transmit(bytes([0x90, ins, 0, 0]) + body + b"\x00")
            if not rest:
                break
            assert (data, status) == (b"", 0x91AF), "%04X" % status
            ins, first, rest = 0xAF, rest[:frame], rest[frame:]
        while status == 0x91AF and ins not in (0x71, 0x77, 0xAA):
            more, status = self.transmit(bytes.fromhex("90AF000000"))
            data += more
        return data, status

    def authenticate(self, number, key, first=True):
        start = (0x71, bytes([number, 0])) if first else (0x77, bytes([number]))
        challenge, status = self.exchange(*start)
        assert status == 0x91AF, "%04X" % status
        rnd_b, rnd_a = cbc(key, ZEROS, challenge, decrypt=True), os.urandom(16)
        answer, status = self.exchange(0xAF, cbc(key, ZEROS, rnd_a + rnd_b[1:] + rnd_b[:1]))
        assert status == 0x9100, "%04X" % status
        plain = cbc(key, ZEROS, answer, decrypt=True)
        proof = plain[4:20] if first else plain
        assert proof == rnd_a[1:] + rnd_a[:1], "the card does not know the key"
        if first:
            assert plain[20:] == bytes(12)
            self.ti, self.counter = plain[:4], 0
        mixed = bytes(a ^ b for a, b in zip(rnd_a[2:8], rnd_b[:6]))
        context = rnd_a[:2] + mixed + rnd_b[6:] + rnd_a[8:]
        labels = bytes.fromhex("A55A00010080"), bytes.fromhex("5AA500010080")
        self.session = [cmac(key, label + context) for label in labels]

    def iv(self, label):
        encryption, _ = self.session
        block = label + self.ti + struct.pack("<H", self.counter) + bytes(8)
        return cbc(encryption, ZEROS, block)

    def run(self, ins, header=b"", data=b"", mode="mac", frame=255, answer_mode=None, bare=False):
        """Runs a command in the session and returns its plain answer."""
        encryption, mac = self.session
        if mode == "full" and data:
            data = cbc(encryption, self.iv(b"\xA5\x5A"), pad(data))
        signed = bytes([ins]) + struct.pack("<H", self.counter) + self.ti + header + data
        payload = header + data if mode == "plain" else header + data + mact(mac, signed)
        answer, status = self.exchange(ins, payload, frame)
        if status != 0x9100:
            self.session = None
            raise Refused(status)
        self.counter += 1
        if bare:
            self.session = None
            assert answer == b""
            return b""
        if mode == "plain":
            return answer
        answer, sent = answer[:-8], answer[-8:]
        assert sent == mact(mac, b"\x00" + struct.pack("<H", self.counter) + self.ti + answer), "wrong MAC"
        if (answer_mode or mode) == "full" and answer:
            plain = cbc(encryption, self.iv(b"\x5A\xA5"), answer, decrypt=True).rstrip(b"\x00")
            assert plain[-1] == 0x80
            return plain[:-1]
        return answer


class Refused(Exception):
    pass


def tm_key(label, tmc, uid):
    return cmac(TM_KEY, bytes.fromhex(label) + struct.pack("<I", tmc) + uid)


def padded_rows(*parts):
    return b"".join(part + bytes(-len(part) % 16) for part in parts)


def personalise(card):
    assert card.exchange(0x5A, bytes(3)) == (b"", 0x9100)
    assert card.exchange(0xCA, AID + bytes.fromhex("0983")) == (b"", 0x9100)
    assert card.exchange(0x5A, AID) == (b"", 0x9100)
    assert card.exchange(0x6F) == (b"", 0x91AE), "listing needs key 0"
    card.authenticate(0, ZEROS)
    card.run(0xCD, bytes.fromhex("01 01 2012") + u24(200))
    card.run(0xCC, bytes.fromhex("02 03 2012") + struct.pack("<iiiB", 0, 1000, 500, 0))
    card.run(0xC0, bytes.fromhex("03 03 2012") + u24(32) + u24(4))
    card.run(0xCE, bytes.fromhex("0F 01 201F 02"), TM_KEY + b"\x07", mode="full")
    assert card.run(0x6F) == bytes([1, 2, 3, 0x0F])
    assert card.run(0xF5, b"\x02") == bytes.fromhex("02 03 2012") + struct.pack("<iiiB", 0, 1000, 0, 0)
    assert card.run(0xF5, b"\x0F")[:6] == bytes.fromhex("05 01 201F 02 07")
    for number in (1, 2):
        card.run(0xC4, bytes([number]), KEYS[number] + b"\x01" + crc32(KEYS[number]), mode="full")
    assert card.run(0x64, b"\x02") == b"\x01"
    card.run(0xC4, b"\x00", KEYS[0] + b"\x01", mode="full", bare=True)


def sale(card, uid, tmc, previous, write_opcode, frame):
    """A transaction as a till makes it; returns its reader id."""
    balance = struct.unpack("<i", card.run(0x6C, b"\x02", mode="full"))[0]
    card.run(0xDC, b"\x02", struct.pack("<i", 30), mode="full")
    record, header = os.urandom(32), b"\x03" + u24(0) + u24(32)
    card.run(write_opcode, header, record, mode="full", frame=frame)
    reader_id = os.urandom(16)
    encrypted = card.run(0xC8, reader_id)
    answer = card.run(0xC7, b"\x01")
    tmi = padded_rows(
        b"\x6C\x02" + struct.pack("<i", balance), b"\xDC\x02" + struct.pack("<i", 30),
        bytes([write_opcode]) + header, record, b"\xC8" + reader_id + encrypted)
    assert answer == struct.pack("<I", tmc) + mact(tm_key("5A00010080", tmc, uid), tmi), "wrong TMV"
    decrypted = cbc(tm_key("A500010080", tmc, uid), ZEROS, encrypted, decrypt=True)
    assert decrypted == previous, "wrong previous reader id"
    assert card.run(0xAB, b"\x03" + u24(0) + u24(1), mode="full") == record
    assert card.run(0xAD, b"\x0F" + u24(0) + u24(0)) == answer
    card.run(0xA7)
    return reader_id


def must_refuse(card, status, *command, **options):
    try:
        card.run(*command, **options)
    except Refused as refusal:
        assert refusal.args == (status,), "%04X" % refusal.args
        return
    raise AssertionError("not refused")


def native(card, frame):
    """A frame without the ISO wrapping: the status comes first, so pyscard takes the last two bytes for it."""
    answer, end = card.transmit(frame)
    answer += struct.pack(">H", end)
    assert answer[0] in (0x00, 0xAF), answer.hex()
    return answer[1:]


def main():
    card = Card(wait_for_card())
    uid, status = card.transmit(bytes.fromhex("FFCA000000"))
    assert status == 0x9000 and len(uid) == 7
    version, _ = card.exchange(0x60)
    assert version[1] == 1 and version[3] == 0x33 and version[14:21] == uid, version.hex()
    assert native(card, b"\x60") + native(card, b"\xAF") + native(card, b"\xAF") == version
    personalise(card)

    card.authenticate(2, KEYS[2])
    assert card.run(0x51, answer_mode="full") == uid
    text = bytes(range(200))
    card.run(0x3D, b"\x01" + u24(0) + u24(200), text, frame=52)
    assert card.run(0xBD, b"\x01" + u24(0) + u24(0)) == text
    card.run(0xA7)
    first = sale(card, uid, 1, ZEROS, 0x8B, 255)
    card.authenticate(2, KEYS[2], first=False)
    second = sale(card, uid, 2, first, 0x3B, 40)

    must_refuse(card, 0x91BE, 0xDC, b"\x02", struct.pack("<i", 441), mode="full")
    assert card.exchange(0x5A, AID) == (b"", 0x9100)
    card.authenticate(2, KEYS[2])
    card.run(0x0C, b"\x02", struct.pack("<i", 5), mode="full")
    must_refuse(card, 0x919D, 0xC7, b"\x01")
    card.authenticate(1, KEYS[1])
    must_refuse(card, 0x91AE, 0x0C, b"\x02", struct.pack("<i", 5), mode="full")
    card.authenticate(2, KEYS[2])
    assert struct.unpack("<i", card.run(0x6C, b"\x02", mode="full"))[0] == 440
    card.run(0xA7)
    sale(card, uid, 3, second, 0x8B, 255)
    print("done uid=%s tmc=3 balance=410" % uid.hex().upper())


main()
