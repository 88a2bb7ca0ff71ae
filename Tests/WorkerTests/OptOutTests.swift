import Journal
import Model
import Planning
import Sandbox
import Testing
import Worker

@Suite("An opt-out", .serialized, .timeLimit(.minutes(1)))
struct OptOutTests {
    @Test func reachesEveryLeadAndContactOfThePersonIsVerifiedAndThenDated() async throws {
        try await WorkerFixture.withFresh { fixture in
            let own = try fixture.insertLead("c1", "jane@acme.example")
            let second = try fixture.insertLead(nil, "Jane@acme.example")
            let contacts = try [fixture.insertContact("jane@acme.example"), fixture.insertContact("JANE@acme.example")]
            let stranger = try fixture.insertLead("c9", "joe@acme.example")
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
            }
            for record in [own, second] + contacts {
                #expect(fixture.isOptedOut(record))
                #expect(fixture.sandbox.salesforce.row(record)?["Last_Unsubscribe_Date__c"].string != nil)
            }
            for lead in [own, second] {
                #expect(fixture.sandbox.salesforce.row(lead)?["Status"].string == "Unsubscribed")
            }
            #expect(!fixture.isOptedOut(stranger))
            let event = try #require(try await fixture.event("unsubscribe"))
            let flags = event.effects("optout.lead") + event.effects("optout.contact")
            #expect(flags.count == 4)
            #expect(flags.allSatisfy { $0["state"].text == "confirmed" && $0["verified_at"].integer != nil })
            // Flags first, each alone in its request; then they are read back; then what goes with them.
            let log = fixture.sandbox.salesforce.requests.all.filter { !$0.path.contains("oauth2") }
            let writes = log.indices.filter { log[$0].method == "PATCH" }
            let questions = log.indices.filter { log[$0].method == "GET" }
            let details = writes.filter { log[$0].body.contains("Last_Unsubscribe_Date__c") }
            let flagWrites = writes.filter { log[$0].body == #"{"HasOptedOutOfEmail":true}"# }
            #expect(flagWrites.count == 4 && details.count == 4)
            let lastFlag = try #require(flagWrites.max())
            let firstDetail = try #require(details.min())
            #expect(questions.count { $0 > lastFlag && $0 < firstDetail } == 2)
            #expect(fixture.sandbox.getResponse.requests.count == 0)
            let audit = try #require(try await fixture.journal.reader.optOutAudit().first)
            #expect(audit["state"].text == "completed")
            #expect(audit["confirmed_at"].integer != nil)
            #expect(audit["overdue"].integer == 0)
        }
    }

    @Test func reachesTheContactThatALeadWasConvertedIntoWhateverItsAddress() async throws {
        try await WorkerFixture.withFresh { fixture in
            let contact = try fixture.insertContact("jane@home.example")
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            try fixture.sandbox.salesforce.convertLead(lead, into: .existingContact(id: contact))
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
            }
            #expect(fixture.isOptedOut(contact))
            #expect(fixture.requests("PATCH", "/sobjects/Lead").isEmpty)
        }
    }

    @Test func ofAContactIdAloneReachesTheLeadOfTheAddressItWasSeenWith() async throws {
        try await WorkerFixture.withFresh { fixture in
            let twin = try fixture.insertContact("jane@acme.example")
            try await whileRunning(fixture.makeWorker { $0.policy.existingContact = .alsoLead }) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("subscribe") { $0.isCompleted() }
                try await fixture.tell(.unsubscribe("c1", nil))
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
            }
            #expect(fixture.isOptedOut(twin))
            #expect(fixture.lead("c1")?["HasOptedOutOfEmail"].bool == true)
        }
    }

    @Test func ofSomebodyUnknownCreatesNothingAndIsRememberedForTheLeadThatComesLater() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted("unknownPerson") }
                #expect(fixture.sandbox.salesforce.rows("Lead").isEmpty)
                #expect(fixture.sandbox.salesforce.rows("Contact").isEmpty)
                #expect(fixture.sandbox.getResponse.requests.count == 0)
                try await fixture.tell(.wholeSubscribe("c2", "Jane@Acme.example"))
                try await fixture.eventually("subscribe") { $0.isCompleted() }
            }
            #expect(fixture.lead("c2")?["HasOptedOutOfEmail"].bool == true)
        }
    }

    @Test func overtakesAnEarlierSubscribeThatWaitsForItsNextTry() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            fixture.sandbox.salesforce.faults.inject(
                .serviceUnavailable,
                matching: RequestMatcher(method: "PATCH", path: "GetResponse_Contact_ID__c")
            )
            let worker = fixture.makeWorker(jitter: 0.999) {
                $0.retry = RetryPolicy(base: .seconds(4), cap: .seconds(4))
            }
            try await whileRunning(worker) {
                try await fixture.tell(.wholeSubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("subscribe") { $0.state == "retryable" }
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                #expect(try await fixture.event("subscribe")?.state == "retryable")
                try await fixture.eventually("subscribe") { $0.isCompleted() }
            }
            #expect(fixture.isOptedOut(lead))
            #expect(fixture.sandbox.salesforce.row(lead)?["Company"].string == "Acme")
        }
    }

    @Test func overtakesABacklogWithEverySlotTaken() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c0", "jane@acme.example")
            fixture.sandbox.salesforce.faults.inject(
                .delay(.seconds(20)),
                next: 2,
                matching: RequestMatcher(method: "PATCH", path: "/sobjects/Lead/GetResponse_Contact_ID__c")
            )
            let worker = fixture.makeWorker {
                $0.concurrency = 2
                $0.batchSize = 1
                $0.shutdownGrace = .milliseconds(50)
            }
            try await whileRunning(worker) {
                try await fixture.tell((1...20).map { .wholeSubscribe("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventually("every slot is taken") { fixture.requests("PATCH", "/Lead/").count == 2 }
                try await fixture.tell(.unsubscribe("c0", "jane@acme.example"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                #expect(try await fixture.events().count { $0.action == "subscribe" && $0.state == "available" } == 18)
            }
            #expect(fixture.isOptedOut(lead))
        }
    }

    @Test func flagThatDoesNotStayIsWrittenAgain() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "jane@acme.example")
            // The answer says yes, but nothing was written.
            fixture.sandbox.salesforce.faults.inject(
                .respond(status: 204, body: "", contentType: "application/json"),
                matching: RequestMatcher(method: "PATCH", body: "HasOptedOutOfEmail")
            )
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                let event = try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                #expect(event.attemptOutcomes == ["retry", "completed"])
            }
            #expect(fixture.isOptedOut(lead))
        }
    }

    @Test func bounceIsNoOptOutAndAComplaintIs() async throws {
        try await WorkerFixture.withFresh { fixture in
            let bounced = try fixture.insertLead("c1", "p1@acme.example")
            let complained = try fixture.insertLead("c2", "p2@acme.example")
            let removal = #"{"action":"removed","reason":"%r","contact":{"contactId":"%c","email":"%e"}}"#
            func removed(_ reason: String, _ contact: String, _ email: String) -> NewCallback {
                .json(
                    removal.replacing("%r", with: reason).replacing("%c", with: contact).replacing("%e", with: email)
                )
            }
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(
                    removed("bounce", "c1", "p1@acme.example"),
                    removed("complaint", "c2", "p2@acme.example")
                )
                try await fixture.eventually("removed", contact: "c1") { $0.isCompleted("ignored") }
                try await fixture.eventually("removed", contact: "c2") { $0.isCompleted() }
            }
            #expect(!fixture.isOptedOut(bounced))
            #expect(fixture.isOptedOut(complained))
        }
    }
}
