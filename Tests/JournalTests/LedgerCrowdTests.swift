import Model
import TestSupport
import Testing

@testable import Journal

@Suite("Crowds that a list page serves", .timeLimit(.minutes(1)))
struct LedgerCrowdTests {
    private static let company = Duration.seconds(20)

    /// A subscribe that completed and waits for details; with tags and custom fields a page has all that is missing.
    private func enrol(
        _ contactID: String,
        _ fixture: JournalFixture,
        isListable: Bool = true,
        carriedOutAfter wait: Duration = .zero
    ) async throws {
        var element = DecodedElement.sample(
            .subscribe,
            email: "\(contactID)@example.com",
            contactID: contactID,
            listID: "L1"
        )
        if isListable {
            element.event.payload.contact.tags = []
            element.event.payload.contact.customFields = [:]
        }
        try await fixture.tell(element)
        fixture.time.advance(by: wait)
        let event = try await fixture.claimOne()
        try await fixture.journal.conclude(
            event.ticket,
            with: .completed(outcome: "applied"),
            followUp: EnrichFollowUp(contactID: contactID)
        )
    }

    @Test func crowdGathersForAWhileAndThenIsOne() async throws {
        let fixture = try JournalFixture()
        let first = fixture.now
        try await enrol("c1", fixture)
        fixture.time.advance(by: .seconds(5))
        try await enrol("c2", fixture)
        try await enrol("c3", fixture, isListable: false)
        #expect(try await fixture.reader.listCrowd(company: Self.company) == nil)
        let due = try await fixture.reader.dueProfileRequests(limit: 9, company: Self.company)
        #expect(due.map(\.contactID) == ["c3"], "whom a page can't help waits for nobody")
        fixture.time.advance(by: .seconds(15))
        let crowd = try #require(try await fixture.reader.listCrowd(company: Self.company))
        #expect(crowd.listID == "L1")
        #expect(crowd.contactIDs == ["c1", "c2"])
        #expect(crowd.subscribedAt == first...first.advanced(by: .seconds(5)))
        #expect(crowd.lane == .lead)
    }

    @Test func oneAloneIsNoCrowd() async throws {
        let fixture = try JournalFixture()
        try await enrol("c1", fixture)
        fixture.time.advance(by: .seconds(60))
        #expect(try await fixture.reader.listCrowd(company: Self.company) == nil)
        #expect(try await fixture.reader.dueProfileRequests(limit: 9, company: Self.company).count == 1)
    }

    @Test func pagesAreReservedForOneWorker() async throws {
        let fixture = try JournalFixture()
        for contact in ["c1", "c2"] { try await enrol(contact, fixture) }
        let ask = RequestAsk(
            purpose: "contacts",
            worker: "w1",
            reservation: .pages(listID: "L1"),
            length: .seconds(3600)
        )
        guard case .granted = try await fixture.journal.grantRequest(ask, decide: { _ in .grant }) else {
            Issue.record("the first is granted")
            return
        }
        #expect(try await fixture.journal.grantRequest(ask) { _ in .grant } == .taken)
        #expect(try await fixture.reader.listCrowd(company: .zero) == nil)
        #expect(try await fixture.reader.dueProfileRequests(limit: 9).isEmpty)
        fixture.time.advance(by: .seconds(300))
        #expect(try await fixture.reader.listCrowd(company: .zero)?.contactIDs.count == 2, "a dead worker lets go")
    }

    @Test func walkThatGoesOnKeepsItsReservation() async throws {
        let fixture = try JournalFixture()
        for contact in ["c1", "c2"] { try await enrol(contact, fixture) }
        func grant(_ reservation: RequestAsk.Reservation) async throws -> LedgerAnswer {
            let ask = RequestAsk(
                purpose: "contacts",
                worker: "w1",
                reservation: reservation,
                length: .seconds(3600)
            )
            return try await fixture.journal.grantRequest(ask) { _ in .grant }
        }
        _ = try await grant(.pages(listID: "L1"))
        for _ in 0..<3 {
            fixture.time.advance(by: .seconds(200))
            #expect(try await fixture.reader.listCrowd(company: .zero) == nil, "the walk is not over")
            _ = try await grant(.morePages(listID: "L1"))
        }
        try await enrol("late", fixture)
        _ = try await grant(.morePages(listID: "L1"))
        try await fixture.journal.storeListed(["c1", "c2"].map { ContactDetails(contactID: $0, name: "N") })
        try await fixture.journal.endPages(ofList: "L1", missing: [])
        #expect(try await fixture.reader.dueProfileRequests(limit: 9).map(\.contactID) == ["late"])
    }

    @Test func whoCameWhileThePageWasAskedForIsServedByItToo() async throws {
        let fixture = try JournalFixture()
        for contact in ["c1", "c2", "late"] { try await enrol(contact, fixture) }
        let page = ["c1", "stranger", "c2", "late"].map { ContactDetails(contactID: $0, name: "New") }
        try await fixture.journal.storeListed(page)
        #expect(try await fixture.claim().map(\.contactID) == ["c1", "c2", "late"])
        #expect(try await fixture.reader.profileWays()[.listed] == 3)
        #expect(try await fixture.count("profile") == 3, "nothing is kept of a stranger")
    }

    /// Salesforce was away for hours: the list is searched for when they joined it, not for when their Leads were made.
    @Test func crowdIsSoughtByTheTimeOfTheSubscribes() async throws {
        let fixture = try JournalFixture()
        let first = fixture.now
        for contact in ["c1", "c2"] { try await enrol(contact, fixture, carriedOutAfter: .seconds(7200)) }
        let crowd = try #require(try await fixture.reader.listCrowd(company: .zero))
        #expect(crowd.subscribedAt == first...first.advanced(by: .seconds(7200)))
    }

    @Test func crowdOfThoseWhomAPageServedLongAgoIsOneAgain() async throws {
        let fixture = try JournalFixture()
        for contact in ["c1", "c2"] { try await enrol(contact, fixture) }
        try await fixture.journal.storeListed(["c1", "c2"].map { ContactDetails(contactID: $0, name: "N") })
        for event in try await fixture.claim() {
            try await fixture.journal.conclude(event.ticket, with: .completed(outcome: "applied"))
        }
        fixture.time.advance(by: .seconds(86_400))
        for contact in ["c1", "c2"] { try await enrol(contact, fixture) }
        #expect(try await fixture.reader.listCrowd(company: .zero)?.contactIDs == ["c1", "c2"])
        #expect(try await fixture.reader.requestBacklog().total == 1)
    }

    @Test func whoIsNotOnThePageIsNotSoughtThereAgainWhateverTheClockSays() async throws {
        let fixture = try JournalFixture()
        for contact in ["c1", "c2"] { try await enrol(contact, fixture) }
        fixture.time.jumpWall(by: .seconds(-3600))
        try await fixture.journal.endPages(ofList: "L1", missing: ["c1", "c2"])
        #expect(try await fixture.reader.listCrowd(company: .zero) == nil)
        let due = try await fixture.reader.dueProfileRequests(limit: 9, company: Self.company)
        #expect(due.map(\.contactID) == ["c1", "c2"])
    }

    @Test func pageWakesThoseWhomItHelpsAndKeepsWhatIsKnown() async throws {
        let fixture = try JournalFixture()
        let whole = ContactDetails(contactID: "c1", name: "Old", tags: ["vip"], customFields: ["company": ["Acme"]])
        try await fixture.keepProfile(whole, contactID: "c1")
        try await enrol("c1", fixture)
        try await enrol("c2", fixture, isListable: false)
        let joined = Timestamp(milliseconds: 1_776_762_900_000)
        try await fixture.journal.storeListed(
            ["c1", "c2", "stranger"].map { ContactDetails(contactID: $0, name: "New", createdOn: joined) }
        )
        let known = try await fixture.reader.profile(contactID: "c1")
        #expect(known?.name == "New")
        #expect(known?.createdOn == joined)
        #expect(known?.tags == ["vip"])
        #expect(known?.customFields == ["company": ["Acme"]])
        #expect(try await fixture.claim().map(\.contactID) == ["c1"])
        #expect(try await fixture.reader.dueProfileRequests(limit: 9).map(\.contactID) == ["c2"])
        #expect(try await fixture.reader.profileWays()[.listed] == 1)
    }

    @Test func whoWasMissingIsAskedForAloneAtOnce() async throws {
        let fixture = try JournalFixture()
        for contact in ["c1", "c2", "c3"] { try await enrol(contact, fixture) }
        let until = fixture.now.advanced(by: .seconds(300))
        try await fixture.journal.postponePages(ofList: "L1", until: until)
        #expect(try await fixture.reader.dueProfileRequests(limit: 9).isEmpty)
        try await fixture.journal.endPages(ofList: "L1", missing: ["c1", "c2"])
        let due = try await fixture.reader.dueProfileRequests(limit: 9, company: Self.company)
        #expect(due.map(\.contactID) == ["c1", "c2"])
        fixture.time.advance(by: .seconds(300))
        #expect(try await fixture.reader.listCrowd(company: .zero) == nil)
    }

    @Test func backlogCountsOneRequestAPageAndOneAContact() async throws {
        let fixture = try JournalFixture()
        #expect(try await fixture.reader.requestBacklog().total == 0)
        for contact in ["c1", "c2", "c3"] { try await enrol(contact, fixture) }
        for contact in ["d1", "d2"] { try await enrol(contact, fixture, isListable: false) }
        #expect(try await fixture.reader.requestBacklog() == RequestBacklog(requests: [.lead: 3]))
    }

    @Test func profileFetchedLatelyIsKnownAndAnOldOrMissingOneIsNot() async throws {
        let fixture = try JournalFixture()
        try await fixture.keepProfile(ContactDetails(name: "Ann"), contactID: "c1")
        try await fixture.journal.storeProfile(nil, contactID: "c2")
        for contact in ["c1", "c2"] { try await enrol(contact, fixture, isListable: false) }
        func known(_ age: Duration) async throws -> [String] {
            try await fixture.reader.dueProfileRequests(limit: 9, maxAge: age).filter(\.isKnown).map(\.contactID)
        }
        fixture.time.advance(by: .seconds(59))
        #expect(try await known(.seconds(60)) == ["c1"])
        #expect(try await known(.seconds(59)).isEmpty)
        #expect(try await fixture.journal.reuseProfiles(within: .seconds(59)) == 0)
        #expect(try await fixture.journal.reuseProfiles(within: .seconds(60)) == 1)
        #expect(try await fixture.claim().map(\.contactID) == ["c1"])
        let ways = try await fixture.reader.profileWays()
        #expect(ways[.reused] == 1)
        #expect(ways[.gone] == 1)
    }
}
