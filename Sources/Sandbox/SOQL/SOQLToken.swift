/// A word of a query and where it begins.
struct SOQLToken: Hashable {
    enum Kind: Hashable {
        /// A name or keyword, dots included.
        case word(String)
        /// A quoted text, its escapes not resolved yet: LIKE reads them in its own way.
        case text(String)
        /// A number, date or time, as it was written.
        case number(String)
        /// A sign: `( ) , = != < > <= >= :`.
        case sign(String)
        case end
    }

    var kind: Kind
    /// Characters before it.
    var position: Int

    /// How the real parser names it when it does not expect it.
    var name: String {
        switch kind {
        case .word(let text), .number(let text), .sign(let text): text
        case .text(let text): "'\(text)'"
        case .end: "<EOF>"
        }
    }
}

/// Splits a query into tokens.
struct SOQLTokenizer {
    private let characters: [Character]
    private var position = 0

    /// The longest statement, in characters.
    private static let longestStatement = 100_000

    private init(_ query: String) {
        characters = Array(query)
    }

    static func tokens(of query: String) throws(SOQLError) -> [SOQLToken] {
        guard query.count <= longestStatement else {
            throw .malformed("SOQL statements cannot be longer than 100000 characters.", at: nil)
        }
        var tokenizer = SOQLTokenizer(query)
        var tokens: [SOQLToken] = []
        while let token = try tokenizer.next() { tokens.append(token) }
        tokens.append(SOQLToken(kind: .end, position: tokenizer.characters.count))
        return tokens
    }

    private mutating func next() throws(SOQLError) -> SOQLToken? {
        while position < characters.count, characters[position].isWhitespace { position += 1 }
        guard position < characters.count else { return nil }
        let start = position
        let character = characters[position]
        switch character {
        case "'": return SOQLToken(kind: .text(try text()), position: start)
        case "(", ")", ",", ":":
            position += 1
            return SOQLToken(kind: .sign(String(character)), position: start)
        case "=", "!", "<", ">": return SOQLToken(kind: .sign(try comparison()), position: start)
        case _ where character.isASCII && (character.isLetter || character == "_"):
            return SOQLToken(
                kind: .word(take { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }),
                position: start
            )
        case _
        where character.isASCII && (character.isNumber || character == "-" || character == "+" || character == "."):
            return SOQLToken(
                kind: .number(take { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.:".contains($0)) }),
                position: start
            )
        default:
            throw .malformed("line 1:\(start) no viable alternative at character '\(character)'", at: nil)
        }
    }

    private mutating func text() throws(SOQLError) -> String {
        let start = position
        position += 1
        var text = ""
        while position < characters.count {
            let character = characters[position]
            position += 1
            if character == "'" { return text }
            text.append(character)
            guard character == "\\" else { continue }
            guard position < characters.count else { break }
            text.append(characters[position])
            position += 1
        }
        throw .malformed("line 1:\(start) mismatched character '<EOF>' expecting '''", at: nil)
    }

    private mutating func comparison() throws(SOQLError) -> String {
        let start = position
        let first = characters[position]
        position += 1
        let second = position < characters.count ? characters[position] : " "
        if second == "=", first != "=" {
            position += 1
            return "\(first)="
        }
        if first == "<", second == ">" {
            position += 1
            return "!="
        }
        guard first != "!" else {
            throw .malformed("line 1:\(start) no viable alternative at character '!'", at: nil)
        }
        return String(first)
    }

    private mutating func take(while accepts: (Character) -> Bool) -> String {
        let start = position
        while position < characters.count, accepts(characters[position]) { position += 1 }
        return String(characters[start..<position])
    }
}
