import Foundation
import Journal
import Model
import Sandbox
import TestSupport
import Testing

/// `erase` as a person uses it, on a journal that real processes work on.
@Suite("The command that forgets a person", .timeLimit(.minutes(3)))
struct EraseCommandTests {
    /// A registration that tells everything, so that nothing has to be fetched.
    private func subscribe(_ contactID: String, _ email: String, _ deployment: Deployment) async throws {
        let body = MainJobTests.guidePayload.replacing("xyz789abc", with: contactID)
            .replacing("jane.doe@example.com", with: email)
        try await deployment.post(body)
    }

    @Test func takesThePersonOutBesideIngestAndWorkerAndIsSilentAboutThem() async throws {
        try await Deployment.withFresh { deployment in
            try await deployment.withIngest { _ in
                try await deployment.withWorker { _ in
                    try await subscribe("c1", "Ann.Lee@example.com", deployment)
                    try await subscribe("c2", "bob@example.com", deployment)
                    try await deployment.post(#"{"email":"ann.lee\u0040example.com", not json"#)
                    try await deployment.eventuallyDrained()
                    try await deployment.get(
                        "action=unsubscribe&CAMPAIGN_ID=l1&CONTACT_ID=c1&contact_email=ann.lee%40example.com"
                    )
                    try await deployment.eventuallyDrained()

                    let before = try PlainSQL.text(".dump", in: deployment.journalPath)
                    let dry = try await deployment.leadrelay.run("erase", "ann.lee@example.com", "--dry-run")
                    #expect(dry.status == 0 && dry.output.contains("Would change rows: "), "\(dry.output) \(dry.error)")
                    #expect(try PlainSQL.text(".dump", in: deployment.journalPath) == before)

                    // Without a terminal nothing is asked.
                    let erased = try await deployment.leadrelay.run("erase", " ANN.Lee@Example.com")
                    #expect(erased.status == 0, "\(erased.output) \(erased.error)")
                    #expect(erased.output.contains("They stay opted out: a keyed hash of 2 names is kept."))
                    #expect(erased.output.contains("Backups made before now still hold their data"))
                    for output in [dry, erased] {
                        #expect(!(output.output + output.error).lowercased().contains("ann.lee"))
                    }
                    let again = try await deployment.leadrelay.run("erase", "ann.lee@example.com", "--yes")
                    #expect(again.status == 0)
                    #expect(again.output.contains("Nothing is known of this person but that they opted out."))
                    let stranger = try await deployment.leadrelay.run("erase", "nobody@example.com")
                    #expect(stranger.status == 0 && stranger.output.contains("Nothing is known of this person."))

                    // With both processes still at work: the Lead that comes later is opted out.
                    for lead in deployment.sandbox.salesforce.rows("Lead") where lead["HasOptedOutOfEmail"].bool == true
                    {
                        try deployment.sandbox.salesforce.delete(try #require(lead["Id"].string))
                    }
                    try await subscribe("c9", "ANN.LEE@example.com", deployment)
                    try await deployment.eventuallyDrained()
                }
            }
            let later = deployment.sandbox.salesforce.rows("Lead").first {
                $0["GetResponse_Contact_ID__c"].string == "c9"
            }
            #expect(later?["HasOptedOutOfEmail"].bool == true)
            #expect(try await deployment.leadrelay.run("erase", "ann.lee@example.com").status == 0)
            for suffix in ["", "-wal", "-shm"] {
                let url = URL(fileURLWithPath: deployment.journalPath + suffix)
                guard let bytes = try? Data(contentsOf: url) else { continue }
                let text = String(decoding: bytes, as: UTF8.self).lowercased()
                for spelling in ["ann.lee@example.com", "ann.lee%40example.com", #"ann.lee\u0040example.com"#] {
                    #expect(!text.contains(spelling), "\(spelling) in the journal's file\(suffix)")
                }
                if suffix.isEmpty { #expect(text.contains("bob@example.com")) }
            }
            let audit = try await deployment.leadrelay.run("audit", "opt-outs", "--format", "csv")
            #expect(audit.status == 0 && audit.output.contains(",erased,"), "\(audit.output) \(audit.error)")
            let check = try await deployment.leadrelay.run("journal", "check")
            #expect(check.status == 0, "\(check.output)")
            for log in ["ingest.log", "worker.log"] {
                let text = try String(contentsOfFile: deployment.folder.path(log), encoding: .utf8)
                #expect(!text.lowercased().contains("ann.lee"))
            }
        }
    }

    @Test func saysWhatHasToHappenFirst() async throws {
        try await Deployment.withFresh { deployment in
            let missing = try await deployment.leadrelay.run("erase", "ann.lee@example.com")
            #expect(missing.status == 78 && missing.error.contains("no journal"))
            #expect(try await deployment.leadrelay.run("erase", "ann").status == 64)
            _ = try deployment.sandbox.salesforce.insert(
                "Lead",
                ["LastName": "Lee", "Company": "Acme", "Email": "ann.lee@example.com"]
            )
            deployment.sandbox.salesforce.failWrites(
                to: "Lead",
                next: 100,
                code: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
                message: "This record is frozen."
            )
            try await deployment.withIngest { _ in
                try await deployment.get(
                    "action=unsubscribe&CAMPAIGN_ID=l1&CONTACT_ID=c1&contact_email=ann.lee%40example.com"
                )
            }
            let early = try await deployment.leadrelay.run("erase", "ann.lee@example.com")
            #expect(early.status == 1 && early.error.contains("Callback 1") && early.error.contains("run a worker"))
            #expect(try await deployment.leadrelay.run("worker", "--drain").status == 1)
            let refused = try await deployment.leadrelay.run("erase", "ann.lee@example.com")
            #expect(refused.status == 1)
            #expect(refused.error.contains("Event 1, an opt-out of this person, is dead"), "\(refused.error)")
            let accepted = try await deployment.leadrelay.run("dead-letters", "accept", "1", "--reason", "She knows.")
            #expect(accepted.status == 0, "\(accepted.error)")
            let erased = try await deployment.leadrelay.run("erase", "ann.lee@example.com")
            #expect(erased.status == 0 && erased.output.contains("stay opted out"), "\(erased.output) \(erased.error)")
            let replay = try await deployment.leadrelay.run("dead-letters", "replay", "1", "--from-raw")
            #expect(
                replay.status == 1 && (replay.output + replay.error).contains("erased"),
                "\(replay.output) \(replay.error)"
            )
        }
    }
}
