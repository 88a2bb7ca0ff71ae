import GRDB

/// How a contact got the details that its callback may have lacked: the value of `profile_tally.way`.
package enum ProfileWay: String, CaseIterable, Sendable {
    /// The callback carried every mapped field: no request.
    case carried
    /// Another event of the contact was waiting for the same request.
    case shared
    /// The profile had been fetched lately: no request.
    case reused
    /// A page of the list: one request for up to a thousand contacts.
    case listed
    /// A request of its own.
    case fetched
    /// GetResponse has no such contact (any more).
    case gone
}

extension JournalReader {
    /// How many contacts got their details in which way, since the journal was made.
    package func profileWays() async throws(JournalError) -> [ProfileWay: Int] {
        try await read { db in
            var ways: [ProfileWay: Int] = [:]
            for row in try Row.fetchAll(db.cachedStatement(sql: "SELECT way, contacts FROM profile_tally")) {
                if let way = ProfileWay(rawValue: row["way"]) { ways[way] = row["contacts"] }
            }
            return ways
        }
    }
}
