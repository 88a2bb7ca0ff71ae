import Foundation
import Journal
import Model
import Planning
import Sandbox
import TestSupport
import Testing
import Time

@testable import Worker

/// What real work leaves behind of somebody, and what is left after an erasure.
@Suite("An erased person", .serialized, .timeLimit(.minutes(2)))
struct ErasureTests {
    private static let names = ["marker.person@acme.example", "marker@before.example", "markerson"]

    private func erase(_ name: String, in fixture: WorkerFixture) async throws -> ErasureReport {
        let rule = ConsentRule(SyncPolicy())
        let eraser = PersonEraser(journal: fixture.journal, time: SystemTimeSource()) { rule.optOutToKeep($0) }
        return try await eraser.erase(Person(rawValue: name))
    }

    /// Which of the names are in which file, in any case, percent-encoded once or twice, or escaped.
    private func traces(_ fixture: WorkerFixture) throws -> [String] {
        let path = fixture.journal.configuration.path
        let folder = try TemporaryDirectory()
        var found: [String] = []
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            // Another process copies it: closing a file that SQLite has open here would drop its locks.
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/cp")
            process.arguments = [path + suffix, folder.path("copy\(suffix)")]
            try process.run()
            process.waitUntilExit()
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path("copy\(suffix)")))
            let text = String(decoding: bytes, as: UTF8.self).lowercased()
            for name in Self.names {
                for at in ["@", "%40", "%2540", "\\u0040"] where text.contains(name.replacing("@", with: at)) {
                    found.append("\(name) in the file\(suffix), with \(at)")
                }
            }
        }
        return found
    }

    /// Drives the worker through everything that a person can do, and through what can go wrong with it.
    private func live(_ fixture: WorkerFixture, optsOut: Bool) async throws {
        let email = "Marker.Person@acme.example"
        try fixture.insertLead(nil, "marker.person@ACME.example", ["FirstName": "Marker"])
        try fixture.insertContact("marker.person@acme.example")
        try await whileRunning(fixture.makeWorker { $0.policy.existingContact = .alsoLead }) {
            try await fixture.tell(.subscribe("m1", email, name: "Mia Markerson"))
            try await fixture.tell(.wholeSubscribe("m2", email, name: "Mia Markerson"))
            try await fixture.tell(
                .query(
                    "click",
                    contactID: "m1",
                    email: email,
                    [
                        ("MESSAGE_ID", "M1"), ("message_name", "For marker.person@acme.example"),
                        ("link_url", "https://x.example/?e=marker.person%40acme.example"),
                    ]
                )
            )
            try await fixture.tell(.open("m1", "marker.person\\u0040acme.example", webhookID: "w1"))
            try await fixture.tell(.open("m1", "marker.person\\u0040acme.example", webhookID: "w1"))
            try await fixture.tell(.tag("vip", "m2", email))
            // One delivery of two people.
            try await fixture.tell(
                .json(
                    """
                    [{"type":"contact_opened_message","contact":{"contactId":"m1","email":"\(email)"},
                      "message":{"resourceId":"M7","name":"N"},"event":{"occurredAt":"2026-04-27T12:56:00+00:00"}},
                     {"type":"contact_opened_message","contact":{"contactId":"s1","email":"sister@acme.example"},
                      "message":{"resourceId":"M7","name":"N"},"event":{"occurredAt":"2026-04-27T12:56:00+00:00"}}]
                    """,
                    webhookID: "w2"
                )
            )
            try await fixture.tell(
                .json(
                    """
                    {"action":"contact_email_changed","contact":{"contactId":"m1","email":"\(email)"},
                    "oldEmail":"marker@before.example","previousEmail":"marker@before.example"}
                    """
                )
            )
            try await fixture.eventually("subscribe", contact: "m1")
            try await fixture.eventually("subscribe", contact: "m2")
            // A refusal that names the address.
            fixture.sandbox.salesforce.failWrites(
                to: "Task",
                next: 3,
                code: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
                message: "marker.person@acme.example may get no Task."
            )
            try await fixture.tell(.open("m1", email, message: "M9", at: "2026-04-28T12:56:00+00:00", webhookID: "w3"))
            try await fixture.eventually("it died") { try await fixture.events().contains { $0.state == "dead" } }
            try await fixture.tell(.json(#"{"email":"marker.person@acme.example","#, isMalformed: true))
            if optsOut {
                try await fixture.tell(.unsubscribe("m2", "MARKER.person@acme.example"))
                try await fixture.eventually("unsubscribe")
            }
            try await fixture.eventually("all is decoded and nothing is due") {
                guard try await fixture.journal.reader.status().undecodedCallbacks == 0 else { return false }
                let events = try await fixture.events()
                return events.allSatisfy { !["available", "running", "retryable"].contains($0.state) }
            }
        }
        let dead = try await fixture.events().filter { $0.state == "dead" && $0.person?.contains("marker") == true }
        for event in dead {
            try await fixture.journal.discard(event.id, reason: "marker.person@acme.example asked by phone")
        }
    }

    @Test func leavesNothingInAnyFileAndTheJournalWhole() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await live(fixture, optsOut: true)
            #expect(Set(try traces(fixture).map { $0.prefix(8) }).count == 3, "there is something to erase")
            let report = try await erase("marker.person@acme.example", in: fixture)
            #expect(report.keptHashes > 0)
            #expect(try traces(fixture) == [])
            let check = try JournalCheck(
                path: fixture.journal.configuration.path,
                key: nil,
                requestCap: 5000,
                time: SystemTimeSource()
            )
            let failed = await check.run().filter { $0.verdict == .failed }
            #expect(failed.isEmpty, "\(failed)")
            // The sister's open is hers still.
            let sister = try #require(try await fixture.event("open", person: "sister@acme.example"))
            #expect(sister.contactID == "s1")
            let audit = try #require(try await fixture.journal.reader.optOutAudit().first)
            #expect(audit["person"].text == "erased" && audit["state"].text == "completed")
            #expect(audit["overdue"].integer == 0)
        }
    }

    @Test func whoOptedOutStaysSoForALeadThatComesLater() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted("unknownPerson") }
                // Beside the worker.
                #expect(try await erase("jane@acme.example", in: fixture).keptHashes == 2)
                #expect(try await erase("jane@acme.example", in: fixture).changed == 0)
                try await fixture.tell(.wholeSubscribe("c2", " Jane@ACME.example"))
                try await fixture.tell(.wholeSubscribe("c1", "jane@home.example"))
                try await fixture.eventually("subscribe", contact: "c2") { $0.isCompleted() }
                try await fixture.eventually("subscribe", contact: "c1") { $0.isCompleted() }
            }
            #expect(fixture.lead("c2")?["HasOptedOutOfEmail"].bool == true)
            #expect(fixture.lead("c1")?["HasOptedOutOfEmail"].bool == true)
        }
    }

    @Test func whoDidNotOptOutIsAStrangerAfterwards() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await live(fixture, optsOut: false)
            #expect(try await erase("marker.person@acme.example", in: fixture).keptHashes == 0)
            #expect(try traces(fixture) == [])
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.wholeSubscribe("m3", "marker.person@acme.example"))
                try await fixture.eventually("subscribe", contact: "m3") { $0.isCompleted() }
            }
            #expect(fixture.sandbox.salesforce.rows("Lead").allSatisfy { $0["HasOptedOutOfEmail"].bool != true })
        }
    }

    /// What is waiting is not carried out any more, and whoever asked GetResponse meanwhile keeps nothing of the answer.
    @Test func profileThatIsOnItsWayIsNotKept() async throws {
        try await WorkerFixture.withFresh { fixture in
            fixture.sandbox.getResponse.faults.inject(
                .delay(.milliseconds(700)),
                next: 1,
                matching: RequestMatcher(method: "GET", path: "/contacts/")
            )
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.subscribe("c1", "jane@acme.example"))
                try await fixture.eventually("it is asked for") { fixture.fetches.count == 1 }
                _ = try await erase("jane@acme.example", in: fixture)
                let enrich = try #require(try await fixture.event("enrich"))
                #expect(enrich.state == "discarded" && enrich.person == nil && enrich.contactID == nil)
                try await fixture.eventually("the answer is there") {
                    try PlainSQL.text(
                        "SELECT count(*) FROM api_request WHERE finished_at IS NOT NULL",
                        in: fixture.journal.configuration.path
                    ) == "1"
                }
            }
            #expect(try await fixture.journal.reader.profile(contactID: "c1") == nil)
            #expect(
                try await fixture.journal.reader.knowledge(of: Person(rawValue: "jane@acme.example"))
                    == PersonKnowledge()
            )
        }
    }

    /// GetResponse goes on telling of the removal for ever; that must not bring the name back.
    @Test func searchForRemovalsDoesNotBringTheNameBack() async throws {
        try await WorkerFixture.withFresh { fixture in
            try await whileRunning(fixture.makeWorker()) {
                try await fixture.tell(.unsubscribe("c1", "jane@acme.example"))
                try await fixture.eventually("unsubscribe") { $0.isCompleted("unknownPerson") }
            }
            let before = try await verdict(on: "jane@acme.example", contactID: "c7", in: fixture)
            #expect(before == .known)
            _ = try await erase("jane@acme.example", in: fixture)
            #expect(try await verdict(on: "jane@acme.example", contactID: "c7", in: fixture) == .known)
            #expect(try await verdict(on: "jane@new.example", contactID: "c1", in: fixture) == .known)
            #expect(try await verdict(on: "joe@acme.example", contactID: "c8", in: fixture) == .missing)
        }
    }

    private func verdict(
        on email: String,
        contactID: String,
        in fixture: WorkerFixture
    ) async throws -> RemovalVerdict? {
        let removal = Removal(
            contact: ContactDetails(contactID: contactID, email: email),
            person: Person(rawValue: email),
            reason: "unsubscribe",
            removedAt: .now.advanced(by: .seconds(-1)),
            callback: NewCallback(receivedAt: .now, source: .reconcile, method: "SYNTHETIC", webhookID: "r:\(email)")
        )
        return try await fixture.journal.reader.verdicts(on: [removal], since: nil).first
    }
}
