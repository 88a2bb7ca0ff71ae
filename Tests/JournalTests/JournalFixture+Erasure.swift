import Foundation
import Model
import TestSupport

@testable import Journal

extension JournalFixture {
    /// Erases somebody; whoever ever opted out stays so.
    @discardableResult
    func erase(_ name: String = "ann@example.com", mayRewrite: Bool = false) async throws -> ErasureReport {
        try await eraser(mayRewrite: mayRewrite).erase(Person(rawValue: name))
    }

    func eraser(mayRewrite: Bool = false) -> PersonEraser {
        PersonEraser(journal: journal, mayRewrite: mayRewrite, time: time) { changes in
            changes.last(where: \.isOptOut).map {
                ConsentRecord(isOptOut: true, reason: $0.reason, occurredAt: $0.occurredAt, source: $0.source)
            }
        }
    }

    /// The parts of the journal on disk that hold a text, in any case, or with its @ encoded; a copy is read, since opening
    /// the file itself would drop SQLite's locks.
    func filesHolding(_ text: String) throws -> [String] {
        let folder = try TemporaryDirectory()
        let needles = [
            text, text.replacing("@", with: "%40"), text.replacing("@", with: "%2540"),
            text.replacing("@", with: #"\u0040"#),
        ]
        return try ["", "-wal", "-shm"].filter { suffix in
            guard FileManager.default.fileExists(atPath: path + suffix) else { return false }
            let copy = folder.path("copy\(suffix)")
            // Another process: closing a file that this one opened would drop its locks.
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/cp")
            process.arguments = [path + suffix, copy]
            try process.run()
            process.waitUntilExit()
            let bytes = try Data(contentsOf: URL(fileURLWithPath: copy))
            let plain = String(decoding: bytes, as: UTF8.self).lowercased()
            return needles.contains { plain.contains($0.lowercased()) }
        }
    }

    /// Appends a delivery as it is told, and decodes it into these elements.
    @discardableResult
    func tell(
        raw body: String,
        query: String? = nil,
        _ elements: [DecodedElement],
        isMalformed: Bool = false
    ) async throws -> Int64 {
        let callback = NewCallback(
            receivedAt: now,
            source: .getresponse,
            method: "POST",
            query: query,
            body: Data(body.utf8),
            remoteAddress: "192.0.2.1",
            isMalformed: isMalformed
        )
        let id = try await journal.append([callback])[0]
        let waiting = try await reader.undecodedCallbacks(limit: 1000)
        let decoded = waiting.map { DecodedCallback(callback: $0, elements: $0.id == id ? elements : []) }
        _ = try await journal.record(decoded, duplicateWindow: .seconds(600))
        return id
    }

    func failedChecks() async throws -> [String] {
        let check = try JournalCheck(path: path, key: nil, requestCap: 400, time: time)
        return await check.run().filter { $0.verdict == .failed }.map { "\($0)" }
    }

    /// The verdict of one check.
    func check(_ name: String) async throws -> CheckResult.Verdict? {
        let check = try JournalCheck(path: path, key: nil, requestCap: 400, time: time)
        return await check.run().first { $0.check == name }?.verdict
    }
}
