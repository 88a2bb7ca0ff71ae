import GetResponse
import Model
import Salesforce
import Sandbox
import Synchronization
import TestSupport
import Time

/// The same spike worked off as it comes in, with one GetResponse request for each event before its one Salesforce write.
///
/// It has as many events in hand as the product, as far as GetResponse takes so many requests at a time, and uses each request
/// as soon as the window has one.
struct NaiveRun {
    let spike: Spike

    /// GetResponse's limit for every plan.
    private static let mostInFlight = 10

    func figures() async throws -> SpikeFigures {
        let began = ContinuousClock.now
        return try await SpikeWorld.with(spike) { world in
            let progress = NaiveProgress()
            let gate = NaiveGate(cap: spike.hourlyCap, time: world.clock)
            let ended = try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<min(spike.concurrency, Self.mostInFlight) {
                    group.addTask { try await work(progress, through: gate, in: world) }
                }
                let ended = try await world.arrive { due, now in
                    progress.add(due, at: now)
                }
                progress.end()
                try await group.waitForAll()
                return ended
            }
            try world.check()
            let (leads, optOuts) = progress.times
            let last = Duration.milliseconds((leads.max() ?? 0) - ended)
            return SpikeFigures(
                spike: spike,
                everyLead: last,
                everyProfile: last,
                getResponseRequests: world.sandbox.getResponse.requests.count,
                salesforceCalls: world.sandbox.salesforce.requestCount,
                optOuts: optOuts,
                real: began.duration(to: .now)
            )
        }
    }

    private func work(_ progress: NaiveProgress, through gate: NaiveGate, in world: SpikeWorld) async throws {
        while true {
            switch progress.next() {
            case .arrived(let arrival, let at):
                try await carryOut(arrival, through: gate, in: world)
                progress.finish(arrival, of: at, at: world.clock.read().wall)
            case .none: try await world.clock.sleep(for: .milliseconds(100))
            case .over: return
            }
        }
    }

    private func carryOut(_ arrival: Spike.Arrival, through gate: NaiveGate, in world: SpikeWorld) async throws {
        let details = try await details(of: arrival, through: gate, in: world)
        var fields: [String: FieldValue] = ["Email": .string(spike.email(arrival)), "LastName": "Lee"]
        if arrival.isUnsubscribe {
            fields = ["HasOptedOutOfEmail": true]
        } else {
            fields["FirstName"] = "Ann"
            fields["Company"] = .string(details?.customFields?["company"]?.first ?? "")
        }
        _ = try await world.salesforce.upsert(
            .lead,
            externalID: "GetResponse_Contact_ID__c",
            value: spike.contactID(arrival),
            fields: fields
        )
    }

    /// Nothing for who has left: the request is spent all the same.
    private func details(
        of arrival: Spike.Arrival,
        through gate: NaiveGate,
        in world: SpikeWorld
    ) async throws -> ContactDetails? {
        do {
            return try await world.getResponse(gate).contact(id: spike.contactID(arrival))
        } catch {
            guard case .notFound = error else { throw error }
            return nil
        }
    }
}

/// What has arrived and what became of it.
private final class NaiveProgress: Sendable {
    enum Next {
        case arrived(Spike.Arrival, at: Int64)
        /// So far.
        case none
        case over
    }

    private struct State {
        var waiting: [(arrival: Spike.Arrival, at: Int64)] = []
        var taken = 0
        var hasEnded = false
        var leads: [Int64] = []
        var optOuts: [Duration] = []
    }

    private let state = Mutex(State())

    var times: (leads: [Int64], optOuts: [Duration]) { state.withLock { ($0.leads, $0.optOuts) } }

    func add(_ arrivals: [Spike.Arrival], at time: Int64) {
        state.withLock { $0.waiting += arrivals.map { ($0, time) } }
    }

    /// Nothing more arrives.
    func end() {
        state.withLock { $0.hasEnded = true }
    }

    func next() -> Next {
        state.withLock { state in
            guard state.taken < state.waiting.count else { return state.hasEnded ? .over : .none }
            state.taken += 1
            return .arrived(state.waiting[state.taken - 1].arrival, at: state.waiting[state.taken - 1].at)
        }
    }

    func finish(_ arrival: Spike.Arrival, of arrived: Int64, at time: Int64) {
        state.withLock { state in
            if arrival.isUnsubscribe {
                state.optOuts.append(.milliseconds(time - arrived))
            } else {
                state.leads.append(time)
            }
        }
    }
}

/// A rolling window, counted exactly: whoever comes first is served first, as soon as there is a request.
private final class NaiveGate: RequestGate {
    private let cap: Int
    private let time: any TimeSource
    private let sent = Mutex<[Int64]>([])
    private static let window: Int64 = 3_600_001

    init(cap: Int, time: any TimeSource) {
        self.cap = cap
        self.time = time
    }

    func admit(_ purpose: RequestPurpose) async throws(GetResponseError) -> RequestGrant {
        let now = time.read().boot
        let (number, at) = sent.withLock { sent in
            let at = sent.count < cap ? now : max(now, sent[sent.count - cap] + Self.window)
            sent.append(at)
            return (sent.count, at)
        }
        do {
            if at > now { try await time.sleep(for: .milliseconds(at - now)) }
        } catch {
            throw .uncounted(reason: "it was cancelled")
        }
        return RequestGrant(id: Int64(number)) { true }
    }

    func settle(_ grant: RequestGrant, status: Int?, rateLimit: RateLimitState?) async {}
}
