package import Journal
import Model

/// Gives dead letters another life, a few hundred at a time; first it says what would come of it.
package struct DeadLetterReplay: Sendable {
    /// What would become of one event, and what it would be replayed with.
    package struct Proposal: Sendable {
        package enum Verdict: Sendable {
            case replay(ReplayOrder)
            /// It can't be replayed, for this reason: a sentence.
            case refuse(String)
        }

        package var letter: DeadLetter
        package var verdict: Verdict
    }

    private let reader: JournalReader
    private let interpreter: CallbackInterpreter?
    private let isForced: Bool
    private let duplicateWindow: Duration

    /// - Parameters:
    ///   - reader: Where events and callbacks are read.
    ///   - interpreter: Decodes the raw callbacks again; nil replays events as they are.
    ///   - isForced: Whether effects that are confirmed already are sent again.
    ///   - duplicateWindow: How far apart the same content without a delivery id counts as the same event.
    package init(
        reader: JournalReader,
        interpreter: CallbackInterpreter?,
        isForced: Bool,
        duplicateWindow: Duration
    ) {
        self.reader = reader
        self.interpreter = interpreter
        self.isForced = isForced
        self.duplicateWindow = duplicateWindow
    }

    /// What would become of these events, in their order; it only reads.
    ///
    /// - Throws: `JournalError` when the journal can't be read.
    package func proposals(for letters: [DeadLetter]) async throws(JournalError) -> [Proposal] {
        let isFromRaw = interpreter != nil
        var callbacks = DecodedCallbacks(reader: reader, interpreter: interpreter)
        try await callbacks.find(originsOf: letters.filter { $0.reasonAgainstReplay(isFromRaw: isFromRaw) == nil })
        var proposals: [Proposal] = []
        for letter in letters {
            let verdict: Proposal.Verdict
            if let reason = letter.reasonAgainstReplay(isFromRaw: isFromRaw) {
                verdict = .refuse(reason)
            } else if isFromRaw {
                verdict = try await callbacks.verdict(on: letter)
            } else {
                verdict = .replay(ReplayOrder(letter: letter))
            }
            proposals.append(Proposal(letter: letter, verdict: verdict))
        }
        return proposals
    }

    /// What would become of them if they were carried out now; it only reads.
    ///
    /// - Returns: What would become of each, in order; a replay may find that more of them tell the same.
    /// - Throws: `JournalError` when the journal can't be read.
    package func foresee(_ proposals: [Proposal]) async throws(JournalError) -> [DecisionOutcome] {
        let outcomes = try await reader.foreseenOutcomes(
            of: proposals.compactMap(\.order),
            duplicateWindow: duplicateWindow
        )
        return merged(proposals, with: outcomes)
    }

    /// Does what the proposals say, in one commit.
    ///
    /// - Returns: What became of each, in order.
    /// - Throws: `JournalError`; then none of them is replayed.
    package func carryOut(
        _ proposals: [Proposal],
        in journal: EventJournal
    ) async throws(JournalError) -> [DecisionOutcome] {
        let outcomes = try await journal.replay(
            proposals.compactMap(\.order),
            isForced: isForced,
            duplicateWindow: duplicateWindow
        )
        return merged(proposals, with: outcomes)
    }

    private func merged(_ proposals: [Proposal], with outcomes: [DecisionOutcome]) -> [DecisionOutcome] {
        var next = outcomes.makeIterator()
        return proposals.map { proposal in
            switch proposal.verdict {
            case .refuse(let reason): .refused(reason)
            case .replay: next.next() ?? .changed
            }
        }
    }
}

extension DeadLetterReplay.Proposal {
    fileprivate var order: ReplayOrder? {
        guard case .replay(let order) = verdict else { return nil }
        return order
    }
}

/// The callbacks of some dead letters, each decoded again once.
private struct DecodedCallbacks {
    private enum Content {
        case decoded(DecodedCallback)
        case gone(String)
    }

    private let reader: JournalReader
    private let interpreter: CallbackInterpreter?
    private var origins: [Int64: RawOrigin] = [:]
    private var contents: [Int64: Content] = [:]

    init(reader: JournalReader, interpreter: CallbackInterpreter?) {
        self.reader = reader
        self.interpreter = interpreter
    }

    mutating func find(originsOf letters: [DeadLetter]) async throws(JournalError) {
        guard interpreter != nil else { return }
        for origin in try await reader.rawOrigins(of: letters.map(\.eventID)) { origins[origin.eventID] = origin }
    }

    mutating func verdict(on letter: DeadLetter) async throws(JournalError) -> DeadLetterReplay.Proposal.Verdict {
        guard let interpreter, let origin = origins[letter.eventID] else {
            return .refuse("It comes from no callback that could be decoded again; replay it without --from-raw.")
        }
        switch try await content(of: origin.callbackID, interpreter) {
        case .gone(let reason):
            return .refuse(reason)
        case .decoded(let decoded):
            let redecoding = Redecoding(decoded: decoded, position: origin.position)
            if let reason = redecoding.reasonAgainstReplay(of: letter) { return .refuse(reason) }
            return .replay(ReplayOrder(letter: letter, redecoding: redecoding))
        }
    }

    private mutating func content(
        of callbackID: Int64,
        _ interpreter: CallbackInterpreter
    ) async throws(JournalError) -> Content {
        if let known = contents[callbackID] { return known }
        let content: Content
        do {
            var decoded = interpreter.interpret(try await reader.rawCallback(callbackID))
            // Hundreds of bodies need not stay in memory.
            decoded.callback.body = nil
            content = .decoded(decoded)
        } catch {
            guard case .notFound = error else { throw error }
            content = .gone(error.description)
        }
        contents[callbackID] = content
        return content
    }
}
