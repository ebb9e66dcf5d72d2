namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>A whole purchase, from the handshake to the proof, against computed bytes.</summary>
public sealed class PurchaseSessionTests
{
    private static readonly FileRef Value = new(2, CommMode.Full);
    private static readonly FileRef Log = new(3, CommMode.Full);

    [Fact]
    public void A_purchase_has_the_computed_bytes_and_proof()
    {
        var vector = Vectors.Open("desfire-computed.json").GetProperty("purchase");
        var card = new ScriptedCard(vector.Lines("exchange"));
        using var key = new CardKey(1, vector.Bytes("key"));
        var steps = new List<TransactionStep>();

        using var channel =
            Ev2Handshake.First(card, key, CardKeyNumber.Sale, vector.Bytes("readerRandom").CopyTo);
        var balance = channel.Execute(new GetValue(Value), steps);
        channel.Execute(new Debit(Value, 300), steps);
        channel.Execute(new WriteRecord(Log, vector.Bytes("record")), steps);
        var previous = channel.Execute(
            new CommitReaderID(ReaderId.FromBytes(vector.Bytes("readerId"))), steps);
        var proof = channel.Execute(new CommitTransaction());

        Assert.True(card.IsThrough);
        Assert.Equal(vector.GetProperty("balance").GetInt32(), balance);
        Assert.Equal(EncryptedReaderId.FromBytes(vector.Bytes("encryptedPreviousReaderId")), previous);
        Assert.Equal(new CommitProof(1, TransactionMacValue.FromBytes(vector.Bytes("tmv"))), proof);
        Assert.Equal(vector.Text("tmi"), Convert.ToHexString(TransactionMac.Tmi(steps)));
        using var transactionMacKey = new CardKey(1, vector.Bytes("transactionMacKey"));
        Assert.True(TransactionMac.Verify(
            transactionMacKey, Uid.FromBytes(vector.Bytes("uid")), proof.Tmc, steps, proof.Tmv));
    }
}
