/// Why a query is refused, in Salesforce's form: the text around the place, a caret, row and column, the reason.
package struct SOQLError: Error, Hashable {
    package var code: String
    package var reason: String
    /// Characters before the place; nil where the refusal is about no place.
    package var position: Int?

    /// The message for this query.
    package func message(for query: String) -> String {
        guard let position else { return reason }
        let characters = Array(query)
        let place = min(position, characters.count)
        let before = characters[..<place]
        let row = before.count { $0.isNewline } + 1
        let lineStart = before.lastIndex { $0.isNewline }.map { $0 + 1 } ?? 0
        let start = max(lineStart, place - 60)
        let end = characters[place...].firstIndex { $0.isNewline } ?? characters.count
        let excerpt = String(characters[start..<min(end, place + 60)])
        let caret = String(repeating: " ", count: place - start) + "^"
        return "\n\(excerpt)\n\(caret)\nERROR at Row:\(row):Column:\(place - lineStart + 1)\n\(reason)"
    }

    static func malformed(_ reason: String, at position: Int?) -> SOQLError {
        SOQLError(code: "MALFORMED_QUERY", reason: reason, position: position)
    }
}
