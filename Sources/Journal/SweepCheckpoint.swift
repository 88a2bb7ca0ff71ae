package import Model

/// What a sweep looks at, in this order.
package enum SweepStage: String, Codable, CaseIterable, Sendable {
    /// Leads that are not converted.
    case leads
    /// Contacts that Leads were converted into: one that was there before does not take the Lead's opt-out over.
    case conversions
    /// Contacts by their own address.
    case contacts
}

/// How far a sweep over the org has come: the row `sweep` of `checkpoint`, as JSON.
package struct SweepCheckpoint: Codable, Hashable, Sendable {
    /// Who is at it.
    package var runner: String
    package var startedAt: Timestamp
    /// When it last came further.
    package var movedAt: Timestamp
    /// Nil while it is under way.
    package var finishedAt: Timestamp?
    /// Whether it looks at every record, not only at those that have changed since the last sweep.
    package var isFull: Bool
    /// When the last full sweep that left nothing out began; nil before the first.
    package var lastFullAt: Timestamp?
    /// What is still to be looked at, the first one being under way.
    package var stages: [SweepStage]
    /// Up to where the stage under way has come, by Salesforce's clock.
    package var position: Timestamp?
    /// Up to where earlier sweeps have come in each stage, by Salesforce's clock.
    package var cursors: [String: Timestamp]
    /// Stages that could not be looked at, or not by every name: a field or the object is hidden.
    package var skipped: [SweepStage] = []
    /// Records looked at, and by verdict those of people who opted out.
    package var examined = 0
    package var counts: [String: Int] = [:]

    /// Where the next record of a stage is to be looked for; nil for every record.
    ///
    /// Some minutes overlap: what was changed in a long transaction shows after what was changed later.
    package func begin(of stage: SweepStage) -> Timestamp? {
        if let position { return position }
        return isFull ? nil : cursors[stage.rawValue]?.advanced(by: .zero - Self.overlap)
    }

    /// How many records got a verdict.
    package subscript(verdict: SweepVerdict) -> Int { counts[verdict.rawValue] ?? 0 }

    /// Counts what was found.
    package mutating func count(_ findings: SweepFindings, among records: Int) {
        examined += records
        counts.merge(findings.counts.map { ($0.rawValue, $1) }) { $0 + $1 }
    }

    /// Ends the stage under way, and with the last one the sweep.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - isSkipped: Whether the stage could not be looked at.
    package mutating func endStage(now: Timestamp, isSkipped: Bool = false) {
        guard !stages.isEmpty else { return }
        let stage = stages.removeFirst()
        if isSkipped {
            skipped.append(stage)
        } else if let position {
            cursors[stage.rawValue] = max(position, cursors[stage.rawValue] ?? position)
        }
        position = nil
        guard stages.isEmpty else { return }
        finishedAt = now
        if isFull, skipped.isEmpty { lastFullAt = startedAt }
    }

    private static let overlap: Duration = .seconds(600)
}

extension SweepCheckpoint {
    /// Before the first sweep.
    init(runner: String, notBefore now: Timestamp) {
        self.init(
            runner: runner,
            startedAt: now,
            movedAt: now,
            finishedAt: now,
            isFull: false,
            lastFullAt: nil,
            stages: [],
            cursors: [:]
        )
    }

    /// The sweep after this one.
    func next(runner: String, now: Timestamp, fullInterval: Duration) -> SweepCheckpoint {
        let isFullDue = lastFullAt.map { $0.advanced(by: fullInterval) <= now || $0 > now } ?? true
        return SweepCheckpoint(
            runner: runner,
            startedAt: now,
            movedAt: now,
            isFull: isFullDue,
            lastFullAt: lastFullAt,
            stages: SweepStage.allCases,
            cursors: cursors
        )
    }
}

/// Whether it is time to sweep.
package enum SweepTurn: Hashable, Sendable {
    case rest
    /// Go on from here.
    case start(SweepCheckpoint)
}
