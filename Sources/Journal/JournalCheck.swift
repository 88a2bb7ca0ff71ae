import GRDB
package import Time

/// The checks of a journal or of a copy of it: is the file sound, is the schema ours, are the chains whole, are the promises
/// kept.
///
/// Everything is read in pages by key, so that memory is bounded and no snapshot is held for long; only SQLite's own checks
/// read a table in one go.
package struct JournalCheck: Sendable {
    private let reader: JournalReader
    /// The chain's secret, or why it is not at hand.
    private let key: Result<ChainKey, JournalError>
    private let requestCap: Int

    /// Opens the journal.
    ///
    /// - Parameters:
    ///   - path: The journal, or a copy of it.
    ///   - key: The configured key; nil takes the file beside the journal.
    ///   - requestCap: GetResponse requests an hour.
    ///   - time: The clocks.
    /// - Throws: `JournalError.missing` where there is no file, `.schemaTooNew` or `.schemaTooOld` for a schema that this
    ///   binary does not know.
    package init(path: String, key: String?, requestCap: Int, time: any TimeSource) throws(JournalError) {
        _ = try JournalReader(path: path, time: time)
        try self.init(anySchemaAt: path, key: key, keyBeside: path, requestCap: requestCap, time: time)
    }

    /// Opens a copy of a journal of any schema; the key's file lies beside the original.
    init(
        anySchemaAt path: String,
        key: String?,
        keyBeside original: String,
        requestCap: Int = 0,
        time: any TimeSource
    ) throws(JournalError) {
        reader = try JournalReader(anySchemaAt: path, time: time, knowsConstraints: true)
        self.requestCap = requestCap
        do throws(JournalError) {
            self.key = .success(try ChainKey(configured: key, journalPath: original, mayMakeFile: false))
        } catch {
            self.key = .failure(error)
        }
    }

    /// Runs every check.
    ///
    /// - Parameter report: Called with each result as it comes.
    /// - Returns: The results, in order; one that could not be had is a failed one that says why.
    package func run(_ report: (CheckResult) -> Void = { _ in }) async -> [CheckResult] {
        await run(Self.soundness + [Self.schema] + chains + invariants + [Self.erasure, Self.vacuum], report)
    }

    /// Runs what a copy must pass: SQLite's checks and the chains.
    func runOnCopy() async -> [CheckResult] {
        await run([Self.wholeFile, Self.foreignKeys] + chains) { _ in }
    }

    private func run(_ steps: [Step], _ report: (CheckResult) -> Void) async -> [CheckResult] {
        var results: [CheckResult] = []
        for step in steps {
            let result: CheckResult
            do {
                result = try await step.run(reader)
            } catch {
                result = CheckResult(step.name, .failed, "\(error)")
            }
            report(result)
            results.append(result)
        }
        return results
    }

    /// One check before it is run.
    struct Step: Sendable {
        let name: String
        let run: @Sendable (JournalReader) async throws -> CheckResult
    }

    private var chains: [Step] {
        ChainedTable.allCases.map { table in
            let name = "chain.\(table.name)"
            return Step(name: name) { [key] reader in
                guard case .success(let key) = key else {
                    return CheckResult(name, .warning, "Not checked, since the chain's key is not at hand.")
                }
                let check = try await reader.checkChain(table, chain: Chain(key: key))
                let end = check.head.map { "; the last link is \($0.prefix(16))" } ?? ""
                return CheckResult(
                    name,
                    faults: check.faults,
                    holds: "\(check.rows) rows of \(table.name) follow from one another\(end).",
                    broken: check.faults.count >= check.rows
                        ? "No row of \(table.name) holds: is this the journal's key?"
                        : "Rows of \(table.name) were changed, put in or taken away."
                )
            }
        }
    }

    private var invariants: [Step] {
        CheckQuery.all.map { query in
            Step(name: query.name) { [requestCap] reader in
                let parameters = CheckParameters(now: reader.time.read().wall, cap: Int64(requestCap))
                return CheckResult(
                    query.name,
                    faults: try await reader.faults(of: query, parameters),
                    holds: query.promise,
                    broken: query.broken
                )
            }
        }
    }
}
