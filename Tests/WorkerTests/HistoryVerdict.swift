import Foundation
import Model
import Sandbox

/// Judges the end of a history: the queue by its rows, Salesforce by the reference.
struct HistoryVerdict {
    let history: History
    let receipts: [HistoryWorld.Receipt]
    let rows: HistoryRows
    let standings: [HistoryStanding]
    let sandbox: Sandbox
    let clock: HistoryClock

    /// What is not as promised.
    var problems: [String] {
        var problems = rows.faults
        problems += rows.events.filter { $0.state != "completed" }.map {
            "event \($0.id) \($0.action) ended \($0.state): \($0.error ?? "")"
        }
        let happenings = Happening.all(in: receipts)
        let events = rows.events.filter { $0.action != "enrich" }
        guard events.map(\.action) == happenings.map(\.told.action.rawValue) else {
            let expected = happenings.map { "\($0.told.action)" }
            return problems + ["the events are \(events.map(\.action)), but what happened is \(expected)"]
        }
        for (event, happening) in zip(events, happenings) where event.occurredAt != happening.occurredAt {
            problems.append("event \(event.id) occurred at \(event.occurredAt), not \(happening.occurredAt)")
        }
        let tries = rows.events.compactMap { event in
            HistoryTry(event, happenings: happenings, events: events, rows: rows, clock: clock)
        }
        let leads = sandbox.salesforce.rows("Lead")
        let known = Set(standings.flatMap(\.records).compactMap(\.id))
        for (index, person) in history.people.enumerated() {
            let own = tries.filter { $0.happening.told.person == index }
            problems += HistoryOrder(tries: own).problems
            let made = leads.filter { !known.contains($0.id) && person.owns($0) }.sorted { $0.id < $1.id }
            let end = HistoryEnd(
                standing: standings[index],
                made: made,
                tries: own,
                person: person,
                rows: rows,
                sandbox: sandbox
            )
            problems += end.problems.map { "\(person.email): \($0)" }
        }
        return problems + requestProblems
    }

    /// What must never be seen on the wire.
    private var requestProblems: [String] {
        let requests = sandbox.salesforce.requests.all
        var problems = requests.filter { $0.body.contains(#""HasOptedOutOfEmail":false"#) }
            .map { "request \($0.number) takes an opt-out back" }
        // Whoever has had an answer and could record it never asks again.
        guard !rows.attempts.contains(where: { ["lost", "interrupted"].contains($0.outcome) }) else { return problems }
        let answered = requests.filter { $0.fault == nil && (200..<300).contains($0.status ?? 0) }
        let written = answered.flatMap { request in request.taskKeys.map { (key: $0, number: request.number) } }
        for (key, writes) in Dictionary(grouping: written, by: \.key) {
            // Each telling of a click may say so under the one key.
            let meant = rows.effects.count { $0.externalKey == key }
            guard writes.count > meant else { continue }
            problems.append("the Task \(key) was written \(writes.count) times: requests \(writes.map(\.number))")
        }
        return problems
    }
}

extension History.Person {
    /// Whether a Lead that the history made is this person's.
    fileprivate func owns(_ lead: SalesforceRow) -> Bool {
        let held = lead["Email"].string?.lowercased()
        return held == email || held == "new.\(email)"
            || contacts.contains { $0.id == lead["GetResponse_Contact_ID__c"].string }
    }
}

/// An event and its tries.
struct HistoryTry {
    var event: HistoryRows.Event
    /// What it tells; for an enrichment, what asked for it.
    var happening: Happening
    var isEnrichment: Bool
    var attempts: [HistoryRows.Attempt]
    /// What its attempts meant to write, and when that was planned, by the clock that does not jump.
    var effects: [(plannedAt: Int64, events: [Int64])]
    /// Start and end of each attempt, by the clock that does not jump.
    var intervals: [(from: Int64, to: Int64)]

    init?(
        _ event: HistoryRows.Event,
        happenings: [Happening],
        events: [HistoryRows.Event],
        rows: HistoryRows,
        clock: HistoryClock
    ) {
        isEnrichment = event.action == "enrich"
        let told = isEnrichment ? Int64(event.key.split(separator: ":").last ?? "") : event.id
        guard let place = events.firstIndex(where: { $0.id == told }) else { return nil }
        self.event = event
        happening = happenings[place]
        attempts = rows.attempts.filter { $0.event == event.id }
        guard !attempts.isEmpty else { return nil }
        intervals = attempts.map { (clock.moment(ofWall: $0.startedAt), clock.moment(ofWall: $0.finishedAt)) }
        effects = rows.effects.filter { $0.events.contains(event.id) }.map {
            (clock.moment(ofWall: $0.plannedAt), $0.events)
        }
    }

    var isOptOut: Bool { !isEnrichment && happening.told.isOptOut }
    var wasSnoozed: Bool { isEnrichment || attempts.contains { $0.outcome == "snoozed" } }
    var lastAttempt: Int64 { attempts.last?.id ?? 0 }
}

extension LoggedRequest {
    /// The keys of the Tasks that it writes, by themselves or in a batch.
    fileprivate var taskKeys: [String] {
        guard method != "GET", path.contains("/sobjects/Task/") else { return [] }
        guard path.contains("/composite/") else { return [path.split(separator: "/").last.map(String.init) ?? ""] }
        let field = path.split(separator: "/").last.map(String.init) ?? ""
        let content = try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        let records = content?["records"] as? [[String: Any]] ?? []
        return records.compactMap { $0[field] as? String }
    }
}
