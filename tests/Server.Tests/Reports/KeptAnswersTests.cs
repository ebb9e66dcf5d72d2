using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Server.Reports;

namespace SmartCardCrm.Server.Tests.Reports;

/// <summary>Answers that take long are kept.</summary>
public sealed class KeptAnswersTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly SemaphoreSlim _goOn = new(0);
    private TimeSpan _takes;
    private int _asked;

    public void Dispose() => _goOn.Dispose();

    [Fact]
    public void What_is_quick_is_asked_each_time()
    {
        var answers = Answers();
        _goOn.Release(2);

        Assert.Equal("cards 1", answers.Of("cards").Answer);
        Assert.Equal("cards 2", answers.Of("cards").Answer);
    }

    [Fact]
    public void What_takes_long_is_given_again_for_twenty_times_as_long_and_then_while_it_is_reckoned_anew()
    {
        var answers = Answers();
        _takes = TimeSpan.FromSeconds(1);
        _goOn.Release();
        Assert.Equal("cards 1", answers.Of("cards").Answer);
        var asOf = answers.Of("cards").AsOf;

        _clock.SetUtcNow(asOf + TimeSpan.FromSeconds(19.9));
        Assert.Equal(("cards 1", null), (answers.Of("cards").Answer, answers.Of("cards").Since));
        Assert.Equal(1, _asked);

        _clock.SetUtcNow(asOf + TimeSpan.FromSeconds(20));
        var meanwhile = answers.Of("cards");
        Assert.Equal(("cards 1", asOf), (meanwhile.Answer, meanwhile.AsOf));
        Assert.Equal(_clock.GetUtcNow(), meanwhile.Since);
        _goOn.Release();
        Assert.Equal("cards 2", Settled(answers, "cards").Answer);
    }

    [Fact]
    public void What_takes_too_long_to_wait_for_is_called_for_again_and_asked_once()
    {
        var answers = Answers();

        var first = answers.Of("cards");
        var second = answers.Of("cards");
        Assert.Equal((null, null), (first.Answer, second.Answer));
        Assert.NotNull(second.Since);
        _takes = TimeSpan.FromMinutes(1);
        _goOn.Release();

        Assert.Equal("cards 1", Settled(answers, "cards").Answer);
        Assert.Equal(1, _asked);
    }

    [Fact]
    public void A_failure_is_told_once_and_asking_goes_on()
    {
        var answers = new KeptAnswers<string, string>(
            question => ++_asked == 1 ? throw new TimeoutException("The book is busy.") : question, _clock);

        Assert.Throws<TimeoutException>(() => answers.Of("cards"));
        Assert.Equal("cards", answers.Of("cards").Answer);
    }

    [Fact]
    public void Of_many_questions_those_called_for_last_are_kept()
    {
        var answers = Answers();
        _takes = TimeSpan.FromSeconds(1);
        _goOn.Release(1000);
        for (var question = 0; question < 65; question++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            _ = answers.Of($"{question}");
        }

        Assert.Equal("64 65", answers.Of("64").Answer);
        Assert.Equal("0 66", answers.Of("0").Answer);
    }

    private KeptAnswers<string, string> Answers() => new(
        question =>
        {
            _goOn.Wait(TestContext.Current.CancellationToken);
            _clock.Advance(_takes);
            return $"{question} {++_asked}";
        }, _clock);

    private static KeptAnswer<string> Settled(KeptAnswers<string, string> answers, string question)
    {
        Assert.True(SpinWait.SpinUntil(() => answers.Of(question).Since is null, TimeSpan.FromSeconds(10)));
        return answers.Of(question);
    }
}
