/// The escapes of quoted texts in SOQL.
package enum SOQLText {
    private static let escapes: [Character: Character] = [
        "n": "\n", "r": "\r", "t": "\t", "b": "\u{8}", "f": "\u{c}", "\"": "\"", "'": "'", "\\": "\\",
    ]

    /// The text that a quoted one stands for; nil where it has an escape that does not exist.
    package static func unescape(_ raw: String) -> String? {
        var text = ""
        var iterator = raw.makeIterator()
        while let character = iterator.next() {
            guard character == "\\" else {
                text.append(character)
                continue
            }
            guard let escape = iterator.next(), let meaning = escapes[escape] else { return nil }
            text.append(meaning)
        }
        return text
    }

    /// What LIKE matches; nil where it has an escape that does not exist.
    package static func pattern(_ raw: String) -> LikePattern? {
        var parts: [LikePattern.Part] = []
        var iterator = raw.makeIterator()
        while let character = iterator.next() {
            switch character {
            case "%": parts.append(.any)
            case "_": parts.append(.one)
            case "\\":
                guard let escape = iterator.next() else { return nil }
                if escape == "%" || escape == "_" {
                    parts.append(.character(escape))
                } else {
                    guard let meaning = escapes[escape] else { return nil }
                    parts.append(.character(meaning))
                }
            default: parts.append(.character(character))
            }
        }
        return LikePattern(parts: parts)
    }
}

/// A pattern of LIKE: `%` for any text, `_` for one character; without regard to case.
package struct LikePattern: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case any
        case one
        case character(Character)
    }

    let parts: [Part]

    /// Whether the whole text matches.
    package func matches(_ text: String) -> Bool {
        let characters = Array(text.lowercased())
        // reachable[i]: the parts so far can match the first i characters.
        var reachable = [Bool](repeating: false, count: characters.count + 1)
        reachable[0] = true
        for part in parts {
            var next = [Bool](repeating: false, count: characters.count + 1)
            switch part {
            case .any:
                var isReached = false
                for index in reachable.indices {
                    isReached = isReached || reachable[index]
                    next[index] = isReached
                }
            case .one:
                for index in characters.indices { next[index + 1] = reachable[index] }
            case .character(let wanted):
                let lowered = wanted.lowercased()
                for index in characters.indices {
                    next[index + 1] = reachable[index] && String(characters[index]) == lowered
                }
            }
            reachable = next
        }
        return reachable[characters.count]
    }
}
