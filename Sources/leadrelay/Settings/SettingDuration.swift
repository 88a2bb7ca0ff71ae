import Model

/// A duration as people write it in settings: `250ms`, `30s`, `5m`, `6h`, `2d`, or bare seconds.
struct SettingDuration: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    let duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    /// Reads one whole number with one unit; nil for anything else, also for what no 64-bit count of milliseconds can hold.
    init?(rawValue: String) {
        let digits = rawValue.prefix(while: { ("0"..."9").contains($0) })
        guard let number = Int64(digits),
            let unit = Self.units.first(where: { $0.name == rawValue.dropFirst(digits.count) })
        else { return nil }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: unit.milliseconds)
        guard !overflow else { return nil }
        duration = .milliseconds(milliseconds)
    }

    /// The text, in the largest unit that holds the duration whole.
    var rawValue: String {
        let milliseconds = duration.wholeMilliseconds
        guard milliseconds != 0, let unit = Self.units.first(where: { milliseconds % $0.milliseconds == 0 })
        else { return "0s" }
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }

    var description: String { rawValue }

    /// From the largest, so that writing takes the first that fits; bare seconds come last and are never written.
    private static let units: [DurationUnit] = [
        DurationUnit(name: "d", milliseconds: 86_400_000),
        DurationUnit(name: "h", milliseconds: 3_600_000),
        DurationUnit(name: "m", milliseconds: 60_000),
        DurationUnit(name: "s", milliseconds: 1000),
        DurationUnit(name: "ms", milliseconds: 1),
        DurationUnit(name: "", milliseconds: 1000),
    ]
}

private struct DurationUnit {
    let name: String
    let milliseconds: Int64
}
