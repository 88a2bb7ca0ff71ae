import Foundation
import Model
import Sandbox

/// Compares one person's end state with the reference.
///
/// The reference is given the events in the order of their last tries. Of an earlier try nobody can say from outside whether
/// Salesforce took it, and something may have come between it and the next one: an opt-out overtakes, and what happened
/// earlier but arrived later comes first. So the end must be that of some choice of earlier tries that were taken.
struct HistoryEnd {
    let standing: HistoryStanding
    /// The Leads that the history made, in order.
    let made: [SalesforceRow]
    let tries: [HistoryTry]
    let person: History.Person
    let rows: HistoryRows
    let sandbox: Sandbox

    var problems: [String] {
        var found: [[String]] = []
        for order in orders {
            let problems = differences(from: reference(order))
            if problems.isEmpty { return flagProblems + enrichmentProblems }
            found.append(problems)
        }
        return (found.min { $0.count < $1.count } ?? []) + flagProblems + enrichmentProblems
    }

    /// Every order that what the journal says leaves open.
    private var orders: [[HistoryTry]] {
        var orders: [[HistoryTry]] = [[]]
        for carriedOut in tries.flatMap(carriedOut).sorted(by: { $0.attempt < $1.attempt }) {
            let with = orders.map { $0 + carriedOut.tries }
            orders = carriedOut.isLast ? with : orders.count < 256 ? orders + with : orders
        }
        return orders + orders.flatMap(swapped)
    }

    /// The order with two neighbours swapped that ran at the same time, as events may of which nothing told that they are
    /// about one person: of them nobody can say which wrote last.
    private func swapped(_ order: [HistoryTry]) -> [[HistoryTry]] {
        order.indices.dropLast().compactMap { place in
            let (one, other) = (order[place], order[place + 1])
            guard let first = one.intervals.last, let second = other.intervals.last, one.event.id != other.event.id,
                first.from < second.to, second.from < first.to,
                one.attempts.last?.finishedAt != other.attempts.last?.finishedAt
            else { return nil }
            var order = order
            order.swapAt(place, place + 1)
            return order
        }
    }

    /// The attempts of an event that may have changed Salesforce, with whatever shared their writes.
    private func carriedOut(_ item: HistoryTry) -> [(attempt: Int64, isLast: Bool, tries: [HistoryTry])] {
        zip(item.attempts, item.intervals).flatMap { attempt, interval in
            let isLast = attempt.id == item.lastAttempt
            let sent = item.effects.filter { $0.plannedAt <= interval.to }.flatMap(\.events)
            let sharing = tries.filter { other in
                guard other.lastAttempt > attempt.id else { return false }
                // What followed this event has no attempt of its own where something came in between before its end.
                return (!isLast && sent.contains(other.event.id))
                    || other.effects.contains { (interval.from...interval.to).contains($0.plannedAt) }
            }
            let shared = sharing.isEmpty ? [] : [(attempt: attempt.id, isLast: false, tries: sharing)]
            return (isLast ? [(attempt: attempt.id, isLast: true, tries: [item])] : []) + shared
        }
    }

    private func reference(_ order: [HistoryTry]) -> HistoryReference {
        var reference = HistoryReference(records: standing.records)
        for item in order where item.event.outcome != "profileGone" {
            let profile = item.isEnrichment ? profile(of: item.happening.told.contactID) : nil
            guard !item.isEnrichment || profile != nil else { continue }
            reference.apply(
                item.happening.told,
                number: item.happening.number,
                occurredAt: item.happening.occurredAt,
                receivedAt: item.happening.receivedAt,
                profile: profile
            )
        }
        return reference
    }

    private func profile(of contactID: String?) -> History.Profile? {
        person.contacts.first { $0.id == contactID }?.profile
    }

    private func differences(from reference: HistoryReference) -> [String] {
        let expected = reference.records
        let missing = expected.count { $0.id == nil }
        guard made.count == missing else { return ["\(made.count) new Leads instead of \(missing)"] }
        var new = made[...]
        var ids: [String] = []
        var problems: [String] = []
        for record in expected {
            guard let row = record.id.flatMap({ sandbox.salesforce.row($0) }) ?? new.popFirst() else { continue }
            ids.append(row.id)
            let actual = HistoryReference.Record(row).fields
            for field in Set(actual.keys).union(record.fields.keys).sorted()
            where !isSame(field, actual[field], record.fields[field]) && !isBestEffort(field, of: row.id) {
                let values = "“\(actual[field] ?? "")” instead of “\(record.fields[field] ?? "")”"
                problems.append("\(record.object) \(row.id) has \(field) \(values)")
            }
        }
        let members = sandbox.salesforce.rows("CampaignMember").filter { member in
            [member["LeadId"].string, member["ContactId"].string].contains { $0.map(ids.contains) ?? false }
        }
        let statuses = members.map { $0["Status"].string ?? "" }
        if statuses != [reference.memberStatus].compactMap(\.self) {
            problems.append("The campaign's members are \(statuses), not \(reference.memberStatus ?? "none")")
        }
        return problems + taskProblems(reference.engagements, ids: ids)
    }

    private func isSame(_ field: String, _ actual: String?, _ expected: String?) -> Bool {
        // An address that differs by case alone is the same, and may stay or be replaced.
        if field == "Email" { return actual?.lowercased() == expected?.lowercased() }
        if let actual = actual.flatMap({ Timestamp(text: $0) }),
            let expected = expected.flatMap({ Timestamp(text: $0) })
        {
            return actual.milliseconds / 1000 == expected.milliseconds / 1000
        }
        return actual == expected
    }

    /// What goes with an opt-out is tried once with it, and its failure holds nothing up.
    private func isBestEffort(_ field: String, of record: String) -> Bool {
        ["Status", "Last_Unsubscribe_Date__c"].contains(field)
            && rows.effects.contains {
                $0.kind == "optout.details" && $0.record?.prefix(15) == record.prefix(15) && $0.state != "confirmed"
            }
    }

    /// One Task for all opens of a message, and one for all tellings of a click within ten minutes.
    ///
    /// Where a chain of tellings is longer than that, the design leaves open where it is cut: there are no fewer Tasks than
    /// chains, and no two for tellings that are all within ten minutes of one another.
    private func taskProblems(_ engagements: [HistoryReference.Engagement], ids: [String]) -> [String] {
        let tasks = sandbox.salesforce.rows("Task").filter { ids.contains($0["WhoId"].string ?? "") }
        var problems: [String] = []
        let subjects = Set(engagements.map(\.subject)).union(tasks.compactMap(\.subjectWithoutTime))
        for subject in subjects.sorted() {
            let told = engagements.filter { $0.subject == subject }
            let found = tasks.filter { $0.subjectWithoutTime == subject }
            let tellings = tries.filter { $0.happening.told.subject == subject }.flatMap(\.happening.tellings)
            let chains = Self.chains(tellings).count { chain in told.contains { chain.contains($0.receivedAt) } }
            let least = subject.hasPrefix("Email Open") ? min(1, told.count) : chains
            let isOpen = subject.hasPrefix("Email Open")
            let most = Dictionary(grouping: told, by: \.email).values.reduce(0) {
                $0 + (isOpen ? 1 : Self.apart($1.map(\.receivedAt)))
            }
            if found.count < least || found.count > max(least, most) {
                let times = told.map(\.receivedAt)
                problems.append("\(found.count) Tasks “\(subject)”, not \(least) to \(most), for \(times)")
            }
            let records = Set(told.map { ids[$0.record] })
            for task in found where !records.contains(task["WhoId"].string ?? "") {
                problems.append("Task \(task.id) “\(subject)” is at \(task["WhoId"].string ?? "nobody")")
            }
        }
        return problems
    }

    /// Times of which each is within the window after the one before it.
    private static func chains(_ times: [Int64]) -> [[Int64]] {
        times.sorted().reduce(into: []) { chains, time in
            if let last = chains.last?.last, time - last <= Happening.window {
                chains[chains.count - 1].append(time)
            } else {
                chains.append([time])
            }
        }
    }

    /// How many of the times can be so chosen that no two are within the window.
    private static func apart(_ times: [Int64]) -> Int {
        times.sorted().reduce(into: [Int64]()) { chosen, time in
            if chosen.last.map({ time - $0 > Happening.window }) ?? true { chosen.append(time) }
        }
        .count
    }

    /// An opt-out reaches every record of the person, those too that are made later; nobody else's flag is set.
    private var flagProblems: [String] {
        let isOptedOut = tries.contains(where: \.isOptOut)
        let standing = standing.records.filter { !$0.isConverted }.compactMap(\.id).compactMap(sandbox.salesforce.row)
        return (standing + made).filter { ($0["HasOptedOutOfEmail"].bool ?? false) != isOptedOut }.map {
            "\($0.object) \($0.id) is \(isOptedOut ? "not opted out" : "opted out, and nobody asked for it")"
        }
    }

    /// What a subscribe's callback lacked is fetched later (invariant 8).
    private var enrichmentProblems: [String] {
        tries.filter { item in
            let told = item.happening.told
            return !item.isEnrichment && told.action == .subscribe && told.contactID != nil
                && item.event.outcome == "applied" && (told.tags == nil || told.name == nil || told.createdOn == nil)
        }
        .filter { item in
            !tries.contains { other in
                other.isEnrichment && other.happening.told.contactID == item.happening.told.contactID
                    && other.lastAttempt > item.lastAttempt
            }
        }
        .map { "event \($0.event.id) lacked something that was never fetched" }
    }
}

extension SalesforceRow {
    /// A Task's subject without the time at its end.
    fileprivate var subjectWithoutTime: String? { self["Subject"].string?.components(separatedBy: " (20").first }
}
