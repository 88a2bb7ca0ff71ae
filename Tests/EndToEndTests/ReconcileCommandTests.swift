import Foundation
import Journal
import Sandbox
import TestSupport
import Testing
import Time

/// Removals that no callback told, found by the real processes.
@Suite("reconcile", .timeLimit(.minutes(2)))
struct ReconcileCommandTests {
    private static func fill(_ deployment: Deployment, _ count: Int) {
        let time = SystemTimeSource().read().wall - 3_600_000
        deployment.sandbox.getResponse.addRemovedContacts(
            (0..<count).map { number in
                RemovedGetResponseContact(
                    contact: GetResponseContact(id: "c\(number)", email: "p\(number)@acme.example", createdOn: time),
                    reason: number % 2 == 0 ? "complaint" : "bounce",
                    deletedOn: time
                )
            }
        )
    }

    @Test func killedSearchGoesOnAndEveryRemovalReachesSalesforceOnce() async throws {
        try await Deployment.withFresh { deployment in
            Self.fill(deployment, 2200)
            let lead = try deployment.sandbox.salesforce.insert(
                "Lead",
                ["LastName": "Doe", "Company": "Acme", "Email": "p0@acme.example"]
            )
            let environment = ["LEADRELAY_OPT_OUT_RECONCILE_INTERVAL": "0s"]
            let leadrelay = deployment.leadrelay.with(environment)
            #expect(try await leadrelay.run("migrate").status == 0)
            let rehearsal = try await leadrelay.run("reconcile", "--since", "all", "--dry-run")
            #expect(rehearsal.status == 0, "\(rehearsal.error)")
            #expect(rehearsal.output.hasPrefix("1100 removals would be appended of 2200"))
            #expect(try await deployment.reader().status().undecodedCallbacks == 0)
            let history = try await leadrelay.run("reconcile")
            #expect(history.output.contains("0 removals were appended of 2200"), "older than the journal: \(history)")
            let killed = try await leadrelay.with(["LEADRELAY_FAILPOINT": "page.reconciled:2"])
                .run("reconcile", "--since", "all")
            #expect(killed.status == nil)
            let requests = deployment.sandbox.getResponse.requests.count
            let finished = try await leadrelay.run("reconcile", "--since", "all")
            #expect(finished.status == 0, "\(finished.error)")
            #expect(finished.output.hasPrefix("1100 removals were appended of 2200"))
            #expect(deployment.sandbox.getResponse.requests.count == requests + 1, "the third page alone")
            let again = try await leadrelay.run("reconcile", "--since", "all")
            #expect(again.output.hasPrefix("0 removals were appended of 2200"))
            #expect(!again.error.contains("\r"), "no progress line where nobody watches")
            let drained = try await leadrelay.run("worker", "--drain")
            #expect(drained.status == 0, "\(drained.error)")
            #expect(deployment.sandbox.salesforce.row(lead)?["HasOptedOutOfEmail"].bool == true)
            let count = try PlainSQL.text(
                "SELECT count(*) FROM opt_out_audit WHERE source = 'reconcile' AND state = 'completed'",
                in: deployment.journalPath
            )
            #expect(count == "1100")
            #expect(try await leadrelay.run("journal", "check").status == 0)
        }
    }

    @Test func workersScheduleFindsTheRemovalWhoseCallbackNeverCameAndTheLeadIsFlagged() async throws {
        try await Deployment.withFresh { deployment in
            let lead = try deployment.sandbox.salesforce.insert(
                "Lead",
                ["LastName": "Doe", "Company": "Acme", "Email": "jane@acme.example"]
            )
            let leadrelay = deployment.leadrelay.with(["LEADRELAY_OPT_OUT_RECONCILE_INTERVAL": "1s"])
            #expect(try await leadrelay.run("migrate").status == 0)
            // GetResponse told nobody: she complained, and nothing was posted to ingest.
            deployment.sandbox.getResponse.addRemovedContacts([
                RemovedGetResponseContact(
                    contact: GetResponseContact(id: "c1", email: "jane@acme.example", createdOn: 1_700_000_000_000),
                    reason: "complaint",
                    deletedOn: SystemTimeSource().read().wall + 1000
                )
            ])
            try await leadrelay.running("worker", log: deployment.folder.path("worker.log")) { _ in
                try await deployment.eventually("the Lead is flagged") {
                    deployment.sandbox.salesforce.row(lead)?["HasOptedOutOfEmail"].bool == true
                }
            }
        }
    }

    @Test func workersScheduleFindsTheLeadThatSomebodyMadeAfterTheOptOut() async throws {
        try await Deployment.withFresh { deployment in
            let leadrelay = deployment.leadrelay.with(["LEADRELAY_OPT_OUT_SWEEP_INTERVAL": "1s"])
            try await deployment.withIngest { _ in
                try await deployment.get("action=unsubscribe&CONTACT_ID=c1&contact_email=jane%40acme.example")
            }
            #expect(try await leadrelay.run("worker", "--drain").status == 0)
            let lead = try deployment.sandbox.salesforce.insert(
                "Lead",
                ["LastName": "Doe", "Company": "Acme", "Email": "jane@acme.example"]
            )
            try await leadrelay.running("worker", log: deployment.folder.path("worker.log")) { _ in
                try await deployment.eventually("the Lead is flagged") {
                    deployment.sandbox.salesforce.row(lead)?["HasOptedOutOfEmail"].bool == true
                }
                try await deployment.eventuallyDrained()
            }
            let status = try await leadrelay.run("status")
            #expect(status.status == 0 && status.output.contains("Drifts     1 record in 30 days"))
            #expect(try await leadrelay.run("journal", "check").status == 0)
        }
    }

    @Test func startThatMeansNothingIsAUsageError() async throws {
        try await Deployment.withFresh { deployment in
            let outcome = try await deployment.leadrelay.run("reconcile", "--since", "yesterday-ish")
            #expect(outcome.status == 64)
        }
    }
}
