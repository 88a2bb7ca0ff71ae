import GRDB
import Model
import Synchronization
import Testing

@testable import Journal

/// The statements that run all day must not get slower with the history.
@Suite("Query plans", .timeLimit(.minutes(1)))
struct QueryPlanTests {
    static let hotStatements: [(name: String, sql: String, indexes: [String])] = [
        ("candidates", EventTable.candidatesSQL, ["ready_order"]),
        (
            "claimable", EventTable.claimableSQL,
            [
                "event_waiting_by_person", "event_waiting_by_contact", "event_waiting_by_previous_person",
                "event_running_by_person", "event_running_by_contact", "event_running_by_previous_person",
            ]
        ),
        ("followers", JournalReader.followersSQL, ["event_waiting_by_person"]),
        ("waitingOptOut", JournalReader.waitingOptOutSQL, ["event_waiting_by_person"]),
        ("promote", EventTable.promoteSQL, ["event_due"]),
        ("promoteCompliance", EventTable.promoteComplianceSQL, ["event_due_compliance"]),
        ("nextPause", HeldEvents.nextPauseSQL, ["event_held"]),
        ("release", HeldEvents.releaseSQL, ["event_held"]),
        ("peek", EventTable.peekSQL, ["ready_order", "event_due"]),
        ("available", EventTable.availableSQL, ["event_open"]),
        ("running", EventTable.runningSQL, ["event_running_by_person"]),
        ("dueProfileRequests", JournalReader.dueProfileRequestsSQL, ["event_waits_for_profile"]),
        ("sameContent", EventTable.sameContentSQL, ["event_by_content"]),
        ("ledger", RequestTable.agesSQL, ["api_request_by_boot", "api_request_by_time"]),
        ("ledgerCounts", RequestTable.countsSQL, ["api_request_upkeep", "api_request_by_time", "api_request_by_boot"]),
        ("crowds", FetchTable.crowdsSQL, ["event_listable"]),
        ("crowd", FetchTable.crowdSQL, ["event_listable"]),
        ("knownProfiles", EventJournal.knownSQL, ["profile_by_fetch", "event_profile_of"]),
        ("requestBacklog", JournalReader.waitingSQL, ["event_waits_for_profile"]),
        ("listableBacklog", JournalReader.listableSQL, ["event_listable"]),
        ("earlierTelling", JournalReader.earlierTellingSQL, ["event_telling"]),
        ("laterByTheClock", JournalReader.laterByTheClockSQL, ["event_telling"]),
        ("taskByKey", JournalReader.taskByKeySQL, ["effect_task_by_key"]),
        ("tasksOfDay", JournalReader.tasksOfDaySQL, ["effect_task_by_day"]),
        ("contactsOfPerson", JournalReader.contactsOfPersonSQL, ["event_contact_of_person", "event_by_person"]),
        ("optOutOfContact", JournalReader.optOutOfContactSQL, ["event_opt_out_of_contact"]),
        ("changesOfPerson", ConsentTable.changesOfPersonSQL, ["consent_change_by_person"]),
        ("optOutsOfContact", ConsentTable.optOutsOfContactSQL, ["event_opt_out_of_contact"]),
        ("ownWrites", JournalReader.ownWritesSQL, ["effect_by_record"]),
        ("complaintOfPerson", JournalReader.complaintSQL(of: "person"), ["event_by_person"]),
        ("complaintOfContact", JournalReader.complaintSQL(of: "contact_id"), ["event_by_contact"]),
        ("overdue", JournalReader.overdueSQL, ["event_opt_out_open"]),
        ("historyAppended", BackfillTable.appendedSQL, ["callback_backfilled"]),
        ("removalAppended", RemovalTable.appendedSQL, ["callback_reconciled"]),
        ("removalTold", RemovalTable.toldSQL, ["consent_change_by_person"]),
        ("lastSubscription", RemovalTable.lastSubscriptionSQL, ["consent_change_by_person"]),
        ("personOfContact", DriftTable.personOfContactSQL, ["event_by_contact"]),
        ("personOfRecord", DriftTable.personOfRecordSQL, ["effect_by_record"]),
        ("lastOptOut", DriftTable.lastOptOutSQL, ["event_by_person"]),
        ("lastOptOutOfContact", DriftTable.lastOptOutOfContactSQL, ["event_opt_out_of_contact"]),
        ("drifts", StatusQueries.driftsSQL, ["event_drift"]),
        ("audit", JournalReader.optOutAuditSQL, ["event_opt_out"]),
        ("overdueAudit", JournalReader.overdueAuditSQL, ["event_opt_out_open"]),
        ("story", JournalReader.storySQL, ["event_by_person", "consent_change_by_person"]),
    ]

    @Test(arguments: hotStatements.indices)
    func statementUsesItsIndexes(number: Int) async throws {
        let fixture = try JournalFixture()
        let (name, sql, indexes) = Self.hotStatements[number]
        let plan = try await plan(of: sql, fixture)
        for index in indexes {
            #expect(plan.contains { $0.contains("INDEX \(index)") }, "\(name) uses \(index): \(plan)")
        }
        #expect(Self.scans(in: plan) == [], "\(name)")
    }

    /// A look that used less of the index would read all that somebody has opened.
    @Test(arguments: [
        (
            JournalReader.earlierTellingSQL,
            "event_telling (person_number=? AND action=? AND <expr>=? AND <expr>=? AND received_at>? AND received_at<?)"
        ),
        (
            JournalReader.laterByTheClockSQL,
            "event_telling (person_number=? AND action=? AND <expr>=? AND <expr>=? AND received_at>? AND received_at<?)"
        ),
        (JournalReader.taskByKeySQL, "effect_task_by_key (external_key=?)"),
        (JournalReader.tasksOfDaySQL, "effect_task_by_day (person=? AND <expr>=?)"),
        (JournalReader.contactsOfPersonSQL, "event_contact_of_person (person_number=? AND contact_id>?)"),
        (JournalReader.optOutOfContactSQL, "event_opt_out_of_contact (contact_id=?)"),
    ])
    func lookAtAPersonUsesEveryTermOfItsIndex(sql: String, search: String) async throws {
        let plan = try await plan(of: sql, JournalFixture())
        #expect(plan.contains { $0.contains(search) }, "\(plan)")
        #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
    }

    /// Everything that a worker's day sends through the writer, as SQLite saw it.
    @Test func noWriteScansATable() async throws {
        let fixture = try JournalFixture()
        let seen = Mutex<Set<String>>([])
        try await fixture.journal.write { db in
            db.trace { event in
                if case .statement(let statement) = event { seen.withLock { _ = $0.insert(statement.sql) } }
            }
        }
        try await workADay(fixture)
        let statements = seen.withLock(\.self).filter { sql in
            ["SELECT", "INSERT", "UPDATE", "DELETE"].contains { sql.hasPrefix($0) }
        }
        #expect(statements.count > 20)
        // The last row by its id is one step, though its plan reads as a walk.
        for sql in statements where !sql.hasSuffix("ORDER BY id DESC LIMIT 1") {
            #expect(Self.scans(in: try await plan(of: sql, fixture)) == [], "\(sql)")
        }
    }

    /// Full walks of a table, or of an index that grows with it; a partial index of what is in hand is short.
    private static func scans(in plan: [String]) -> [String] {
        let short = [
            "event_due", "event_running_by_person", "event_waits_for_profile", "event_listable", "event_opt_out_open",
        ]
        let tables = [
            "event", "e", "r", "w", "callback", "effect", "f", "attempt", "api_request", "consent_change", "delivery",
        ]
        return plan.filter { line in
            tables.contains { line == "SCAN \($0)" || line.hasPrefix("SCAN \($0) ") }
                && !short.contains { line.hasSuffix("INDEX \($0)") }
        }
    }

    private func plan(of sql: String, _ fixture: JournalFixture) async throws -> [String] {
        try await fixture.journal.read { db in
            let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
            statement.setUncheckedArguments(StatementArguments())
            return try Row.fetchAll(statement).map { $0["detail"] as String }
        }
    }

    private func workADay(_ fixture: JournalFixture) async throws {
        let journal = fixture.journal
        try await fixture.tell(
            .sample(.subscribe, contactID: "c1"),
            .sample(.open, email: nil, contactID: "c1", position: 1, content: "o"),
            .sample(.unsubscribe, email: "bob@example.com", position: 2)
        )
        let events = try await fixture.claim()
        let intent = EffectIntent(kind: .optOutLead, object: .lead, target: .record(id: "00Q1"), fields: [:])
        let effects = try await journal.beginEffects([intent], of: events[0], mappingVersion: "1")
        let result = EffectResult(effectID: effects[0].id, state: .confirmed)
        try await journal.recordEffects([result], of: events[0].ticket)
        _ = try await journal.renewLeases(events.map(\.ticket), leaseDuration: .seconds(60))
        try await journal.conclude(
            events[1].ticket,
            with: .completed(outcome: "applied"),
            results: [result],
            followUp: EnrichFollowUp(contactID: "c1")
        )
        _ = try await journal.grantRequest(RequestAsk(purpose: "contact", worker: "w", length: .seconds(3600))) { _ in
            .grant
        }
        _ = try await journal.grantRequest(RequestAsk(purpose: "contact", worker: "w", length: .seconds(3600))) { _ in
            .grant
        }
        try await journal.settleRequest(1, status: 200)
        try await journal.storeProfile(ContactDetails(email: "ann@example.com"), contactID: "c1")
        try await journal.setPause(
            Pause(subject: .salesforce, reason: "r", errorClass: .configuration, until: fixture.now)
        )
        try await journal.clearPause(.salesforce)
        _ = try await journal.rescue(deadOwners: ["w1"], maxAttempts: 0)
        try await journal.replay(events[0].ticket.eventID)
    }
}
