/// Finds what somebody probably meant to write.
enum SpellingSuggestion {
    /// The candidate nearest to `word`, if it is near enough to be a slip: a third of the length, and at least two letters.
    ///
    /// Upper and lower case count as equal; of equally near ones the first in alphabetical order is taken.
    static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let limit = max(2, word.count / 3)
        let letters = Array(word.lowercased())
        return candidates.map { (distance: distance(letters, Array($0.lowercased())), name: $0) }
            .filter { $0.distance <= limit }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?
            .name
    }

    /// Levenshtein's distance: letters to insert, remove or change.
    private static func distance(_ lhs: [Character], _ rhs: [Character]) -> Int {
        var row = Array(0...rhs.count)
        for (index, letter) in lhs.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in rhs.enumerated() {
                let change = diagonal + (letter == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(change, diagonal + 1, row[column] + 1)
            }
        }
        return row[rhs.count]
    }
}
