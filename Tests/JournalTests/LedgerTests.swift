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
        let answer = try await fixture.journal.grantRequest(ask()) { _ in .wait(.seconds(7)) }
        #expect(answer == .wait(.seconds(7)))
        #expect(try await fixture.count("api_request") == 0)
    }

    @Test func windowSaysWhatItHolds() async throws {
        let fixture = try JournalFixture()
        #expect(try await window(fixture) == RequestWindow())
        for _ in 0..<3 {
            _ = try await grant(fixture)
            fixture.time.advance(by: .seconds(10))
        }
        #expect(try await window(fixture).ages == [10_000, 20_000, 30_000])
        fixture.time.advance(by: .seconds(3569))
        #expect(try await window(fixture).count == 3)
        fixture.time.advance(by: .seconds(1))
        #expect(try await window(fixture).ages == [3_580_000, 3_590_000])
    }

    @Test func upkeepIsCountedApart() async throws {
        let fixture = try JournalFixture()
        _ = try await grant(fixture, share: .upkeep)
        _ = try await grant(fixture, share: .bulk)
        fixture.time.reboot(bootID: "boot-2")
        _ = try await grant(fixture, share: .upkeep)
        #expect(try await window(fixture).upkeepCount == 2)
        #expect(try await window(fixture).count == 3)
        fixture.time.advance(by: Self.hour)
        #expect(try await window(fixture).upkeepCount == 0)
    }

    @Test func requestsUnderWayAreThoseThatNobodySettledInTime() async throws {
        let fixture = try JournalFixture()
        for _ in 0..<3 { _ = try await grant(fixture) }
        #expect(try await window(fixture).inFlight == 3)
        try await fixture.journal.settleRequest(1, status: 200)
        try await fixture.journal.settleRequest(2, status: nil)
        #expect(try await window(fixture).inFlight == 1)
        fixture.time.advance(by: .seconds(12))
        #expect(try await window(fixture).inFlight == 0, "a worker that died holds nothing for longer")
        _ = try await grant(fixture)
        fixture.time.reboot(bootID: "boot-2")
        #expect(try await window(fixture).inFlight == 0, "nothing outlives the machine")
    }

    @Test func wallClockThatWasSetIsFollowedBeforeTheMachineRestarts() async throws {
        let fixture = try JournalFixture()
        _ = try await grant(fixture)
        fixture.time.jumpWall(by: .seconds(3600))
        // Any ask notices, also one that is refused.
        _ = try await fixture.journal.grantRequest(ask()) { _ in .wait(.seconds(1)) }
        fixture.time.reboot(bootID: "boot-2")
        fixture.time.advance(by: .seconds(60))
        #expect(try await window(fixture).ages == [60_000])
    }

    @Test func wallClockThatWasSetIsFollowedAlsoWhileNobodyAsks() async throws {
        let fixture = try JournalFixture()
        _ = try await grant(fixture)
        try await fixture.journal.followClock(length: Self.hour)
        fixture.time.jumpWall(by: .seconds(3600))
        try await fixture.journal.followClock(length: Self.hour)
        fixture.time.reboot(bootID: "boot-2")
        fixture.time.advance(by: .seconds(60))
        #expect(try await window(fixture).ages == [60_000])
    }

    @Test(arguments: [-86_400, 86_400])
    func rowsOfThisBootCountByTheBootClock(jump: Int) async throws {
        let fixture = try JournalFixture()
        _ = try await grant(fixture)
        fixture.time.jumpWall(by: .seconds(jump))
        fixture.time.advance(by: .seconds(3599))
        #expect(try await window(fixture).ages == [3_599_000])
        fixture.time.advance(by: .seconds(1))
        #expect(try await window(fixture).count == 0)
    }

    @Test func rowsOfAnEarlierBootCountByWallTime() async throws {
        let fixture = try JournalFixture()
        _ = try await grant(fixture)
        fixture.time.reboot(bootID: "boot-2")
        fixture.time.advance(by: .seconds(100))
        _ = try await grant(fixture)
        #expect(try await window(fixture).ages == [0, 100_000])
        fixture.time.advance(by: .seconds(3500))
        #expect(try await window(fixture).count == 1)
    }

    @Test func futureOfAnEarlierBootCountsAsNow() async throws {
        let fixture = try JournalFixture()
        _ = try await grant(fixture)
        fixture.time.jumpWall(by: .seconds(-500))
        fixture.time.reboot(bootID: "boot-2")
        #expect(try await window(fixture).ages == [0])
    }

    @Test func fetchIsReservedForOneWorker() async throws {
        let fixture = try JournalFixture()
        let fetch = try await awaitFetch(fixture)
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

    /// A reservation is in wall time, and must not be worth less for that.
    @Test func fetchUnderWayIsNobodyElsesWhateverTheWallClockSays() async throws {
        let fixture = try JournalFixture()
        let fetch = try await awaitFetch(fixture)
        _ = try await grant(fixture, fetchOf: fetch)
        fixture.time.jumpWall(by: .seconds(3600))
        #expect(try await fixture.reader.dueProfileRequests(limit: 1).count == 1)
        #expect(try await grant(fixture, fetchOf: fetch) == .taken)
        #expect(try await fixture.count("api_request") == 1)
        #expect(try await fixture.reader.dueProfileRequests(limit: 1).isEmpty, "it is not looked at again at once")
    }

    @Test func fetchGoesOnWhenTheWallClockIsSetBack() async throws {
        let fixture = try JournalFixture()
        let fetch = try await awaitFetch(fixture)
        fixture.time.jumpWall(by: .seconds(-3600))
        #expect(try await fixture.reader.dueProfileRequests(limit: 1).isEmpty)
        try await fixture.journal.followClock(length: Self.hour)
        #expect(try await fixture.reader.dueProfileRequests(limit: 1).map(\.eventID) == [fetch])
    }

    @Test func fetchThatIsPutOffForAnHourIsLookedAtBefore() async throws {
        let fixture = try JournalFixture()
        let fetch = try await awaitFetch(fixture)
        try await fixture.journal.postponeProfile(
            of: ProfileRequest(eventID: fetch, contactID: "c1"),
            until: fixture.now.advanced(by: .seconds(3600)),
            countsAsFailure: false,
            reason: "429"
        )
        try await fixture.journal.followClock(length: Self.hour)
        #expect(try await fixture.reader.dueProfileRequests(limit: 1).isEmpty, "that was no clock")
        fixture.time.advance(by: .seconds(600))
        #expect(try await fixture.reader.dueProfileRequests(limit: 1).count == 1)
    }

    /// The event that waits for the details of `c1`.
    private func awaitFetch(_ fixture: JournalFixture) async throws -> Int64 {
        try await fixture.tell(.sample(.subscribe, contactID: "c1"))
        let event = try await fixture.claimOne()
        try await fixture.journal.conclude(
            event.ticket,
            with: .completed(outcome: "applied"),
            followUp: EnrichFollowUp(contactID: "c1")
        )
        return try #require(try await fixture.reader.dueProfileRequests(limit: 1).first).eventID
    }

    private func ask(
        fetchOf eventID: Int64? = nil,
        reservesFetch: Bool = true,
        share: RequestShare = .lead
    ) -> RequestAsk {
        RequestAsk(
            purpose: "contact",
            share: share,
            worker: "w1",
            eventID: eventID,
            reservation: eventID != nil && reservesFetch ? .profile : .nothing,
            length: Self.hour
        )
    }

    private func grant(
        _ fixture: JournalFixture,
        fetchOf eventID: Int64? = nil,
        reservesFetch: Bool = true,
        share: RequestShare = .lead
    ) async throws -> LedgerAnswer {
        let ask = ask(fetchOf: eventID, reservesFetch: reservesFetch, share: share)
        return try await fixture.journal.grantRequest(ask) { _ in .grant }
    }

    private func window(_ fixture: JournalFixture) async throws -> RequestWindow {
        try await fixture.reader.requestWindow(length: Self.hour)
    }
}
