import Foundation
import Testing

/// The simulation behind the table of spikes tells the product from a naive worker, and counts right.
///
/// It runs in a process of its own: its clock moves only when nothing in the process has anything to do.
@Suite("Spikes in virtual time", .serialized, .timeLimit(.minutes(3)))
struct SpikeTests {
    /// A row of the table.
    private struct Row {
        var leads: Int
        var profiles: Int
        var requests: Double
        var calls: Double
        var targets: String

        init(_ cells: [String]) throws {
            try #require(cells.count == 11, "\(cells)")
            leads = Self.seconds(cells[4])
            profiles = Self.seconds(cells[5])
            requests = try #require(Double(cells[6]))
            calls = try #require(Double(cells[7]))
            targets = cells[9]
        }

        private static func seconds(_ clock: String) -> Int {
            clock.split(separator: ":").compactMap { Int($0) }.reduce(0) { $0 * 60 + $1 }
        }
    }

    private func rows(_ arguments: String...) async throws -> (relay: Row, naive: Row) {
        let outcome = try await Product("leadrelay-benchmarks", environment: [:]).run(["spikes"] + arguments)
        try #require(outcome.status == 0, "\(outcome.error)")
        let rows = outcome.output.split(separator: "\n").map { line in
            String(line).components(separatedBy: "  ").map { $0.trimmingCharacters(in: .whitespaces) }
                .filter { !$0.isEmpty }
        }
        return (
            relay: try Row(try #require(rows.first { $0.contains("leadrelay") })),
            naive: try Row(try #require(rows.first { $0.contains("naive") }))
        )
    }

    @Test func leadsAreThereInMinutesForWhichANaiveWorkerNeedsHours() async throws {
        let (relay, naive) = try await rows("1000", "400", "whole")
        #expect(relay.leads <= 120)
        #expect(relay.requests == 0)
        #expect(relay.targets == "met")
        // The thousandth goes in the third window, whose first request goes two hours after the first of all.
        #expect(naive.leads >= 7200 - 60)
        #expect(naive.leads <= 7200 + 60)
        #expect(naive.requests == 1.1, "one for each of a thousand who came and a hundred who went")
        #expect(naive.targets == "missed: Leads, requests, opt-outs")
    }

    @Test func everyProfileThatNoPageCarriesCostsOneRequestAndItsTime() async throws {
        let (relay, _) = try await rows("60", "400", "thin")
        #expect(relay.leads <= 120)
        #expect(relay.requests == 1)
        // Forty in a burst, the rest evenly.
        #expect(relay.profiles > 60)
        #expect(relay.profiles < 400)
        // To look, to create, to look again, to add; and what a hundred unsubscribes take, of which each is looked for twice,
        // written and read back.
        #expect(relay.calls > 6)
    }
}
