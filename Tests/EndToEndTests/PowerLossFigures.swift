import Foundation
import Journal
import Model
import TestSupport
import Time

/// What a number of power cuts did to what was acknowledged.
struct PowerLossFigures: Sendable, CustomStringConvertible {
    var name: String
    var cuts = 0
    var cutsInCheckpoints = 0
    /// Summed over all cuts: what had been acknowledged before, and how much of it was gone.
    var acknowledged = 0
    var lost = 0
    /// The most that one cut took.
    var worst = 0
    var cutsWithLoss = 0
    var problems: [String] = []

    var description: String {
        """
        \(name): \(cuts) cuts (\(cutsInCheckpoints) during a checkpoint), \(acknowledged / max(cuts, 1)) callbacks acknowledged \
        before a cut on average; \(cutsWithLoss) cuts lost any, \(lost / max(cuts, 1)) on average, \(worst) at most
        """
    }

    /// Cuts the power over and over, and looks at what is found after each cut, several at a time.
    ///
    /// `acknowledged` says what was acknowledged at which event; `look` is given what must be there after its cut.
    static func measured(
        _ name: String,
        _ cuts: PowerCuts,
        acknowledged: [(id: String, event: Int)],
        _ look: @escaping @Sendable (PowerCut, Set<String>) async throws -> PowerLossFinding
    ) async throws -> PowerLossFigures {
        var cuts = cuts
        var figures = PowerLossFigures(name: name)
        try await withThrowingTaskGroup(of: (cut: PowerCut, due: Int, finding: PowerLossFinding).self) { group in
            var running = 0
            while let cut = cuts.next() {
                if running == 3, let result = try await group.next() {
                    figures.add(result.cut, due: result.due, result.finding)
                    running -= 1
                }
                let due = Set(acknowledged.filter { $0.event <= cut.event }.map(\.id))
                group.addTask { (cut, due.count, try await look(cut, due)) }
                running += 1
            }
            for try await result in group { figures.add(result.cut, due: result.due, result.finding) }
        }
        figures.problems += cuts.surprises
        return figures
    }

    private mutating func add(_ cut: PowerCut, due: Int, _ finding: PowerLossFinding) {
        cuts += 1
        if cut.isInCheckpoint { cutsInCheckpoints += 1 }
        acknowledged += due
        lost += finding.lost.count
        worst = max(worst, finding.lost.count)
        if !finding.lost.isEmpty { cutsWithLoss += 1 }
        problems += finding.problems.map { "after event \(cut.event) (\(cut.survival)): \($0)" }
    }
}

/// What is found after one power cut.
struct PowerLossFinding: Sendable {
    /// What was acknowledged and is not there.
    var lost: Set<String> = []
    /// What else is wrong.
    var problems: [String] = []

    /// Memory is as good as a disk for what has been "found" on one, and quicker.
    static let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? URL(fileURLWithPath: "/dev/shm") : nil
}

extension PowerLossFinding {
    /// Opens the journal as ingest does when it starts again, checks it as `leadrelay journal check` does, and compares the
    /// bodies byte for byte.
    init(openingLikeAProcess cut: PowerCut, due: Set<String>, of load: PowerLossLoad) async throws {
        let folder = try TemporaryDirectory(in: Self.memory)
        try cut.restore(into: folder)
        let path = folder.path("journal.sqlite")
        do {
            let journal = try EventJournal(
                configuration: JournalConfiguration(path: path),
                time: SystemTimeSource()
            )
            var found: [String: Data?] = [:]
            for callback in try await journal.reader.undecodedCallbacks(limit: 100_000) {
                found[callback.webhookID ?? ""] = callback.body
            }
            for callback in load.callbacks where due.contains(callback.id) {
                if found[callback.id] != Data(callback.body.utf8) { lost.insert(callback.id) }
            }
            let check = try JournalCheck(path: path, key: nil, requestCap: 400, time: SystemTimeSource())
            for result in await check.run() where result.verdict == .failed {
                problems.append("\(result.check): \(result.finding) \(result.faults)")
            }
            // Life goes on.
            _ = try await journal.append([
                NewCallback(receivedAt: Timestamp(milliseconds: 0), source: .getresponse, method: "GET", query: "a=b")
            ])
        } catch {
            problems.append("\(error)")
            lost.formUnion(due)
        }
    }
}
