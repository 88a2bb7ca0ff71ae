import Journal
import Model
import Planning
import Sandbox
import Testing

@testable import Worker

/// The org's duplicate rule finds what the look-up did not.
@Suite("Duplicate rules", .serialized, .timeLimit(.minutes(1)))
struct DuplicateRuleTests {
    private func withRule(
        _ rule: SandboxConfiguration.DuplicateRule = .alert,
        on fields: Set<String> = ["Email"],
        _ body: (WorkerFixture) async throws -> Void
    ) async throws {
        try await WorkerFixture.withFresh(
            {
                $0.salesforce.duplicateRule = rule
                $0.salesforce.duplicateFields = fields
            },
            body
        )
    }

    private func happens(_ fixture: WorkerFixture, _ what: @escaping @Sendable () throws -> Void) {
        fixture.sandbox.salesforce.faults.inject(
            .serviceUnavailable,
            matching: Race(what).atWrite(of: "/sobjects/Lead")
        )
    }

    @Test(arguments: [SandboxConfiguration.DuplicateRule.alert, .block])
    func leadWithTheAddressIsAdoptedAndStamped(rule: SandboxConfiguration.DuplicateRule) async throws {
        try await withRule(rule) { fixture in
            happens(fixture) { try fixture.insertLead(nil, "P1@Acme.example") }
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(event.attempt == 1)
                #expect(event.effects.map { $0["kind"].text } == ["lead.upsert", "lead.update"])
                #expect(event.effects.map { $0["state"].text } == ["failed", "confirmed"])
                #expect(event.effects.first?["status_code"].integer == 400)
                #expect(event.effects.first?["error_text"].text?.contains("DUPLICATES_DETECTED") == true)
            }
            let leads = fixture.sandbox.salesforce.rows("Lead")
            #expect(leads.map { $0["GetResponse_Contact_ID__c"].string } == ["c1"])
            #expect(leads.map { $0["FirstName"].string } == ["Jane"])
        }
    }

    @Test func stampOfAnotherContactStays() async throws {
        try await withRule { fixture in
            happens(fixture) { try fixture.insertLead("c9", "p1@acme.example") }
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("subscribe") { $0.isCompleted() }
            }
            let leads = fixture.sandbox.salesforce.rows("Lead")
            #expect(leads.map { $0["GetResponse_Contact_ID__c"].string } == ["c9"])
            #expect(leads.map { $0["GetResponse_List_ID__c"].string } == ["p86zQ"])
        }
    }

    @Test func contactWithTheAddressIsAdoptedAndGetsNoLead() async throws {
        try await withRule { fixture in
            happens(fixture) { try fixture.insertContact("p1@acme.example") }
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("subscribe") { $0.isCompleted() }
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").isEmpty)
            #expect(fixture.sandbox.salesforce.rows("Contact").map { $0["FirstName"].string } == ["Jane"])
        }
    }

    /// The operator wants a Lead beside the Contact, the org does not: the Contact is there, and that is enough.
    @Test func ruleAgainstALeadBesideTheContactLeavesTheContact() async throws {
        try await withRule { fixture in
            let contact = try fixture.insertContact("p1@acme.example")
            try await whileRunning(fixture.makeWorker { $0.policy.existingContact = .alsoLead }) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                let event = try await fixture.eventually("subscribe") { $0.isCompleted() }
                #expect(event.attempt == 1)
                let sentence = "A duplicate rule of the org allows no Lead beside the Contact \(contact)."
                #expect(event.attempts.last?["choice"].text == sentence)
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").isEmpty)
            #expect(fixture.sandbox.salesforce.row(contact)?["FirstName"].string == "Jane")
        }
    }

    @Test func openLeadComesBeforeContact() async throws {
        try await withRule { fixture in
            happens(fixture) {
                try fixture.insertContact("p1@acme.example")
                try fixture.insertLead(nil, "p1@acme.example")
            }
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("subscribe") { $0.isCompleted() }
            }
            #expect(fixture.lead("c1") != nil)
            #expect(fixture.sandbox.salesforce.rows("Contact").map { $0["FirstName"] } == [.null])
        }
    }

    /// A rule on names finds people who are somebody else: that is for a person to judge.
    @Test(arguments: [1, 200])
    func recordsOfSomebodyElseAreListedInADeadLetter(batchSize: Int) async throws {
        try await withRule(on: ["LastName"]) { fixture in
            let lead = try fixture.insertLead(nil, "joe@acme.example")
            let contact = try fixture.insertContact("mei@acme.example")
            try await whileRunning(fixture.makeWorker { $0.batchSize = batchSize }) {
                try await fixture.tell((1...3).map { .wholeSubscribe("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventually("three dead letters") {
                    try await fixture.events().count { $0.state == "dead" } == 3
                }
            }
            for event in try await fixture.events() {
                #expect(event.attempt == 1)
                let error = event.lastError ?? ""
                #expect(error.contains("DUPLICATES_DETECTED") && error.contains("Lead \(lead)"), "\(error)")
                #expect(
                    error.contains("Contact \(contact)") && error.contains("None of them has this person's address")
                )
                #expect(event.effects.map { $0["state"].text } == ["failed"])
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").map(\.id) == [lead])
        }
    }

    /// What is there already is no duplicate in the making: an alert stops no update, and no opt-out.
    @Test func alertStopsNothingThatIsToldOfARecordThatExists() async throws {
        try await withRule { fixture in
            let first = try fixture.insertLead("c1", "p1@acme.example")
            let second = try fixture.insertLead(nil, "p1@acme.example")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("subscribe") { $0.isCompleted() }
                try await fixture.tell(.unsubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
            }
            #expect(fixture.sandbox.salesforce.row(first)?["FirstName"].string == "Jane")
            #expect(fixture.isOptedOut(first) && fixture.isOptedOut(second))
        }
    }
}
