import Model
import Testing

@testable import GetResponse

@Suite struct RetryWaitTests {
    private static let now = Timestamp(milliseconds: FixedTime.wall)

    @Test(arguments: [
        ("432 seconds", Duration.seconds(432)),
        ("1 seconds", .seconds(1)),
        ("267", .seconds(267)),
        (" 12 ", .seconds(12)),
        ("1.5", .seconds(2)),
        ("0", .zero),
        // A Unix time, 90 seconds from now, in seconds and in milliseconds; and one that is over.
        ("1776762990", .seconds(90)),
        ("1776762990000", .seconds(90)),
        ("1776762000", .zero),
        ("Tue, 21 Apr 2026 09:16:00 GMT", .seconds(60)),
        ("Tue, 21 Apr 2026 09:00:00 GMT", .zero),
        ("99999999999999999999999", .seconds(3600)),
    ])
    func eachFormIsRead(text: String, wait: Duration) {
        #expect(RetryWait.parse(text, now: Self.now) == wait)
    }

    @Test(arguments: ["", "soon", "-5", "seconds 10", "Tue, 31 Feb 2026 09:16:00 GMT"])
    func whatIsNoWaitIsNil(text: String) {
        #expect(RetryWait.parse(text, now: Self.now) == nil)
    }

    @Test(arguments: [
        (["1", "432 seconds", "100 seconds"], Duration.seconds(432)),
        (["500", "432 seconds", nil], .seconds(500)),
        ([nil, nil, "100 seconds"], .seconds(100)),
        ([nil, "nonsense", nil], .seconds(60)),
        ([nil, nil, nil], .seconds(60)),
        (["0", nil, nil], .seconds(1)),
        (["86400", nil, nil], .seconds(3600)),
    ])
    func longestWaitWinsBetweenASecondAndAnHour(texts: [String?], wait: Duration) {
        #expect(RetryWait.longest(of: texts, fallback: .seconds(60), now: Self.now) == wait)
    }
}
