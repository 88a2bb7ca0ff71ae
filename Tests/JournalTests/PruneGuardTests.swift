import Model
import Testing

@testable import Journal

/// What a prune must not do is refused by the schema, whoever tries.
@Suite("What the schema keeps from being pruned", .timeLimit(.minutes(1)))
struct PruneGuardTests {
    private static func emptying(_ id: Int) -> String {
        """
        UPDATE callback SET state = 'pruned', body = NULL, query = NULL, remote_address = NULL, salt = NULL
        WHERE id = \(id)
        """
    }

    @Test(arguments: [
        (emptying(2), "not decoded"),
        (emptying(3), "not decoded"),
        ("UPDATE callback SET state = 'decoded' WHERE id = 3; " + emptying(3), "not decoded"),
        (emptying(1), "open or dead"),
        ("UPDATE event SET pruned_at = 1 WHERE id = 1", "opt-out"),
        ("UPDATE event SET pruned_at = 1, payload = '{}' WHERE id = 2", "open or dead"),
        ("DELETE FROM event WHERE id = 1", "evidence"),
        ("DELETE FROM effect_event WHERE event_id = 1", "still needed"),
        ("PRAGMA defer_foreign_keys = ON; DELETE FROM effect WHERE id = 1", "evidence"),
    ])
    func isRefused(sql: String, reason: String) async throws {
        let fixture = try JournalFixture()
        // One delivery with an opt-out that is done and an open event that waits; then a malformed one and a good one that
        // nobody has decoded.
        try await fixture.tell(.sample(.unsubscribe), .sample(.open, email: "b@x", position: 1))
        let optOut = try await fixture.claim(limit: 1, lanes: .compliance ... .compliance)[0]
        let intent = EffectIntent(kind: .optOutLead, object: .lead, target: .record(id: "00Q1"), fields: [:])
        _ = try await fixture.journal.beginEffects([intent], of: optOut, mappingVersion: "1")
        try await fixture.journal.conclude(optOut.ticket, with: .completed(outcome: "applied"))
        var malformed = NewCallback.sample("{")
        malformed.isMalformed = true
        _ = try await fixture.journal.append([malformed, .sample()])
        let error = await #expect(throws: JournalError.self) { try await fixture.execute(sql) }
        #expect("\(String(describing: error))".contains(reason))
    }

    @Test func finishedOnesMayGo() async throws {
        let fixture = try JournalFixture()
        try await fixture.live(.sample(.subscribe, contactID: "c1"))
        try await fixture.execute(Self.emptying(1))
        try await fixture.execute("UPDATE event SET pruned_at = 1 WHERE id = 1")
        try await fixture.execute("DELETE FROM effect_event WHERE event_id = 1; DELETE FROM effect WHERE id = 1")
        #expect(try await fixture.count("effect") == 0)
    }
}
