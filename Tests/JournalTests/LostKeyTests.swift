import Foundation
import Journal
import Model
import TestSupport
import Testing
import Time

/// A journal whose key is gone must not go on under another.
@Suite("A lost key")
struct LostKeyTests {
    @Test func journalWithRowsIsNotOpenedUnderANewKey() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path("journal.sqlite")
        let time = ManualTimeSource()
        let journal = try EventJournal(configuration: JournalConfiguration(path: path), time: time)
        _ = try await journal.append([
            NewCallback(
                receivedAt: Timestamp(milliseconds: time.read().wall),
                source: .getresponse,
                method: "GET",
                query: "a=1"
            )
        ])
        try FileManager.default.removeItem(atPath: path + ".key")
        #expect(throws: JournalError.self) {
            _ = try EventJournal(configuration: JournalConfiguration(path: path), time: time)
        }
        #expect(!FileManager.default.fileExists(atPath: path + ".key"))
    }

    @Test func emptyJournalGetsANewKey() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path("journal.sqlite")
        _ = try EventJournal(configuration: JournalConfiguration(path: path), time: ManualTimeSource())
        try FileManager.default.removeItem(atPath: path + ".key")
        _ = try EventJournal(configuration: JournalConfiguration(path: path), time: ManualTimeSource())
        #expect(FileManager.default.fileExists(atPath: path + ".key"))
    }
}
