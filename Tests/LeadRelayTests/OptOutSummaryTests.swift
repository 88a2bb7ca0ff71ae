import Journal
import Testing

@testable import leadrelay

@Suite("What an audit comes to")
struct OptOutSummaryTests {
    private func row(_ seconds: Double?, overdue: Bool = false) -> TableRow {
        TableRow(
            columns: ["confirmed_at", "seconds_to_confirm", "overdue"],
            cells: [seconds == nil ? .null : .integer(1), seconds.map(Cell.real) ?? .null, .integer(overdue ? 1 : 0)]
        )
    }

    @Test func percentilesAreThoseOfTheNearestRank() {
        var summary = OptOutSummary()
        for number in (1...200).reversed() { summary.add(row(Double(number) / 100)) }
        summary.add(row(nil, overdue: true))
        #expect(
            summary.text
                == "201 opt-outs, 1 overdue. 200 confirmed: median 1.000 s, 95th percentile 1.900 s, 99th 1.980 s, worst 2.000 s."
        )
        #expect(
            summary.json
                == #"{"count": 201, "confirmed": 200, "overdue": 1, "median": 1.000, "p95": 1.900, "p99": 1.980, "worst": 2.000}"#
        )
    }

    @Test func nothingHasNoFigures() {
        #expect(OptOutSummary().text == "0 opt-outs, 0 overdue.")
        let json =
            #"{"count": 0, "confirmed": 0, "overdue": 0, "median": null, "p95": null, "p99": null, "worst": null}"#
        #expect(OptOutSummary().json == json)
        var one = OptOutSummary()
        one.add(row(0.0425))
        #expect(one.text.hasSuffix("median 0.043 s, 95th percentile 0.043 s, 99th 0.043 s, worst 0.043 s."))
    }
}
