import GRDB
import Model
import Time

extension EventJournal {
    /// Asks for one GetResponse request; a grant is on disk when this returns.
    ///
    /// - Parameters:
    ///   - ask: Who asks, for what, and what is reserved with the grant.
    ///   - decide: The rule, called inside the transaction with the ledger as it is then.
    /// - Returns: The grant, how long to wait, or that the fetch is somebody else's.
    /// - Throws: `JournalError`; then nothing is granted.
    package func grantRequest(
        _ ask: RequestAsk,
        decide: @escaping @Sendable (RequestWindow) -> RequestDecision
    ) async throws(JournalError) -> LedgerAnswer {
        try await write { [time] db in
            let now = time.read()
            try RequestTable.followClock(length: ask.length, now: now, db)
            let window = try RequestTable.window(length: ask.length, flight: ask.flight, now: now, db)
            if case .wait(let duration) = decide(window) { return .wait(duration) }
            guard try FetchTable.reserve(ask, now: now, db) else { return .taken }
            return .granted(try RequestTable.insert(ask, now: now, db))
        }
    }

    /// Follows a wall clock that was set, so that neither the ledger nor a fetch depends on what it said before.
    ///
    /// Asked now and then also while no request is: after the next restart of the machine nothing but wall time is left.
    ///
    /// - Parameter length: The window whose requests count.
    /// - Throws: `JournalError`.
    package func followClock(length: Duration) async throws(JournalError) {
        let isBehind = try await reader.read { [time] db in
            let now = time.read()
            return try RequestTable.isDatedWrong(now: now, db) || FetchTable.isStranded(now: now.wall, db)
        }
        guard isBehind else { return }
        try await write { [time] db in
            let now = time.read()
            try RequestTable.followClock(length: length, now: now, db)
            try FetchTable.bringForward(now: now.wall, db)
        }
    }

    /// Records how a granted request was answered, and what the server said about further ones.
    ///
    /// - Parameters:
    ///   - grantID: The row in `api_request`.
    ///   - status: The HTTP status; nil when the request was never sent or its answer was lost.
    ///   - pause: What the server asks for; the longest one named stays.
    /// - Throws: `JournalError`; the grant stays spent.
    package func settleRequest(
        _ grantID: Int64,
        status: Int?,
        pause: Pause? = nil
    ) async throws(JournalError) {
        try await write { [time] db in
            let now = time.read()
            try db.cachedStatement(sql: "UPDATE api_request SET status = ?, finished_at = ? WHERE id = ?")
                .execute(arguments: [status, now.wall, grantID])
            if let pause {
                try SettingTable.keepLonger(pause, now: now, db)
            } else if let status, (200..<300).contains(status) {
                // A success proves a pause over only after its end: the request may have left before it was set.
                try SettingTable.clearIfOver(.getResponse, now: now, db)
            }
        }
    }
}

extension JournalReader {
    /// The ledger's window as it is now.
    package func requestWindow(
        length: Duration,
        flight: Duration = .seconds(12)
    ) async throws(JournalError) -> RequestWindow {
        try await read { [time] db in
            try RequestTable.window(length: length, flight: flight, now: time.read(), db)
        }
    }
}
