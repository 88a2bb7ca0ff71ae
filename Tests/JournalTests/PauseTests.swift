import Model
import TestSupport
import Testing

@testable import Journal

@Suite("Pauses and settings", .timeLimit(.minutes(1)))
struct PauseTests {
    @Test func longestPauseStays() async throws {
        let fixture = try JournalFixture()
        let start = fixture.now
        func pause(_ seconds: Int, _ reason: String) -> Pause {
            Pause(
                subject: .getResponse,
                reason: reason,
                errorClass: .throttled,
                until: start.advanced(by: .seconds(seconds))
            )
        }
        for (seconds, reason, expected) in [
            (60, "first", pause(60, "first")), (300, "longer", pause(300, "longer")),
            (120, "shorter", pause(300, "longer")), (300, "equal", pause(300, "equal")),
        ] {
            try await fixture.journal.setPause(pause(seconds, reason))
            #expect(try await fixture.reader.pauses() == [expected])
        }
    }

    @Test func eachSubjectHasItsOwnPauseAndEndsByItself() async throws {
        let fixture = try JournalFixture()
        let subjects: [PauseSubject] = [
            .getResponse, .salesforce, .field(object: "Lead", name: ""),
            .field(object: "Lead", name: "HasOptedOutOfEmail"), .field(object: "Task", name: "Key__c"),
        ]
        for subject in subjects {
            try await fixture.journal.setPause(
                Pause(subject: subject, reason: "r", errorClass: .configuration, until: fixture.now)
            )
        }
        #expect(Set(try await fixture.reader.pauses().map(\.subject)) == Set(subjects))
        #expect(
            try await fixture.reader.status().pauses.map(\.subject) == [
                "getresponse", "salesforce", "salesforce.Lead", "salesforce.Lead.HasOptedOutOfEmail",
                "salesforce.Task.Key__c",
            ]
        )
        try await fixture.journal.clearPause(.salesforce)
        try await fixture.journal.clearPause(.field(object: "Contact", name: ""))
        #expect(Set(try await fixture.reader.pauses().map(\.subject)) == Set(subjects).subtracting([.salesforce]))
    }

    @Test func pauseThatIsOverStaysListedUntilItIsCleared() async throws {
        let fixture = try JournalFixture()
        let pause = Pause(subject: .salesforce, reason: "r", errorClass: .configuration, until: fixture.now)
        try await fixture.journal.setPause(pause)
        fixture.time.advance(by: .seconds(3600))
        #expect(try await fixture.reader.pauses() == [pause])
    }

    @Test func settingsAreNoPauses() async throws {
        let fixture = try JournalFixture()
        try await fixture.journal.storeSetting("optOut.deadline", value: "60000")
        try await fixture.journal.storeSetting("optOut.deadline", value: "30000")
        #expect(try await fixture.text("SELECT value FROM setting WHERE key = 'optOut.deadline'") == "30000")
        #expect(try await fixture.reader.pauses() == [])
        await #expect(throws: JournalError.self) { try await fixture.journal.storeSetting("other", value: "{oops") }
    }
}
