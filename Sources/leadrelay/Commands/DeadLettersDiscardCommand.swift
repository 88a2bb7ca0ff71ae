import ArgumentParser
import Journal
import Time

struct DeadLettersDiscardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Give dead letters up, for a reason that is kept.",
        discussion: "An opt-out that is given up stays overdue, until it is replayed with success or accepted."
    )

    @OptionGroup var common: CommonOptions

    @OptionGroup var choice: DeadLetterChoice

    @OptionGroup var why: DecisionReason

    func run() async throws {
        try await reporting { try await run(with: common.settings()) }
    }

    func run(with settings: Settings) async throws {
        let time = SystemTimeSource()
        let decisions = DeadLetterDecisions(
            choice: choice,
            reader: try JournalReader(path: settings.journal.path, time: time),
            mask: SecretMask(settings: settings),
            verb: .discard
        )
        let reason = why.reason
        if choice.dryRun {
            try await decisions.run { $0.map { DecisionEntry(letter: $0, against: $0.reasonAgainstDiscard) } }
        } else {
            let journal = try settings.openJournal(time: time, checkpointBytes: 4 << 20)
            try await decisions.run { letters in
                zip(letters, try await journal.discard(letters, reason: reason)).map {
                    DecisionEntry(letter: $0, outcome: $1)
                }
            }
        }
    }
}

/// Why something is decided: words that stay with the event.
struct DecisionReason: ParsableArguments {
    @Option(help: "Why; it stays with the event.")
    var reason: String

    func validate() throws {
        guard reason.contains(where: { !$0.isWhitespace }) else { throw ValidationError("--reason must say why.") }
    }
}
