import Foundation

/// Prints what the journal does a second, beside what SQLite and the disk allow in the same run, and what spikes come to.
@main
enum Benchmarks {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "figures":
            let rounds = arguments.dropFirst().first.flatMap { Int($0) } ?? 5
            try await printFigures(rounds: rounds, only: arguments.dropFirst(2).first)
        case "salesforce":
            try await withFolder("salesforce") { folder in
                var benchmark = SalesforceBenchmark(folder: folder)
                if let events = arguments.dropFirst().first.flatMap({ Int($0) }) { benchmark.events = events }
                try await benchmark.run()
            }
        case "spikes":
            var benchmark = SpikeBenchmark()
            let lists = arguments.dropFirst().map { $0.split(separator: ",").map(String.init) }
            if lists.count > 0 { benchmark.sizes = lists[0].compactMap { Int($0) } }
            if lists.count > 1 { benchmark.caps = lists[1].compactMap { Int($0) } }
            if lists.count > 2 { benchmark.kinds = lists[2].compactMap(Spike.Callbacks.init) }
            if lists.count > 3 { benchmark.concurrency = lists[3].first.flatMap { Int($0) } }
            try await benchmark.run()
        case "backlog" where arguments.count == 3:
            let backlog = try Backlog(path: arguments[1])
            try backlog.add(Int(arguments[2]) ?? 0)
        default:
            print(
                """
                Use: leadrelay-benchmarks figures [ROUNDS [append|queue]]
                     leadrelay-benchmarks salesforce [EVENTS]
                     leadrelay-benchmarks spikes [SIZES [CAPS [whole,listed,thin [CONCURRENCY]]]]
                     leadrelay-benchmarks backlog PATH EVENTS
                """
            )
        }
    }

    private static func printFigures(rounds: Int, only part: String?) async throws {
        let largest = ProcessInfo.processInfo.environment["EVENTS"].flatMap { Int($0) } ?? 1_000_000
        print("\(ProcessInfo.processInfo.activeProcessorCount) cores\n")
        try await withFolder("figures") { folder in
            if part != "queue" { try await AppendBenchmark(folder: folder, rounds: rounds).run() }
            if part != "append" { try await QueueBenchmark(folder: folder, rounds: rounds, largest: largest).run() }
        }
    }

    /// A folder on the disk that is measured, for as long as `body` runs.
    private static func withFolder(_ name: String, _ body: (String) async throws -> Void) async throws {
        let parent = ProcessInfo.processInfo.environment["BENCHMARK_FOLDER"] ?? FileManager.default.currentDirectoryPath
        let folder = "\(parent)/\(name)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }
}
