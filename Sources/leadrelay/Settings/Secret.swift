/// A value that no log, error or crash report may show.
///
/// It prints as `<redacted>` in every way that Swift prints things; only `revealed` gives it away, where a request needs it.
struct Secret: Hashable, Sendable {
    /// The value itself; hand it to a client and to nothing else.
    let revealed: String

    init(_ revealed: String) {
        self.revealed = revealed
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { "<redacted>" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}
