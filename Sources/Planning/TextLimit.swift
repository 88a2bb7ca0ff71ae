import Model

/// Salesforce's field lengths, by which a longer value is refused together with the whole record.
///
/// What Salesforce counts is not documented; UTF-16 code units are the largest of the likely counts for what people write,
/// so a text cut by them fits under any.
package enum TextLimit {
    static let firstName = 40
    static let lastName = 80
    static let email = 80
    static let company = 255
    static let title = 128
    static let listID = 50
    /// What the guide's Text Area takes.
    package static let tags = 255
    static let subject = 255
    static let description = 32_000

    /// The length that a standard field has in every org.
    static func standard(_ field: String, of object: SalesforceObject) -> Int? {
        switch (object, field) {
        case (.lead, "FirstName"), (.contact, "FirstName"): firstName
        case (.lead, "LastName"), (.contact, "LastName"): lastName
        case (.lead, "Email"): email
        case (.lead, "Company"): company
        case (.lead, "Title"), (.contact, "Title"): title
        case (.task, "Subject"): subject
        case (.task, "Description"): description
        default: nil
        }
    }
}

extension String {
    /// The longest prefix of whole characters within `limit` UTF-16 code units, without white space at its end.
    ///
    /// Only where the very first character is longer than that (a letter under a tower of accents) is it cut inside.
    func cut(to limit: Int) -> String {
        guard utf16.count > limit else { return self }
        var result = ""
        var length = 0
        for character in self {
            length += character.utf16.count
            guard length <= limit else { break }
            result.append(character)
        }
        if result.isEmpty {
            length = 0
            for scalar in unicodeScalars {
                length += UTF16.width(scalar)
                guard length <= limit else { break }
                result.unicodeScalars.append(scalar)
            }
        }
        return result.trimmingWhitespaceAtEnd()
    }

    /// The words between white space and control characters of all kinds.
    var words: [String] {
        split(whereSeparator: \.isBlank).map(String.init)
    }

    private func trimmingWhitespaceAtEnd() -> String {
        var result = self
        while result.last?.isWhitespace == true { result.removeLast() }
        return result
    }
}

extension Character {
    /// Whether nothing of it can be seen: white space, control characters, and the zero-width space and its kin.
    fileprivate var isBlank: Bool {
        isWhitespace
            || unicodeScalars.allSatisfy { scalar in
                scalar.properties.generalCategory == .control
                    || ["\u{200B}", "\u{2060}", "\u{FEFF}"].contains(scalar)
            }
    }
}
