import Journal
import Model
import Sandbox
import Testing
import Worker

@Suite("Trouble with GetResponse", .serialized, .timeLimit(.minutes(1)))
struct GetResponseTroubleTests {
    @Test func tooManyRequestsPauseUntilTheTimeThatGetResponseNames() async throws {
        try await WorkerFixture.withFresh {
            $0.getResponse.hourlyCap = 1
            $0.getResponse.hourlyWindow = .seconds(3)
        } _: { fixture in
            for number in 1...2 {
                fixture.sandbox.getResponse.addContact(
                    GetResponseContact(id: "c\(number)", email: "p\(number)@acme.example")
                )
            }
            try await whileRunning(fixture.makeWorker { $0.fetchConcurrency = 1 }) {
                try await fixture.tell(
                    .subscribe("c1", "p1@acme.example"),
                    .subscribe("c2", "p2@acme.example")
                )
                try await fixture.eventually("paused") { try await fixture.pauses() == ["getresponse"] }
                try await fixture.eventually("both Leads") { fixture.sandbox.salesforce.rows("Lead").count == 2 }
                try await fixture.eventually("enrich", contact: "c1") { $0.isCompleted() }
                try await fixture.eventually("enrich", contact: "c2") { $0.isCompleted() }
            }
            // The answer to the first says that no other remains, so that nothing is refused.
            #expect(fixture.fetches.map(\.status) == [200, 200])
            let times = fixture.fetches.map(\.time)
            #expect(times.count == 2 && times[1] - times[0] >= 3000)
        }
    }

    @Test func refusedKeyHoldsProfilesUpAndNothingElseUntilItIsMended() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.getResponse.addContact(
                GetResponseContact(id: "c1", email: "jane@acme.example", customFields: [("company", ["Acme"])])
            )
            fixture.apiKey.current = "stale"
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(
                    .subscribe("c1", "jane@acme.example"),
                    .subscribe("c2", "joe@acme.example")
                )
                try await fixture.eventually("paused") { try await fixture.pauses() == ["getresponse"] }
                try await fixture.eventually("both Leads") { fixture.sandbox.salesforce.rows("Lead").count == 2 }
                try await fixture.tell(.unsubscribe("c2", "joe@acme.example"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                let enrichment = try #require(try await fixture.event("enrich", contact: "c1"))
                #expect(enrichment.state == "snoozed" && enrichment.waitsFor == "profile")
                #expect(enrichment.attempt == 0)
                let asked = fixture.fetches.count
                try await fixture.eventually("asked again") { fixture.fetches.count > asked }
                fixture.apiKey.current = fixture.sandbox.configuration.getResponse.apiKey
                try await fixture.eventually("enrich", contact: "c1") { $0.isCompleted() }
            }
            #expect(fixture.lead("c1")?["Company"].string == "Acme")
            #expect(try await fixture.pauses().isEmpty)
            #expect(try await fixture.journal.reader.deadLetterCount() == 0)
        }
    }

    @Test func contactThatIsNotThereIsAskedForAFewTimesAndThenGivenUp() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.subscribe("c1", "jane@acme.example"))
                try await fixture.eventually("enrich") { $0.isCompleted("profileGone") }
            }
            #expect(fixture.fetches.map(\.status) == [404, 404, 404, 404])
            #expect(fixture.lead("c1") != nil)
        }
    }

    @Test func contactThatAppearsInTheMeantimeIsStillFetched() async throws {
        try await WorkerFixture.withFresh { fixture in
            let worker = fixture.makeWorker { $0.profilePatience = [.milliseconds(20), .seconds(1), .seconds(1)] }
            try await whileRunning(worker) {
                try await fixture.tell(.subscribe("c1", "jane@acme.example"))
                try await fixture.eventually("asked in vain") { fixture.fetches.count == 2 }
                fixture.sandbox.getResponse.addContact(
                    GetResponseContact(id: "c1", email: "jane@acme.example", customFields: [("company", ["Acme"])])
                )
                try await fixture.eventually("enrich") { $0.isCompleted() }
            }
            #expect(fixture.lead("c1")?["Company"].string == "Acme")
        }
    }

    @Test func accountThatRefusesToBeToldTheFieldsIsAskedForEverything() async throws {
        try await WorkerFixture.withFresh { fixture in
            for number in 1...3 {
                fixture.sandbox.getResponse.addContact(
                    GetResponseContact(
                        id: "c\(number)",
                        email: "p\(number)@acme.example",
                        customFields: [("company", ["Acme"])]
                    )
                )
            }
            let refusal = Fault.respond(
                status: 400,
                body: #"{"httpStatus":400,"code":1000,"message":"No such field."}"#,
                contentType: "application/json"
            )
            fixture.sandbox.getResponse.faults.inject(refusal, next: 100, matching: .path("fields="))
            let worker = fixture.makeWorker {
                // The even pace never lets two requests go at once.
                $0.budget = RequestBudget(cap: 2000)
                $0.fetchConcurrency = 1
            }
            try await whileRunning(worker) {
                try await fixture.tell((1...3).map { .subscribe("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventually("all profiles") {
                    try await fixture.events().count { $0.action == "enrich" && $0.isCompleted() } == 3
                }
            }
            #expect(fixture.fetches.map(\.status) == [400, 200, 200, 200], "it is learnt once")
            #expect(fixture.lead("c3")?["Company"].string == "Acme")
        }
    }

    @Test(arguments: [Fault.serviceUnavailable, .dropBeforeWork, .dropAfterWork])
    func passingTroubleCostsTheProfileAWaitAndNoFailure(fault: Fault) async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.getResponse.addContact(
                GetResponseContact(id: "c1", email: "jane@acme.example", customFields: [("company", ["Acme"])])
            )
            // More often than a contact that is not there would be asked for.
            fixture.sandbox.getResponse.faults.inject(fault, next: 5, matching: .path("/contacts/"))
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.subscribe("c1", "jane@acme.example"))
                try await fixture.eventually("enrich") { $0.isCompleted() }
            }
            #expect(fixture.fetches.count == 6)
            #expect(fixture.lead("c1")?["Company"].string == "Acme")
            #expect(try await fixture.journal.reader.requestWindow(length: .seconds(3600)).count == 6)
        }
    }
}
