import AsyncHTTPClient
import Foundation

/// The demo's progress line, from what `leadrelay status --json` and the sandbox say.
struct DemoProgress: Sendable {
    struct TookTooLong: Error, CustomStringConvertible {
        var description: String { "The queue was not drained within two minutes; see worker.log." }
    }

    /// The part of `status --json` that the line needs.
    struct Status: Decodable {
        struct Lane: Decodable {
            var state: String
            var count: Int
        }

        struct Budget: Decodable {
            var cap: Int
            var used: Int
        }

        struct OptOuts: Decodable {
            var pending: Int
        }

        var lanes: [Lane]
        var callbacksUndecoded: Int
        var budget: Budget
        var optOuts: OptOuts

        /// Events that somebody still waits for; dead letters are the audit's matter.
        var unfinished: Int { lanes.filter { $0.state != "dead" }.map(\.count).reduce(0, +) + callbacksUndecoded }
    }

    let spike: DemoSpike
    let sandbox: DemoSandbox
    let processes: DemoProcesses
    let environment: [String: String]
    let client: HTTPClient

    /// Shows the line until every Lead exists and nothing is unfinished.
    func showUntilDone() async throws {
        let start = ContinuousClock.now
        let isTerminal = isatty(STDOUT_FILENO) == 1
        var calm = 0
        while true {
            let elapsed = Double((ContinuousClock.now - start) / .milliseconds(1)) / 1000
            guard elapsed < 120 else { throw TookTooLong() }
            let leads = try await sandbox.rows("Lead", client: client).filter { $0["IsConverted"] as? Bool != true }
                .count
            if let status = try await status() {
                show(status, leads: leads, elapsed: elapsed, isTerminal: isTerminal)
                let isCalm = leads >= spike.expectedNewLeads && status.unfinished == 0
                // Twice in a row: between two steps of an event nothing may be seen for a moment.
                calm = isCalm ? calm + 1 : 0
                if calm == 2 { break }
            }
            try await Task.sleep(for: .milliseconds(300))
        }
        if isTerminal { print("") }
    }

    private func status() async throws -> Status? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let text = try await processes.output(of: ["status", "--json"], environment: environment)
        return try? decoder.decode(Status.self, from: Data(text.utf8))
    }

    private func show(_ status: Status, leads: Int, elapsed: Double, isTerminal: Bool) {
        let goal = max(1, spike.expectedNewLeads)
        let share = min(1, Double(leads) / Double(goal))
        let filled = Int(share * 24)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled)
        let rate = elapsed > 0 ? Double(leads) / elapsed : 0
        let eta = rate > 0 ? String(Int((Double(goal - leads) / rate).rounded(.up))) : "?"
        let line =
            "[\(bar)] \(leads)/\(goal) Leads, \(Int(rate))/s, budget \(status.budget.used)/\(status.budget.cap), "
            + "opt-outs pending \(status.optOuts.pending), unfinished \(status.unfinished), ETA \(eta) s"
        if isTerminal {
            print("\r\u{1B}[2K\(line)", terminator: "")
            fflush(nil)
        } else {
            print(line)
        }
    }
}
