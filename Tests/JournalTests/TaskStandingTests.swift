import GRDB
import GRDBSQLite
import Model
import TestSupport
import Testing

@testable import Journal

/// Who has a Task already is told by the effects alone.
@Suite("Tasks that a person has", .timeLimit(.minutes(1)))
struct TaskStandingTests {
    private static let day = "2026-04-27"

    @Test func taskIsKnownByItsKeyFromItsBeginningToItsEnd() async throws {
        let fixture = try JournalFixture()
        let first = try await fixture.tell(.sample(.open, email: "ann@example.com", content: "1")).events[0]
        let second = try await fixture.tell(.sample(.open, email: "ann@example.com", content: "2")).events[0]
        #expect(try await standing(second, fixture) == TaskStanding(telling: .none, isBegun: false, othersOfDay: 0))
        let event = try await claimed(first, fixture)
        let effect = try await begin("k1", event, fixture)
        #expect(try await standing(second, fixture).telling == .open(eventID: first))
        let own = try await standing(first, fixture)
        #expect(own == TaskStanding(telling: .none, isBegun: true, othersOfDay: 0), "its own stands in nobody's way")
        try await fixture.journal.conclude(
            event.ticket,
            with: .retry(at: fixture.now, .lostAnswer, "lost"),
            results: [EffectResult(effectID: effect, state: .unknown)]
        )
        #expect(try await standing(second, fixture).telling == .open(eventID: first))
        #expect(try await standing(second, key: "k2", fixture).othersOfDay == 1, "it may have arrived, so it counts")
        let again = try await claimed(first, fixture)
        try await fixture.journal.conclude(
            again.ticket,
            with: .completed(outcome: "applied"),
            results: [EffectResult(effectID: effect, state: .confirmed)]
        )
        #expect(try await standing(second, fixture).telling == .written)
        #expect(try await standing(first, fixture).telling == .none)
    }

    /// Two tellings that were carried out together must not wait for each other.
    @Test func followerWaitsForTheFirstOfItsGroupAndThatForNobody() async throws {
        let fixture = try JournalFixture()
        let told = try await fixture.tell(
            .sample(.open, email: "ann@example.com", content: "1"),
            .sample(.open, email: "ann@example.com", position: 1, content: "2")
        ).events
        let first = try await claimed(told[0], fixture)
        let follower = try #require(try await fixture.reader.followers(of: first, limit: 5).first)
        let task = EffectIntent(
            kind: .taskCreate,
            object: .task,
            target: .externalID(field: "K__c", value: "k1"),
            fields: ["ActivityDate": .string(Self.day)]
        )
        let effects = try await fixture.journal.beginEffects(
            [SharedIntent(intent: task, event: first, followers: [follower])],
            under: first.ticket,
            mappingVersion: "1",
            onlyNew: true
        )
        let effect = try #require(effects?.first)
        try await fixture.journal.conclude(
            first.ticket,
            with: .retry(at: fixture.now, .lostAnswer, "lost"),
            results: [EffectResult(effectID: effect.id, state: .unknown)]
        )
        #expect(try await standing(told[1], fixture).telling == .open(eventID: told[0]))
        #expect(try await standing(told[0], fixture).telling == .none)
        #expect(try await standing(told[0], fixture).isBegun)
    }

    @Test func refusedTaskIsNone() async throws {
        let fixture = try JournalFixture()
        let first = try await fixture.tell(.sample(.open, email: "ann@example.com")).events[0]
        let event = try await claimed(first, fixture)
        let effect = try await begin("k1", event, fixture)
        try await fixture.journal.conclude(
            event.ticket,
            with: .dead(.data, "refused"),
            results: [EffectResult(effectID: effect, state: .failed)]
        )
        let second = try await fixture.tell(.sample(.open, email: "ann@example.com", content: "2")).events[0]
        #expect(try await standing(second, fixture) == TaskStanding(telling: .none, isBegun: false, othersOfDay: 0))
        #expect(try await standing(second, key: "k2", fixture).othersOfDay == 0)
    }

    /// Nobody finds out any more what became of it, so nothing waits for that; but it counts.
    @Test func lostTaskOfADeadEventIsNotWaitedFor() async throws {
        let fixture = try JournalFixture()
        let first = try await fixture.tell(.sample(.open, email: "ann@example.com")).events[0]
        let event = try await claimed(first, fixture)
        let effect = try await begin("k1", event, fixture)
        try await fixture.journal.conclude(
            event.ticket,
            with: .dead(.lostAnswer, "lost"),
            results: [EffectResult(effectID: effect, state: .unknown)]
        )
        let second = try await fixture.tell(.sample(.open, email: "ann@example.com", content: "2")).events[0]
        #expect(try await standing(second, fixture) == TaskStanding(telling: .none, isBegun: true, othersOfDay: 0))
        #expect(try await standing(second, key: "k2", fixture).othersOfDay == 1)
    }

    @Test func otherPeopleAndOtherDaysDoNotCountAndNobodyIsCountedTwice() async throws {
        let fixture = try JournalFixture()
        let ann = try await fixture.tell(.sample(.click, email: "ann@example.com")).events[0]
        let event = try await claimed(ann, fixture)
        for (key, day) in [("k1", Self.day), ("k2", Self.day), ("k3", "2026-04-28")] {
            let effect = try await begin(key, event, day: day, fixture)
            try await fixture.journal.recordEffects(
                [EffectResult(effectID: effect, state: .confirmed)],
                of: event.ticket
            )
        }
        // The same Task, sent again in another generation.
        var redriven = event
        redriven.redrive = 1
        _ = try await begin("k1", redriven, fixture)
        let bob = try await fixture.tell(.sample(.click, email: "bob@example.com")).events[0]
        _ = try await begin("k4", try await claimed(bob, fixture), fixture)
        #expect(try await standing(ann, key: "k9", fixture).othersOfDay == 2)
        #expect(try await standing(ann, key: "k1", fixture).othersOfDay == 1, "but its own")
        let standing = try await fixture.reader.taskStanding(
            key: "k9",
            eventID: ann,
            person: Person(rawValue: "ann@example.com"),
            day: Self.day,
            limit: 1
        )
        #expect(standing.othersOfDay == 1, "no more than are asked for")
    }

    /// The looks of one more open after 20,000 by the same person read a handful of rows.
    @Test func lookDoesNotGrowWithWhatAPersonHasOpened() async throws {
        let fixture = try JournalFixture()
        let first = try await fixture.tell(.sample(.open, email: "ann@example.com", contactID: "c1")).events[0]
        let few = try await steps(first, fixture)
        try await fixture.execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
            INSERT INTO event (
                idempotency_key, content_key, content_seen_at, action, source, person, contact_id, occurred_at, received_at,
                payload, lane, opt_out, state, available_at, outcome, finalized_at)
            SELECT 'many:' || i, 'c' || i, 0, 'open', 'getresponse', 'ann@example.com', 'c1', i,
                \(fixture.now.milliseconds) + i,
                json_object('contact', json_object(), 'message', json_object('id', 'm' || (i % 10))), 3, 0, 'completed', 0,
                'applied', 1
            FROM n;
            """
        )
        try await fixture.execute(
            """
            INSERT INTO effect (
                idempotency_key, kind, person, object, external_key, fields, before, mapping_version, state, planned_at)
            SELECT idempotency_key, 'task.create', person, 'Task', idempotency_key,
                json_object('ActivityDate', date(id * 8640, 'unixepoch')), '{}', '1', 'sent', 1
            FROM event WHERE outcome = 'applied';
            """
        )
        fixture.time.advance(by: .seconds(20))
        let last = try await fixture.tell(.sample(.open, email: "ann@example.com", contactID: "c1")).events[0]
        for event in [first, last] {
            let many = try await steps(event, fixture)
            #expect(many < few + 3000, "\(few) steps grew to \(many)")
        }
    }

    /// How many steps SQLite's machine takes for the looks of one open.
    private func steps(_ eventID: Int64, _ fixture: JournalFixture) async throws -> Int {
        let receivedAt = try await fixture.integer("SELECT received_at FROM event WHERE id = \(eventID)")
        return try await fixture.journal.read { db in
            let telling: StatementArguments = [eventID, "open", "m1", nil, receivedAt, 600_000, eventID]
            let queries: [(String, StatementArguments)] = [
                (JournalReader.earlierTellingSQL, telling), (JournalReader.laterByTheClockSQL, telling),
                (JournalReader.taskByKeySQL, ["many:7", eventID]),
                (JournalReader.tasksOfDaySQL, ["ann@example.com", "1970-02-01", "k", 20]),
                (JournalReader.contactsOfPersonSQL, ["ann@example.com"]),
                (JournalReader.optOutOfContactSQL, ["c1"]),
            ]
            var steps = 0
            for (sql, arguments) in queries {
                let statement = try db.makeStatement(sql: sql)
                _ = try Row.fetchAll(statement, arguments: arguments)
                steps += Int(sqlite3_stmt_status(statement.sqliteStatement, SQLITE_STMTSTATUS_VM_STEP, 0))
            }
            return steps
        }
    }

    private func claimed(_ eventID: Int64, _ fixture: JournalFixture) async throws -> ClaimedEvent {
        while let event = try await fixture.claim(limit: 1).first {
            if event.ticket.eventID == eventID { return event }
            try await fixture.journal.conclude(event.ticket, with: .completed(outcome: "noTarget"))
        }
        throw FixtureError.unexpected("event \(eventID) can't be claimed")
    }

    private func begin(
        _ key: String,
        _ event: ClaimedEvent,
        day: String = Self.day,
        _ fixture: JournalFixture
    ) async throws -> Int64 {
        let task = EffectIntent(
            kind: .taskCreate,
            object: .task,
            target: .externalID(field: "K__c", value: key),
            fields: ["ActivityDate": .string(day)]
        )
        return try await fixture.journal.beginEffects([task], of: event, mappingVersion: "1")[0].id
    }

    private func standing(
        _ eventID: Int64,
        key: String = "k1",
        _ fixture: JournalFixture
    ) async throws -> TaskStanding {
        try await fixture.reader.taskStanding(
            key: key,
            eventID: eventID,
            person: Person(rawValue: "ann@example.com"),
            day: Self.day,
            limit: 20
        )
    }
}
