import Model

/// A point in time as people write it on the command line: a date, a time, or an age.
struct SinceArgument: Hashable, Sendable {
    private enum Form: Hashable {
        case instant(Timestamp)
        case age(Duration)
    }

    private let form: Form

    /// Nil for text that is none of them.
    init?(_ text: String) {
        if let instant = Timestamp(text: text) {
            form = .instant(instant)
        } else if let age = SettingDuration(rawValue: text) {
            form = .age(age.duration)
        } else {
            return nil
        }
    }

    /// The point in time, when it is `now` (milliseconds since 1970 UTC).
    func timestamp(now: Int64) -> Timestamp {
        switch form {
        case .instant(let instant): instant
        case .age(let age): Timestamp(milliseconds: now).advanced(by: .zero - age)
        }
    }
}
