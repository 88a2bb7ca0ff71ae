import Testing

@testable import leadrelay

@Suite("Durations in settings")
struct SettingsDurationTests {
    @Test(arguments: [
        ("30s", 30_000), ("5m", 300_000), ("6h", 21_600_000), ("2d", 172_800_000), ("45", 45_000), ("250ms", 250),
        ("0s", 0), ("0", 0), ("007s", 7000),
    ])
    func unitsAreRead(text: String, milliseconds: Int) {
        #expect(SettingDuration(rawValue: text)?.duration == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "", "s", "5 m", "5 min", "1h30m", "-5s", "+5s", "1.5h", "5S", "٣s", "99999999999999999999s",
        "9223372036854775807d",
    ])
    func anythingElseIsRefused(text: String) {
        #expect(SettingDuration(rawValue: text) == nil)
    }

    @Test(arguments: [
        (Duration.seconds(90), "90s"), (.seconds(120), "2m"), (.seconds(86_400), "1d"), (.milliseconds(1500), "1500ms"),
        (.zero, "0s"),
    ])
    func largestUnitThatFitsIsWritten(duration: Duration, text: String) {
        #expect("\(SettingDuration(duration))" == text)
    }

    @Test(arguments: [UInt64.random(in: 0...UInt64.max)])
    func whatIsWrittenReadsBack(seed: UInt64) {
        var generator = SplitMix(state: seed)
        for _ in 0..<1000 {
            let bits = Int.random(in: 1...52, using: &generator)
            let duration = Duration.milliseconds(Int64.random(in: 0..<(1 << bits), using: &generator))
            #expect(SettingDuration(rawValue: "\(SettingDuration(duration))")?.duration == duration, "seed \(seed)")
        }
    }
}

/// A generator that a seed fixes.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
