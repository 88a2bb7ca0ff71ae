import Foundation
import GRDB
import Model
import TestSupport

@testable import Journal

/// Events that go through a whole life, as a worker would lead them.
extension JournalFixture {
    /// Tells one delivery and carries everything out that can be claimed then.
    @discardableResult
    func live(_ element: DecodedElement, _ ending: EventConclusion? = nil) async throws -> Told {
        let told = try await tell(element)
        time.advance(by: .seconds(1))
        try await carryOutAll(ending)
        return told
    }

    /// Carries out what can be claimed, each event in its own try; nil ends it as a worker that has success would.
    func carryOutAll(_ ending: EventConclusion? = nil) async throws {
        while let event = try await claim(limit: 1).first { try await carryOut(event, ending) }
    }

    private func carryOut(_ event: ClaimedEvent, _ ending: EventConclusion?) async throws {
        if let ending {
            _ = try await journal.conclude(event.ticket, with: ending)
            return
        }
        let intent = Self.intent(of: event)
        let effects = try await journal.beginEffects([intent], of: event, mappingVersion: "1")
        time.advance(by: .seconds(1))
        let result = EffectResult(
            effectID: effects[0].id,
            state: .confirmed,
            recordID: Self.recordID(of: event),
            created: !event.isOptOut,
            confirmedAt: now,
            verifiedAt: event.isOptOut ? now : nil
        )
        try await journal.conclude(event.ticket, with: .completed(outcome: "applied"), results: [result])
        time.advance(by: .seconds(1))
    }

    private static func recordID(of event: ClaimedEvent) -> String {
        switch event.action {
        case .open, .click: "00T\(event.ticket.eventID)"
        default: "00Q-\(event.person?.rawValue ?? "")"
        }
    }

    private static func intent(of event: ClaimedEvent) -> EffectIntent {
        switch event.action {
        case _ where event.isOptOut:
            EffectIntent(
                kind: .optOutLead,
                object: .lead,
                target: .record(id: recordID(of: event)),
                fields: ["HasOptedOutOfEmail": true],
                before: ["HasOptedOutOfEmail": false]
            )
        case .open, .click:
            EffectIntent(
                kind: .taskCreate,
                object: .task,
                target: .externalID(field: "K", value: "event:\(event.ticket.eventID)"),
                fields: ["Subject": .string("\(event.action)")]
            )
        default:
            EffectIntent(
                kind: .leadUpsert,
                object: .lead,
                target: .externalID(field: "C", value: event.contactID ?? "?"),
                fields: ["LastName": "Doe", "Company": "Acme"]
            )
        }
    }
}

extension JournalFixture {
    /// The journal that a copy and its key make in a new place, as after the loss of a disk.
    init(of copy: String, keyFile: String, time: ManualTimeSource) throws {
        directory = try TemporaryDirectory()
        self.time = time
        let path = directory.path("leadrelay.sqlite")
        try FileManager.default.copyItem(atPath: copy, toPath: path)
        try FileManager.default.copyItem(atPath: keyFile, toPath: path + ".key")
        journal = try EventJournal(configuration: JournalConfiguration(path: path), time: time)
    }
}

/// Whoever can write the file, and means ill.
extension JournalFixture {
    /// Runs statements with no trigger, constraint or foreign key in the way, as another program could.
    func tamper(_ sql: String) throws {
        var configuration = JournalConnections.configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA ignore_check_constraints = ON")
            let triggers = try Row.fetchAll(db, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            for trigger in triggers { try db.execute(sql: "DROP TRIGGER \(trigger["name"] as String)") }
            try db.execute(sql: sql)
            for trigger in triggers { try db.execute(sql: trigger["sql"]) }
        }
        try queue.close()
    }
}
