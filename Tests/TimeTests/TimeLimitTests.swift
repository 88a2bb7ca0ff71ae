import Testing
import Time

@Suite("A time limit", .timeLimit(.minutes(1)))
struct TimeLimitTests {
    private struct Failure: Error, Equatable {}

    @Test func resultInTimeIsReturned() async throws {
        #expect(try await withTimeLimit(.seconds(3600)) { 7 } == 7)
    }

    @Test func resultMayBeNil() async throws {
        let result: Int? = try await withTimeLimit(.seconds(3600)) { nil }
        #expect(result == nil)
    }

    @Test func errorOfTheOperationIsThrown() async {
        await #expect(throws: Failure()) {
            try await withTimeLimit(.seconds(3600)) { throw Failure() }
        }
    }

    @Test func operationThatTakesTooLongIsCancelledAndHasEnded() async {
        let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
        await #expect(throws: TimeLimitExceeded.self) {
            try await withTimeLimit(.milliseconds(1)) {
                defer { continuation.finish() }
                try await Task.sleep(for: .seconds(3600))
            }
        }
        // The stream is finished already; otherwise this would wait for ever.
        for await _ in ends {}
    }

    /// What arrives together with the cancellation is an answer all the same: it must not be thrown away.
    @Test func resultThatComesDespiteTheCancellationIsReturned() async throws {
        let result = try await withTimeLimit(.milliseconds(1)) {
            try? await Task.sleep(for: .seconds(3600))
            return "answer"
        }
        #expect(result == "answer")
    }

    @Test func callersCancellationIsNoExceededLimit() async {
        let task = Task {
            try await withTimeLimit(.seconds(3600)) { try await Task.sleep(for: .seconds(3600)) }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
