import Foundation
import Synchronization
import TestSupport

/// Callbacks of every size, sent by several senders at a time; who was answered 200 is remembered.
final class PowerLossLoad: Sendable {
    struct Callback: Sendable {
        /// X-Webhook-ID.
        var id: String
        var body: String
    }

    let callbacks: [Callback]
    private let accepted = Mutex<Set<String>>([])
    private let refused = Mutex(0)

    /// Makes up callbacks: most of them short, some of several pages, a few long ones.
    init(count: Int, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        callbacks = (0..<count).map { number in
            let length = number % 40 == 39 ? 40_000 : random.pick([40, 200, 800, 1500, 6000])
            let letters = Array("abcdefghijklmnopqrstuvwxyz 0123456789".utf8)
            let text = (0..<length).map { _ in letters[Int(random.next() % UInt64(letters.count))] }
            let note = String(decoding: text, as: UTF8.self)
            return Callback(
                id: "w\(number)",
                body: """
                    {"action":"subscribe","contact":{"contactId":"c\(number)","email":"p\(number)@example.com"},"note":"\(note)"}
                    """
            )
        }
    }

    /// Who was answered 200.
    var acknowledged: Set<String> { accepted.withLock { $0 } }
    /// How many tries were answered otherwise, or not at all.
    var refusals: Int { refused.withLock { $0 } }

    /// Sends everything; a callback that is refused is sent again under the same id until it is accepted.
    func send(to deployment: Deployment, atOnce count: Int, limit: Duration = .seconds(60)) async throws {
        let deadline = ContinuousClock.now + limit
        try await withThrowingTaskGroup(of: Void.self) { group in
            for first in 0..<count {
                group.addTask {
                    for place in stride(from: first, to: self.callbacks.count, by: count) {
                        while try await !self.send(self.callbacks[place], to: deployment),
                            ContinuousClock.now < deadline
                        {
                            try await Task.sleep(for: .milliseconds(10))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Sends one callback once.
    ///
    /// - Returns: Whether it was answered 200.
    func send(_ callback: Callback, to deployment: Deployment) async throws -> Bool {
        try Task.checkCancellation()
        let answer = try? await deployment.post(callback.body, headers: ["X-Webhook-ID": callback.id])
        guard answer?.status == 200 else {
            refused.withLock { $0 += 1 }
            return false
        }
        accepted.withLock { _ = $0.insert(callback.id) }
        return true
    }
}
