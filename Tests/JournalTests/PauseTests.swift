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
            .usage(.background), .usage(.reserve),
        ]
        for subject in subjects {
            try await fixture.journal.setPause(
                Pause(subject: subject, reason: "r", errorClass: .configuration, until: fixture.now)
            )
        }
        #expect(Set(try await fixture.reader.pauses().map(\.subject)) == Set(subjects))
        #expect(
            try await fixture.reader.status().pauses.map(\.subject) == [
                "getresponse", "salesforce", "salesforce-usage.background", "salesforce-usage.reserve",
                "salesforce.Lead", "salesforce.Lead.HasOptedOutOfEmail",
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

    @Test func usageIsToldBesideThePausesThatFollowFromIt() async throws {
        let fixture = try JournalFixture()
        #expect(try await fixture.reader.status().apiUsage == nil)
        let until = fixture.now.advanced(by: .seconds(600))
        func pause(_ level: UsageLevel) -> Pause {
            Pause(subject: .usage(level), reason: "r", errorClass: .quota, until: until)
        }
        try await fixture.journal.setPause(
            Pause(subject: .salesforce, reason: "r", errorClass: .configuration, until: until)
        )
        let high = APIUsage(used: 4900, limit: 5000, readAt: 1)
        try await fixture.journal.note(high, pauses: [.background: pause(.background), .reserve: pause(.reserve)])
        #expect(try await fixture.reader.pauses().count == 3)
        // Another process sees it, and so does this one after a restart.
        let other = try EventJournal(configuration: fixture.journal.configuration, time: fixture.time)
        #expect(try await other.reader.status().apiUsage == high)
        let low = APIUsage(used: 4500, limit: 5000, readAt: 2)
        try await fixture.journal.note(low, pauses: [.background: pause(.background)])
        #expect(try await fixture.reader.pauses().map(\.subject) == [.salesforce, .usage(.background)])
        try await fixture.journal.note(low, pauses: [:])
        #expect(try await fixture.reader.pauses().map(\.subject) == [.salesforce], "no other pause is touched")
        #expect(try await fixture.reader.status().apiUsage == low)
    }

    @Test(arguments: Lane.allCases)
    func eachLevelHoldsItsLanes(lane: Lane) {
        #expect(UsageLevel.background.holds(lane) == [.activity, .bulk].contains(lane))
        #expect(UsageLevel.reserve.holds(lane) == (lane != .compliance))
    }

    /// Whoever starts a worker may have mended what the pause is about; a limit is not mended so.
    @Test func startMakesAFaultsPauseDueAtOnceAndNoLimits() async throws {
        let fixture = try JournalFixture()
        let until = fixture.now.advanced(by: .seconds(600))
        for (subject, errorClass) in [
            (PauseSubject.salesforce, ErrorClass.configuration), (.field(object: "Lead", name: "X__c"), .configuration),
            (.getResponse, .throttled), (.usage(.background), .quota),
        ] {
            try await fixture.journal.setPause(
                Pause(subject: subject, reason: "r", errorClass: errorClass, until: until)
            )
        }
        try await fixture.journal.hastenPauses()
        let ends = try await fixture.reader.pauses().map { [$0.subject.name, $0.until == until ? "stays" : "due"] }
        #expect(
            ends == [
                ["getresponse", "stays"], ["salesforce", "due"], ["salesforce-usage.background", "stays"],
                ["salesforce.Lead.X__c", "due"],
            ]
        )
    }

    @Test func startLeavesTheServersOwnWordAlone() async throws {
        let fixture = try JournalFixture()
        let start = fixture.now
        func pause(_ seconds: Int, _ errorClass: ErrorClass) -> Pause {
            Pause(
                subject: .getResponse,
                reason: "r",
                errorClass: errorClass,
                until: start.advanced(by: .seconds(seconds))
            )
        }
        try await fixture.journal.setPause(pause(100, .throttled))
        try await fixture.journal.setPause(pause(600, .configuration))
        for _ in 1...2 {
            try await fixture.journal.hastenPauses()
            #expect(try await fixture.reader.pauses().map(\.until) == [start.advanced(by: .seconds(100))])
        }
        fixture.time.advance(by: .seconds(101))
        try await fixture.journal.hastenPauses()
        #expect(try await fixture.reader.pauses().map(\.until) == [start.advanced(by: .seconds(100))])
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
