import Synchronization

/// The emulated GetResponse API v3, with the account behind it.
///
/// Sources: GetResponse's OpenAPI document and its pages on limits and errors. Where they are silent the choice is noted at
/// the setting in ``SandboxConfiguration``.
package final class GetResponseSandbox: EmulatedAPI {
    /// Every request that arrived, refused or not.
    package let requests = RequestLog()
    /// What shall go wrong.
    package let faults = FaultPlan()
    let now: @Sendable () -> Int64
    let sleep: @Sendable (Duration) async throws -> Void
    let configuration: SandboxConfiguration.GetResponse
    private let state: Mutex<GetResponseState>

    var latency: Duration { configuration.latency }

    init(
        _ configuration: SandboxConfiguration.GetResponse,
        now: @escaping @Sendable () -> Int64,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.configuration = configuration
        self.now = now
        self.sleep = sleep
        state = Mutex(GetResponseState(configuration))
    }

    /// Adds a list, or renames it.
    package func addList(id: String, name: String) {
        state.withLock { $0.addList(id: id, name: name, now: now()) }
    }

    /// Adds a contact (and its list, where that is new) or replaces it, and returns its id.
    @discardableResult
    package func addContact(_ contact: GetResponseContact) -> String {
        state.withLock { $0.add(contact, now: now()) }
    }

    /// Changes a contact and sets its `changedOn` to now.
    ///
    /// Returns whether there is such a contact.
    @discardableResult
    package func updateContact(_ id: String, _ change: (inout GetResponseContact) -> Void) -> Bool {
        state.withLock { state in
            guard var contact = state.contacts[id] else { return false }
            change(&contact)
            contact.id = id
            contact.changedOn = now()
            _ = state.add(contact, now: now())
            return true
        }
    }

    /// Removes a contact from its list: the API answers 404 for it from now on.
    ///
    /// Returns whether there was one. Without `deletedOn` (milliseconds since 1970 UTC) that is now.
    @discardableResult
    package func deleteContact(_ id: String, reason: String = "unsubscribe", deletedOn: Int64? = nil) -> Bool {
        state.withLock { $0.remove(id, reason: reason, now: deletedOn ?? now()) }
    }

    /// Adds contacts that left their list long ago, as an account with a history has them.
    package func addRemovedContacts(_ contacts: [RemovedGetResponseContact]) {
        state.withLock { state in
            for removed in contacts {
                let id = state.add(removed.contact, now: now())
                _ = state.remove(id, reason: removed.reason, now: removed.deletedOn)
            }
        }
    }

    /// The contact with this id.
    package func contact(_ id: String) -> GetResponseContact? {
        state.withLock { $0.contacts[id] }
    }

    /// The contacts that were removed, oldest first.
    package var removedContacts: [RemovedGetResponseContact] { state.withLock { $0.removed } }

    /// The callback configuration of the account; nil when callbacks are off.
    package var callback: GetResponseCallback? {
        get { state.withLock { $0.callback } }
        set { state.withLock { $0.callback = newValue } }
    }

    /// Requests left in the hourly window that ends now.
    package var remainingRequests: Int { state.withLock { $0.hourly.remaining(at: now()) } }

    /// How often a limit was hit (429).
    package var refusals: Int { state.withLock { $0.refusals } }

    func requestBegan() {
        state.withLock { $0.inFlight += 1 }
    }

    func requestEnded() {
        state.withLock { $0.inFlight -= 1 }
    }

    func answer(_ request: SandboxRequest, replacement: SandboxResponse?) -> SandboxResponse {
        state.withLock { state in
            var limited: (limit: Int, reset: Int64)?
            var response: SandboxResponse
            do throws(GetResponseError) {
                try authenticate(request)
                try state.spend(at: request.time, configuration, limited: &limited)
                if let replacement {
                    response = replacement
                } else {
                    let routes = GetResponseRoutes(configuration: configuration, now: request.time)
                    response = try routes.answer(request, &state)
                }
            } catch {
                response = error.response
            }
            let remaining = limited == nil ? state.hourly.remaining(at: request.time) : 0
            let reset = limited?.reset ?? state.hourly.secondsToReset(at: request.time)
            response.headers += [
                ("Content-Type", "application/json"),
                ("X-RateLimit-Limit", String(limited?.limit ?? configuration.hourlyCap)),
                ("X-RateLimit-Remaining", String(remaining)), ("X-RateLimit-Reset", "\(reset) seconds"),
            ]
            return response
        }
    }

    private func authenticate(_ request: SandboxRequest) throws(GetResponseError) {
        guard request.header("x-auth-token") == "api-key \(configuration.apiKey)" else { throw .unauthenticated }
        let sent = request.header("x-domain")
        if let domain = configuration.domain {
            guard let sent else { throw .domainHeader }
            guard sent == domain else { throw .unknownDomain }
        } else if sent != nil {
            throw .domainHeader
        }
    }
}

extension GetResponseState {
    /// Counts a request against every limit, or refuses it; a refused one is not counted.
    fileprivate mutating func spend(
        at now: Int64,
        _ configuration: SandboxConfiguration.GetResponse,
        limited: inout (limit: Int, reset: Int64)?
    ) throws(GetResponseError) {
        if hourly.remaining(at: now) == 0 {
            limited = (configuration.hourlyCap, hourly.secondsToReset(at: now))
        } else if second.remaining(at: now) == 0 {
            limited = (configuration.perSecondLimit, 1)
        } else if inFlight > configuration.concurrentLimit {
            limited = (configuration.concurrentLimit, 1)
        }
        guard let limited else {
            hourly.record(at: now)
            second.record(at: now)
            return
        }
        refusals += 1
        // Only the short limits were seen to send Retry-After; the hourly one speaks through context and headers alone.
        let isShort = limited.limit != configuration.hourlyCap
        throw .tooManyRequests(limit: limited.limit, reset: limited.reset, retryAfter: isShort ? limited.reset : nil)
    }
}
