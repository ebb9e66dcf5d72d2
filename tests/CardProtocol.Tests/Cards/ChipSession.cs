namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>A card's side of a session, as <see cref="BlankChip"/> needs it: key 0 alone.</summary>
internal abstract class ChipSession
{
    /// <summary>Takes the protection off a command.</summary>
    /// <param name="ins">Opcode.</param>
    /// <param name="body">What came after it.</param>
    /// <param name="header">How much of it is readable in full mode; the rest is as long as
    /// <paramref name="dataLength"/>, where the channel does not say itself.</param>
    /// <returns>Header and data, or null when it is not the reader's.</returns>
    public abstract byte[]? Open(byte ins, byte[] body, CommMode mode, int header, int dataLength);

    /// <summary>An answer as it goes over the air, without its status.</summary>
    public abstract byte[] Seal(byte[] data, CommMode mode);

    /// <summary>AuthenticateEV2First, by NXP AN12343.</summary>
    internal sealed class Ev2(byte[] keys) : ChipSession
    {
        private static readonly byte[] Identifier = [0xA1, 0xB2, 0xC3, 0xD4];

        private byte _counter;

        /// <summary>The answer to the reader's second message, and the session; null for a wrong
        /// key.</summary>
        public static (byte[] Answer, Ev2 Session)? Finish(
            byte[] key, byte[] cardRandom, byte[] message)
        {
            using var proven = new AesCmac(key);
            proven.Blocks.DecryptCbc(new byte[16], message);
            if (!message.AsSpan(16).SequenceEqual(Rotated(cardRandom)))
                return null;

            var readerRandom = message[..16];
            var keys = new byte[32];
            Ev2Handshake.DeriveSessionKeys(proven, [.. readerRandom, .. cardRandom], keys);
            byte[] answer = [.. Identifier, .. Rotated(readerRandom), .. new byte[12]];
            proven.Blocks.EncryptCbc(new byte[16], answer);
            return (answer, new Ev2(keys));
        }

        public override byte[]? Open(byte ins, byte[] body, CommMode mode, int header, int dataLength)
        {
            if (mode is CommMode.Plain)
                return body;
            if (body.Length < 8 || !Mac(ins, body[..^8]).AsSpan().SequenceEqual(body.AsSpan(^8..)))
                return null;

            var rest = body[..^8];
            if (mode is CommMode.Mac || rest.Length == header)
                return rest;

            var data = rest[header..];
            using var cipher = Cipher();
            cipher.DecryptCbc(Iv(0xA5, 0x5A), data);
            return [.. rest[..header], .. data[..Array.LastIndexOf(data, (byte)0x80)]];
        }

        public override byte[] Seal(byte[] data, CommMode mode)
        {
            _counter++;
            if (mode is CommMode.Plain)
                return data;
            if (mode is CommMode.Full && data.Length > 0)
            {
                data = [.. data, 0x80, .. new byte[15 - (data.Length % 16)]];
                using var cipher = Cipher();
                cipher.EncryptCbc(Iv(0x5A, 0xA5), data);
            }

            return [.. data, .. Mac(0x00, data)];
        }

        private AesBlocks Cipher() => new(keys.AsSpan(0, 16));

        private byte[] Mac(byte first, byte[] rest)
        {
            var mac = new byte[8];
            using var cmac = new AesCmac(keys.AsSpan(16));
            cmac.ComputeShort([first, _counter, 0, .. Identifier, .. rest], mac);
            return mac;
        }

        private byte[] Iv(byte first, byte second)
        {
            byte[] iv = [first, second, .. Identifier, _counter, .. new byte[9]];
            using var cipher = Cipher();
            cipher.Encrypt(iv);
            return iv;
        }
    }

    /// <summary>AuthenticateISO with the factory's DES key, as tests/vectors/ev1-des.json has it.</summary>
    internal sealed class Ev1(Ev1Cipher cipher) : ChipSession
    {
        public static (byte[] Answer, Ev1 Session)? Finish(Ev1Cipher chain, byte[] cardRandom, byte[] message)
        {
            chain.Decrypt(message);
            if (!message.AsSpan(8).SequenceEqual(Rotated(cardRandom)))
                return null;

            var key = new byte[8];
            Ev1Handshake.DeriveSessionKey(message.AsSpan(0, 8), cardRandom, key);
            var answer = Rotated(message[..8]);
            chain.Encrypt(answer);
            return (answer, new Ev1(new Ev1Cipher(new DesCipher(key))));
        }

        public override byte[]? Open(byte ins, byte[] body, CommMode mode, int header, int dataLength)
        {
            if (mode is not CommMode.Full)
            {
                cipher.Mac([ins, .. body]);
                return body;
            }

            var data = body[header..];
            cipher.Decrypt(data);
            byte[] whole = [.. body[..header], .. data[..dataLength]];
            var checksum = Crc32.Of([ins, .. whole]);
            return checksum == BitConverter.ToUInt32(data, dataLength) ? whole : null;
        }

        public override byte[] Seal(byte[] data, CommMode mode)
        {
            cipher.Mac([.. data, 0x00]);
            return [.. data, .. cipher.Running[..8]];
        }
    }

    private static byte[] Rotated(byte[] bytes) => [.. bytes[1..], bytes[0]];
}
