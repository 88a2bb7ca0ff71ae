import Foundation

/// Spikes of several sizes under several caps, for the product and for a naive worker, in virtual time.
struct SpikeBenchmark {
    var sizes = [1000, 10_000]
    var caps = [400, 5000]
    var kinds = Spike.Callbacks.allCases
    /// Nil is the default.
    var concurrency: Int?

    func run() async throws {
        let example = spike(1, 1, .whole)
        print(
            """
            Registrations on one list, all within \(example.length.seconds.grouped) s, and \(example.unsubscribes) unsubscribes \
            in the middle third of them, in virtual time
              The clock moves on when nothing can happen at its present moment: neither computing nor the disk takes time of it,
              and timers come up to 20 ms late, or a quarter of the budget's even spacing while nothing but the budget is waited for.
              Callbacks are put into the journal directly; who unsubscribes has a Lead from before. Assumed is that an answer of
              either API takes \(example.latency.seconds.text(1)) s; worker.concurrency is \(example.concurrency), and everything \
            else of leadrelay's is the default.
              The naive worker takes events in the order of their arrival, as many at a time (but at most the 10 requests that
              GetResponse takes), each with one GetResponse request before its one write.
              Leads, profiles: until the last, from the spike's end. Requests and calls: of the whole run, for each registration.
              Targets: Leads within \(SpikeFigures.longestWait.clock), opt-outs under \
            \(SpikeFigures.slowestOptOut.seconds.grouped) s, GetResponse requests a contact at most 0.02 (1.02 for one fetch each).
            """
        )
        var table = Table(
            "registrations",
            "cap/h",
            "worker",
            "callbacks",
            "Leads",
            "profiles",
            "GetResponse",
            "Salesforce",
            "opt-out p99",
            "targets",
            "took"
        )
        for size in sizes {
            for cap in caps {
                for kind in kinds {
                    let spike = spike(size, cap, kind)
                    add(try await RelayRun(spike: spike).figures(), worker: "leadrelay", kind.title, to: &table)
                }
                // It asks whatever the callback says.
                let spike = spike(size, cap, .thin)
                add(try await NaiveRun(spike: spike).figures(), worker: "naive", "any", to: &table)
            }
        }
        table.print()
    }

    private func spike(_ size: Int, _ cap: Int, _ callbacks: Spike.Callbacks) -> Spike {
        var spike = Spike(registrations: size, hourlyCap: cap, callbacks: callbacks)
        spike.concurrency = concurrency ?? spike.concurrency
        return spike
    }

    private func add(_ figures: SpikeFigures, worker: String, _ callbacks: String, to table: inout Table) {
        // They take minutes each.
        FileHandle.standardError.write(
            Data(
                "  \(worker), \(figures.spike.registrations) at \(figures.spike.hourlyCap)/h, \(callbacks): done\n".utf8
            )
        )
        table.add(
            Double(figures.spike.registrations).grouped,
            Double(figures.spike.hourlyCap).grouped,
            worker,
            callbacks,
            figures.everyLead.clock,
            figures.everyProfile.clock,
            figures.requestsPerContact.text(3),
            figures.callsPerContact.text(2),
            figures.optOutPercentile.brief,
            figures.missed.isEmpty ? "met" : "missed: " + figures.missed.joined(separator: ", "),
            "\(figures.real.seconds.grouped) s"
        )
    }
}

extension Duration {
    /// Hours, minutes and seconds.
    fileprivate var clock: String {
        let seconds = Int(seconds.rounded(.up))
        let parts = [seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(seconds / 3600):" + parts.joined(separator: ":")
    }

    /// Seconds with two decimals, or a clock where they are many.
    fileprivate var brief: String {
        self < .seconds(100) ? "\(seconds.text(2)) s" : clock
    }
}
