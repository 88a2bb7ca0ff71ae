import Foundation
import Journal
import Sandbox
import Testing

/// What can't be stored is not acknowledged.
@Suite("A journal that can't be written", .timeLimit(.minutes(2)))
struct UnwritableJournalTests {
    @Test func ingestAnswers503WhileTheLockIsHeldAndTakesCallbacksAgainAfterwards() async throws {
        try await Deployment.withFresh { deployment in
            try await deployment.withIngest { _ in
                let before = try await deployment.post(MainJobTests.guidePayload)
                #expect(before.status == 200)
                let lock = open(deployment.journalPath + ".lock", O_RDWR | O_CLOEXEC)
                defer { close(lock) }
                #expect(flock(lock, LOCK_EX) == 0)
                let during = try await deployment.get("action=subscribe&CONTACT_ID=c2&contact_email=b%40c.example")
                #expect(during.status == 503)
                flock(lock, LOCK_UN)
                let after = try await deployment.get("action=subscribe&CONTACT_ID=c3&contact_email=c%40c.example")
                #expect(after.status == 200)
            }
            let stored = try await deployment.reader().undecodedCallbacks(limit: 10)
            #expect(stored.count == 2)
            #expect(stored.allSatisfy { $0.query?.contains("c2") != true })
        }
    }

    @Test func twoWorkersShareOneFileWithoutDoingAnythingTwice() async throws {
        try await Deployment.withFresh { deployment in
            try await deployment.withIngest { _ in
                for number in 0..<40 {
                    try await deployment.post(
                        """
                        {"action":"subscribe","contact":{"contactId":"c\(number)","email":"p\(number)@example.com",
                        "name":"Person Number\(number)","campaign":{"campaignId":"l1"},
                        "createdOn":"2026-04-21T09:15:00+0000","tags":[],"customFields":[]}}
                        """
                    )
                }
                try await deployment.withWorker { _ in
                    try await deployment.withWorker { _ in
                        try await deployment.eventuallyDrained()
                    }
                }
            }
            #expect(deployment.sandbox.salesforce.rows("Lead").count == 40)
            for event in 1...40 {
                let details = try await deployment.reader().eventDetails(Int64(event))
                #expect(details.first { $0.section == "attempt" }?.rows.count == 1)
            }
        }
    }
}
