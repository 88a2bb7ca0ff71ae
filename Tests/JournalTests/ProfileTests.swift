import Model
import TestSupport
import Testing

@testable import Journal

@Suite("Profiles", .timeLimit(.minutes(1)))
struct ProfileTests {
    @Test func storedProfileWakesWhoWaitsForIt() async throws {
        let fixture = try JournalFixture()
        let fetch = try await awaitProfile("c1", "ann@example.com", fixture)
        let other = try await awaitProfile("c2", "bob@example.com", fixture)
        #expect(
            try await fixture.reader.dueProfileRequests(limit: 9) == [
                ProfileRequest(eventID: fetch, contactID: "c1", failures: 0),
                ProfileRequest(eventID: other, contactID: "c2", failures: 0),
            ]
        )
        let details = ContactDetails(contactID: "c1", email: " Ann@Example.com", name: "Ann Ö.", tags: ["vip"])
        try await fixture.journal.storeProfile(details, contactID: "c1")
        #expect(try await fixture.reader.profile(contactID: "c1") == details)
        #expect(try await fixture.reader.profile(contactID: "c2") == nil)
        #expect(try await fixture.text("SELECT person FROM profile") == "ann@example.com")
        #expect(try await fixture.claim().map(\.ticket.eventID) == [fetch])
        #expect(try await fixture.reader.dueProfileRequests(limit: 9).map(\.eventID) == [other])
    }

    @Test func contactThatIsGoneWakesToo() async throws {
        let fixture = try JournalFixture()
        let fetch = try await awaitProfile("c1", "ann@example.com", fixture)
        try await fixture.journal.storeProfile(ContactDetails(name: "Old"), contactID: "c1")
        try await fixture.journal.storeProfile(nil, contactID: "c1")
        #expect(try await fixture.reader.profile(contactID: "c1") == nil)
        #expect(try await fixture.integer("SELECT fetched_at FROM profile") == fixture.now.milliseconds)
        #expect(try await fixture.claim().map(\.ticket.eventID) == [fetch])
    }

    @Test func failuresPutTheFetchOffAndAreCountedUntilOneSucceeds() async throws {
        let fixture = try JournalFixture()
        let fetch = try await awaitProfile("c1", "ann@example.com", fixture)
        for counts in [true, false, true] {
            let request = try #require(try await fixture.reader.dueProfileRequests(limit: 1).first)
            try await fixture.journal.postponeProfile(
                of: request,
                until: fixture.now.advanced(by: .seconds(60)),
                countsAsFailure: counts,
                reason: "404"
            )
            #expect(try await fixture.reader.dueProfileRequests(limit: 1).isEmpty)
            fixture.time.advance(by: .seconds(60))
        }
        let request = try #require(try await fixture.reader.dueProfileRequests(limit: 1).first)
        #expect(request == ProfileRequest(eventID: fetch, contactID: "c1", failures: 2))
        #expect(try await fixture.reader.profile(contactID: "c1") == nil)
        try await fixture.journal.storeProfile(ContactDetails(name: "Ann"), contactID: "c1")
        #expect(try await fixture.integer("SELECT failures FROM profile") == 0)
    }

    @Test func whoWaitsForAProfileHoldsNobodyBack() async throws {
        let fixture = try JournalFixture()
        _ = try await awaitProfile("c1", "ann@example.com", fixture)
        let told = try await fixture.tell(.sample(.open, contactID: "c1"))
        #expect(try await fixture.claim().map(\.ticket.eventID) == told.events)
        fixture.time.advance(by: .seconds(86_400))
        #expect(try await fixture.journal.hasClaimableEvents() == false, "no clock makes it run, only the profile")
    }

    private func awaitProfile(_ contactID: String, _ email: String, _ fixture: JournalFixture) async throws -> Int64 {
        try await fixture.tell(.sample(.subscribe, email: email, contactID: contactID))
        let event = try await fixture.claimOne()
        try await fixture.journal.conclude(
            event.ticket,
            with: .completed(outcome: "applied"),
            followUp: EnrichFollowUp(contactID: contactID)
        )
        return try await fixture.integer("SELECT max(id) FROM event WHERE action = 'enrich'") ?? 0
    }
}
