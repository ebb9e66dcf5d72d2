using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace SmartCardCrm.Server.Tests.Chain;

/// <summary>Spoils a message as a hostile writer would: well formed, and wrong in one field.</summary>
internal static class Spoiler
{
    /// <param name="message">Changed in place.</param>
    /// <param name="field">Which of all its fields, those of its parts included; counted round.</param>
    /// <param name="value">Decides what with: bytes or text of another length, or an extreme number.</param>
    public static void Spoil(IMessage message, int field, byte value)
    {
        var fields = Fields(message).ToList();
        var (owner, chosen) = fields[field % fields.Count];
        if (chosen.IsRepeated)
            Repeat((IList)chosen.Accessor.GetValue(owner), value);
        else if (chosen.FieldType is FieldType.Message)
            chosen.Accessor.Clear(owner);
        else
            chosen.Accessor.SetValue(owner, Value(chosen.FieldType, value));
    }

    private static IEnumerable<(IMessage Owner, FieldDescriptor Field)> Fields(IMessage message)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.ContainingOneof?.Accessor.GetCaseFieldDescriptor(message) is { } set && set != field)
                continue;
            yield return (message, field);
            var parts = field.Accessor.GetValue(message) switch
            {
                IMessage part => [part],
                IList list => list.OfType<IMessage>(),
                _ => [],
            };
            foreach (var inner in parts.SelectMany(Fields))
                yield return inner;
        }
    }

    private static void Repeat(IList list, byte times)
    {
        var first = list.Count > 0 ? list[0] : null;
        list.Clear();
        for (var i = 0; first is not null && i < times; i++)
            list.Add(first);
    }

    private static object Value(FieldType type, byte value) => type switch
    {
        FieldType.UInt32 => value % 2 == 0 ? uint.MaxValue : value,
        FieldType.SInt32 => value % 2 == 0 ? int.MinValue : int.MaxValue,
        FieldType.Int64 => value % 2 == 0 ? long.MinValue : long.MaxValue,
        FieldType.UInt64 => ulong.MaxValue,
        FieldType.Bool => value % 2 == 0,
        FieldType.String => new string(value % 2 == 0 ? '\0' : 'x', value),
        FieldType.Bytes => ByteString.CopyFrom(Enumerable.Repeat(value, value % 24).ToArray()),
        _ => throw new NotSupportedException($"{type}"),
    };
}
