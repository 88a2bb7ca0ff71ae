import Journal
import Model
import Testing

@testable import Worker

@Suite("The forecast of the budget")
struct BudgetForecastTests {
    private let scheduler = RequestScheduler(RequestBudget(cap: 400))

    @Test func nothingNeededHasNoEnd() {
        let forecast = scheduler.forecast(RequestBacklog(), RequestWindow(ages: [1000, 2000]))
        #expect((forecast.cap, forecast.used, forecast.left) == (400, 2, 398))
        #expect(forecast.needs.isEmpty)
        #expect(forecast.drainedAfter == nil)
    }

    @Test func endIsWhenTheSchedulerGrantsTheLast() {
        let backlog = RequestBacklog(requests: [.lead: 1000, .signal: 3])
        let forecast = scheduler.forecast(backlog, RequestWindow())
        // The same, one decision after the other.
        var ages: [Int64] = []
        var now: Int64 = 0
        var granted = 0
        while granted < 1003 {
            let window = RequestWindow(ages: ages.filter { $0 < 3_612_000 })
            switch scheduler.decide(granted < 3 ? .signal : .lead, window) {
            case .grant:
                ages.insert(0, at: 0)
                granted += 1
            case .wait(let wait):
                now += wait.wholeMilliseconds
                ages = ages.map { $0 + wait.wholeMilliseconds }
            }
        }
        #expect(forecast.drainedAfter == .milliseconds(now))
        #expect(forecast.needs.map(\.lane) == [.signal, .lead])
        #expect(forecast.needs.first?.drainedAfter == .milliseconds(2 * 2257))
    }

    @Test func historyEndsAfterTheLeads() throws {
        let backlog = RequestBacklog(requests: [.lead: 100, .bulk: 640])
        let forecast = scheduler.forecast(backlog, RequestWindow())
        let leads = try #require(forecast.needs.first { $0.lane == .lead }?.drainedAfter)
        let history = try #require(forecast.needs.first { $0.lane == .bulk }?.drainedAfter)
        #expect(leads < .seconds(700))
        #expect((Duration.seconds(6300)...Duration.seconds(8400)).contains(history), "320 an hour: \(history)")
    }

    @Test func pauseComesFirst() {
        let rest = RequestWindow.Rest(remaining: .seconds(900), asked: .seconds(900))
        let forecast = scheduler.forecast(RequestBacklog(requests: [.lead: 1]), RequestWindow(rest: rest))
        #expect(forecast.pausedFor == .seconds(900))
        #expect(forecast.drainedAfter == .seconds(900))
    }

    @Test func whatTheSettingsNeverLetGoHasNoEnd() {
        let budget = RequestBudget(cap: 400, bulkReservePercent: 100)
        let forecast = RequestScheduler(budget).forecast(RequestBacklog(requests: [.bulk: 1]), RequestWindow())
        #expect(forecast.needs.map(\.drainedAfter) == [nil])
        #expect(forecast.drainedAfter == nil)
    }

    @Test func hugeBacklogIsReckonedInTimeForAScrape() throws {
        let clock = ContinuousClock()
        var forecast: BudgetForecast?
        let taken = clock.measure {
            forecast = RequestScheduler(RequestBudget(cap: 5000))
                .forecast(RequestBacklog(requests: [.lead: 10_000_000]), RequestWindow())
        }
        let end = try #require(forecast?.drainedAfter)
        #expect(abs(Double(end.components.seconds) / 3600 - 2006) < 5, "5,000 in 3,612 s")
        #expect(taken < .seconds(2))
    }
}
