import Journal
import Model
import Planning
import Time

@testable import Worker

extension WorkerFixture {
    /// One sweep to its end, as the worker does it; nil where it may not ask.
    @discardableResult
    func sweep(
        _ runner: String = "s",
        isFull: Bool = false,
        _ change: (inout SyncPolicy) -> Void = { _ in }
    ) async throws -> SweepCheckpoint? {
        guard let checkpoint = try await takeTurn(runner, isFull: isFull) else { return nil }
        var policy = SyncPolicy()
        change(&policy)
        return try await driftSweep(policy).run(from: checkpoint)
    }

    func takeTurn(_ runner: String, isFull: Bool = false) async throws -> SweepCheckpoint? {
        // The first asking only notes the time.
        for _ in 0..<2 {
            let turn = try await journal.takeSweepTurn(
                runner: runner,
                interval: .zero,
                fullInterval: isFull ? .zero : .seconds(86_400),
                patience: .zero
            )
            if case .start(let checkpoint) = turn { return checkpoint }
        }
        return nil
    }

    func driftSweep(_ policy: SyncPolicy = SyncPolicy(), failPoint: FailPoint = FailPoint()) -> DriftSweep {
        DriftSweep(
            journal: journal,
            salesforce: makeSalesforce(),
            policy: policy,
            failPoint: failPoint,
            time: SystemTimeSource()
        )
    }

    /// Opts somebody out, and works until all is done.
    func optOutAndSettle(_ contactID: String, _ email: String?) async throws {
        try await tell(.unsubscribe(contactID, email))
        try await settle()
    }

    /// Lets a worker that does not sweep do what there is to do.
    func settle(_ change: (inout WorkerConfiguration) -> Void = { _ in }) async throws {
        try await whileRunning(makeWorker("w", change)) { try await eventuallyDrained() }
    }

    func drifts() async throws -> [EventView] {
        try await events().filter { $0.action == "opt_out_drift" }
    }
}
