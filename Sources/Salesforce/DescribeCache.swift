import Logging
package import Model
import Time

/// What the org's objects look like, asked once and kept for a day.
///
/// A describe costs an API call, and what it tells changes when an admin changes it: lengths, permissions, keys. Whoever
/// waits for the same object waits for one request.
package actor DescribeCache {
    private struct Entry {
        var description: ObjectDescription
        var askedAt: Int64
    }

    private let client: SalesforceClient
    private let lifetime: Duration
    private var entries: [SalesforceObject: Entry] = [:]
    private var underWay: [SalesforceObject: Task<Result<ObjectDescription, SalesforceError>, Never>] = [:]

    /// - Parameters:
    ///   - client: Who asks.
    ///   - lifetime: How long an answer is good for, by the clock that does not jump.
    package init(client: SalesforceClient, lifetime: Duration = .seconds(86_400)) {
        self.client = client
        self.lifetime = lifetime
    }

    /// The object's fields, asked for unless they are known and not older than the lifetime.
    ///
    /// When Salesforce can't be reached, what is known stays good: yesterday's lengths are better than none. A refusal is
    /// thrown, since it says that the user's rights have changed.
    ///
    /// - Parameter object: The object.
    /// - Returns: Its fields as our user sees them.
    /// - Throws: `SalesforceError`; 404 when the user may not see the object.
    package func description(of object: SalesforceObject) async throws(SalesforceError) -> ObjectDescription {
        if let entry = entries[object], isFresh(entry) { return entry.description }
        let request: Task<Result<ObjectDescription, SalesforceError>, Never>
        if let running = underWay[object] {
            request = running
        } else {
            // Not a child of whoever came first: the others wait for it too.
            request = Task { await self.ask(object) }
            underWay[object] = request
        }
        return try await request.value.get()
    }

    /// What is known of the object without asking, however old.
    ///
    /// - Parameter object: The object.
    /// - Returns: Its fields; nil before the first answer.
    package func known(_ object: SalesforceObject) -> ObjectDescription? { entries[object]?.description }

    /// Has the next question ask again: a write has found the object other than it is known.
    ///
    /// - Parameter object: The object.
    package func forget(_ object: SalesforceObject) {
        entries[object] = nil
    }

    private func isFresh(_ entry: Entry) -> Bool {
        .milliseconds(client.time.read().boot - entry.askedAt) < lifetime
    }

    private func ask(_ object: SalesforceObject) async -> Result<ObjectDescription, SalesforceError> {
        defer { underWay[object] = nil }
        let askedAt = client.time.read().boot
        do throws(SalesforceError) {
            let description = try await client.describe(object)
            entries[object] = Entry(description: description, askedAt: askedAt)
            return .success(description)
        } catch {
            guard let known = entries[object]?.description, error.errorClass != .configuration,
                error.errorClass != .data
            else { return .failure(error) }
            client.logger.warning(
                "salesforce.describe_failed",
                metadata: ["object": "\(object.rawValue)", "error": "\(error)"]
            )
            return .success(known)
        }
    }
}
