/// A recursive-descent parser for the part of SOQL that a sync needs.
///
/// That is SELECT of fields or COUNT(), FROM one object, WHERE, ORDER BY, LIMIT and OFFSET. Anything else is refused as
/// the real one refuses what it does not know.
package struct SOQLParser {
    private let tokens: [SOQLToken]
    private var index = 0

    private init(_ tokens: [SOQLToken]) {
        self.tokens = tokens
    }

    /// Reads a whole query.
    package static func parse(_ query: String) throws(SOQLError) -> SOQLQuery {
        var parser = SOQLParser(try SOQLTokenizer.tokens(of: query))
        return try parser.query()
    }

    private mutating func query() throws(SOQLError) -> SOQLQuery {
        try expect("SELECT")
        let selection = try selection()
        try expect("FROM")
        var query = SOQLQuery(selection: selection, object: try path())
        if take("WHERE") { query.condition = try condition() }
        if take("ORDER") {
            try expect("BY")
            repeat { query.order.append(try order()) } while take(sign: ",")
        }
        if take("LIMIT") { query.limit = try count() }
        if take("OFFSET") { query.offset = try count() }
        guard case .end = current.kind else { throw unexpected() }
        return query
    }

    private mutating func selection() throws(SOQLError) -> SOQLQuery.Selection {
        if isWord("COUNT"), tokens[index + 1].kind == .sign("(") {
            index += 2
            guard take(sign: ")") else { throw unexpected() }
            return .count
        }
        var paths: [SOQLPath] = []
        repeat {
            let path = try path()
            guard !paths.contains(where: { $0.text.lowercased() == path.text.lowercased() }) else {
                throw SOQLError(
                    code: "INVALID_FIELD",
                    reason: "duplicate field selected: \(path.text)",
                    position: path.position
                )
            }
            paths.append(path)
        } while take(sign: ",")
        return .fields(paths)
    }

    private mutating func order() throws(SOQLError) -> SOQLQuery.Order {
        var order = SOQLQuery.Order(path: try path())
        if take("DESC") { order.isAscending = false } else { _ = take("ASC") }
        if take("NULLS") {
            if take("LAST") { order.nullsLast = true } else { try expect("FIRST") }
        }
        return order
    }

    /// Conditions joined by AND or by OR; the real parser does not rank the two and wants parentheses where both occur.
    private mutating func condition() throws(SOQLError) -> SOQLCondition {
        var parts = [try negation()]
        if isWord("AND") {
            while take("AND") { parts.append(try negation()) }
            guard !isWord("OR") else { throw unexpected() }
            return .and(parts)
        }
        while take("OR") { parts.append(try negation()) }
        guard !isWord("AND") else { throw unexpected() }
        return parts.count == 1 ? parts[0] : .or(parts)
    }

    private mutating func negation() throws(SOQLError) -> SOQLCondition {
        if take("NOT") { return .not(try primary()) }
        return try primary()
    }

    private mutating func primary() throws(SOQLError) -> SOQLCondition {
        if take(sign: "(") {
            let inner = try condition()
            guard take(sign: ")") else { throw unexpected() }
            return inner
        }
        let path = try path()
        if take("LIKE") {
            guard case .text(let raw) = current.kind, let pattern = SOQLText.pattern(raw) else { throw unexpected() }
            defer { index += 1 }
            return .comparison(path, .like, SOQLLiteral(value: .pattern(pattern), position: current.position))
        }
        if take("IN") { return .among(path, try list(), isNegated: false) }
        if take("NOT") {
            try expect("IN")
            return .among(path, try list(), isNegated: true)
        }
        guard case .sign(let sign) = current.kind, let comparison = SOQLOperator(rawValue: sign) else {
            throw unexpected()
        }
        index += 1
        return .comparison(path, comparison, try literal())
    }

    private mutating func list() throws(SOQLError) -> [SOQLLiteral] {
        guard take(sign: "(") else { throw unexpected() }
        var literals: [SOQLLiteral] = []
        repeat { literals.append(try literal()) } while take(sign: ",")
        guard take(sign: ")") else { throw unexpected() }
        return literals
    }

    private mutating func literal() throws(SOQLError) -> SOQLLiteral {
        let token = current
        let value: SOQLLiteral.Value?
        switch token.kind {
        case .text(let raw): value = SOQLText.unescape(raw).map(SOQLLiteral.Value.string)
        case .number(let text): value = SOQLLiteral.Value(number: text)
        case .word(let word):
            index += 1
            guard let value = try wordValue(word) else {
                index -= 1
                throw unexpected()
            }
            return SOQLLiteral(value: value, position: token.position)
        case .sign, .end: value = nil
        }
        guard let value else { throw unexpected() }
        index += 1
        return SOQLLiteral(value: value, position: token.position)
    }

    private mutating func wordValue(_ word: String) throws(SOQLError) -> SOQLLiteral.Value? {
        switch word.uppercased() {
        case "NULL": return .null
        case "TRUE": return .bool(true)
        case "FALSE": return .bool(false)
        case "TODAY": return .days(from: 0, until: -1)
        case "YESTERDAY": return .days(from: 1, until: 0)
        case "LAST_N_DAYS":
            guard take(sign: ":") else { throw unexpected() }
            return .days(from: try count(), until: -1)
        default: return nil
        }
    }

    private mutating func count() throws(SOQLError) -> Int {
        guard case .number(let text) = current.kind, let value = Int(text), value >= 0 else { throw unexpected() }
        index += 1
        return value
    }

    private mutating func path() throws(SOQLError) -> SOQLPath {
        guard case .word(let word) = current.kind, !Self.reserved.contains(word.uppercased()) else {
            throw unexpected()
        }
        let parts = word.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard !parts.contains(where: \.isEmpty) else { throw unexpected() }
        defer { index += 1 }
        return SOQLPath(parts: parts, position: current.position)
    }

    private mutating func expect(_ word: String) throws(SOQLError) {
        guard take(word) else { throw unexpected() }
    }

    private mutating func take(_ word: String) -> Bool {
        guard isWord(word) else { return false }
        index += 1
        return true
    }

    private mutating func take(sign: String) -> Bool {
        guard isSign(sign) else { return false }
        index += 1
        return true
    }

    private func isWord(_ word: String) -> Bool {
        guard case .word(let text) = current.kind else { return false }
        return text.uppercased() == word
    }

    private func isSign(_ sign: String) -> Bool { current.kind == .sign(sign) }

    private var current: SOQLToken { tokens[min(index, tokens.count - 1)] }

    private func unexpected() -> SOQLError {
        .malformed("unexpected token: '\(current.name)'", at: current.position)
    }

    private static let reserved: Set = [
        "AND", "ASC", "BY", "DESC", "FROM", "GROUP", "HAVING", "IN", "LIKE", "LIMIT", "NOT", "NULL", "NULLS", "OFFSET",
        "OR", "ORDER", "SELECT", "WHERE", "WITH",
    ]
}
