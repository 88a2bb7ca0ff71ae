import Foundation
import Subprocess
import Synchronization
import TestSupport

/// Keeps a process running by starting it anew, and kills it over and over: at random moments, or at named steps.
final class CrashReaper: Sendable {
    private struct State {
        var random: SeededGenerator
        var left: Int
        var kills: [String: Int] = [:]
        var nextStep = 0
    }

    static let workerSteps = [
        "decoded", "claimed", "effects.planned", "effects.sent", "concluded", "request.granted", "profile.fetched",
        "rescued",
    ]
    static let ingestSteps = ["callbacks.committed"]

    private let state: Mutex<State>
    private let deployment: Deployment

    init(_ deployment: Deployment, kills: Int, seed: UInt64) {
        self.deployment = deployment
        state = Mutex(State(random: SeededGenerator(seed: seed), left: kills))
    }

    /// How many died of what.
    var kills: [String: Int] { state.withLock(\.kills) }

    /// Starts and kills `ingest` or `worker` until enough have died; every other time it dies at one of the steps, which get
    /// their turns.
    func run(_ command: String, steps: [String], log: String) async throws {
        while let (step, wait) = next(steps) {
            let end = try await deployment.leadrelay.with(step.map { ["LEADRELAY_FAILPOINT": $0] } ?? [:])
                .running(command, log: deployment.folder.path(log)) { running in
                    let isDead = try await running.dies(within: wait)
                    if !isDead { try running.send(.kill) }
                    return isDead
                }
            let name = end.value ? "\(command) at \(step?.prefix { $0 != ":" } ?? "?")" : "\(command) at random"
            if end.status == nil { state.withLock { $0.kills[name, default: 0] += 1 } }
        }
    }

    /// What the next process dies of: a step, which is waited for a while, or a signal after a random time.
    private func next(_ steps: [String]) -> (step: String?, wait: Duration)? {
        state.withLock { state in
            guard state.left > 0 else { return nil }
            state.left -= 1
            state.nextStep += 1
            let milliseconds = Int.random(in: 50...900, using: &state.random)
            guard state.nextStep.isMultiple(of: 2) else { return (nil, .milliseconds(milliseconds)) }
            let number = Int.random(in: 1...4, using: &state.random)
            return ("\(steps[state.nextStep / 2 % steps.count]):\(number)", .seconds(3))
        }
    }
}

extension Product.Running {
    /// Waits for the process to end by itself.
    func dies(within limit: Duration) async throws -> Bool {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if isDead { return true }
            try await Task.sleep(for: .milliseconds(5))
        }
        return isDead
    }

    /// Whether there is no such process, or only what its parent has not buried yet.
    private var isDead: Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return true }
        return status.split(separator: ")").last?.hasPrefix(" Z") ?? true
    }
}
