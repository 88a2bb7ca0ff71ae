/// A condition that did not come about in time.
struct NotInTime: Error, CustomStringConvertible {
    var description: String
}

/// Waits until `condition` holds, looking again every few milliseconds.
///
/// - Throws: `NotInTime` after `limit`, with what `details` says then; whatever `condition` throws.
func eventually(
    _ what: String,
    within limit: Duration = .seconds(25),
    details: () async throws -> String = { "" },
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw NotInTime(description: "Not within \(limit): \(what). \(try await details())")
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}
