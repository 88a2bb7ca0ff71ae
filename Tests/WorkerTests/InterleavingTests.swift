import Model
import Synchronization
import TestSupport
import Testing

@testable import Worker

/// Up to five things that happen to one person, told in every order, carried out between any two of them, with a worker that dies
/// at any step: the end is that of their true order, and the opt-out is never undone.
@Suite("Every interleaving of a person's events", .timeLimit(.minutes(Soak.isOn ? 60 : 6)))
struct InterleavingTests {
    private static let address = "jane@acme.example"
    private static let start = History.dawn

    /// An older subscribe that lacks a profile, so that an enrichment follows; the opt-out; a later subscribe to another list; an
    /// open, and a tag.
    private static let events: [Told] = [
        Told(
            shape: .webhook,
            action: .subscribe,
            person: 0,
            contactID: "c1",
            listID: "L1",
            email: address,
            createdOn: start,
            occurredAt: start,
            webhookID: "w1"
        ),
        Told(
            shape: .webhook,
            action: .unsubscribe,
            person: 0,
            contactID: "c1",
            listID: "L1",
            email: address,
            occurredAt: start + 60_000,
            webhookID: "w2"
        ),
        Told(
            shape: .webhook,
            action: .subscribe,
            person: 0,
            contactID: "c2",
            listID: "L2",
            email: address,
            name: "Jane Doe",
            company: "Acme",
            tags: ["vip"],
            createdOn: start + 120_000,
            occurredAt: start + 120_000,
            webhookID: "w3"
        ),
        Told(
            shape: .webhook,
            action: .open,
            person: 0,
            contactID: "c1",
            listID: "L1",
            email: address,
            message: "M1",
            occurredAt: start + 180_000,
            webhookID: "w4"
        ),
        Told(
            shape: .guide,
            action: .tagApplied,
            person: 0,
            contactID: "c2",
            listID: "L2",
            email: address,
            tag: "demo_watched",
            occurredAt: start + 240_000
        ),
    ]

    private static let standings: [History.Standing] = [.nothing, .twoLeads, .contactAndLead, .converted, .contact]

    private static let deaths: [FailPoint.Step?] = [nil, .decoded, .claimed, .effectsPlanned, .effectsSent, .concluded]

    /// Every order of every choice of up to five of the events, and each with every way to carry out what was told so far before
    /// the next thing is told.
    static let interleavings: [(order: [Int], pauses: Int)] = {
        var orders: [[Int]] = [[]]
        var all: [(order: [Int], pauses: Int)] = []
        for length in 1...events.count {
            orders = orders.flatMap { order in
                events.indices.filter { !order.contains($0) }.map { order + [$0] }
            }
            for order in orders {
                for pauses in 0..<(1 << (length - 1)) { all.append((order, pauses)) }
            }
        }
        return all
    }()

    private static func history(
        _ number: Int,
        death: FailPoint.Step?,
        passing: Int,
        standing: History.Standing
    ) -> History {
        let (order, pauses) = interleavings[number]
        var steps: [History.Step] = []
        for (place, index) in order.enumerated() {
            steps.append(.tell([events[index]]))
            if pauses >> place & 1 == 1 { steps.append(.settle) }
        }
        let profile = History.Profile(name: "Joan Doe", company: "Acme", title: "VP", tags: [], createdOn: start)
        var history = History(
            seed: UInt64(number),
            people: [
                History.Person(
                    email: address,
                    contacts: [
                        History.Contact(id: "c1", listID: "L1", profile: profile),
                        History.Contact(id: "c2", listID: "L2", profile: nil),
                    ],
                    standing: standing,
                    moves: false
                )
            ],
            steps: steps
        )
        history.death = death.map { History.Death(step: $0, number: passing) }
        return history
    }

    /// All of up to three events and a share of the longer ones, each with one of the deaths; `make soak` takes all with every death.
    @Test func everyOneEndsAsItsTrueOrderWouldAndNeverUndoesTheOptOut() async throws {
        let count = Self.interleavings.count
        #expect(count == 3165)
        let first = Int(Soak.seed() % UInt64(count))
        let total = Soak.count("LEADRELAY_INTERLEAVINGS", usual: Self.short + 35, soak: count * Self.deaths.count)
        print("Interleavings: \(total) from LEADRELAY_SEED=\(first)")
        let turns = Turns(total)
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    while let turn = turns.next() {
                        let history = Self.history(turn: turn, from: first)
                        let problems = try await HistoryRun(history: history).problems()
                        guard !problems.isEmpty else { continue }
                        turns.fail()
                        Issue.record("\(problems.joined(separator: "\n"))\n\(history)")
                    }
                }
            }
            try await group.waitForAll()
        }
        print("Interleavings: \(total) in \(ContinuousClock.now - start)")
    }

    /// How many are of up to three events; they come first.
    private static let short = 5 + 20 * 2 + 60 * 4

    private static func history(turn: Int, from first: Int) -> History {
        let place = turn % interleavings.count
        let index = place < short ? place : short + (first + place - short) % (interleavings.count - short)
        let round = first + turn / interleavings.count
        return history(
            index,
            death: deaths[(index + round) % deaths.count],
            passing: 1 + (index / deaths.count) % interleavings[index].order.count,
            standing: standings[(index + round) % standings.count]
        )
    }
}

/// Hands out numbers from 0 until there are no more, or too many have failed.
private final class Turns: Sendable {
    private let state: Mutex<(next: Int, failures: Int)>
    private let count: Int

    init(_ count: Int) {
        self.count = count
        state = Mutex((0, 0))
    }

    func next() -> Int? {
        state.withLock { state in
            guard state.next < count, state.failures < 5 else { return nil }
            state.next += 1
            return state.next - 1
        }
    }

    func fail() {
        state.withLock { $0.failures += 1 }
    }
}
