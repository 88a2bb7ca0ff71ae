import Dispatch
import Foundation
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import Journal

@Suite("Opening the journal", .timeLimit(.minutes(1)))
struct OpeningTests {
    @Test func writerSyncsEveryCommit() async throws {
        let fixture = try JournalFixture()
        let found = try await fixture.journal.write { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") }
        #expect(found == 2)
        #expect(try await fixture.text("PRAGMA journal_mode") == "wal")
    }

    @Test func noConnectionCheckpointsByItself() async throws {
        let fixture = try JournalFixture()
        let question = "PRAGMA wal_autocheckpoint"
        let writer = try await fixture.journal.write { db in try Int.fetchOne(db, sql: question) }
        let ownReader = try await fixture.journal.read { db in try Int.fetchOne(db, sql: question) }
        let separate = try JournalReader(path: fixture.path, time: fixture.time)
        let separateReader = try await separate.read { db in try Int.fetchOne(db, sql: question) }
        #expect([writer, ownReader, separateReader] == [0, 0, 0])
    }

    @Test func readerCanNotWrite() async throws {
        let fixture = try JournalFixture()
        for reader in [fixture.reader, try JournalReader(path: fixture.path, time: fixture.time)] {
            await #expect(throws: JournalError.self) {
                try await reader.read { db in try db.execute(sql: "INSERT INTO setting VALUES ('a', '1', 0)") }
            }
        }
    }

    @Test func closingLeavesTheWriteAheadLogAsItIs() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("leadrelay.sqlite")
        do {
            let journal = try EventJournal(configuration: JournalConfiguration(path: path), time: ManualTimeSource())
            _ = try await journal.append([.sample()])
        }
        try await waitUntilClosed(path)
        let size = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
        #expect(try #require(size) > 0)
        do {
            let reader = try JournalReader(path: path, time: ManualTimeSource())
            #expect(try await reader.status().undecodedCallbacks == 1)
        }
        try await waitUntilClosed(path)
        #expect(try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int == size)
    }

    @Test func severalMayOpenAtTheSameInstant() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("leadrelay.sqlite")
        let opened = Mutex<[EventJournal]>([])
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 6) { _ in
            do {
                let journal = try EventJournal(
                    configuration: JournalConfiguration(path: path),
                    time: ManualTimeSource()
                )
                opened.withLock { $0.append(journal) }
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        #expect(failures.withLock(\.self) == [])
        let journals = opened.withLock(\.self)
        #expect(journals.count == 6)
        #expect(journals.allSatisfy { $0.chain.key.symmetricKey == journals[0].chain.key.symmetricKey })
        for journal in journals { _ = try await journal.append([.sample()]) }
        #expect(try await journals[0].reader.status().undecodedCallbacks == 6)
    }

    @Test func keyFileIsForItsOwnerOnlyAndOutlivesTheProcess() throws {
        let fixture = try JournalFixture()
        for suffix in [".key", ".lock"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: fixture.path + suffix)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(suffix)")
        }
        let secret = try String(contentsOfFile: fixture.path + ".key", encoding: .utf8)
        #expect(secret.count == 65)
        #expect(try fixture.openAnother().chain.key.symmetricKey == fixture.journal.chain.key.symmetricKey)
        #expect(try String(contentsOfFile: fixture.path + ".key", encoding: .utf8) == secret)
        let names = try FileManager.default.contentsOfDirectory(atPath: fixture.directory.url.path)
        #expect(names.filter { $0.contains(".key") }.count == 1, "no draft is left")
    }

    @Test func configuredKeyNeedsNoFile() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("leadrelay.sqlite")
        _ = try EventJournal(configuration: JournalConfiguration(path: path, key: "secret"), time: ManualTimeSource())
        #expect(!FileManager.default.fileExists(atPath: path + ".key"))
    }

    @Test func emptyKeyFileIsRefused() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("leadrelay.sqlite")
        try Data("\n".utf8).write(to: URL(fileURLWithPath: path + ".key"))
        #expect(throws: JournalError.self) {
            try EventJournal(configuration: JournalConfiguration(path: path), time: ManualTimeSource())
        }
    }

    @Test func missingFolderIsNamed() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("nowhere/leadrelay.sqlite")
        let error = #expect(throws: JournalError.self) {
            try EventJournal(configuration: JournalConfiguration(path: path), time: ManualTimeSource())
        }
        #expect(try #require(error).description.contains(path))
        #expect(throws: JournalError.self) { try JournalReader(path: path, time: ManualTimeSource()) }
    }

    @Test func fileThatIsNoDatabaseIsNamedUnsound() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("leadrelay.sqlite")
        try Data(String(repeating: "no database ", count: 200).utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: JournalError.self) {
            try EventJournal(configuration: JournalConfiguration(path: path), time: ManualTimeSource())
        }
        guard case .unusable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    /// Waits until this process holds the file no more: a task that just ended may keep its connection for a moment.
    private func waitUntilClosed(_ path: String) async throws {
        let manager = FileManager.default
        for _ in 0..<100_000 {
            let descriptors = try manager.contentsOfDirectory(atPath: "/proc/self/fd")
            let isOpen = descriptors.contains {
                (try? manager.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
            }
            if !isOpen { return }
            await Task.yield()
        }
        throw FixtureError.unexpected("\(path) stays open")
    }
}
