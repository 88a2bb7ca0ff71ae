import Foundation
import Journal
import Model
import Time

/// Callbacks made durable through the journal, beside the same inserts by bare SQLite.
struct AppendBenchmark {
    let folder: String
    let rounds: Int
    /// How many callbacks a round appends with each batch size.
    private let volumes = [(batch: 1, callbacks: 1000), (batch: 100, callbacks: 20_000)]

    func run() async throws {
        print(
            "Append, FULL, bodies of 900 bytes; each round runs both, one after the other; medians of \(rounds) rounds"
        )
        var table = Table("batch", "journal/s", "bare SQLite/s", "ratio", "fdatasync/s")
        for (batch, callbacks) in volumes {
            var journalRates: [Double] = []
            var bareRates: [Double] = []
            var ratios: [Double] = []
            var syncs: [Double] = []
            for round in 0..<rounds {
                syncs.append(try Disk.syncsPerSecond(in: folder))
                let path = "\(folder)/append-\(batch)-\(round)"
                let own = try await journal(path + "-journal.sqlite", batch: batch, callbacks: callbacks)
                let bare = try bare(path + "-bare.sqlite", batch: batch, callbacks: callbacks)
                journalRates.append(own)
                bareRates.append(bare)
                ratios.append(own / bare)
            }
            table.add(
                "\(batch)",
                journalRates.median.grouped,
                bareRates.median.grouped,
                ratios.median.text(2),
                syncs.median.grouped
            )
        }
        table.print()
    }

    private var body: Data { Data(repeating: UInt8(ascii: "x"), count: 900) }

    private func journal(_ path: String, batch: Int, callbacks: Int) async throws -> Double {
        // As ingest opens it: the checkpoints are the worker's.
        let journal = try EventJournal(
            configuration: JournalConfiguration(path: path, checkpointBytes: 64 << 20),
            time: SystemTimeSource()
        )
        let body = body
        let start = ContinuousClock.now
        for first in stride(from: 0, to: callbacks, by: batch) {
            _ = try await journal.append(
                (0..<batch).map { number in
                    NewCallback(
                        receivedAt: Timestamp(milliseconds: 1_700_000_000_000 + Int64(first + number)),
                        source: .getresponse,
                        method: "POST",
                        contentType: "application/json",
                        webhookID: "w-\(first + number)",
                        body: body
                    )
                }
            )
        }
        return Double(callbacks) / start.duration(to: .now).seconds
    }

    /// The same rows into the same schema, their hashes ready beforehand.
    private func bare(_ path: String, batch: Int, callbacks: Int) throws -> Double {
        _ = try EventJournal(configuration: JournalConfiguration(path: path), time: SystemTimeSource())
        let database = try BareSQLite(path: path)
        let last = try database.prepare("SELECT id, chain FROM callback ORDER BY id DESC LIMIT 1")
        let insert = try database.prepare(
            """
            INSERT INTO callback (
                id, received_at, source, method, query, content_type, webhook_id, webhook_type, body, remote_address,
                token_label, state, salt, digest, chain
            ) VALUES (?, ?, 'getresponse', 'POST', NULL, 'application/json', ?, NULL, ?, NULL, NULL, 'received', ?, ?, ?)
            """
        )
        let body = [UInt8](body)
        let hash = [UInt8](repeating: 1, count: 32)
        let salt = [UInt8](repeating: 2, count: 16)
        let start = ContinuousClock.now
        for first in stride(from: 0, to: callbacks, by: batch) {
            try database.execute("BEGIN IMMEDIATE")
            try last.run()
            for number in first..<(first + batch) {
                try insert.run(
                    .integer(Int64(number + 1)),
                    .integer(1_700_000_000_000 + Int64(number)),
                    .text("w-\(number)"),
                    .blob(body),
                    .blob(salt),
                    .blob(hash),
                    .blob(hash)
                )
            }
            try database.execute("COMMIT")
        }
        return Double(callbacks) / start.duration(to: .now).seconds
    }
}
