/// Why a text is no JSON, with the place, in the words of Salesforce's parser.
package struct JSONParseError: Error, Hashable {
    package var reason: String
    package var line: Int
    package var column: Int

    /// The sentence as Salesforce sends it.
    package var message: String { "\(reason) at [line:\(line), column:\(column)]" }
}
