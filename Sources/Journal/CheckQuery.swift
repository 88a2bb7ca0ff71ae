import GRDB
import Model
import Time

/// A promise of the journal, and the query that finds the rows which break it.
///
/// A query selects `row` (an id) and `sentence` (what is wrong with it). Those over a table that grows walk its ids in steps
/// from `:from` (exclusive) to `:to`, so that no read takes long; those over what a partial index holds run once. They may also
/// name `:now` (milliseconds since 1970 UTC) and `:cap` (GetResponse requests an hour).
struct CheckQuery: Sendable {
    struct Part: Sendable {
        /// The table of the rows that it names.
        var table: String
        /// The column that is walked; nil runs the statement once.
        var walks: String?
        var sql: String

        init(_ table: String, walks: String? = nil, _ sql: String) {
            self.table = table
            self.walks = walks
            self.sql = sql
        }
    }

    /// `invariant1` to `invariant7`, as in the design.
    var name: String
    /// What is so when it finds nothing.
    var promise: String
    /// What is so when it finds something.
    var broken: String
    var parts: [Part]

    static let all = [invariant1, invariant2, invariant3, invariant4, invariant5, invariant6, invariant7]
}

/// What the queries compare with.
struct CheckParameters: Sendable {
    var now: Int64
    var cap: Int64

    func arguments(of sql: String, from: Int64, to: Int64) -> StatementArguments {
        let values: [String: (any DatabaseValueConvertible)?] = ["from": from, "to": to, "now": now, "cap": cap]
        return StatementArguments(values.filter { sql.namesParameter($0.key) })
    }
}

extension JournalReader {
    /// Asks a query of the whole journal.
    func faults(of query: CheckQuery, _ parameters: CheckParameters) async throws(JournalError) -> CheckFaults {
        var faults = CheckFaults()
        for part in query.parts {
            guard let column = part.walks else {
                try await collect(part, parameters, from: 0, to: .max, into: &faults)
                continue
            }
            let (first, last) = try await bounds(of: column, in: part.table)
            var from = first - 1
            var step: Int64 = 1000
            while from < last {
                let to = min(last, from + step)
                let start = time.read().boot
                try await collect(part, parameters, from: from, to: to, into: &faults)
                let took = time.read().boot - start
                step = took > 100 ? max(1, step / 2) : took < 20 ? min(step * 2, 1 << 20) : step
                from = to
            }
        }
        return faults
    }

    private func bounds(of column: String, in table: String) async throws(JournalError) -> (Int64, Int64) {
        try await read { db in
            let first = try Int64.fetchOne(db, sql: "SELECT min(\(column)) FROM \(table)")
            let last = try Int64.fetchOne(db, sql: "SELECT max(\(column)) FROM \(table)")
            return (first ?? 1, last ?? 0)
        }
    }

    private func collect(
        _ part: CheckQuery.Part,
        _ parameters: CheckParameters,
        from: Int64,
        to: Int64,
        into faults: inout CheckFaults
    ) async throws(JournalError) {
        let known = faults
        faults = try await read { db in
            var faults = known
            let rows = try Row.fetchCursor(
                db.cachedStatement(sql: part.sql),
                arguments: parameters.arguments(of: part.sql, from: from, to: to)
            )
            while let row = try rows.next() {
                faults.add(CheckFault(table: part.table, row: row["row"], sentence: row["sentence"]))
            }
            return faults
        }
    }
}
