/// One of the emulated services, without its socket.
protocol EmulatedAPI: Sendable {
    /// What was asked, for tests and the control API.
    var requests: RequestLog { get }
    /// What shall go wrong.
    var faults: FaultPlan { get }
    /// The clock that every rule of this service uses, in milliseconds since 1970 UTC.
    var now: @Sendable () -> Int64 { get }
    /// How long an answer takes.
    var latency: Duration { get }
    /// Waits for a latency.
    var sleep: @Sendable (Duration) async throws -> Void { get }

    /// Does the work of a request and answers it.
    ///
    /// With `replacement` the request is only counted, and that is the answer.
    func answer(_ request: SandboxRequest, replacement: SandboxResponse?) -> SandboxResponse
    /// A request came in and is not answered yet.
    func requestBegan()
    /// The request was answered or its connection dropped.
    func requestEnded()
}

extension EmulatedAPI {
    var sleep: @Sendable (Duration) async throws -> Void { { try await Task.sleep(for: $0) } }
    func requestBegan() {}
    func requestEnded() {}
}
