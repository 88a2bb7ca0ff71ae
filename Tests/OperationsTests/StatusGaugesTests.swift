import Model
import Operations
import Prometheus
import Testing

@testable import Journal

@Suite struct StatusGaugesTests {
    @Test func emptyJournalShowsEveryLaneAndStateAtZero() {
        let samples = StatusGauges.samples(of: JournalStatus(), budget: nil)
        let depths = samples.filter { $0.name == "leadrelay_queue_events" }
        #expect(depths.count == Lane.allCases.count * 5)
        #expect(Set(depths.compactMap { $0.labels["lane"] }) == Set(Lane.allCases.map(\.name)))
        #expect(samples.allSatisfy { $0.value == 0 })
        #expect(!samples.contains { $0.name.hasPrefix("leadrelay_budget") })
    }

    @Test func figuresOfTheStatusBecomeGauges() {
        var status = JournalStatus()
        status.undecodedCallbacks = 1
        status.oldestUndecodedSeconds = 312.5
        status.optOutsPending = 2
        status.optOutsOverdue = 3
        status.walBytes = 4096
        status.apiUsage = APIUsage(used: 12_000, limit: 15_000, readAt: 1)
        status.pauses = [.init(subject: "salesforce", reason: "log-in", until: 0)]
        let samples = StatusGauges.samples(of: status, budget: BudgetFigures(cap: 400, used: 390, left: 7))
        #expect(samples.value("leadrelay_callbacks_undecoded") == 1)
        #expect(samples.value("leadrelay_callbacks_undecoded_oldest_seconds") == 312.5)
        #expect(samples.value("leadrelay_opt_outs_pending") == 2)
        #expect(samples.value("leadrelay_opt_outs_overdue") == 3)
        #expect(samples.value("leadrelay_wal_bytes") == 4096)
        #expect(samples.value("leadrelay_pauses") == 1)
        #expect(samples.value("leadrelay_salesforce_api_used") == 12_000)
        #expect(samples.value("leadrelay_salesforce_api_limit") == 15_000)
        #expect(samples.value("leadrelay_budget_cap") == 400)
        #expect(samples.value("leadrelay_budget_used") == 390)
        #expect(samples.value("leadrelay_budget_left") == 7)
    }

    @Test func depthsGoByTheNameOfTheLane() {
        var status = JournalStatus()
        status.depths = [
            .init(lane: 0, state: "dead", count: 2, oldestSeconds: 60.5),
            .init(lane: 2, state: "available", count: 300, oldestSeconds: 4),
            .init(lane: 9, state: "available", count: 1, oldestSeconds: 1),
            .init(lane: 11, state: "available", count: 2, oldestSeconds: 8),
        ]
        let samples = StatusGauges.samples(of: status, budget: nil)
        #expect(samples.value("leadrelay_queue_events", lane: "compliance", state: "dead") == 2)
        #expect(samples.value("leadrelay_queue_oldest_seconds", lane: "compliance", state: "dead") == 60.5)
        #expect(samples.value("leadrelay_queue_events", lane: "lead", state: "available") == 300)
        #expect(samples.value("leadrelay_queue_events", lane: "unknown", state: "available") == 3)
        #expect(samples.value("leadrelay_queue_oldest_seconds", lane: "unknown", state: "available") == 8)
    }

    @Test func whatIsNeededSavedAndPausedOfTheBudgetIsTold() {
        let figures = BudgetFigures(
            cap: 400,
            used: 400,
            left: 0,
            pausedSeconds: 90,
            needed: [.signal: 2, .lead: 30],
            drainSeconds: 320,
            ways: [.carried: 5, .shared: 4, .reused: 3, .listed: 200, .fetched: 12, .gone: 1]
        )
        let samples = StatusGauges.samples(of: JournalStatus(), budget: figures)
        func series(_ name: String, by label: String) -> [String: Double] {
            let found = samples.filter { $0.name == name }.map { ($0.labels[label] ?? "", $0.value) }
            return Dictionary(found) { first, _ in first }
        }
        #expect(samples.value("leadrelay_budget_paused_seconds") == 90)
        #expect(samples.value("leadrelay_drain_seconds") == 320)
        let needed = series("leadrelay_requests_needed", by: "lane")
        #expect(needed == ["compliance": 0, "signal": 2, "lead": 30, "activity": 0, "bulk": 0])
        let ways = series("leadrelay_profiles", by: "way")
        #expect(ways == ["carried": 5, "shared": 4, "reused": 3, "listed": 200, "fetched": 12, "gone": 1])
    }

    @Test func noSeriesIsGivenTwice() {
        var status = JournalStatus()
        status.depths = Lane.allCases.map { .init(lane: $0.rawValue, state: "running", count: 1, oldestSeconds: 1) }
        let samples = StatusGauges.samples(of: status, budget: BudgetFigures(cap: 1, used: 0, left: 1))
        #expect(
            Set(samples.map { [$0.name] + $0.labels.sorted { $0.key < $1.key }.map(\.value) }).count == samples.count
        )
    }

    @Test func everyGaugeIsInTheCatalogueWithItsHelpAndLabels() throws {
        var status = JournalStatus()
        status.apiUsage = APIUsage(used: 1, limit: 2, readAt: 3)
        let samples = StatusGauges.samples(of: status, budget: BudgetFigures(cap: 1, used: 0, left: 1))
        for sample in samples {
            let description = try #require(MetricCatalog.journal.first { $0.name == sample.name })
            #expect(description.help == sample.help)
            #expect(description.labels == sample.labels.keys.sorted())
        }
        let shown = Set(samples.map(\.name)).union(["leadrelay_journal_up"])
        #expect(shown == Set(MetricCatalog.journal.map(\.name)))
    }

    @Test func namesFollowThePrometheusConventions() {
        let all = MetricCatalog.all
        #expect(Set(all.map(\.name)).count == all.count)
        for description in all {
            #expect(description.name.hasPrefix("leadrelay_"))
            #expect(description.help.hasSuffix("."))
            #expect((description.kind == .counter) == description.name.hasSuffix("_total"))
        }
    }
}

extension [GaugeSample] {
    fileprivate func value(_ name: String, lane: String? = nil, state: String? = nil) -> Double? {
        first { $0.name == name && $0.labels["lane"] == lane && $0.labels["state"] == state }?.value
    }
}
