import Synchronization

/// One request that reached an emulated API.
package struct LoggedRequest: Sendable {
    /// Counts from 1 in the order of arrival.
    package var number: Int
    /// Milliseconds since 1970 UTC, on the sandbox's clock.
    package var time: Int64
    package var method: String
    package var path: String
    package var query: String
    package var body: String
    /// What was answered; nil while the work is under way and where the connection was dropped instead.
    package var status: Int?
    /// The fault that hit it.
    package var fault: String?
}

/// Everything that was asked of one emulated API, in order of arrival, whatever became of it.
package final class RequestLog: Sendable {
    private let entries = Mutex<[LoggedRequest]>([])

    package init() {}

    /// All requests so far.
    package var all: [LoggedRequest] { entries.withLock { $0 } }

    /// How many requests there were.
    package var count: Int { entries.withLock { $0.count } }

    /// Forgets the requests so far; numbers start again.
    package func clear() {
        entries.withLock { $0.removeAll() }
    }

    func begin(_ request: SandboxRequest) -> Int {
        entries.withLock { entries in
            entries.append(
                LoggedRequest(
                    number: entries.count + 1,
                    time: request.time,
                    method: request.method,
                    path: request.path,
                    query: request.query,
                    body: request.text
                )
            )
            return entries.count
        }
    }

    func finish(_ number: Int, status: Int?, fault: Fault?) {
        entries.withLock { entries in
            guard entries.indices.contains(number - 1) else { return }
            entries[number - 1].status = status
            entries[number - 1].fault = fault?.name
        }
    }
}
