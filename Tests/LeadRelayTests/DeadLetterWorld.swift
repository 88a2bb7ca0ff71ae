import ArgumentParser
import Foundation
import Journal
import Model
import TestSupport
import Time

@testable import leadrelay

/// A journal with dead letters in it, and the commands that see to them.
struct DeadLetterWorld {
    private let folder: TemporaryDirectory
    private let time = ManualTimeSource()
    private let journal: EventJournal

    init() throws {
        folder = try TemporaryDirectory()
        let configuration = JournalConfiguration(path: folder.path("journal.sqlite"))
        journal = try EventJournal(configuration: configuration, time: time)
    }

    var reader: JournalReader { journal.reader }
    var now: Int64 { time.read().wall }

    private var loaded: Settings {
        get throws { try settings(file: "journal.path: \(journal.configuration.path)") }
    }

    func replay(_ arguments: [String]) async throws {
        try await DeadLettersReplayCommand.parse(arguments).run(with: loaded)
    }

    func discard(_ arguments: [String]) async throws {
        try await DeadLettersDiscardCommand.parse(arguments + ["--reason", "a test"]).run(with: loaded)
    }

    func accept(_ arguments: [String]) async throws {
        try await DeadLettersAcceptCommand.parse(arguments + ["--reason", "a test"]).run(with: loaded)
    }

    /// The whole file as `sqlite3` writes it out.
    func dump() throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["sqlite3", "-readonly", journal.configuration.path, ".dump"]
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }

    /// Events of all states, most of them dead, by different errors, at different times.
    ///
    /// - Returns: All their ids.
    func fill(using generator: inout SeededGenerator) async throws -> [Int64] {
        for _ in 0..<40 {
            let action = generator.pick([Action.subscribe, .unsubscribe, .click, .unknown])
            try await tell(action, person: generator.pick(["a@x", "b@x", "c@x"]))
            time.advance(by: .seconds(generator.pick([0, 1, 600])))
            guard let event = try await claim() else { continue }
            let errorClass = generator.pick([ErrorClass.data, .transient, .lostAnswer])
            let ending = generator.pick([
                EventConclusion.dead(errorClass, "refused"), .dead(errorClass, "refused"),
                .completed(outcome: "applied"),
            ])
            try await journal.conclude(event.ticket, with: ending)
        }
        return Array(1...40)
    }

    func makeUndecodable(_ number: Int) async throws {
        for _ in 0..<number { try await tell(.unknown, person: nil, decodes: false) }
        try await decodeAll()
    }

    /// What narrows the list down, in the words of the command line.
    func randomFilter(using generator: inout SeededGenerator) -> [String] {
        var words: [String] = []
        if Bool.random(using: &generator) {
            words += ["--class", generator.pick(["data", "transient", "lost_answer"])]
        }
        if Bool.random(using: &generator) { words += ["--action", generator.pick(["subscribe", "unknown", "click"])] }
        if Bool.random(using: &generator) { words += ["--person", generator.pick([" A@x", "b@x", "nobody@x"])] }
        if Bool.random(using: &generator) {
            let since = Timestamp(milliseconds: now).advanced(by: .seconds(-generator.pick([0, 600, 3600])))
            words += ["--since", since.iso8601]
        }
        if !words.isEmpty, Bool.random(using: &generator) { words += ["--limit", generator.pick(["1", "5"])] }
        return words
    }

    private func claim() async throws -> ClaimedEvent? {
        let rota = LaneRota(patience: .seconds(1_000_000))
        return try await journal.claim(owner: "w", limit: 1, rota: rota, leaseDuration: .seconds(60)).events.first
    }

    private func tell(_ action: Action, person: String?, decodes: Bool = true) async throws {
        let callback = NewCallback(
            receivedAt: Timestamp(milliseconds: now),
            source: .getresponse,
            method: "POST",
            body: Data("\(action) \(person ?? "")".utf8)
        )
        _ = try await journal.append([callback])
        if decodes { try await decodeAll() }
    }

    private func decodeAll() async throws {
        while true {
            let waiting = try await reader.undecodedCallbacks(limit: 1000)
            guard !waiting.isEmpty else { return }
            let decoded = waiting.map { DecodedCallback(callback: $0, elements: [element(of: $0)]) }
            _ = try await journal.record(decoded, duplicateWindow: .seconds(600))
        }
    }

    private func element(of callback: UndecodedCallback) -> DecodedElement {
        let words = String(decoding: callback.body ?? Data(), as: UTF8.self).split(separator: " ").map(String.init)
        let action = Action(rawValue: words[0])
        let event = DecodedEvent(
            position: 0,
            action: action,
            payload: EventPayload(contact: ContactDetails(email: words.count > 1 ? words[1] : nil)),
            identity: .unique,
            contentKey: "\(callback.id)",
            failure: action == .unknown ? "No such shape." : nil
        )
        return DecodedElement(
            event: event,
            lane: action == .unsubscribe ? .compliance : .lead,
            isOptOut: action == .unsubscribe
        )
    }
}
