import Model
import TestSupport
import Testing

@testable import Journal

@Suite("Claiming, against a naive model", .timeLimit(.minutes(1)))
struct ClaimPropertyTests {
    /// Random small histories of few people: every claim takes exactly what the model says, in its order.
    @Test(arguments: UInt64(1)...24)
    func claimTakesWhatTheModelSays(seed: UInt64) async throws {
        var run = try Run(seed: seed)
        for _ in 0..<50 { try await run.step() }
        try await run.compareStates()
    }

    private struct Run {
        let fixture: JournalFixture
        var model = QueueModel()
        var generator: SeededGenerator
        var inHand: [ClaimedEvent] = []

        init(seed: UInt64) throws {
            fixture = try JournalFixture()
            generator = SeededGenerator(seed: seed)
        }

        mutating func step() async throws {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<3: try await tell()
            case 3..<6: try await claim()
            case 6..<8: try await conclude()
            case 8: fixture.time.advance(by: .seconds(Int.random(in: 0...30, using: &generator)))
            default: try await replay()
            }
        }

        private mutating func tell() async throws {
            let now = fixture.now
            let number = Int.random(in: 1...4, using: &generator)
            for _ in 0..<number {
                let action = pick([Action.open, .subscribe, .unsubscribe, .emailChanged, .emailChanged])
                let element = DecodedElement.sample(
                    action,
                    email: pick(["a@x", "b@x", "c@x", nil]),
                    contactID: pick([nil, "1", "2", "3"]),
                    lane: action == .unsubscribe ? .compliance : pick([.signal, .lead, .bulk]),
                    previousEmail: action == .emailChanged ? "\(pick(["a", "d"]))@x" : nil,
                    at: now.advanced(by: .seconds(-Int.random(in: 0...3, using: &generator)))
                )
                let id = try await fixture.tell(element).events[0]
                let contact = element.event.payload.contact
                let person = try await fixture.text("SELECT person FROM event WHERE id = \(id)")
                let state = try await fixture.state(of: id)
                guard state == "available" else { continue }
                model.entries[id] = QueueModel.Entry(
                    id: id,
                    person: person,
                    keys: Set(
                        [person, element.event.payload.previousEmail, contact.contactID.map { "contact " + $0 }]
                            .compactMap(\.self)
                    ),
                    occurredAt: element.event.occurredAt(receivedAt: now).milliseconds,
                    lane: element.lane.rawValue,
                    isOptOut: element.isOptOut,
                    availableAt: now.milliseconds
                )
            }
        }

        private mutating func claim() async throws {
            let limit = Int.random(in: 0...4, using: &generator)
            let lanes = pick([Lane.compliance ... .bulk, .compliance ... .compliance, .signal ... .lead])
            let claimed = try await fixture.claim(pick(["w1", "w2"]), limit: limit, lanes: lanes)
            let expected = model.claim(limit: limit, lanes: lanes, now: fixture.now.milliseconds)
            #expect(claimed.map(\.ticket.eventID) == expected)
            #expect(claimed.map(\.attempt) == expected.map { model.entries[$0]?.attempt })
            #expect(claimed.map(\.ticket.claim) == expected.map { model.entries[$0]?.claim })
            inHand += claimed
        }

        private mutating func conclude() async throws {
            guard let index = inHand.indices.randomElement(using: &generator) else { return }
            let event = inHand.remove(at: index)
            let later = fixture.now.advanced(by: .seconds(Int.random(in: 0...20, using: &generator)))
            let conclusion = pick([
                EventConclusion.completed(outcome: "applied"), .retry(at: later, .transient, "503"),
                .snoozed(until: later, .quota, "budget"), .dead(.data, "refused"), .interrupted,
            ])
            try await fixture.journal.conclude(event.ticket, with: conclusion)
            model.conclude(event.ticket.eventID, with: conclusion, now: fixture.now.milliseconds)
        }

        private mutating func replay() async throws {
            let dead = model.entries.values.filter { $0.state == "dead" }.map(\.id).sorted()
            guard let id = dead.randomElement(using: &generator) else { return }
            try await fixture.journal.replay(id)
            model.replay(id, now: fixture.now.milliseconds)
        }

        func compareStates() async throws {
            let rows = try await fixture.rows(
                "SELECT id, state, attempt, claim FROM event WHERE action <> 'unknown' ORDER BY id"
            )
            let expected = model.entries.values.sorted { $0.id < $1.id }.map {
                [Cell.integer($0.id), .text($0.state), .integer(Int64($0.attempt)), .integer($0.claim)]
            }
            #expect(rows.map(\.cells) == expected)
        }

        private mutating func pick<Value>(_ values: [Value]) -> Value {
            values[Int.random(in: 0..<values.count, using: &generator)]
        }
    }
}
