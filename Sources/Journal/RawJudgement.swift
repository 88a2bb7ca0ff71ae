import GRDB
import Model

/// What comes of an event's replay from its raw callback, by what the journal holds; it only reads.
struct RawJudgement {
    enum Verdict {
        /// It can't be replayed, for this reason: a sentence.
        case refuse(String)
        /// The element takes the place of the event's contents; `first` is another event that has told the same.
        case replay(DecodedElement, person: Person?, first: Int64?)
    }

    let letter: DeadLetter
    let redecoding: Redecoding
    let window: Duration

    private var callback: UndecodedCallback { redecoding.decoded.callback }

    func verdict(_ db: Database) throws -> Verdict {
        if let reason = redecoding.reasonAgainstReplay(of: letter) { return .refuse(reason) }
        guard let element = redecoding.element, try isKept(db) else {
            return .refuse("Its callback \(callback.id) was pruned or erased.")
        }
        let person = try EventTable.person(of: element.event.payload.contact, db)
        guard person != nil || !EventTable.aboutSomebody.contains(element.event.action) else {
            return .refuse("It still can't be decoded: it names neither an address nor a contact id.")
        }
        return .replay(element, person: person, first: try firstTelling(of: element.event, db))
    }

    /// What the decoding of now finds at places of the callback where there was nothing before.
    func furtherElements(_ db: Database) throws -> [DecodedElement] {
        let taken = try Int.fetchSet(
            db.cachedStatement(sql: "SELECT position FROM delivery WHERE callback_id = ?"),
            arguments: [callback.id]
        )
        return redecoding.decoded.elements.filter { !taken.contains($0.event.position) }
    }

    /// An erasure that came between reading and writing must stand.
    private func isKept(_ db: Database) throws -> Bool {
        let state = try String.fetchOne(
            db.cachedStatement(sql: "SELECT state FROM callback WHERE id = ?"),
            arguments: [callback.id]
        )
        return state == "decoded" || state == "malformed"
    }

    static let firstTellingSQL = """
        SELECT id FROM event
        WHERE content_key = ? AND content_seen_at BETWEEN ? AND ? AND id <> ? AND outcome IS NOT 'duplicate'
        ORDER BY content_seen_at DESC LIMIT 1
        """

    /// The event that has told the same within the window, as the look-back would have found it (rule 4).
    ///
    /// One that was completed as a duplicate is none: it may be a duplicate of this very event, which then nobody would
    /// carry out.
    private func firstTelling(of event: DecodedEvent, _ db: Database) throws -> Int64? {
        guard case .content = event.identity else { return nil }
        let received = callback.receivedAt
        return try Int64.fetchOne(
            db.cachedStatement(sql: Self.firstTellingSQL),
            arguments: [
                event.contentKey, received.advanced(by: .zero - window).milliseconds,
                received.advanced(by: window).milliseconds, letter.eventID,
            ]
        )
    }
}

extension JournalReader {
    /// What replays would come to, if they were carried out now.
    ///
    /// Events of one batch that tell the same are not compared with each other, and further elements that something else has
    /// told count all the same: a replay may find more duplicates than are foreseen.
    ///
    /// - Parameters:
    ///   - orders: The events as they were read.
    ///   - duplicateWindow: How far apart the same content without a delivery id counts as the same event.
    /// - Returns: What would become of each, in order.
    /// - Throws: `JournalError` when the journal can't be read.
    package func foreseenOutcomes(
        of orders: [ReplayOrder],
        duplicateWindow: Duration
    ) async throws(JournalError) -> [DecisionOutcome] {
        try await read { db in
            var seen: Set<Int64> = []
            return try orders.map { order in
                if let reason = order.letter.reasonAgainstReplay(isFromRaw: order.redecoding != nil) {
                    return .refused(reason)
                }
                guard let redecoding = order.redecoding else { return .done(addedEvents: 0) }
                let judgement = RawJudgement(letter: order.letter, redecoding: redecoding, window: duplicateWindow)
                switch try judgement.verdict(db) {
                case .refuse(let reason): return .refused(reason)
                case .replay(_, _, let first):
                    let isFirst = seen.insert(redecoding.decoded.callback.id).inserted
                    let added = isFirst ? try judgement.furtherElements(db).count : 0
                    return first.map { .duplicate(of: $0, addedEvents: added) } ?? .done(addedEvents: added)
                }
            }
        }
    }
}
