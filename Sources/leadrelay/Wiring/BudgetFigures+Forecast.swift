import Journal
import Model
import Operations
import Worker

extension BudgetFigures {
    /// Reads the figures for one scrape, with the scheduler's own forecast.
    ///
    /// - Throws: `JournalError`.
    init(of reader: JournalReader, budget: RequestBudget) async throws {
        let window = try await reader.requestWindow(length: budget.length, flight: budget.flight)
        let forecast = try await RequestScheduler(budget).forecast(reader.requestBacklog(), window)
        self.init(
            cap: forecast.cap,
            used: forecast.used,
            left: forecast.left,
            pausedSeconds: forecast.pausedFor?.seconds ?? 0,
            needed: Dictionary(forecast.needs.map { ($0.lane, $0.requests) }) { first, _ in first },
            drainSeconds: forecast.needs.isEmpty ? 0 : forecast.drainedAfter?.seconds ?? .infinity,
            ways: try await reader.profileWays()
        )
    }
}

extension Duration {
    fileprivate var seconds: Double { Double(wholeMilliseconds) / 1000 }
}
