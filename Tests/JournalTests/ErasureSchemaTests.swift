import GRDB
import Model
import Testing

@testable import Journal

/// What an erasure must know of the schema, and what the schema refuses.
@Suite("What erasures know of the schema", .timeLimit(.minutes(1)))
struct ErasureSchemaTests {
    /// Every column that can hold text, and what an erasure does with it.
    ///
    /// A new column belongs here, and where it may name
    /// somebody into `ErasureStatement` and `MentionTable` as well.
    private static let columns: [String: [String: String]] = [
        "emptied": [
            "callback": "query body remote_address salt",
            "event":
                "content_key person previous_person contact_id payload last_error discard_reason accepted_reason held_by waits_for",
            "attempt": "error_text choice",
            "decision": "reason detail",
            "effect": "idempotency_key person record_id external_key fields before error_text record_version",
            "consent_change": "person salt reason",
            "setting": "value",
        ],
        "deleted with the row": [
            "consent": "person list_id state reason",
            "profile": "contact_id person details",
            "score": "person rule",
            "erasure": "name",
        ],
        // An address in it would be the sender's doing; it is taken out of the person's own events.
        "key of the delivery": ["event": "idempotency_key", "callback": "webhook_id webhook_type content_type"],
        "our own words": [
            "callback": "source method token_label state",
            "event": "action source state lease_owner lease_boot_id outcome",
            "attempt": "worker outcome error_class",
            "decision": "decision from_state",
            "effect": "request_id kind object mapping_version state",
            "api_request": "purpose boot_id worker share",
            "checkpoint": "name value",
            "setting": "key",
            "lane": "name",
            "profile_tally": "way",
        ],
        "of a list, not of a person": ["event": "list_id", "consent_change": "list_id"],
        "proof without a name": [
            "callback": "digest chain",
            "consent_change": "digest chain source change",
            "erased_person": "hash source reason",
        ],
    ]

    @Test func everyColumnOfTextIsAccountedFor() async throws {
        let fixture = try JournalFixture()
        let found = try await fixture.journal.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT m.name || '.' || c.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c
                    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND c.type IN ('TEXT', 'BLOB')
                    """
            )
        }
        let known = Self.columns.values.flatMap { tables in
            tables.flatMap { table, columns in columns.split(separator: " ").map { "\(table).\($0)" } }
        }
        #expect(Set(found).symmetricDifference(known).sorted() == [])
    }

    @Test(arguments: [
        ("UPDATE event SET person = 'ann@example.com' WHERE id = 1", "erased"),
        (#"UPDATE event SET payload = '{"contact":{"email":"a@b"}}' WHERE id = 1"#, "erased"),
        ("UPDATE event SET contact_id = 'c1' WHERE id = 1", "erased"),
        ("UPDATE event SET erased_at = NULL WHERE id = 1", "erased"),
        ("UPDATE attempt SET error_text = 'other words'", "append-only"),
        ("UPDATE attempt SET finished_at = 1, error_text = NULL", "append-only"),
        ("UPDATE decision SET reason = 'other words'", "append-only"),
        ("UPDATE decision SET detail = 'other words'", "append-only"),
        ("UPDATE consent_change SET reason = 'other words', person = NULL, salt = NULL", "append-only"),
        ("UPDATE consent_change SET change = 'subscribed'", "append-only"),
        ("DELETE FROM erased_person", "kept"),
    ])
    func isRefused(sql: String, reason: String) async throws {
        let fixture = try JournalFixture()
        try await fixture.live(.sample(.unsubscribe, contactID: "c1"))
        try await fixture.live(.sample(.open, email: "bob@example.com"), .dead(.data, "refused"))
        try await fixture.journal.discard(2, reason: "no")
        try await fixture.erase()
        let error = await #expect(throws: JournalError.self) { try await fixture.execute(sql) }
        #expect("\(String(describing: error))".contains(reason))
    }

    @Test func hashOfANameTellsNothingWithoutTheKeyAndIsNoLink() throws {
        let one = NameHash(key: try ChainKey(configured: "one", journalPath: "", mayMakeFile: false))
        let other = NameHash(key: try ChainKey(configured: "other", journalPath: "", mayMakeFile: false))
        #expect(one.hash(of: "ann@example.com") != other.hash(of: "ann@example.com"))
        #expect(one.hash(of: "ann@example.com") != one.hash(of: "bob@example.com"))
        let key = Array("one".utf8)
        let own = ReferenceHash.hmac(key: key, Array("leadrelay.erased-person.1".utf8))
        #expect([UInt8](one.hash(of: "ann@example.com")) == ReferenceHash.hmac(key: own, Array("ann@example.com".utf8)))
    }

    @Test(arguments: ErasureStatement.ofEvents + ErasureStatement.ofConsent + ErasureStatement.ofNames)
    func noStatementReadsAWholeTable(statement: ErasureStatement) async throws {
        let steps = try await JournalFixture().steps(of: statement.sql)
        #expect(
            steps.filter {
                $0.hasPrefix("SCAN") && !$0.contains("json_each") && !$0.contains("VIRTUAL") && !$0.contains("SCAN n")
            } == [],
            "\(steps)"
        )
    }

    @Test(arguments: [
        ErasureStatement.nextEventsSQL, ErasureStatement.heldEventsSQL, ErasureStatement.allEventsSQL,
        PersonNames.laterNamesSQL, PersonNames.earlierNamesSQL, PersonNames.profilesSQL, PersonNames.peopleOfContactSQL,
        ErasedPeople.optOutSQL, Erasure.ownersOfCallbackSQL,
    ])
    func noQuestionReadsAWholeTable(sql: String) async throws {
        let steps = try await JournalFixture().steps(of: sql)
        #expect(
            steps.filter {
                $0.hasPrefix("SCAN") && !$0.contains("json_each") && !$0.contains("VIRTUAL") && !$0.contains("SUBQUERY")
            } == [],
            "\(steps)"
        )
    }
}
