import Foundation
import GRDB
import Model

/// The statements of `event` and `delivery`.
enum EventTable {}

extension EventTable {
    static let sameContentSQL = """
        SELECT id FROM event WHERE content_key = ? AND content_seen_at BETWEEN ? AND ?
        ORDER BY content_seen_at DESC LIMIT 1
        """

    /// Adds an element of a delivery, or points the delivery at the event that told the same.
    ///
    /// - Returns: Whether it was new.
    static func insert(
        _ element: DecodedElement,
        of callback: UndecodedCallback,
        duplicateWindow: Duration,
        now: Int64,
        chain: Chain,
        _ db: Database
    ) throws -> Bool {
        let event = element.event
        if let existing = try idOfSameEvent(as: event, receivedAt: callback.receivedAt, window: duplicateWindow, db) {
            try db.cachedStatement(
                sql: "UPDATE event SET content_seen_at = max(content_seen_at, ?) WHERE id = ?"
            )
            .execute(arguments: [callback.receivedAt.milliseconds, existing])
            try insertDelivery(of: callback.id, position: event.position, event: existing, isDuplicate: true, db)
            return false
        }
        let person = try person(of: event.payload.contact, db)
        let occurredAt = event.occurredAt(receivedAt: callback.receivedAt)
        // What the search for removals found may be history: whoever came back since is not opted out by it. Only here, where
        // everything that was received before is decoded, that can be said for certain.
        let isOptOut =
            try element.isOptOut
            && !(callback.source == .reconcile && event.action != .drift
                && RemovalTable.cameBack(person, since: occurredAt, contact: event.payload.contact, db))
        // What an action that we carry out is about must be named; one that is only kept may be about nobody.
        let action = person == nil && Self.aboutSomebody.contains(event.action) ? .unknown : event.action
        let isDead = action == .unknown
        let contact = event.payload.contact
        try db.cachedStatement(
            sql: """
                INSERT INTO event (
                    idempotency_key, content_key, content_seen_at, action, source, person, previous_person, contact_id,
                    list_id, occurred_at, received_at, payload, lane, opt_out, state, available_at, last_error,
                    finalized_at
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        .execute(arguments: [
            idempotencyKey(of: event, callbackID: callback.id), event.contentKey, callback.receivedAt.milliseconds,
            action.rawValue, callback.source.rawValue, person?.rawValue,
            event.payload.previousEmail.flatMap(Person.init(email:))?.rawValue, contact.contactID, contact.listID,
            occurredAt.milliseconds, callback.receivedAt.milliseconds, try JSONText.encode(event.payload),
            element.lane.rawValue, isOptOut, isDead ? "dead" : "available", now,
            isDead ? event.failure ?? Self.failure(of: event) : nil, isDead ? now : nil,
        ])
        let id = db.lastInsertedRowID
        try insertDelivery(of: callback.id, position: event.position, event: id, isDuplicate: false, db)
        if let person, element.changesConsent, isOptOut || event.action == .subscribe {
            try ConsentTable.record(
                ConsentChange(
                    person: person,
                    listID: element.consentListID,
                    isOptOut: isOptOut,
                    reason: event.payload.reason,
                    source: callback.source,
                    occurredAt: occurredAt,
                    eventID: id
                ),
                now: now,
                chain: chain,
                db
            )
        }
        return true
    }

    /// The actions that are about a contact; others (a survey, the end of an import) may name none.
    static let aboutSomebody: Set<Action> = [
        .subscribe, .unsubscribe, .removed, .open, .click, .tagApplied, .emailChanged, .customFieldChanged, .enrich,
        .drift,
    ]

    private static func failure(of event: DecodedEvent) -> String {
        event.action == .unknown
            ? "It could not be decoded." : "This \(event.action) names neither an address nor a contact id."
    }

    /// Rule 4: by the delivery's id and position where there is one, else by content within the sliding window.
    private static func idOfSameEvent(
        as event: DecodedEvent,
        receivedAt: Timestamp,
        window: Duration,
        _ db: Database
    ) throws -> Int64? {
        switch event.identity {
        case .delivery:
            return try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT id FROM event WHERE idempotency_key = ?"),
                arguments: [idempotencyKey(of: event, callbackID: 0)]
            )
        case .content:
            // Bounded on both sides, so that a clock that was set back does not make a duplicate of everything.
            return try Int64.fetchOne(
                db.cachedStatement(sql: sameContentSQL),
                arguments: [
                    event.contentKey, receivedAt.advanced(by: .zero - window).milliseconds,
                    receivedAt.advanced(by: window).milliseconds,
                ]
            )
        case .unique:
            return nil
        }
    }

    private static func idempotencyKey(of event: DecodedEvent, callbackID: Int64) -> String {
        switch event.identity {
        case .delivery(let id, let position): "webhook:\(id):\(position)"
        case .content, .unique: "callback:\(callbackID):\(event.position)"
        }
    }

    /// The person behind the address, else the one that the contact id was seen with, else the contact id itself.
    static func person(of contact: ContactDetails, _ db: Database) throws -> Person? {
        if let person = contact.email.flatMap(Person.init(email:)) { return person }
        guard let contactID = contact.contactID else { return nil }
        let known = try String.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT person FROM event WHERE contact_id = ? AND instr(person, '@') > 0 ORDER BY id DESC LIMIT 1
                    """
            ),
            arguments: [contactID]
        )
        return known.map(Person.init(rawValue:)) ?? Person(contactID: contactID)
    }

    private static func insertDelivery(
        of callbackID: Int64,
        position: Int,
        event: Int64,
        isDuplicate: Bool,
        _ db: Database
    ) throws {
        try db.cachedStatement(
            sql: "INSERT INTO delivery (callback_id, position, event_id, duplicate) VALUES (?, ?, ?, ?)"
        )
        .execute(arguments: [callbackID, position, event, isDuplicate])
    }
}
