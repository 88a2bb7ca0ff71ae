import Journal
import Model
import Sandbox
import Testing
import Worker

@Suite("The fetch of a profile", .serialized, .timeLimit(.minutes(1)))
struct FetchTests {
    @Test func nobodyIsHeldWhileGetResponseIsAsked() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.getResponse.addContact(GetResponseContact(id: "c1", email: "jane@acme.example"))
            fixture.sandbox.getResponse.faults.inject(.delay(.seconds(20)), matching: .path("/contacts/"))
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.subscribe("c1", "jane@acme.example"))
                try await fixture.eventually("asked") { fixture.fetches.count == 1 }
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"), .click("c1", "jane@acme.example"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                try await fixture.eventually("click") { $0.isCompleted() }
                let enrichment = try #require(try await fixture.event("enrich"))
                #expect(enrichment.waitsFor == "profile")
                #expect(enrichment.state == "snoozed")
            }
            #expect(fixture.lead("c1")?["HasOptedOutOfEmail"].bool == true)
        }
    }

    @Test func lateProfileOfSomebodyWhoLeftSaysNothingOfConsent() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.getResponse.addContact(
                GetResponseContact(id: "c1", email: "jane@acme.example", customFields: [("company", ["Acme"])])
            )
            fixture.sandbox.getResponse.faults.inject(.delay(.seconds(1)), matching: .path("/contacts/"))
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.subscribe("c1", "jane@acme.example"))
                try await fixture.eventually("asked") { fixture.fetches.count == 1 }
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("enrich") { $0.isCompleted() }
            }
            #expect(fixture.lead("c1")?["HasOptedOutOfEmail"].bool == true)
            #expect(fixture.lead("c1")?["Company"].string == "Acme")
            #expect(fixture.requests("PATCH", "/sobjects/", body: #""HasOptedOutOfEmail":false"#).isEmpty)
        }
    }

    @Test func withTheBudgetUsedUpLeadsAndOptOutsGoOnAndProfilesWait() async throws {
        try await WorkerFixture.withFresh { fixture in
            for number in 1...5 {
                fixture.sandbox.getResponse.addContact(
                    GetResponseContact(id: "c\(number)", email: "p\(number)@acme.example")
                )
            }
            let worker = fixture.makeWorker { $0.budget = RequestBudget(cap: 1) }
            try await whileRunning(worker) {
                try await fixture.tell((1...5).map { .subscribe("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventually("five Leads") { fixture.sandbox.salesforce.rows("Lead").count == 5 }
                try await fixture.tell(.unsubscribe("c5", "p5@acme.example"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted() }
                try await fixture.eventually("one profile") {
                    try await fixture.events().count { $0.action == "enrich" && $0.isCompleted() } == 1
                }
                try await fixture.eventuallyDrained()
            }
            #expect(fixture.sandbox.getResponse.requests.count == 1)
            #expect(fixture.lead("c5")?["HasOptedOutOfEmail"].bool == true)
            #expect(try await fixture.journal.reader.status().profilesAwaited == 4)
        }
    }

    @Test func budgetOutlivesTheWorkerThatSpentIt() async throws {
        try await WorkerFixture.withFresh { fixture in
            let budget = RequestBudget(cap: 2, requestTimeout: .zero)
            for round in 0..<2 {
                try await whileRunning(fixture.makeWorker("w\(round)") { $0.budget = budget }) {
                    try await fixture.tell((1...3).map { .subscribe("c\(round)\($0)", "p\(round)\($0)@acme.example") })
                    try await fixture.eventually("Leads") {
                        fixture.sandbox.salesforce.rows("Lead").count == (round + 1) * 3
                    }
                    try await fixture.eventually("requests") { fixture.sandbox.getResponse.requests.count >= 2 }
                    try await fixture.eventuallyDrained()
                }
            }
            #expect(fixture.sandbox.getResponse.requests.count == 2)
        }
    }

    @Test func twoWorkersTogetherNeverExceedTheCapAndFetchEachProfileOnce() async throws {
        try await WorkerFixture.withFresh { fixture in
            let cap = 4
            let people = 10
            for number in 1...people {
                fixture.sandbox.getResponse.addContact(
                    GetResponseContact(id: "c\(number)", email: "p\(number)@acme.example")
                )
            }
            // The ledger's window is this second, the 2 s of a grant, and no time-out.
            let budget = RequestBudget(cap: cap, window: .seconds(1), requestTimeout: .zero)
            let second = try fixture.openAnotherJournal()
            try await whileRunning(
                fixture.makeWorker("a") { $0.budget = budget },
                fixture.makeWorker("b", on: second) { $0.budget = budget }
            ) {
                try await fixture.tell((1...people).map { .subscribe("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventually("all profiles") {
                    try await fixture.events().count { $0.action == "enrich" && $0.isCompleted() } == people
                }
            }
            let times = fixture.fetches.map(\.time).sorted()
            for (index, time) in times.enumerated() {
                #expect(times[index...].count { $0 < time + 1000 } <= cap)
            }
            #expect(Set(fixture.fetches.map(\.path)).count == people)
            #expect(fixture.fetches.count == people)
        }
    }
}
