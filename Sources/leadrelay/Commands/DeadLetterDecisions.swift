import Journal
import Model
import Time

/// Decides about the dead letters that a command chose, some hundreds in a commit, and tells what became of them.
struct DeadLetterDecisions {
    /// How many events share a commit: ingest waits for no longer than that takes.
    private static let batch = 500

    let choice: DeadLetterChoice
    let reader: JournalReader
    let mask: SecretMask
    let verb: DecisionVerb

    /// - Parameter decide: What to do with some of them; it answers for each, in their order.
    /// - Throws: `ExitStatus.foundProblem` when something that was asked for was not done, and whatever `decide` throws: then
    ///   what was told until there is done.
    func run(_ decide: ([DeadLetter]) async throws -> [DecisionEntry]) async throws {
        let ids = try await chosenIDs()
        var report = DecisionReport(choice: choice, verb: verb, mask: mask)
        let line = ProgressLine()
        do {
            for start in stride(from: 0, to: ids.count, by: Self.batch) {
                let some = Array(ids[start..<min(start + Self.batch, ids.count)])
                let letters = try await reader.letters(of: some)
                for id in Set(some).subtracting(letters.map(\.eventID)).sorted() { report.addMissing(id) }
                // What ended otherwise since it was listed is not among those that were meant.
                let meant = choice.ids.isEmpty ? letters.filter { $0.state == "dead" } : letters
                for entry in try await decide(meant) { report.add(entry) }
                if !choice.json { line.show("\(start + some.count) of \(ids.count.counted("event"))") }
            }
        } catch {
            line.finish()
            report.finish()
            throw error
        }
        line.finish()
        report.finish()
        if report.problems > 0 { throw ExitStatus.foundProblem }
    }

    private func chosenIDs() async throws -> [Int64] {
        guard choice.ids.isEmpty else {
            var seen: Set<Int64> = []
            return choice.ids.filter { seen.insert($0).inserted }
        }
        // All of them are found before the first is touched: one that dies again meanwhile is not replayed for ever.
        let filter = choice.filter.filter(now: SystemTimeSource().read().wall)
        let limit = choice.filter.limit ?? .max
        var ids: [Int64] = []
        var place: DeadLetterPlace? = .start
        while let after = place, ids.count <= limit {
            let page = try await reader.deadLetterPage(filter, after: after)
            ids += page.rows.compactMap { row in
                guard case .integer(let id) = row["event_id"] else { return nil }
                return id
            }
            place = page.next
        }
        if ids.count > limit { StandardError.write("There are more than \(limit); run it again for the rest.") }
        return Array(ids.prefix(limit))
    }
}
