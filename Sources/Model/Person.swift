/// Whom an event is about: a normalised e-mail address, or `contact:ID` where no address is known.
///
/// A GetResponse contact id belongs to one list, so one person can have several; the address is what they share.
package struct Person: RawRepresentable, Hashable, Codable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    /// The person behind an address, which is trimmed and lower-cased; nil when there is no `@` in it.
    package init?(email: String) {
        let trimmed = email.trimmingWhitespace()
        guard trimmed.contains("@") else { return nil }
        self.init(rawValue: trimmed.lowercased())
    }

    /// Somebody of whom only a contact id is known.
    package init(contactID: String) {
        self.init(rawValue: "contact:\(contactID)")
    }

    /// The address, or nil where only a contact id is known.
    package var email: String? {
        rawValue.hasPrefix("contact:") && !rawValue.contains("@") ? nil : rawValue
    }
}

extension String {
    /// The string without white space at either end (of any script).
    package func trimmingWhitespace() -> String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
