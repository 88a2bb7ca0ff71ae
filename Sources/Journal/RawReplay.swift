import GRDB
import Model
import Time

/// The replay of one event whose callback was decoded again: what is decoded now takes the place of its contents.
///
/// The event keeps its id, its key and its rows in `delivery`; its consent is recorded only where that is new.
struct RawReplay {
    let letter: DeadLetter
    let redecoding: Redecoding
    let isForced: Bool
    let window: Duration
    let now: Int64
    let chain: Chain

    private var callback: UndecodedCallback { redecoding.decoded.callback }
    private var judgement: RawJudgement { RawJudgement(letter: letter, redecoding: redecoding, window: window) }

    /// - Returns: `done` without a count of further events, which `insertFurtherElements` adds.
    func perform(_ db: Database) throws -> DecisionOutcome {
        let element: DecodedElement
        let person: Person?
        let first: Int64?
        switch try judgement.verdict(db) {
        case .refuse(let reason): return .refused(reason)
        case .replay(let found, let whose, let earlier): (element, person, first) = (found, whose, earlier)
        }
        guard try update(to: element, person: person, isDuplicate: first != nil, db) else { return .changed }
        try DecisionTable.record(
            .replayed,
            of: letter,
            redecoded: first.map { "tells the same as event \($0)" } ?? change(to: element.event.action),
            redrive: letter.redrive + (isForced ? 1 : 0),
            now: now,
            db
        )
        if let first { return .duplicate(of: first) }
        if let person { try recordConsent(of: element, person: person, db) }
        return .done(addedEvents: 0)
    }

    /// Adds what the decoding of now finds at places of the callback where there was nothing before.
    ///
    /// - Returns: How many events there are more.
    func insertFurtherElements(_ db: Database) throws -> Int {
        var added = 0
        for element in try judgement.furtherElements(db) {
            let isNew = try EventTable.insert(
                element,
                of: callback,
                duplicateWindow: window,
                now: now,
                chain: chain,
                db
            )
            if isNew { added += 1 }
        }
        return added
    }

    private func change(to action: Action) -> String {
        action == letter.action ? "still \(action)" : "\(letter.action) became \(action)"
    }

    /// - Returns: Whether the event still was as it had been read.
    private func update(
        to element: DecodedElement,
        person: Person?,
        isDuplicate: Bool,
        _ db: Database
    ) throws -> Bool {
        let event = element.event
        let end = "state = 'completed', outcome = 'duplicate', finalized_at = ?, attempt = 0, discard_reason = NULL"
        try db.cachedStatement(
            sql: """
                UPDATE event SET
                    \(isDuplicate ? end : "\(EventTable.revival), available_at = ?"),
                    action = ?, person = ?, previous_person = ?, contact_id = ?, list_id = ?, occurred_at = ?, payload = ?,
                    content_key = ?, lane = ?, opt_out = ?, pruned_at = NULL, redrive = redrive + ?
                WHERE id = ? AND claim = ? AND state = ? AND state IN ('dead', 'discarded') AND erased_at IS NULL
                """
        )
        .execute(arguments: [
            now, event.action.rawValue, person?.rawValue,
            event.payload.previousEmail.flatMap(Person.init(email:))?.rawValue, event.payload.contact.contactID,
            event.payload.contact.listID, event.occurredAt(receivedAt: callback.receivedAt).milliseconds,
            try JSONText.encode(event.payload), event.contentKey,
            element.isOptOut ? Lane.compliance.rawValue : element.lane.rawValue, element.isOptOut, isForced ? 1 : 0,
            letter.eventID, letter.claim, letter.state,
        ])
        return db.changesCount == 1
    }

    /// Records a change of consent that the event did not make before.
    ///
    /// An event has one change. Where it made another one (of another person, or a subscribe that turns out to be an
    /// opt-out), that stays, and the new one is recorded without naming the event.
    private func recordConsent(of element: DecodedElement, person: Person, _ db: Database) throws {
        guard element.changesConsent else { return }
        let change = ConsentChange(
            person: person,
            listID: element.consentListID,
            isOptOut: element.isOptOut,
            reason: element.event.payload.reason,
            source: callback.source,
            occurredAt: element.event.occurredAt(receivedAt: callback.receivedAt),
            eventID: letter.eventID
        )
        try ConsentTable.recordIfNew(change, now: now, chain: chain, db)
    }
}
