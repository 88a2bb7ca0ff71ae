import GRDB
package import Model

/// The GetResponse requests that waiting events still need.
package struct RequestBacklog: Hashable, Sendable {
    /// How many a page carries.
    package static let pageSize = 1000

    /// Requests by lane; no entry where none are needed.
    package var requests: [Lane: Int]

    /// All of them together.
    package var total: Int { requests.values.reduce(0, +) }

    package init(requests: [Lane: Int] = [:]) {
        self.requests = requests
    }
}

extension JournalReader {
    static let waitingSQL = "SELECT lane, count(*) AS count FROM event WHERE waits_for = 'profile' GROUP BY lane"

    static let listableSQL = """
        SELECT e.lane, e.list_id, count(*) AS count
        FROM event AS e INDEXED BY event_listable LEFT JOIN profile AS p ON p.contact_id = e.contact_id
        WHERE \(FetchTable.listable) AND NOT \(FetchTable.paged)
        GROUP BY e.lane, e.list_id HAVING count >= 2
        """

    /// How many requests the events that wait now still need: one a contact, or one a page of their list.
    package func requestBacklog() async throws(JournalError) -> RequestBacklog {
        try await read { db in
            var requests: [Lane: Int] = [:]
            for row in try Row.fetchAll(db.cachedStatement(sql: Self.waitingSQL)) {
                if let lane = Lane(rawValue: row["lane"]) { requests[lane] = row["count"] }
            }
            for row in try Row.fetchAll(db.cachedStatement(sql: Self.listableSQL)) {
                guard let lane = Lane(rawValue: row["lane"]) else { continue }
                let contacts: Int = row["count"]
                let pages = (contacts + RequestBacklog.pageSize - 1) / RequestBacklog.pageSize
                requests[lane, default: 0] -= contacts - pages
            }
            return RequestBacklog(requests: requests)
        }
    }
}
