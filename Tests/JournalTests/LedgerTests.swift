import Model
import TestSupport
import Testing
import Time

@testable import Journal

@Suite("The ledger of GetResponse requests (rule 6)", .timeLimit(.minutes(1)))
struct LedgerTests {
    private static let hour = Duration.seconds(3600)

    @Test func grantIsARow() async throws {
        let fixture = try JournalFixture()
        let answer = try await grant(fixture)
        #expect(answer == .granted(LedgerGrant(id: 1, grantedBoot: fixture.time.read().boot)))
        let row = try await fixture.row(
            "SELECT purpose, granted_at, boot_id, granted_boot, worker, event_id, status, finished_at FROM api_request"
        )
        let reading = fixture.time.read()
        #expect(
            row.cells == [
                .text("contact"), .integer(reading.wall), .text("boot-1"), .integer(reading.boot), .text("w1"), .null,
                .null, .null,
            ]
        )
        fixture.time.advance(by: .seconds(1))
        try await fixture.journal.settleRequest(1, status: 404)
        let settled = try await fixture.row("SELECT status, finished_at FROM api_request")
        #expect(settled.cells == [.integer(404), .integer(reading.wall + 1000)])
    }

    @Test func refusalLeavesNoRow() async throws {
        let fixture = try JournalFixture()
        let answer = try await fixture.journal.grantRequest(
            purpose: "contact",
            worker: "w1",
            cap: 1,
            length: Self.hour
        ) { _ in .wait(.seconds(7)) }
        #expect(answer == .wait(.seconds(7)))
        #expect(try await fixture.count("api_request") == 0)
    }

    @Test func windowSaysWhatItHolds() async throws {
        let fixture = try JournalFixture()
        #expect(try await fixture.reader.requestWindow(cap: 3, length: Self.hour) == RequestWindow())
        for _ in 0..<3 {
            _ = try await grant(fixture)
            fixture.time.advance(by: .seconds(10))
        }
        let roomy = try await fixture.reader.requestWindow(cap: 4, length: Self.hour)
        #expect(roomy == RequestWindow(count: 3, oldestAge: .seconds(30), newestAge: .seconds(10)))
        // With cap 3 the oldest must leave, with cap 2 the second oldest too.
        let full = try await fixture.reader.requestWindow(cap: 3, length: Self.hour)
        #expect(full.blockingAge == .seconds(30))
        #expect(try await fixture.reader.requestWindow(cap: 2, length: Self.hour).blockingAge == .seconds(20))
        #expect(try await fixture.reader.requestWindow(cap: 1, length: Self.hour).blockingAge == .seconds(10))
        #expect(try await fixture.reader.requestWindow(cap: 0, length: Self.hour).blockingAge == .seconds(10))
        fixture.time.advance(by: .seconds(3569))
        #expect(try await fixture.reader.requestWindow(cap: 3, length: Self.hour).count == 3)
        fixture.time.advance(by: .seconds(1))
        #expect(try await fixture.reader.requestWindow(cap: 3, length: Self.hour).count == 2)
    }

    @Test func lastSecondIsCountedApart() async throws {
        let fixture = try JournalFixture()
        for milliseconds in [0, 1, 998, 1] {
            fixture.time.advance(by: .milliseconds(milliseconds))
            _ = try await grant(fixture)
        }
        #expect(try await fixture.reader.requestWindow(cap: 9, length: Self.hour).lastSecondCount == 3)
        fixture.time.advance(by: .milliseconds(999))
        #expect(try await fixture.reader.requestWindow(cap: 9, length: Self.hour).lastSecondCount == 1)
        fixture.time.jumpWall(by: .seconds(-60))
        fixture.time.reboot(bootID: "boot-2")
        #expect(try await fixture.reader.requestWindow(cap: 9, length: Self.hour).lastSecondCount == 4)
    }

    @Test(arguments: [-86_400, 86_400])
    func rowsOfThisBootCountByTheBootClock(jump: Int) async throws {
        let fixture = try JournalFixture()
        _ = try await grant(fixture)
        fixture.time.jumpWall(by: .seconds(jump))
        fixture.time.advance(by: .seconds(3599))
        let window = try await fixture.reader.requestWindow(cap: 1, length: Self.hour)
        #expect(window.count == 1)
        #expect(window.blockingAge == .seconds(3599))
        fixture.time.advance(by: .seconds(1))
        #expect(try await fixture.reader.requestWindow(cap: 1, length: Self.hour).count == 0)
    }

    @Test func rowsOfAnEarlierBootCountByWallTime() async throws {
        let fixture = try JournalFixture()
        _ = try await grant(fixture)
        fixture.time.reboot(bootID: "boot-2")
        fixture.time.advance(by: .seconds(100))
        _ = try await grant(fixture)
        let window = try await fixture.reader.requestWindow(cap: 2, length: Self.hour)
        #expect(window.count == 2)
        #expect([window.oldestAge, window.newestAge, window.blockingAge] == [.seconds(100), .zero, .seconds(100)])
        fixture.time.advance(by: .seconds(3500))
        #expect(try await fixture.reader.requestWindow(cap: 2, length: Self.hour).count == 1)
    }

    @Test func futureOfAnEarlierBootCountsAsNow() async throws {
        let fixture = try JournalFixture()
        _ = try await grant(fixture)
        fixture.time.jumpWall(by: .seconds(-500))
        fixture.time.reboot(bootID: "boot-2")
        let window = try await fixture.reader.requestWindow(cap: 1, length: Self.hour)
        #expect(window.count == 1)
        #expect([window.oldestAge, window.newestAge, window.blockingAge] == [.zero, .zero, .zero])
    }

    @Test func fetchIsReservedForOneWorker() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe, contactID: "c1"))
        let event = try await fixture.claimOne()
        try await fixture.journal.conclude(
            event.ticket,
            with: .completed(outcome: "applied"),
            followUp: EnrichFollowUp(contactID: "c1")
        )
        let fetch = try #require(try await fixture.reader.dueProfileRequests(limit: 1).first).eventID
        guard case .granted = try await grant(fixture, fetchOf: fetch) else {
            Issue.record("the first is granted")
            return
        }
        #expect(try await fixture.reader.dueProfileRequests(limit: 1).isEmpty)
        #expect(try await grant(fixture, fetchOf: fetch) == .taken)
        #expect(try await fixture.count("api_request") == 1, "nothing is spent on what another has in hand")
        #expect(try await fixture.integer("SELECT event_id FROM api_request") == fetch)
        guard case .granted = try await grant(fixture, fetchOf: fetch, reservesFetch: false) else {
            Issue.record("a second request of the same fetch is granted")
            return
        }
        fixture.time.advance(by: .seconds(15))
        guard case .granted = try await grant(fixture, fetchOf: fetch) else {
            Issue.record("a worker that died lets go after 15 s")
            return
        }
        #expect(try await grant(fixture, fetchOf: 1) == .taken, "an event that waits for no profile")
    }

    private func grant(
        _ fixture: JournalFixture,
        fetchOf eventID: Int64? = nil,
        reservesFetch: Bool = true
    ) async throws -> LedgerAnswer {
        try await fixture.journal.grantRequest(
            purpose: "contact",
            worker: "w1",
            fetchOf: eventID,
            reservesFetch: reservesFetch,
            cap: 100,
            length: Self.hour
        ) { _ in .grant }
    }
}
