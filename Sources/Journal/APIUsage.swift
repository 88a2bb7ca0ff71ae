import Foundation
import GRDB
package import Model
import Time

/// What the org has used of its API calls, by Salesforce's latest word.
package struct APIUsage: Hashable, Codable, Sendable {
    /// Calls of the last 24 hours, of all the org's integrations.
    package var used: Int
    /// Calls that the org has in 24 hours.
    package var limit: Int
    /// When Salesforce said so, in milliseconds since 1970 UTC.
    package var readAt: Int64

    package init(used: Int, limit: Int, readAt: Int64) {
        self.used = used
        self.limit = limit
        self.readAt = readAt
    }

    /// Its key in `setting`.
    static let settingKey = "salesforce.usage"
}

/// Which lanes wait so that the org's last API calls are left to others.
package enum UsageLevel: String, CaseIterable, Hashable, Sendable {
    /// Opens, clicks and history wait.
    case background
    /// Everything but opt-outs and removals waits.
    case reserve

    /// Whether an event of that lane waits.
    package func holds(_ lane: Lane) -> Bool {
        switch self {
        case .background: lane >= .activity
        case .reserve: lane > .compliance
        }
    }
}

extension EventJournal {
    /// Notes what the org has used, and makes `pauses` the pauses that follow from it, all in one commit.
    ///
    /// - Parameters:
    ///   - usage: The latest word.
    ///   - pauses: For each level that holds something now its pause; the pauses of other levels end.
    /// - Throws: `JournalError`; then nothing has changed.
    package func note(_ usage: APIUsage, pauses: [UsageLevel: Pause]) async throws(JournalError) {
        try await write { [time] db in
            let now = time.read()
            for level in UsageLevel.allCases {
                guard let pause = pauses[level] else {
                    try SettingTable.clear(.usage(level), db)
                    continue
                }
                try SettingTable.keepLonger(pause, now: now, db)
            }
            try SettingTable.store(APIUsage.settingKey, try JSONText.encode(usage), now: now.wall, db)
        }
    }
}

extension SettingTable {
    static func apiUsage(_ db: Database) throws -> APIUsage? {
        try String.fetchOne(
            db.cachedStatement(sql: "SELECT value FROM setting WHERE key = ?"),
            arguments: [APIUsage.settingKey]
        ).map { try JSONText.decode(APIUsage.self, from: $0) }
    }
}
