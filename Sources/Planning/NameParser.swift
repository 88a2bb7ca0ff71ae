/// A name in Salesforce's parts.
package struct ParsedName: Hashable, Sendable {
    /// A value of Salesforce's picklist (`Dr.`, `Mr.`, …); nil without a title.
    package var salutation: String?
    /// Nil for a single name.
    package var firstName: String?
    /// Never empty.
    package var lastName: String
    /// Whether there was no name, so that `lastName` only stands in.
    package var isPlaceholder: Bool
}

/// Splits the one string that GetResponse keeps for a name.
///
/// The last word is the last name and all before it the first name, as the guide has it, but for what real names hold:
/// - Titles in front become the salutation; of several the one that says most is taken.
/// - Particles (`van der`, `de`, `bin`, …) stay with the last name. At the very start they do only in lower case, since
///   `Van Morrison` and `Al Green` have them as first names.
/// - `Doe, Jane` is turned round.
/// - What follows a name (`Jr.`, `III`, `PhD`) stays at the end of the last name.
///
/// White space of any kind separates words and is otherwise lost, as is a comma that separates; nothing else is.
package struct NameParser: Sendable {
    private let unknownLastName: String

    /// - Parameter unknownLastName: The last name of somebody without a name.
    package init(unknownLastName: String = "Unknown") {
        self.unknownLastName = unknownLastName
    }

    /// The parts of `name`, cut to Salesforce's lengths (first name 40, last name 80).
    package func parse(_ name: String?) -> ParsedName {
        let words = NameWords.separatingTitles(in: (name ?? "").words)
        guard !words.isEmpty else {
            return ParsedName(lastName: unknownLastName, isPlaceholder: true)
        }
        let (salutation, untitled) = Self.takingTitles(from: words)
        var parts = Self.commaSeparated(untitled)
        // Nothing but commas: then that is the name.
        if parts.isEmpty { parts = [[Self.text(untitled)]] }
        let following = parts.dropFirst().filter { $0.allSatisfy(NameWords.isSuffix) }
        let names = [parts[0]] + parts.dropFirst().filter { !$0.allSatisfy(NameWords.isSuffix) }
        var result = names.count == 1 ? Self.usualOrder(names[0]) : Self.lastNameFirst(names)
        result.salutation = salutation ?? result.salutation
        result.lastName = ([result.lastName] + following.map(Self.text)).joined(separator: ", ").cut(
            to: TextLimit.lastName
        )
        result.firstName = result.firstName?.cut(to: TextLimit.firstName)
        result.isPlaceholder = result.firstName == nil && result.lastName.lowercased() == unknownLastName.lowercased()
        return result
    }

    /// A name in its usual order: `Jane van der Berg Jr.`.
    private static func usualOrder(_ words: [String]) -> ParsedName {
        let (core, suffixes) = takingSuffixes(from: words)
        var start = core.count - 1
        while start > 1 {
            if NameWords.isParticle(core[start - 1]) {
                start -= 1
            } else if start > 2, NameWords.isConnector(core[start - 1]) {
                start -= 2
            } else {
                break
            }
        }
        if start == 1, NameWords.isLowercaseParticle(core[0]) { start = 0 }
        return ParsedName(
            firstName: start == 0 ? nil : text(core[..<start]),
            lastName: text(core[start...] + suffixes),
            isPlaceholder: false
        )
    }

    /// A name that was turned round, as `Doe, Dr. Jane Jr.`.
    ///
    /// The first of `names` is the last name; the others hold at least one word each.
    private static func lastNameFirst(_ names: [[String]]) -> ParsedName {
        let (salutation, untitled) = takingTitles(from: names[1])
        let firstNames = [untitled] + names.dropFirst(2)
        let (end, suffixes) = takingSuffixes(from: firstNames[firstNames.count - 1])
        return ParsedName(
            salutation: salutation,
            firstName: (firstNames.dropLast() + [end]).map(text).joined(separator: ", "),
            lastName: text(names[0] + suffixes),
            isPlaceholder: false
        )
    }

    /// The titles at the front, as one salutation; at least one word is left.
    private static func takingTitles(from words: [String]) -> (salutation: String?, words: [String]) {
        var rest = words[...]
        var titles: [String] = []
        while rest.count > 1, let first = rest.first, let title = NameWords.title(first) {
            titles.append(title)
            rest.removeFirst()
        }
        return (NameWords.mostTelling(of: titles), Array(rest))
    }

    /// The runs of words between commas; a comma that hangs on a word ends its run.
    private static func commaSeparated(_ words: [String]) -> [[String]] {
        words.joined(separator: " ").split(separator: ",").map { part in String(part).words }.filter { !$0.isEmpty }
    }

    private static func takingSuffixes(from words: [String]) -> (words: [String], suffixes: [String]) {
        var rest = words[...]
        while rest.count > 1, let last = rest.last, NameWords.isSuffix(last) { rest.removeLast() }
        return (Array(rest), Array(words[rest.endIndex...]))
    }

    private static func text(_ words: some Sequence<String>) -> String {
        words.joined(separator: " ")
    }
}
