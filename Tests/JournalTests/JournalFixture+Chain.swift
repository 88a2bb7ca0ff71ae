import Foundation
import GRDB

@testable import Journal

/// Recomputes the chains of rule 10 from the rows and the key file, with a hash of the tests' own.
extension JournalFixture {
    /// What is wrong with the chain of `callback`, row by row; nothing when it holds.
    func callbackChainFaults() async throws -> [String] {
        try await chainFaults(
            """
            SELECT id, received_at AS time, source, salt, digest, chain, method, query, content_type, webhook_id,
                webhook_type, body, remote_address, token_label
            FROM callback ORDER BY id
            """
        )
    }

    /// The same of `consent_change`.
    func consentChainFaults() async throws -> [String] {
        try await chainFaults(
            """
            SELECT id, recorded_at AS time, source, salt, digest, chain, person, list_id, change, reason,
                CAST(occurred_at AS TEXT) AS occurred, CAST(event_id AS TEXT) AS event
            FROM consent_change ORDER BY id
            """
        )
    }

    /// The first six columns are the link's own, the others its contents in order.
    private func chainFaults(_ sql: String) async throws -> [String] {
        let keyFile = try String(contentsOfFile: path + ".key", encoding: .utf8)
        let key = Array(keyFile.trimmingCharacters(in: .newlines).utf8)
        return try await journal.read { db in
            var faults: [String] = []
            var previous = [UInt8](repeating: 0, count: 32)
            var expectedID: Int64 = 1
            for row in try Row.fetchAll(db, sql: sql) {
                let id: Int64 = row["id"]
                let digest = [UInt8](row["digest"] as Data)
                if id != expectedID { faults.append("row \(id) stands where \(expectedID) should") }
                if let salt = row["salt"] as Data? {
                    let contents = Array(row.databaseValues.dropFirst(6).map(Self.bytes))
                    if digest != Self.digest(salt: [UInt8](salt), contents) { faults.append("digest of row \(id)") }
                }
                let message =
                    previous + ReferenceHash.bigEndian(id) + ReferenceHash.bigEndian(row["time"] as Int64)
                    + Array((row["source"] as String).utf8) + digest
                previous = ReferenceHash.hmac(key: key, message)
                if previous != [UInt8](row["chain"] as Data) { faults.append("chain of row \(id)") }
                expectedID = id + 1
            }
            return faults
        }
    }

    private static func bytes(of value: DatabaseValue) -> [UInt8]? {
        switch value.storage {
        case .string(let text): Array(text.utf8)
        case .blob(let data): [UInt8](data)
        default: nil
        }
    }

    private static func digest(salt: [UInt8], _ contents: [[UInt8]?]) -> [UInt8] {
        ReferenceHash.sha256(
            contents.reduce(into: salt) { bytes, part in
                bytes += ReferenceHash.bigEndian(Int64(part?.count ?? -1)) + (part ?? [])
            }
        )
    }
}
