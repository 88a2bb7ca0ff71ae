/// The words in names that are neither a first nor a last name.
enum NameWords {
    /// Salesforce's standard salutations by the word without dots, most telling first.
    private static let titles: [(word: String, salutation: String)] = [
        ("prof", "Prof."), ("dr", "Dr."), ("mx", "Mx."), ("mrs", "Mrs."), ("ms", "Ms."), ("mr", "Mr."),
    ]

    private static let suffixes: Set<String> = [
        "jr", "sr", "ii", "iii", "iv", "phd", "md", "dds", "dmd", "dvm", "esq", "mba", "cpa", "jd", "llm", "msc", "bsc",
    ]

    /// Particles that count in any case between other words.
    private static let particles: Set<String> = [
        "van", "von", "vom", "zu", "zum", "zur", "der", "den", "de", "del", "della", "di", "da", "dos", "das", "du",
        "la",
        "ter", "bin", "ibn", "bint", "al", "el", "st",
    ]

    /// Particles that are too common as names to count with a capital.
    private static let lowercaseParticles: Set<String> = [
        "ten", "te", "het", "'t", "’t", "op", "do", "le", "les", "las", "los", "dei", "degli", "av", "af", "ben", "abu",
    ]

    /// The salutation that `word` is; nil when it is none.
    static func title(_ word: String) -> String? {
        let bare = withoutDots(word)
        return titles.first { $0.word == bare }?.salutation
    }

    /// The one of `salutations` that says most.
    static func mostTelling(of salutations: [String]) -> String? {
        titles.first { salutations.contains($0.salutation) }?.salutation
    }

    /// Breaks titles that are written together with what follows (`Prof.Dr.Jane`) from it.
    static func separatingTitles(in words: [String]) -> [String] {
        guard var rest = words.first?[...] else { return words }
        var result: [String] = []
        // No name has more titles than there are kinds of them, but a hostile one may.
        while result.count < titles.count, let dot = rest.firstIndex(of: "."), title(String(rest[..<dot])) != nil,
            rest[rest.index(after: dot)...].contains(where: \.isLetter)
        {
            result.append(String(rest[...dot]))
            rest = rest[rest.index(after: dot)...]
        }
        return result + [String(rest)] + words.dropFirst()
    }

    /// Whether `word` follows a name, as `Jr.` and `PhD` do.
    static func isSuffix(_ word: String) -> Bool {
        suffixes.contains(withoutDots(word))
    }

    /// Whether `word` belongs to the last name that follows it.
    static func isParticle(_ word: String) -> Bool {
        particles.contains(withoutDots(word)) || isLowercaseParticle(word)
    }

    /// Whether `word` is a particle that is also written as one.
    static func isLowercaseParticle(_ word: String) -> Bool {
        word == word.lowercased() && (particles.contains(withoutDots(word)) || lowercaseParticles.contains(word))
    }

    /// Whether `word` joins two last names into one (`Ortega y Gasset`, `Costa e Silva`).
    static func isConnector(_ word: String) -> Bool {
        ["y", "e", "i"].contains(word)
    }

    private static func withoutDots(_ word: String) -> String {
        String(word.lowercased().filter { $0 != "." })
    }
}
