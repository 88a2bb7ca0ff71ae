import GRDB
import Testing

@testable import Journal

/// Prune and check walk by key: what a step costs must not grow with the history.
@Suite("Query plans of prune and check", .timeLimit(.minutes(1)))
struct HousekeepingPlanTests {
    @Test(arguments: PruneTarget.allCases)
    func pruneWalksByKey(target: PruneTarget) async throws {
        let fixture = try JournalFixture()
        let statements = PruneStatements(target)
        for sql in [statements.walk] + statements.changes {
            let plan = try await fixture.plan(of: sql)
            #expect(plan.filter { $0.hasPrefix("SCAN") && !$0.contains("json_each") } == [], "\(sql)")
        }
        #expect(try await fixture.plan(of: statements.walk)[0].contains("USING INTEGER PRIMARY KEY (rowid>?)"))
    }

    @Test(arguments: CheckQuery.all.indices)
    func checkWalksByKey(number: Int) async throws {
        let fixture = try JournalFixture()
        for part in CheckQuery.all[number].parts {
            let plan = try await fixture.plan(of: part.sql)
            // What is in hand is short, and so are the list of the lanes and a step's own window of the ledger.
            let scans = plan.filter { line in
                line.hasPrefix("SCAN")
                    && !["event_running_by_person", "numbered", "(subquery", "CONSTANT", " k", "SCAN l"].contains {
                        line.contains($0)
                    }
            }
            #expect(scans == [], "\(part.sql)")
            if part.walks != nil {
                #expect(plan.contains { $0.contains("<?") && $0.contains(">?") }, "\(plan)")
            }
        }
    }

    /// A person with a hundred thousand clicks must not make each of them be compared with all others.
    @Test func doublesAreLookedForAmongThePersonsOwn() async throws {
        let fixture = try JournalFixture()
        let plan = try await fixture.plan(of: CheckQuery.invariant2.parts[0].sql)
        #expect(plan.contains { $0.contains("INDEX effect_by_person (person=? AND planned_at>?)") }, "\(plan)")
    }
}

extension JournalFixture {
    fileprivate func plan(of sql: String) async throws -> [String] {
        try await journal.read { db in
            let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
            statement.setUncheckedArguments(StatementArguments())
            return try Row.fetchAll(statement).map { $0["detail"] as String }
        }
    }
}
