import ArgumentParser
import Journal
import Model

extension ErrorClass: ExpressibleByArgument {}

/// Which dead letters a command is about, by what they have in common.
struct DeadLetterFilterOptions: ParsableArguments {
    @Option(name: .customLong("class"), help: "Only those whose last error is of this class.")
    var errorClass: ErrorClass?

    @Option(help: "Only those with this action, such as subscribe, unsubscribe, click or unknown.")
    var action: String?

    @Option(help: "Only those of this person: an e-mail address, or contact:ID.")
    var person: String?

    @Option(
        help: "Only those that died since then: a date or time (2026-04-21, 2026-04-21T09:15:00Z), or an age (24h, 7d)."
    )
    var since: String?

    @Option(help: "No more than so many, the first that died first.")
    var limit: Int?

    func validate() throws {
        if let since, SinceArgument(since) == nil {
            throw ValidationError("--since takes a date, a time or an age, such as 2026-04-21 or 24h.")
        }
        if let limit, limit < 1 { throw ValidationError("--limit takes a number from 1.") }
    }

    /// Whether it says which ones, and not only how many.
    var isChoosing: Bool { errorClass != nil || action != nil || person != nil || since != nil }

    func filter(now: Int64) -> DeadLetterFilter {
        DeadLetterFilter(
            errorClass: errorClass,
            action: action.map(Action.init(rawValue:)),
            person: person.map { Person(email: $0) ?? Person(rawValue: $0) },
            since: since.flatMap(SinceArgument.init)?.timestamp(now: now)
        )
    }
}

/// Which dead letters a command decides about: those named by their ids, or those that match.
struct DeadLetterChoice: ParsableArguments {
    @Argument(help: "The events' ids; or none, and a filter or --all.")
    var ids: [Int64] = []

    @OptionGroup var filter: DeadLetterFilterOptions

    @Flag(help: "All dead letters.")
    var all = false

    @Flag(help: "Only list what would be done.")
    var dryRun = false

    @Flag(help: "Print what became of each as JSON.")
    var json = false

    func validate() throws {
        let hasFilter = filter.isChoosing || all
        guard !ids.isEmpty || hasFilter else {
            throw ValidationError(
                "Say which: the events' ids, a filter (--class, --action, --person, --since) or --all."
            )
        }
        guard ids.isEmpty || !(hasFilter || filter.limit != nil) else {
            throw ValidationError("Name events by their ids, or by a filter or --all, but not by both.")
        }
    }
}
