import Foundation
import TestSupport
import Testing

@testable import Journal

@Suite("The journal's surroundings", .timeLimit(.minutes(1)))
struct JournalEnvironmentTests {
    /// Which SQLite can't corrupt a WAL file that one process writes while another checkpoints.
    @Test(arguments: [
        ("3.6.23", true), ("3.7.0", false), ("3.40.1", false), ("3.44.5", false), ("3.44.6", true), ("3.45.3", false),
        ("3.50.6", false), ("3.50.7", true), ("3.51.2", false), ("3.51.3", true), ("3.52.0", true), ("4.0.0", false),
        ("nonsense", false),
    ])
    func fixIsKnownByVersion(version: String, hasFix: Bool) {
        #expect(JournalEnvironment.hasCheckpointFix(version) == hasFix)
    }

    @Test func processesThatHoldTheFileAreNamed() async throws {
        let fixture = try JournalFixture()
        let environment = try JournalEnvironment(journalPath: fixture.path)
        #expect(environment.openedBy == [getpid()])
        #expect(try await fixture.text("SELECT sqlite_version()") == environment.sqliteVersion)
        #expect(environment.unsuitableFileSystem == nil)
        let nobody = try JournalEnvironment(journalPath: fixture.directory.path("other.sqlite"))
        #expect(nobody.openedBy == [])
    }
}
