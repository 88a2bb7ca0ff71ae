/// What one check of `doctor` found.
package struct Finding: Hashable, Codable, Sendable {
    package enum Verdict: String, Codable, Sendable {
        case ok
        /// Works, but somebody should know.
        case warning
        /// Does not work; `doctor` exits with 1.
        case failed
    }

    /// The check's name, such as `journal.sqlite`, the same in every run.
    package var check: String
    package var verdict: Verdict
    /// What is so, in one sentence.
    package var finding: String
    /// How to mend it, in one sentence; nil when nothing needs mending.
    package var remedy: String?

    package init(check: String, verdict: Verdict, finding: String, remedy: String? = nil) {
        self.check = check
        self.verdict = verdict
        self.finding = finding
        self.remedy = remedy
    }
}

/// One thing that `doctor` looks at.
package struct Check: Sendable {
    package var name: String
    package var run: @Sendable () async -> [Finding]

    package init(name: String, run: @escaping @Sendable () async -> [Finding]) {
        self.name = name
        self.run = run
    }
}
