import ArgumentParser
import Foundation
import Journal
import Model
import TestSupport
import Testing
import Time

@testable import leadrelay

/// The commands decide about exactly what `dead-letters list` shows with the same filter.
@Suite("Choosing dead letters", .timeLimit(.minutes(1)))
struct DeadLetterChoiceTests {
    @Test(arguments: UInt64(1)...12)
    func replayByFilterTouchesExactlyWhatTheListShows(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let world = try DeadLetterWorld()
        let ids = try await world.fill(using: &generator)
        let filter = world.randomFilter(using: &generator)
        let options = try DeadLetterFilterOptions.parse(filter)
        let listed = try await world.reader.deadLetters(options.filter(now: world.now), limit: options.limit ?? .max)
        let shown = Set(listed.compactMap { $0["event_id"].number })
        let before = try await world.reader.letters(of: ids)
        _ = try? await world.replay(filter.isEmpty ? ["--all"] : filter)
        let after = try await world.reader.letters(of: ids)
        for (old, new) in zip(before, after) {
            let canRun = old.reasonAgainstReplay(isFromRaw: false) == nil
            if shown.contains(old.eventID), canRun {
                #expect(new.state == "available", "\(old) \(filter)")
            } else {
                #expect(new == old, "\(filter)")
            }
        }
    }

    @Test(arguments: ["replay", "discard", "accept", "replay --from-raw --force"])
    func dryRunChangesNothing(command: String) async throws {
        var generator = SeededGenerator(seed: 7)
        let world = try DeadLetterWorld()
        _ = try await world.fill(using: &generator)
        let before = try world.dump()
        let words = command.split(separator: " ").map(String.init)
        let arguments = Array(words.dropFirst()) + ["--all", "--dry-run"]
        do {
            switch words[0] {
            case "replay": try await world.replay(arguments)
            case "discard": try await world.discard(arguments)
            default: try await world.accept(arguments)
            }
        } catch let status as ExitCode {
            #expect(status == ExitStatus.foundProblem, "some of them can't be done, and it says so")
        }
        #expect(try world.dump() == before)
    }

    @Test func limitTakesTheFirstThatDied() async throws {
        var generator = SeededGenerator(seed: 3)
        let world = try DeadLetterWorld()
        _ = try await world.fill(using: &generator)
        let listed = try await world.reader.deadLetters().compactMap { $0["event_id"].number }
        try await world.discard(["--all", "--limit", "3"])
        #expect(try await world.reader.deadLetters().compactMap { $0["event_id"].number } == Array(listed.dropFirst(3)))
    }

    /// More than one commit takes.
    @Test func thousandsAreDoneInSeveralCommits() async throws {
        let world = try DeadLetterWorld()
        try await world.makeUndecodable(1200)
        try await world.discard(["--action", "unknown"])
        #expect(try await world.reader.deadLetters().isEmpty)
        let letters = try await world.reader.letters(of: [1, 600, 1200])
        #expect(letters.map(\.state) == ["discarded", "discarded", "discarded"])
    }

    @Test func exitStatusSaysWhetherAllWasDone() async throws {
        let world = try DeadLetterWorld()
        try await world.makeUndecodable(2)
        await #expect(throws: ExitStatus.foundProblem) { try await world.replay(["1"]) }
        await #expect(throws: ExitStatus.foundProblem) { try await world.replay(["99"]) }
        try await world.replay(["--class", "quota"])
        try await world.discard(["1"])
        await #expect(throws: ExitStatus.foundProblem) {
            try await world.discard(["1", "2"])
        }
        #expect(try await world.reader.deadLetters().isEmpty, "one that is refused keeps no other from being done")
    }

    @Test(
        arguments: [
            [], ["1", "--all"], ["1", "--class", "data"], ["--limit", "3"], ["--class", "nonsense"],
            ["--since", "soon"], ["--all", "--limit", "0"],
        ]
    )
    func unclearChoiceIsAUsageError(arguments: [String]) {
        #expect(throws: (any Error).self) { try DeadLettersReplayCommand.parse(arguments) }
    }

    @Test(arguments: [["1"], ["1", "--reason", " "]])
    func reasonIsRequired(arguments: [String]) {
        #expect(throws: (any Error).self) { try DeadLettersDiscardCommand.parse(arguments) }
        #expect(throws: (any Error).self) { try DeadLettersAcceptCommand.parse(arguments) }
    }
}

extension Cell {
    var number: Int64? {
        guard case .integer(let number) = self else { return nil }
        return number
    }
}
