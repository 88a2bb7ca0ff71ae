import Diagnostics
import Journal
import Model
import Salesforce
import Sandbox
import Testing

@testable import Worker

/// The guide and the real API, row by row: logging in, versions, keys and rights.
@Suite("Salesforce's table: access", .serialized, .timeLimit(.minutes(1)))
struct SalesforceTableAccessTests {
    private func troubles(_ fixture: WorkerFixture, apiVersion: String = "v59.0") async -> [Finding] {
        await Check.salesforce(
            fixture.makeSalesforce(apiVersion: apiVersion),
            apiVersion: apiVersion,
            fields: SalesforceFieldNames()
        ).run().filter { $0.verdict != .ok }
    }

    @Test("Row 1: client credentials on login.salesforce.com are refused with the sentence that explains it")
    func loginHostIsExplained() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.salesforce.authorization = .loginHost
            let finding = try #require(await troubles(fixture).first)
            #expect(finding.verdict == .failed)
            #expect(finding.remedy?.contains("My Domain") == true)
            #expect(finding.remedy?.contains("salesforce.loginURL") == true)
        }
    }

    @Test("Row 2: an app without a Run-As user is told from a wrong secret")
    func appIsChecked() async throws {
        try await WorkerFixture.withFresh { fixture in
            #expect(await troubles(fixture).isEmpty)
            fixture.sandbox.salesforce.authorization = .noRunAsUser
            #expect(await troubles(fixture).first?.remedy?.contains("Run-As user") == true)
        }
    }

    @Test("Row 3: every supported version does", arguments: ["v46.0", "v59.0", "v68.0"])
    func everySupportedVersionDoes(version: String) async throws {
        try await WorkerFixture.withFresh { fixture in
            try fixture.insertLead("c2", "p2@acme.example")
            try await whileRunning(fixture.makeWorker(apiVersion: version)) {
                try await fixture.tell(
                    .wholeSubscribe("c1", "p1@acme.example"),
                    .wholeSubscribe("c2", "p2@acme.example", name: "Janet Doe"),
                    .unsubscribe("c2", "p2@acme.example"),
                    .click("c1", "p1@acme.example")
                )
                try await fixture.eventuallyDrained()
            }
            #expect(try await fixture.events().allSatisfy { $0.isCompleted() && $0.attempt == 1 })
        }
    }

    @Test("Row 4: a token is used until a 401, then a crowd logs in once")
    func oneLogInForACrowd() async throws {
        try await WorkerFixture.withFresh { fixture in
            let worker = fixture.makeWorker {
                $0.concurrency = 60
                $0.batchSize = 1
            }
            try await whileRunning(worker) {
                try await fixture.tell(.wholeSubscribe("c0", "p0@acme.example"))
                try await fixture.eventuallyDrained()
                fixture.sandbox.salesforce.expireTokens()
                try await fixture.tell((1...60).map { .wholeSubscribe("c\($0)", "p\($0)@acme.example") })
                try await fixture.eventuallyDrained()
            }
            #expect(fixture.requests("POST", "/oauth2/token").count == 2)
            #expect(try await fixture.events().allSatisfy { $0.attemptOutcomes == ["completed"] })
        }
    }

    @Test("Row 5: 201, 200 and 300 are each what they are, and the returned id is kept")
    func answersOfAnUpsert() async throws {
        try await WorkerFixture.withFresh {
            $0.salesforce.externalIDsAreUnique = false
        } _: { fixture in
            let known = try fixture.insertLead("c2", "p2@acme.example")
            try await whileRunning(fixture.makeWorker { $0.batchSize = 1 }) {
                try await fixture.tell(
                    .wholeSubscribe("c1", "p1@acme.example"),
                    .wholeSubscribe("c2", "p2@acme.example", name: "Janet Doe")
                )
                try await fixture.eventuallyDrained()
            }
            let effects = try await fixture.events().map { $0.effects("lead.upsert").first }
            #expect(effects.map { $0?["status_code"].integer } == [201, 200])
            #expect(effects.map { $0?["created_record"].integer } == [1, 0])
            #expect(effects.map { $0?["record_id"].text } == [fixture.lead("c1")?.id, known])
            // Nobody can tell which of two Leads the key means: the second is there when the write comes.
            let client = fixture.makeSalesforce()
            try fixture.insertLead("c2", "other@acme.example")
            let result = try await client.upsert(
                .lead,
                externalID: "GetResponse_Contact_ID__c",
                value: "c2",
                fields: ["Title": "VP"]
            )
            guard case .multipleMatches(let ids) = result.outcome else {
                Issue.record("\(result)")
                return
            }
            #expect(ids.count == 2 && ids.contains(known))
        }
    }

    @Test("Row 6: an external id that is not unique, or takes ABC for abc, is refused by doctor")
    func keyIsChecked() async throws {
        for (isUnique, isCaseSensitive) in [(false, true), (true, false)] {
            try await WorkerFixture.withFresh {
                $0.salesforce.externalIDsAreUnique = isUnique
                $0.salesforce.externalIDsAreCaseSensitive = isCaseSensitive
            } _: { fixture in
                let finding = await troubles(fixture).first { $0.check.hasSuffix("GetResponse_Contact_ID__c") }
                #expect(finding?.verdict == .failed)
                #expect(finding?.remedy?.contains("case sensitive") == true)
            }
        }
    }

    @Test("Row 12: a hidden HasOptedOutOfEmail is a hard alarm, and its opt-outs wait and arrive")
    func hiddenOptOutField() async throws {
        try await WorkerFixture.withFresh { fixture in
            let lead = try fixture.insertLead("c1", "p1@acme.example")
            fixture.sandbox.salesforce.hideField("Lead", "HasOptedOutOfEmail")
            let finding = await troubles(fixture).first
            #expect(finding?.verdict == .failed)
            #expect(finding?.finding.contains("no opt-out can be written to a Lead") == true)
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "p1@acme.example"))
                try await fixture.eventually("an alarm") {
                    try await fixture.pauses().contains("salesforce.Lead.HasOptedOutOfEmail")
                }
                let status = try await fixture.journal.reader.status()
                #expect(status.optOutsPending == 1)
                fixture.sandbox.salesforce.showField("Lead", "HasOptedOutOfEmail")
                let event = try await fixture.eventually("unsubscribe")
                #expect(event.attempt == 1)
            }
            #expect(fixture.isOptedOut(lead))
        }
    }

    @Test("Row 14: a retired version is an alarm in doctor, and pauses without losing anything")
    func retiredVersion() async throws {
        try await WorkerFixture.withFresh { fixture in
            let finding = await troubles(fixture, apiVersion: "v29.0").first { $0.check == "salesforce.version" }
            #expect(finding?.verdict == .failed)
            #expect(finding?.remedy?.contains("salesforce.apiVersion") == true)
            try await fixture.tell(.wholeSubscribe("c1", "p1@acme.example"))
            try await whileRunning(fixture.makeWorker(apiVersion: "v29.0")) {
                let event = try await fixture.eventually("subscribe") { $0.state == "snoozed" }
                #expect(event.attempt == 0)
                #expect(event.lastError?.contains("has retired API version v29.0") == true)
            }
            try await whileRunning(fixture.makeWorker("w2")) { try await fixture.eventually("subscribe") }
            #expect(fixture.lead("c1") != nil)
        }
    }
}
