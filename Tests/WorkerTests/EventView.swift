import Journal

/// What the journal says of one event, the way `events show` tells it.
struct EventView: Sendable, CustomStringConvertible {
    var id: Int64
    var event: TableRow
    var attempts: [TableRow]
    var effects: [TableRow]

    var action: String { event["action"].text ?? "" }
    var person: String? { event["person"].text }
    var contactID: String? { event["contact_id"].text }
    var state: String { event["state"].text ?? "" }
    var outcome: String? { event["outcome"].text }
    /// How many tries were charged.
    var attempt: Int64 { event["attempt"].integer ?? -1 }
    var waitsFor: String? { event["waits_for"].text }
    var lastError: String? { event["last_error"].text }
    var finalizedAt: Int64? { event["finalized_at"].integer }
    var attemptOutcomes: [String] { attempts.compactMap { $0["outcome"].text } }

    /// The effects of a kind.
    func effects(_ kind: String) -> [TableRow] {
        effects.filter { $0["kind"].text == kind }
    }

    func isCompleted(_ outcome: String = "applied") -> Bool {
        state == "completed" && self.outcome == outcome
    }

    var description: String {
        "\(id) \(action) \(person ?? "-") \(state)/\(outcome ?? "-") attempt \(attempt) \(attemptOutcomes) "
            + "waits \(waitsFor ?? "-") effects \(effects.map { "\($0["kind"].text ?? "")=\($0["state"].text ?? "")" }) "
            + "error \(lastError ?? "-")"
    }
}

extension EventView {
    init?(_ id: Int64, in journal: EventJournal) async throws(JournalError) {
        do {
            let sections = try await journal.reader.eventDetails(id)
            guard let event = sections.first(where: { $0.section == "event" })?.rows.first else { return nil }
            self.init(
                id: id,
                event: event,
                attempts: sections.first { $0.section == "attempt" }?.rows ?? [],
                effects: sections.first { $0.section == "effect" }?.rows ?? []
            )
        } catch {
            guard case .notFound = error else { throw error }
            return nil
        }
    }
}

extension Cell {
    var text: String? {
        guard case .text(let value) = self else { return nil }
        return value
    }

    var integer: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }
}
