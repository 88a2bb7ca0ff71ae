import Crypto
import Foundation
import Model
import Testing

@testable import Journal

@Suite("The chains of callback and consent_change", .timeLimit(.minutes(1)))
struct ChainTests {
    @Test func referenceHashIsTheStandardOne() {
        func hex(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }
        #expect(
            hex(ReferenceHash.sha256(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        // RFC 4231, test case 2.
        #expect(
            hex(ReferenceHash.hmac(key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )
    }

    /// Keys around the block's 64 bytes, messages around one and two blocks.
    @Test(arguments: [1, 32, 63, 64, 65, 200])
    func keyedHashIsTheLibrarysHMAC(keyLength: Int) {
        let key = SymmetricKey(data: (0..<keyLength).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 3) })
        let keyed = KeyedHash(key: key)
        for length in [0, 1, 54, 55, 56, 63, 64, 65, 91, 119, 120, 128, 5000] {
            let message = Data((0..<length).map { UInt8(truncatingIfNeeded: $0 &* 13) })
            let expected = HMAC<SHA256>.authenticationCode(for: message, using: key)
            #expect(message.withUnsafeBytes { Data(keyed.code(for: $0)) } == Data(expected), "\(length) bytes")
        }
    }

    /// The message's memory is used again and grows; nothing of an earlier one may stay in it.
    @Test func messageHoldsItsPartsWhateverTheirLengths() {
        var message = ChainMessage()
        for length in [10, 4095, 4096, 4097, 9000, 3, 20_000, 0] {
            let part = Data((0..<length).map { UInt8(truncatingIfNeeded: $0) })
            message.restart(with: Data([1, 2, 3]))
            message.add(part)
            message.add("é")
            let missing: Data? = nil
            message.add(missing)
            func number(_ value: Int64) -> Data { withUnsafeBytes(of: value.bigEndian) { Data($0) } }
            let expected = Data([1, 2, 3]) + number(Int64(length)) + part + number(2) + Data("é".utf8) + number(-1)
            #expect(message.withBytes { Data($0) } == expected, "\(length) bytes")
        }
    }

    @Test func everyRowFollowsFromTheOneBefore() async throws {
        let fixture = try await filled()
        #expect(try await fixture.count("callback") == 5)
        #expect(try await fixture.count("consent_change") == 3)
        #expect(try await fixture.callbackChainFaults() == [])
        #expect(try await fixture.consentChainFaults() == [])
        #expect(try await fixture.integer("SELECT count(DISTINCT salt) FROM callback") == 5)
    }

    /// Whoever can drop the triggers still can't change a row unseen.
    @Test(arguments: [
        "UPDATE callback SET body = x'00' WHERE id = 3",
        "UPDATE callback SET query = '' WHERE id = 2",
        "UPDATE callback SET received_at = received_at + 1 WHERE id = 3",
        "UPDATE callback SET source = 'poll' WHERE id = 3",
        "DELETE FROM delivery; DELETE FROM callback WHERE id = 3",
        "DELETE FROM delivery; DELETE FROM callback WHERE id = 3; UPDATE callback SET id = id - 1 WHERE id > 3",
    ])
    func tamperingShows(sql: String) async throws {
        let fixture = try await filled()
        try await fixture.execute(
            """
            DROP TRIGGER callback_refuses_update;
            DROP TRIGGER callback_refuses_delete;
            \(sql);
            """
        )
        #expect(try await fixture.callbackChainFaults() != [])
    }

    @Test func chainHoldsAfterPruneAndErase() async throws {
        let fixture = try await filled()
        try await fixture.execute(
            """
            UPDATE event SET state = 'completed', outcome = 'applied', finalized_at = 1;
            UPDATE callback SET state = 'decoded';
            UPDATE checkpoint SET value = '5' WHERE name = 'decode';
            UPDATE callback SET state = 'pruned', body = NULL, query = NULL, remote_address = NULL, salt = NULL
            WHERE id IN (1, 2);
            UPDATE callback SET state = 'erased', body = NULL, query = NULL, remote_address = NULL, salt = NULL
            WHERE id IN (2, 3);
            UPDATE consent_change SET person = NULL, salt = NULL WHERE id = 2;
            """
        )
        _ = try await fixture.journal.append([.sample()])
        #expect(try await fixture.callbackChainFaults() == [])
        #expect(try await fixture.consentChainFaults() == [])
        await #expect(throws: JournalError.self) {
            try await fixture.execute("UPDATE callback SET state = 'pruned' WHERE id = 3")
        }
    }

    @Test func decodeStateMayAdvance() async throws {
        let fixture = try JournalFixture()
        _ = try await fixture.journal.append([.sample()])
        try await fixture.execute("UPDATE callback SET state = 'decoded' WHERE id = 1")
        await #expect(throws: JournalError.self) {
            try await fixture.execute("UPDATE callback SET state = 'received' WHERE id = 1")
        }
    }

    @Test(arguments: [
        // Pruned and erased rows are empty, all of them.
        "UPDATE callback SET state = 'pruned', query = NULL, remote_address = NULL, salt = NULL WHERE id = 2",
        "UPDATE callback SET state = 'erased', body = NULL, query = NULL, remote_address = NULL WHERE id = 2",
        "UPDATE callback SET body = NULL, query = NULL, remote_address = NULL, salt = NULL WHERE id = 2",
        // Nothing else goes with them.
        """
        UPDATE callback SET state = 'pruned', body = NULL, query = NULL, remote_address = NULL, salt = NULL, method = 'X'
        WHERE id = 2
        """,
        "DELETE FROM callback WHERE id = 5",
        "INSERT OR REPLACE INTO callback SELECT * FROM callback WHERE id = 2",
        """
        INSERT INTO callback (id, received_at, source, method, state, salt, digest, chain)
        SELECT 7, received_at, source, method, state, salt, digest, chain FROM callback WHERE id = 2
        """,
        """
        INSERT INTO callback (received_at, source, method, state, salt, digest, chain)
        SELECT received_at, source, method, state, salt, digest, chain FROM callback WHERE id = 2
        """,
        "DELETE FROM consent_change WHERE id = 3",
        "INSERT OR REPLACE INTO consent_change SELECT * FROM consent_change WHERE id = 2",
        // A new id, but the unique event: REPLACE would delete the older row.
        """
        INSERT OR REPLACE INTO consent_change
        SELECT 4, recorded_at, occurred_at, source, person, list_id, 'opted_out', reason, event_id, salt, digest, chain
        FROM consent_change WHERE id = 1
        """,
        """
        INSERT INTO consent_change (id, recorded_at, occurred_at, source, person, change, salt, digest, chain)
        SELECT 9, recorded_at, occurred_at, source, person, change, salt, digest, chain FROM consent_change WHERE id = 1
        """,
        "UPDATE consent_change SET person = NULL WHERE id = 2",
    ])
    func otherShapesAreRefused(sql: String) async throws {
        let fixture = try await filled()
        let before = try await snapshot(fixture)
        await #expect(throws: JournalError.self) { try await fixture.execute(sql) }
        #expect(try await snapshot(fixture) == before)
    }

    @Test(arguments: ["callback", "consent_change"])
    func noColumnMayChange(table: String) async throws {
        let fixture = try await filled()
        let columns = try await fixture.rows("SELECT name, type FROM pragma_table_info('\(table)')")
        #expect(columns.count > 10)
        for column in columns {
            guard case .text(let name) = column["name"], case .text(let type) = column["type"] else { continue }
            let value =
                switch (type, name) {
                case ("INTEGER", _): "\(name) + 1"
                case ("BLOB", "digest"), ("BLOB", "chain"): "zeroblob(32)"
                case ("BLOB", _): "x'77'"
                case (_, "state"): "'malformed'"
                case (_, "source"): "'poll'"
                case (_, "change"): "'opted_out'"
                default: "'other'"
                }
            let error = await #expect(throws: JournalError.self, "\(name)") {
                try await fixture.execute("UPDATE \(table) SET \(name) = \(value) WHERE id = 3")
            }
            #expect("\(String(describing: error))".contains("append-only"), "\(name)")
        }
    }

    private func snapshot(_ fixture: JournalFixture) async throws -> [TableRow] {
        try await fixture.rows("SELECT *, hex(salt), hex(body) FROM callback ORDER BY id")
            + fixture.rows("SELECT *, hex(salt), hex(chain) FROM consent_change ORDER BY id")
    }

    /// Five callbacks with every column filled from the second on, and three changes of consent.
    private func filled() async throws -> JournalFixture {
        let fixture = try JournalFixture()
        try await fixture.tell(
            .sample(.subscribe, listID: "L"),
            .sample(.unsubscribe, listID: "L", position: 1, reason: "unsubscribe"),
            .sample(.subscribe, email: "bob@example.com", listID: "M", position: 2, reason: "api")
        )
        _ = try await fixture.journal.append(
            (2...5).map { number in
                NewCallback(
                    receivedAt: fixture.now,
                    source: .getresponse,
                    method: "POST",
                    query: "n=\(number)",
                    contentType: "application/json",
                    webhookID: "w-\(number)",
                    webhookType: "contact_added",
                    body: Data([UInt8(number), 0, 255]),
                    remoteAddress: "192.0.2.1",
                    tokenLabel: "main"
                )
            }
        )
        return fixture
    }
}
