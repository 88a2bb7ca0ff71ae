import GRDB
import Model
import Time

extension EventJournal {
    /// Asks for one GetResponse request; a grant is on disk when this returns.
    ///
    /// - Parameters:
    ///   - purpose: What the request is for, from a closed set.
    ///   - worker: Who sends it.
    ///   - eventID: The event whose profile is fetched. It is reserved for 15 s in the same transaction, so that no other
    ///     worker asks for the same profile.
    ///   - reservesFetch: False for a further request of a fetch that is reserved already.
    ///   - cap: How many requests the window takes; `decide` says whether one more fits.
    ///   - length: The window: 3,600 s, plus the 2 s that a grant lives, plus the request's time-out.
    ///   - decide: The rule, called inside the transaction with the ledger as it is then.
    /// - Returns: The grant, how long to wait, or that the fetch is somebody else's.
    /// - Throws: `JournalError`; then nothing is granted.
    package func grantRequest(
        purpose: String,
        worker: String,
        fetchOf eventID: Int64? = nil,
        reservesFetch: Bool = true,
        cap: Int,
        length: Duration,
        decide: @escaping @Sendable (RequestWindow) -> RequestDecision
    ) async throws(JournalError) -> LedgerAnswer {
        try await write { [time] db in
            let now = time.read()
            let window = try RequestTable.window(cap: cap, length: length, now: now, db)
            if case .wait(let duration) = decide(window) { return .wait(duration) }
            if let eventID, reservesFetch {
                try db.cachedStatement(
                    sql: """
                        UPDATE event SET available_at = ? WHERE id = ? AND waits_for = 'profile' AND available_at <= ?
                        """
                )
                .execute(arguments: [now.wall + 15_000, eventID, now.wall])
                guard db.changesCount == 1 else { return .taken }
            }
            try db.cachedStatement(
                sql: """
                    INSERT INTO api_request (purpose, granted_at, boot_id, granted_boot, worker, event_id)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """
            )
            .execute(arguments: [purpose, now.wall, now.bootID, now.boot, worker, eventID])
            return .granted(LedgerGrant(id: db.lastInsertedRowID, grantedBoot: now.boot))
        }
    }

    /// Records how a granted request was answered; nil when it was never sent or its answer was lost.
    package func settleRequest(_ grantID: Int64, status: Int?) async throws(JournalError) {
        try await write { [time] db in
            try db.cachedStatement(sql: "UPDATE api_request SET status = ?, finished_at = ? WHERE id = ?")
                .execute(arguments: [status, time.read().wall, grantID])
        }
    }
}

extension JournalReader {
    /// The ledger's window as it is now.
    package func requestWindow(cap: Int, length: Duration) async throws(JournalError) -> RequestWindow {
        try await read { [time] db in
            try RequestTable.window(cap: cap, length: length, now: time.read(), db)
        }
    }
}
