using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using SmartCardCrm.Terminal.TillApi;

namespace SmartCardCrm.Terminal.Commands;

/// <summary><c>terminal till</c>: a till in the command line, for trying out and for scripts.</summary>
internal static class TillCommand
{
    public static Command Make(TimeProvider clock)
    {
        var verb = new TillVerb(clock);
        return new Command(
            "till",
            """
            Sell, take back and count with the terminal that runs in a folder, through its Till API. Ask as a
            user who may read DIR/till-api.key.

            A verb that wants a card says so on standard error, and goes on until the card has come, time is
            over, or Ctrl-C cancels it. Then the receipt is printed; --json prints the API's answer instead.
            Exit code: 0 done; 1 failed, with `error CODE: text`, where CODE is the API's, or why the card was
            declined; 2 a wrong command line.

              terminal till sell --data DIR --currency USD --amount-minor 1234
              terminal till sell --data DIR --currency USD --line shirt:6000:2 --line book:1500 --redeem-all
              terminal till return SALE --data DIR --line 0:1
              terminal till adjust --data DIR --points 50 --reason goodwill --supervisor Vera
              terminal till day --data DIR
            """)
        {
            Sell(verb), Ask(verb), Return(verb), Reverse(verb), Adjust(verb), Cancel(verb), Show(verb),
            Receipt(verb), Watch(verb), Day(verb), CloseDay(verb),
        };
    }

    private static Command Sell(TillVerb verb)
    {
        var basket = new BasketOptions();
        var member = new Option<string?>("--member")
        {
            HelpName = "PHONE",
            Description = "Phone number or e-mail address of a member without a card here.",
        };
        return verb.Posts(
            "sell", "Sell a basket; earn, redeem, or both.", [.. basket.All, member], "/v1/checkouts",
            (TillJson.Default.CheckoutBody,
                parsed => basket.Of(parsed) with { Member = parsed.GetValue(member) }));
    }

    private static Command Ask(TillVerb verb)
    {
        var basket = new BasketOptions();
        var command = verb.Posts(
            "ask", "Ask a card what it holds, and what a basket would do. Changes nothing.", basket.All,
            "/v1/enquiries",
            (TillJson.Default.EnquiryBody, parsed => new EnquiryBody(
                basket.IsNamed(parsed) ? basket.Of(parsed) : null, Member: true)));
        command.Aliases.Add("quote");
        command.Aliases.Add("enquire");
        return command;
    }

    private static Command Return(TillVerb verb)
    {
        var sale = Id("SALE", "The sale's operation id.");
        var withoutCard = WithoutCard();
        var lines = new Option<ReturnedLineBody[]>("--line")
        {
            HelpName = "LINE[:QUANTITY]",
            Description = "What comes back: the line's place in the sale, from 0, and how much of it.",
            Required = true,
            CustomParser = result => Each(result, parts => new ReturnedLineBody(
                int.Parse(parts[0], CultureInfo.InvariantCulture), QuantityAt(parts, 1))),
        };
        return verb.Posts(
            "return", "Take goods back, with the card that bought them.", [sale, lines, withoutCard],
            "/v1/returns",
            (TillJson.Default.ReturnBody, parsed => new ReturnBody(
                parsed.GetValue(sale), parsed.GetValue(lines),
                WithoutCard: parsed.GetValue(withoutCard))));
    }

    private static Command Reverse(TillVerb verb)
    {
        var sale = Id("SALE", "The sale's operation id.");
        var withoutCard = WithoutCard();
        return verb.Posts(
            "reverse", "Undo all of a sale that has not come back yet.", [sale, withoutCard],
            "/v1/reversals",
            (TillJson.Default.ReturnBody, parsed => new ReturnBody(
                parsed.GetValue(sale), WithoutCard: parsed.GetValue(withoutCard))));
    }

    private static Command Adjust(TillVerb verb)
    {
        var points = new Option<int>("--points")
        {
            Description = "Above zero onto the card, below zero off it.",
            Required = true,
        };
        var reason = new Option<string>("--reason")
        {
            HelpName = "CODE",
            Description = "A code of the shop's: small letters, digits and hyphens.",
            Required = true,
        };
        var supervisor = new Option<string>("--supervisor")
        {
            HelpName = "NAME",
            Description = "Who answers for it.",
            Required = true,
        };
        var key = new Option<FileInfo?>("--supervisor-key")
        {
            HelpName = "FILE",
            Description = "Where the supervisor's key is; left out, DIR/supervisor.key.",
        };
        return verb.Posts(
            "adjust", "Put points on a card, or take some off, on a supervisor's word.",
            [points, reason, supervisor, key], "/v1/adjustments",
            (TillJson.Default.AdjustmentBody, parsed => new AdjustmentBody(
                parsed.GetRequiredValue(points), parsed.GetRequiredValue(reason),
                parsed.GetRequiredValue(supervisor))),
            (caller, parsed) => caller.ShowSupervisorKey(parsed.GetValue(key)));
    }

    private static Command Cancel(TillVerb verb)
    {
        var id = Id("ID", "The operation's.");
        return verb.Asks(
            "cancel", "Cancel an operation that waits for a card.", [id],
            async (caller, parsed, cancellation) => await verb.Tell(
                parsed, await caller.Delete($"/v1/checkouts/{parsed.GetValue(id)}", cancellation)));
    }

    private static Command Show(TillVerb verb)
    {
        var id = Id("ID", "The operation's.");
        return verb.Asks(
            "show", "Tell how an operation stands.", [id],
            async (caller, parsed, cancellation) => await verb.Tell(
                parsed, await caller.Get($"/v1/checkouts/{parsed.GetValue(id)}", cancellation)));
    }

    private static Command Receipt(TillVerb verb)
    {
        var id = Id("ID", "The operation's.");
        return verb.Asks(
            "receipt", "Print the receipt of an operation that is over.", [id],
            (caller, parsed, cancellation) =>
                verb.Print(caller, parsed, $"/v1/checkouts/{parsed.GetValue(id)}", cancellation));
    }

    private static Command Watch(TillVerb verb) => verb.Asks(
        "watch", "Tell of every operation as it changes, a line each, until Ctrl-C.", [],
        async (caller, parsed, cancellation) =>
        {
            await foreach (var change in caller.Events(cancellation))
                await verb.Tell(parsed, change);
        });

    private static Command Day(TillVerb verb)
    {
        var number = new Argument<uint?>("NUMBER")
        {
            Description = "A closed day's; left out, the day that goes on.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return verb.Asks(
            "day", "Print the X report of the day so far, or the Z report of a closed one.", [number],
            (caller, parsed, cancellation) => verb.Print(
                caller, parsed,
                parsed.GetValue(number) is { } closed
                    ? FormattableString.Invariant($"/v1/days/{closed}")
                    : "/v1/days/current",
                cancellation));
    }

    private static Command CloseDay(TillVerb verb) => verb.Asks(
        "close-day", "Close the day for good, and print its Z report.", [],
        async (caller, parsed, cancellation) =>
        {
            var day = await caller.Post(
                "/v1/days", new DayBody(), TillJson.Default.DayBody, verb.KeyOf(parsed), cancellation);
            await verb.Print(
                caller, parsed,
                FormattableString.Invariant($"/v1/days/{day.GetProperty("number").GetUInt32()}"),
                cancellation);
        });

    private static Argument<Guid> Id(string name, string description) =>
        new(name) { Description = description };

    private static Option<bool> WithoutCard() => new("--without-card")
    {
        Description = "The points move on the member's account; no card is wanted.",
    };

    /// <summary>Values of several parts, <c>A:B:C</c>.</summary>
    internal static T[] Each<T>(ArgumentResult result, Func<string[], T> read)
    {
        var values = new List<T>();
        foreach (var token in result.Tokens)
        {
            try
            {
                values.Add(read(token.Value.Split(':')));
            }
            catch (Exception wrong) when (wrong is FormatException or OverflowException)
            {
                result.AddError($"{token.Value} is not readable.");
            }
        }

        return [.. values];
    }

    internal static decimal QuantityAt(string[] parts, int place) => parts.Length > place
        ? decimal.Parse(parts[place], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)
        : 1;
}

/// <summary>A basket on a command line.</summary>
internal sealed class BasketOptions
{
    private readonly Option<string> _currency = new("--currency")
    {
        Description = "ISO 4217.",
        DefaultValueFactory = _ => "USD",
    };

    private readonly Option<long?> _amount = new("--amount-minor")
    {
        Description = "What the basket costs, in cents or what the currency has; or name its lines.",
    };

    private readonly Option<LineBody[]> _lines = new("--line")
    {
        HelpName = "SKU:MINOR[:QUANTITY]",
        Description = "An article: what the line costs, and how much of it; may come several times.",
        CustomParser = result => TillCommand.Each(result, parts => new LineBody(
            long.Parse(parts.ElementAtOrDefault(1) ?? "", CultureInfo.InvariantCulture), parts[0],
            Quantity: TillCommand.QuantityAt(parts, 2))),
    };

    private readonly Option<int> _redeem = new("--redeem") { Description = "Points to redeem." };

    private readonly Option<bool> _redeemAll = new("--redeem-all")
    {
        Description = "Redeem as many points as fit.",
    };

    public IReadOnlyList<Option> All => [_currency, _amount, _lines, _redeem, _redeemAll];

    public bool IsNamed(ParseResult parsed) =>
        parsed.GetValue(_amount) is not null || parsed.GetValue(_lines) is { Length: > 0 };

    public CheckoutBody Of(ParseResult parsed) => new(
        parsed.GetRequiredValue(_currency), parsed.GetValue(_amount),
        parsed.GetValue(_lines) is { Length: > 0 } lines ? lines : null,
        parsed.GetValue(_redeem), parsed.GetValue(_redeemAll));
}
