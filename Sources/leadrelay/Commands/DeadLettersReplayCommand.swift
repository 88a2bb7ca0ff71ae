import ArgumentParser
import Journal
import Model
import Time
import Worker

struct DeadLettersReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Try dead letters again, with a fresh count of attempts.",
        discussion: """
            The history is kept. What Salesforce has confirmed is not sent again unless --force is given; then everything \
            is planned anew from what Salesforce holds now and sent, as often as it is replayed so. A Task is found by its \
            key and updated, never doubled. An event that was discarded can be replayed by its id; one that is completed can't, \
            with --force either: later events of its person may have changed what it wrote.
            """
    )

    @OptionGroup var common: CommonOptions

    @OptionGroup var choice: DeadLetterChoice

    @Flag(help: "Decode the raw callbacks again first, after a decoder or a setting under sync or optOut was mended.")
    var fromRaw = false

    @Flag(help: "Send again what is confirmed already.")
    var force = false

    func run() async throws {
        try await reporting { try await run(with: common.settings()) }
    }

    func run(with settings: Settings) async throws {
        let time = SystemTimeSource()
        let reader = try JournalReader(path: settings.journal.path, time: time)
        let replay = DeadLetterReplay(
            reader: reader,
            interpreter: fromRaw ? CallbackInterpreter(policy: settings.syncPolicy) : nil,
            isForced: force,
            duplicateWindow: settings.worker.duplicateWindow
        )
        let decisions = DeadLetterDecisions(
            choice: choice,
            reader: reader,
            mask: SecretMask(settings: settings),
            verb: .replay
        )
        if choice.dryRun {
            try await decisions.run { letters in
                let proposals = try await replay.proposals(for: letters)
                return DecisionEntry.entries(proposals, try await replay.foresee(proposals))
            }
        } else {
            let journal = try settings.openJournal(time: time, checkpointBytes: 4 << 20)
            try await decisions.run { letters in
                let proposals = try await replay.proposals(for: letters)
                return DecisionEntry.entries(proposals, try await replay.carryOut(proposals, in: journal))
            }
        }
    }
}

extension DecisionEntry {
    /// What became of the proposals, or would become of them.
    fileprivate static func entries(
        _ proposals: [DeadLetterReplay.Proposal],
        _ outcomes: [DecisionOutcome]
    ) -> [DecisionEntry] {
        zip(proposals, outcomes).map { DecisionEntry(letter: $0.letter, outcome: $1, note: $0.note) }
    }
}

extension DeadLetterReplay.Proposal {
    /// What the raw callback says now, in a few words.
    fileprivate var note: String? {
        guard case .replay(let order) = verdict, let element = order.redecoding?.element else { return nil }
        let action = element.event.action
        let person = element.event.payload.contact.email ?? element.event.payload.contact.contactID
        let whose = person.map { " of \($0)" } ?? ""
        return letter.action == action
            ? "decoded again as \(action)\(whose)" : "\(letter.action) became \(action)\(whose)"
    }
}
