import Foundation
import Journal
import Model
import Sandbox
import Testing
import Worker

/// How few requests contacts cost, counted at the sandbox.
@Suite("Frugality", .serialized, .timeLimit(.minutes(1)))
struct FrugalityTests {
    /// Everything but the date of joining, which a page of the list carries.
    private func subscribeWithoutDate(_ contactID: String, _ email: String) -> NewCallback {
        .json(
            """
            {"action":"subscribe","contact":{"contactId":"\(contactID)","email":"\(email)","name":"Jane Doe",
            "campaign":{"campaignId":"p86zQ","name":"q2"},"tags":[],"customFieldValues":[]}}
            """
        )
    }

    private func fixtureWorker(_ fixture: WorkerFixture, company: Duration = .milliseconds(300)) -> EventWorker {
        fixture.makeWorker {
            $0.budget = RequestBudget(cap: 5000)
            $0.fetching = FetchPolicy(profileMaxAge: .seconds(3600), company: company)
        }
    }

    /// Lets everybody wait before anybody is asked for: how long their Leads take is the machine's affair.
    private func gather(_ people: Int, _ fixture: WorkerFixture) async throws {
        try await whileRunning(fixtureWorker(fixture, company: .seconds(3600))) {
            try await fixture.tell((1...people).map { subscribeWithoutDate("c\($0)", "p\($0)@acme.example") })
            try await fixture.eventually("the crowd waits") {
                try await fixture.events().count { $0.waitsFor == "profile" } == people
            }
        }
    }

    @Test func callbackThatCarriesEveryFieldCostsNoRequest() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixtureWorker(fixture)) {
                try await fixture.tell((1...5).map { .wholeSubscribe("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventually("five Leads") { fixture.sandbox.salesforce.rows("Lead").count == 5 }
                try await fixture.eventuallyDrained()
            }
            #expect(fixture.sandbox.getResponse.requests.all.isEmpty)
            #expect(try await fixture.journal.reader.profileWays()[.carried] == 5)
        }
    }

    @Test func severalEventsOfAContactCostOneRequest() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.getResponse.addContact(GetResponseContact(id: "c1", email: "jane@acme.example"))
            fixture.sandbox.getResponse.faults.inject(.delay(.milliseconds(500)), matching: .path("/contacts/"))
            try await whileRunning(fixtureWorker(fixture)) {
                // Not duplicates: each says something else.
                for name in ["Jane", "Jane D", "Jane Doe"] {
                    try await fixture.tell(.subscribe("c1", "jane@acme.example", name: name))
                }
                try await fixture.eventually("all subscribes") {
                    try await fixture.events().count { $0.action == "subscribe" && $0.isCompleted() } == 3
                }
                try await fixture.eventually("enrich") { $0.isCompleted() }
                try await fixture.eventuallyDrained()
            }
            #expect(fixture.fetches.count == 1)
            let ways = try await fixture.journal.reader.profileWays()
            #expect(ways[.fetched] == 1)
            #expect(ways[.shared, default: 0] + ways[.reused, default: 0] == 2)
        }
    }

    @Test func profileFetchedLatelyIsUsedAgain() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.getResponse.addContact(
                GetResponseContact(id: "c1", email: "jane@acme.example", customFields: [("company", ["Acme"])])
            )
            try await whileRunning(fixtureWorker(fixture)) {
                try await fixture.tell(.subscribe("c1", "jane@acme.example", name: "Jane"))
                try await fixture.eventually("enrich") { $0.isCompleted() }
                try await fixture.tell(.subscribe("c1", "jane@acme.example", name: "Jane Doe"))
                try await fixture.eventually("both enriched") {
                    try await fixture.events().count { $0.action == "enrich" && $0.isCompleted() } == 2
                }
            }
            #expect(fixture.fetches.count == 1)
            #expect(try await fixture.journal.reader.profileWays()[.reused] == 1)
            #expect(fixture.lead("c1")?["Company"].string == "Acme")
        }
    }

    @Test func oldProfileIsAskedForAnew() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.getResponse.addContact(GetResponseContact(id: "c1", email: "jane@acme.example"))
            let worker = fixture.makeWorker {
                $0.budget = RequestBudget(cap: 5000)
                $0.fetching = FetchPolicy(profileMaxAge: .zero)
            }
            try await whileRunning(worker) {
                for (round, name) in ["Jane", "Jane Doe"].enumerated() {
                    try await fixture.tell(.subscribe("c1", "jane@acme.example", name: name))
                    try await fixture.eventually("enriched") {
                        try await fixture.events().count { $0.action == "enrich" && $0.isCompleted() } == round + 1
                    }
                }
            }
            #expect(fixture.fetches.count == 2)
        }
    }

    @Test func crowdOnOneListCostsOnePage() async throws {
        try await WorkerFixture.withFresh { fixture in
            let people = 60
            for number in 1...people {
                fixture.sandbox.getResponse.addContact(
                    GetResponseContact(id: "c\(number)", email: "p\(number)@acme.example", name: "P \(number)")
                )
            }
            try await gather(people, fixture)
            #expect(fixture.sandbox.salesforce.rows("Lead").count == people)
            #expect(fixture.sandbox.getResponse.requests.all.isEmpty)
            try await whileRunning(fixtureWorker(fixture, company: .zero)) {
                try await fixture.eventually("all profiles") {
                    try await fixture.events().count { $0.action == "enrich" && $0.isCompleted() } == people
                }
            }
            let requests = fixture.sandbox.getResponse.requests.all
            #expect(requests.map(\.path) == ["/v3/contacts"], "\(requests)")
            #expect(requests.first?.query.contains("query%5BcampaignId%5D=p86zQ") == true)
            #expect(try await fixture.journal.reader.profileWays()[.listed] == people)
            let created = fixture.sandbox.getResponse.contact("c7")?.createdOn ?? 0
            let written = fixture.lead("c7")?["GetResponse_Subscription_Date__c"].string.flatMap { Timestamp(text: $0) }
            #expect(written?.milliseconds == created / 1000 * 1000)
        }
    }

    @Test func crowdOfHistoryWaitsBehindALead() async throws {
        try await WorkerFixture.withFresh { fixture in
            for number in 1...4 {
                fixture.sandbox.getResponse.addContact(
                    GetResponseContact(id: "c\(number)", email: "p\(number)@acme.example")
                )
            }
            let worker = fixture.makeWorker {
                // History never gets a request.
                $0.budget = RequestBudget(cap: 5000, bulkReservePercent: 100)
                $0.fetching = FetchPolicy(company: .zero)
            }
            try await whileRunning(worker) {
                let history = (1...3).map { number in
                    var callback = subscribeWithoutDate("c\(number)", "p\(number)@acme.example")
                    callback.source = .backfill
                    return callback
                }
                try await fixture.tell(history)
                try await fixture.eventually("history waits") {
                    try await fixture.events().count { $0.waitsFor == "profile" } == 3
                }
                try await fixture.tell(.subscribe("c4", "p4@acme.example"))
                try await fixture.eventually("enrich", contact: "c4") { $0.isCompleted() }
            }
            #expect(fixture.sandbox.getResponse.requests.all.map(\.path) == ["/v3/contacts/c4"])
        }
    }

    @Test func whoIsNotOnThePageIsAskedForAlone() async throws {
        try await WorkerFixture.withFresh { fixture in
            for number in 1...3 {
                var contact = GetResponseContact(id: "c\(number)", email: "p\(number)@acme.example")
                // The third has been in the list for years.
                if number == 3 { contact.createdOn = 1_400_000_000_000 }
                fixture.sandbox.getResponse.addContact(contact)
            }
            try await gather(3, fixture)
            try await whileRunning(fixtureWorker(fixture, company: .zero)) {
                try await fixture.eventually("all profiles") {
                    try await fixture.events().count { $0.action == "enrich" && $0.isCompleted() } == 3
                }
            }
            let ways = try await fixture.journal.reader.profileWays()
            #expect(ways[.listed] == 2)
            #expect(ways[.fetched] == 1)
            #expect(fixture.sandbox.getResponse.requests.count == 2)
        }
    }

    @Test func accountWhosePagesAreRefusedAsksForEveryoneAlone() async throws {
        try await WorkerFixture.withFresh { fixture in
            for number in 1...2 {
                fixture.sandbox.getResponse.addContact(
                    GetResponseContact(id: "c\(number)", email: "p\(number)@acme.example")
                )
            }
            let refusal = Fault.respond(
                status: 400,
                body: #"{"code":1000,"message":"No."}"#,
                contentType: "application/json"
            )
            fixture.sandbox.getResponse.faults.inject(refusal, next: 1)
            try await gather(2, fixture)
            try await whileRunning(fixtureWorker(fixture, company: .zero)) {
                try await fixture.eventually("all profiles") {
                    try await fixture.events().count { $0.action == "enrich" && $0.isCompleted() } == 2
                }
            }
            #expect(fixture.fetches.count == 2)
            #expect(fixture.sandbox.getResponse.requests.count == 3)
        }
    }
}
