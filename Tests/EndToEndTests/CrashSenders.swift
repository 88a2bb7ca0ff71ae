import Synchronization

/// Posts callbacks while ingest comes and goes, and remembers what was acknowledged.
final class CrashSenders: Sendable {
    private struct State {
        var next = 0
        var isOver = false
        var acknowledged: [String] = []
        var refusals = 0
    }

    private let state = Mutex(State())
    private let deployment: Deployment
    /// How long a sender rests between two people.
    private let rest: Duration

    init(_ deployment: Deployment, rest: Duration) {
        self.deployment = deployment
        self.rest = rest
    }

    /// The ids of the callbacks that were answered 200.
    var acknowledged: [String] { state.withLock(\.acknowledged) }
    /// How often a callback was refused, or the connection was.
    var refusals: Int { state.withLock(\.refusals) }
    /// Who was told of.
    var people: [CrashPerson] { (0..<state.withLock(\.next)).map { CrashPerson(number: $0) } }

    /// Tells of one person after the other, several at a time, until `stop()`; each of them to the end.
    func run(atOnce count: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask {
                    while let person = self.nextPerson() {
                        try person.settle(in: self.deployment.sandbox)
                        for post in person.posts { try await self.sendUntilAcknowledged(post) }
                        try await Task.sleep(for: self.rest)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Lets everybody who is begun be the last.
    func stop() {
        state.withLock { $0.isOver = true }
    }

    /// Sends one callback as often as it takes, always under the same id.
    func sendUntilAcknowledged(_ post: CrashPerson.Post) async throws {
        while true {
            try Task.checkCancellation()
            let answer = try? await deployment.post(post.body, headers: ["X-Webhook-ID": post.id])
            if answer?.status == 200 {
                state.withLock { $0.acknowledged.append(post.id) }
                return
            }
            state.withLock { $0.refusals += 1 }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func nextPerson() -> CrashPerson? {
        state.withLock { state in
            guard !state.isOver else { return nil }
            defer { state.next += 1 }
            return CrashPerson(number: state.next)
        }
    }
}
