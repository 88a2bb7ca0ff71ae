import Foundation
import Journal
import Sandbox
import TestSupport
import Testing
import Time

/// Contacts that were there before LeadRelay, read by the real process.
@Suite("backfill", .timeLimit(.minutes(Soak.isOn ? 20 : 3)))
struct BackfillCommandTests {
    private static let start: Int64 = 1_776_762_900_000

    /// Contacts of two lists, in clumps of 1,300 that joined at the same second, as an import leaves them.
    private static func fill(_ sandbox: Sandbox, _ count: Int) {
        for (list, name) in [("L1", "news"), ("L2", "webinar")] { sandbox.getResponse.addList(id: list, name: name) }
        for number in 0..<count {
            let isSecond = number % 5 == 4
            sandbox.getResponse.addContact(
                GetResponseContact(
                    id: "c\(number)",
                    email: "p\(number)@acme.example",
                    name: "Ann Lee",
                    listID: isSecond ? "L2" : "L1",
                    createdOn: start + Int64(number / 1300) * 1000
                )
            )
        }
    }

    private func requests(_ deployment: Deployment) -> [String] {
        deployment.sandbox.getResponse.requests.all.filter { $0.path.hasSuffix("/contacts") }.map(\.query)
    }

    @Test func killedTwiceItEndsCompleteAndRepeatsOnlyWhatWasInFlight() async throws {
        let count = Soak.count("LEADRELAY_CONTACTS", usual: 6000, soak: 50_000)
        var configuration = SandboxConfiguration()
        configuration.getResponse.hourlyCap = 100_000
        try await Deployment.withFresh(configuration) { deployment in
            Self.fill(deployment.sandbox, count)
            let leadrelay = deployment.leadrelay.with(["LEADRELAY_GETRESPONSE_HOURLY_CAP": "100000"])
            let rehearsal = try await leadrelay.run("backfill", "--dry-run")
            #expect(rehearsal.status == 0, "\(rehearsal.error)")
            #expect(
                rehearsal.output.hasPrefix("\(count) contacts would be appended of \(count) in"),
                "\(rehearsal.output)"
            )
            #expect(try await deployment.reader().status().undecodedCallbacks == 0)
            let whole = requests(deployment).count
            for kill in 1...2 {
                let killed = try await leadrelay.with(["LEADRELAY_FAILPOINT": "page.backfilled:2"]).run("backfill")
                #expect(killed.status == nil, "kill \(kill)")
            }
            let finished = try await leadrelay.run("backfill")
            #expect(finished.status == 0 && finished.error.contains("Going on behind"), "\(finished)")
            #expect(!finished.error.contains("\r"), "no bar where nobody watches")
            // It dies after a page's commit: not one request is made again.
            #expect(requests(deployment).count == 2 * whole)
            let told = try PlainSQL.text(
                "SELECT count(DISTINCT json_extract(body, '$.contact.contactId')) || ' of ' || count(*) FROM callback",
                in: deployment.journalPath
            )
            #expect(told == "\(count) of \(count)")
            let again = try await leadrelay.run("backfill")
            #expect(again.output.hasPrefix("0 contacts were appended of \(count)"), "\(again.output)")
            #expect(try await leadrelay.run("journal", "check").status == 0)
        }
    }

    @Test func historyReachesSalesforceAfterEverythingElse() async throws {
        try await Deployment.withFresh { deployment in
            Self.fill(deployment.sandbox, 60)
            deployment.sandbox.getResponse.addContact(
                GetResponseContact(id: "c99", email: "gone@acme.example", listID: "L1", createdOn: Self.start)
            )
            let one = try await deployment.leadrelay.run("backfill", "--list", "L2")
            #expect(one.status == 0 && one.output.hasPrefix("12 contacts were appended of 12 in 1 list;"), "\(one)")
            try await deployment.withIngest { _ in
                try await deployment.get(
                    "action=unsubscribe&CONTACT_ID=c99&contact_email=gone%40acme.example&CAMPAIGN_ID=L1"
                )
            }
            let rest = try await deployment.leadrelay.run("backfill", "--since", "2020-01-01")
            #expect(rest.output.hasPrefix("49 contacts were appended of 61"), "\(rest)")
            try await deployment.withWorker { _ in
                try await deployment.eventually("61 Leads") {
                    deployment.sandbox.salesforce.rows("Lead").count == 61
                }
            }
            let leads = deployment.sandbox.salesforce.rows("Lead")
            #expect(
                leads.filter { $0["HasOptedOutOfEmail"] == true }.map { $0["Email"].string } == ["gone@acme.example"]
            )
            #expect(Set(leads.map { $0["GetResponse_List_ID__c"].string }) == ["L1", "L2"])
            let lanes = try PlainSQL.text(
                "SELECT group_concat(DISTINCT lane) FROM event WHERE source = 'backfill'",
                in: deployment.journalPath
            )
            #expect(lanes == "4", "history goes last")
        }
    }

    @Test func startThatMeansNothingIsAUsageError() async throws {
        try await Deployment.withFresh { deployment in
            let outcome = try await deployment.leadrelay.run("backfill", "--since", "long ago")
            #expect(outcome.status == 64)
        }
    }
}
