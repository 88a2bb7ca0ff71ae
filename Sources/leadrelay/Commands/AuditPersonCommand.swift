import ArgumentParser
import Journal
import Model
import Time

struct AuditPersonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "person",
        abstract:
            "Tell one person's whole story: callbacks, events, tries, writes, decisions and consent, in order of time.",
        discussion: """
            It covers every name that the journal knows the person by: earlier and later addresses, and contacts. Exits 1 if \
            nothing is known. Somebody who was erased is unknown.
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: "The e-mail address, in any letter case, or contact:ID.")
    var email: String

    @Option(help: "How to print it.")
    var format = TableFormat.table

    func validate() throws {
        guard person == nil else { return }
        throw ValidationError("\"\(email)\" is no e-mail address.")
    }

    private var person: Person? {
        if email.hasPrefix("contact:"), email.count > "contact:".count {
            return Person(contactID: String(email.dropFirst("contact:".count)))
        }
        return Person(email: email)
    }

    func run() async throws {
        try await reporting {
            let settings = try common.settings()
            let reader = try JournalReader(path: settings.journal.path, time: SystemTimeSource())
            guard let person else { throw ExitStatus.foundProblem }
            let story = try await reader.story(of: person)
            guard !story.rows.isEmpty else {
                StandardError.write("The journal knows nobody by that address.")
                throw ExitStatus.foundProblem
            }
            let columns = ["at", "what", "detail", "event_id", "row_id", "person"]
            if format == .table { print("Known as \(story.names.joined(separator: ", ")).") }
            var writer = TableWriter(
                format: format,
                columns: columns,
                titles: ["at", "what", "event_id", "detail"]
            )
            for row in story.rows { writer.add(row) }
            writer.finish()
        }
    }
}
