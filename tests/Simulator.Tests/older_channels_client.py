"""A DESFire client of another make for the sessions before EV2: pyscard and python3-cryptography, nothing of
this project.

On a factory-fresh card: legacy (D40) and ISO authentication with the master key, DES, 2TDEA and 3TDEA
applications with files in every mode, and at last the master key made AES. Prints one line "done ..." and exits 0,
or ends with a traceback.
"""
import os
import struct
import warnings

warnings.filterwarnings("ignore")
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: E402

from card_connection import crc32, wait_for_card  # noqa: E402


CARD = wait_for_card()


def send(ins, data=b""):
    apdu = [0x90, ins, 0, 0] + ([len(data), *data] if data else []) + [0]
    answer, sw1, status = CARD.transmit(apdu)
    assert sw1 == 0x91, (sw1, status)
    return bytes(answer), status


def crc16(data):
    crc = 0x6363
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x8408 if crc & 1 else 0)
    return struct.pack("<H", crc)


def cipher_of(key):
    if len(key) == 8:
        return algorithms.TripleDES(key * 3), 8
    if len(key) == 16 and not IS_AES[key]:
        return algorithms.TripleDES(key + key[:8]), 8
    if len(key) == 24:
        return algorithms.TripleDES(key), 8
    return algorithms.AES(key), 16


IS_AES = {}


def register(key, aes=False):
    IS_AES[key] = aes
    return key


def cbc(key, iv, data, decrypt=False):
    algorithm, _ = cipher_of(key)
    cipher = Cipher(algorithm, modes.CBC(iv))
    context = cipher.decryptor() if decrypt else cipher.encryptor()
    return context.update(data) + context.finalize()


def send_mode_decrypt(key, data):
    """What a D40 reader does: chain, then decrypt."""
    size, previous, out = 8, bytes(8), b""
    for at in range(0, len(data), size):
        block = bytes(a ^ b for a, b in zip(data[at:at + size], previous))
        previous = cbc(key, bytes(8), block, decrypt=True)
        out += previous
    return out


def cmac(key, iv, message):
    _, size = cipher_of(key)

    def double(value):
        number = int.from_bytes(value, "big") << 1
        if value[0] & 0x80:
            number ^= 0x1B if size == 8 else 0x87
        return (number & ((1 << (8 * size)) - 1)).to_bytes(size, "big")

    sub = double(cbc(key, bytes(size), bytes(size)))
    if not message or len(message) % size:
        sub = double(sub)
        message += b"\x80" + bytes(-(len(message) + 1) % size)
    last = bytes(a ^ b for a, b in zip(message[-size:], sub))
    return cbc(key, iv, message[:-size] + last)[-size:]


def session_key(key, mine, cards, aes):
    if aes:
        return register(mine[:4] + cards[:4] + mine[12:] + cards[12:], aes=True)
    if len(key) == 24:
        return mine[:4] + cards[:4] + mine[6:10] + cards[6:10] + mine[12:] + cards[12:]
    if key[:8] == key[8:]:
        return mine[:4] + cards[:4]
    return register(mine[:4] + cards[:4] + mine[4:] + cards[4:])


class Ev1:
    def __init__(self, ins, number, key, aes=False):
        register(key, aes)
        _, self.size = cipher_of(key)
        length = 16 if aes or len(key) == 24 else 8
        challenge, status = send(ins, bytes([number]))
        assert status == 0xAF and len(challenge) == length, (status, challenge)
        cards = cbc(key, bytes(self.size), challenge, decrypt=True)
        mine = os.urandom(length)
        message = cbc(key, challenge[-self.size:], mine + cards[1:] + cards[:1])
        answer, status = send(0xAF, message)
        assert status == 0, hex(status)
        assert cbc(key, message[-self.size:], answer, decrypt=True) == mine[1:] + mine[:1]
        self.key = session_key(key, mine, cards, aes)
        self.iv = bytes(self.size)

    def plain(self, ins, data=b"", mac=False):
        self.iv = cmac(self.key, self.iv, bytes([ins]) + data)
        answer, status = send(ins, data + (self.iv[:8] if mac else b""))
        assert status == 0, hex(status)
        return self.checked(answer)

    def full(self, ins, header, data, ends=False, more=b""):
        body = data + crc32(bytes([ins]) + header + data) + more
        body += bytes(-len(body) % self.size)
        sent = cbc(self.key, self.iv, body)
        self.iv = sent[-self.size:]
        answer, status = send(ins, header + sent)
        assert status == 0, hex(status)
        return answer if ends else self.checked(answer)

    def read_full(self, ins, data, length):
        self.iv = cmac(self.key, self.iv, bytes([ins]) + data)
        answer, status = send(ins, data)
        assert status == 0, hex(status)
        plain = cbc(self.key, self.iv, answer, decrypt=True)
        self.iv = answer[-self.size:]
        assert plain[length:length + 4] == crc32(plain[:length] + b"\0")
        return plain[:length]

    def checked(self, answer):
        data, mac = answer[:-8], answer[-8:]
        self.iv = cmac(self.key, self.iv, data + b"\0")
        assert mac == self.iv[:8], "the answer's MAC is wrong"
        return data


class D40:
    def __init__(self, number, key):
        register(key)
        challenge, status = send(0x0A, bytes([number]))
        assert status == 0xAF and len(challenge) == 8
        cards = cbc(key, bytes(8), challenge, decrypt=True)
        mine = os.urandom(8)
        answer, status = send(0xAF, send_mode_decrypt(key, mine + cards[1:] + cards[:1]))
        assert status == 0, hex(status)
        assert cbc(key, bytes(8), answer, decrypt=True) == mine[1:] + mine[:1]
        self.key = session_key(key, mine, cards, aes=False)

    def mac(self, data):
        padded = data + bytes(-len(data) % 8)
        return cbc(self.key, bytes(8), padded)[-8:][:4]

    def full(self, ins, header, data, mark=b""):
        body = data + crc16(data) + mark
        body += bytes(-len(body) % 8)
        answer, status = send(ins, header + send_mode_decrypt(self.key, body))
        assert status == 0, hex(status)
        return answer

    def read_full(self, ins, data, length):
        answer, status = send(ins, data)
        assert status == 0, hex(status)
        plain = cbc(self.key, bytes(8), answer, decrypt=True)
        assert plain[length:length + 2] == crc16(plain[:length])
        return plain[:length]


def ok(ins, data=b""):
    answer, status = send(ins, data)
    assert status == 0, hex(status)
    return answer


def u24(value):
    return struct.pack("<I", value)[:3]


def files(session_of, key, kind, aid):
    """A value file and a data file in every mode, used in an EV1 session."""
    ok(0x5A, bytes(3))
    ok(0xCA, aid + bytes([0x0F, kind | 2]))
    ok(0x5A, aid)
    session = session_of(0, key)
    for number, option in ((1, 0), (2, 1), (3, 3)):
        session.plain(0xCD, bytes([number, option, 0x00, 0x00]) + u24(32))
        content = bytes([number]) * 20
        place = bytes([number]) + u24(4) + u24(len(content))
        if option == 3:
            session.full(0x3D, place, content)
            assert session.read_full(0xBD, place, 20) == content
        else:
            session.plain(0x3D, place + content, mac=option == 1)
            assert session.plain(0xBD, place) == content
    value = struct.pack("<iii", 0, 1000, 100)
    session.plain(0xCC, bytes([4, 3, 0x00, 0x00]) + value + b"\0")
    session.full(0x0C, b"\4", struct.pack("<i", 23))
    session.plain(0xC7)
    assert session.read_full(0x6C, b"\4", 4) == struct.pack("<i", 123)


ZERO = bytes(16)
legacy = D40(0, ZERO)
assert ok(0x45) == b"\x0f\x01"
legacy.full(0x54, b"", b"\x0f")
# Some mark where an answer to select ends. An error ends no session of D40.
legacy.full(0x5C, b"\2", bytes.fromhex("067577810280"), mark=b"\x80")
_, status = send(0xF5, b"\1")
assert status == 0x9D, hex(status)
legacy.full(0x54, b"", b"\x0f")
# Each of these does: another selection, a wrong checksum, a key that is not there.
for ins, data, end in ((0x5A, b"\1\1\1", 0xA0), (0x54, bytes(8), 0x1E), (0x0A, b"\5", 0x40)):
    legacy = D40(0, ZERO)
    _, status = send(ins, data)
    assert status == end, hex(status)
    _, status = send(0xFC)
    assert status == 0xAE, hex(status)

files(lambda number, key: Ev1(0x1A, number, key), ZERO, 0x00, b"\x01\x02\x03")
files(lambda number, key: Ev1(0x1A, number, key), bytes(24), 0x40, b"\x01\x02\x04")
files(lambda number, key: Ev1(0xAA, number, key, aes=True), bytes(16), 0x80, b"\x01\x02\x05")

# A true 2TDEA key, changed and proven in both older kinds of session.
TDEA = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
ok(0x5A, b"\x01\x02\x03")
Ev1(0x1A, 0, ZERO).full(0xC4, b"\0", TDEA, ends=True)
register(TDEA)
Ev1(0x1A, 0, TDEA).plain(0x45)
old = D40(0, TDEA)
number = bytes([1]) + u24(0) + u24(8)
assert old.mac(b"12345678")
place = bytes([2]) + u24(0) + u24(8)
answer, status = send(0x3D, place + b"12345678" + old.mac(b"12345678"))
assert status == 0, hex(status)
read = ok(0xBD, place)
assert read == b"12345678" + old.mac(b"12345678")
old.full(0x3D, bytes([3]) + u24(0) + u24(8), b"abcdefgh")
assert old.read_full(0xBD, bytes([3]) + u24(0) + u24(8), 8) == b"abcdefgh"

# The master key becomes AES, which ends the session; the card answers only to that from then on.
ok(0x5A, bytes(3))
NEW = bytes(range(16, 32))
# An error ends this one.
Ev1(0x1A, 0, ZERO)
_, status = send(0xF5, b"\1")
assert status == 0x9D, hex(status)
_, status = send(0xFC)
assert status == 0xAE, hex(status)
master = Ev1(0x1A, 0, ZERO)
master.full(0x5C, b"\2", bytes.fromhex("067577810280"), more=b"\x80")
master.full(0xC4, b"\x80", NEW + b"\x07", ends=True)
_, status = send(0x1A, b"\0")
assert status == 0xAE, hex(status)
master = Ev1(0xAA, 0, NEW, aes=True)
assert master.plain(0x64, b"\0") == b"\x07"
assert master.plain(0x45) == b"\x0f\x81"
master.plain(0xFC)
assert master.plain(0x6A) == b""
print("done: D40, DES, 2TDEA, 3TDEA and AES sessions")
