import ArgumentParser
import Journal
import Time

struct DeadLettersAcceptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Accept, for a reason that is kept, that an opt-out was not carried out: it is not overdue any more.",
        discussion: "Only for opt-outs that are dead or discarded. A replay takes the acceptance back."
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
            verb: .accept
        )
        let reason = why.reason
        if choice.dryRun {
            try await decisions.run { $0.map { DecisionEntry(letter: $0, against: $0.reasonAgainstAcceptance) } }
        } else {
            let journal = try settings.openJournal(time: time, checkpointBytes: 4 << 20)
            try await decisions.run { letters in
                zip(letters, try await journal.accept(letters, reason: reason)).map {
                    DecisionEntry(letter: $0, outcome: $1)
                }
            }
        }
    }
}
