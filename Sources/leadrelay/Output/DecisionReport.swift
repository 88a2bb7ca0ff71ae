import Journal
import Model

/// What a command decides about dead letters, in the words of its output.
enum DecisionVerb: String {
    case replay = "replayed"
    case discard = "discarded"
    case accept = "accepted"

    fileprivate func sentence(isDryRun: Bool, count: Int) -> String {
        let events = count.counted("event")
        let verb = isDryRun ? "would be" : count == 1 ? "is" : "are"
        return switch self {
        case .replay: "\(events) \(verb) tried again."
        case .discard: "\(events) \(verb) discarded."
        case .accept: "\(events) \(verb) accepted as not carried out."
        }
    }
}

/// What became of one event, or would become of it.
struct DecisionEntry {
    var letter: DeadLetter
    var outcome: DecisionOutcome
    /// More about what was done, in a few words.
    var note: String?

    init(letter: DeadLetter, outcome: DecisionOutcome, note: String? = nil) {
        self.letter = letter
        self.outcome = outcome
        self.note = note
    }

    /// What a decision would do, when this is what speaks against it.
    init(letter: DeadLetter, against reason: String?) {
        self.init(letter: letter, outcome: reason.map(DecisionOutcome.refused) ?? .done(addedEvents: 0))
    }
}

/// Tells what became of the events that a command decided about: a row for each as JSON or in a dry run, else in sentences.
struct DecisionReport {
    /// How many events that were asked for were not done.
    private(set) var problems = 0
    private let choice: DeadLetterChoice
    private let verb: DecisionVerb
    private let mask: SecretMask
    private var writer: TableWriter?
    private var done = 0
    /// Those of a replay that tell what other events have told.
    private var duplicates = 0
    private var addedEvents = 0
    private var optOuts = 0

    init(choice: DeadLetterChoice, verb: DecisionVerb, mask: SecretMask) {
        self.choice = choice
        self.verb = verb
        self.mask = mask
        if choice.json || choice.dryRun {
            let format: TableFormat = choice.json ? .json : .table
            writer = TableWriter(format: format, columns: Self.columns, titles: Self.tableColumns)
        }
    }

    mutating func add(_ entry: DecisionEntry) {
        let letter = entry.letter
        let (result, detail) = words(for: entry)
        let row = TableRow(
            columns: Self.columns,
            cells: [
                .integer(letter.eventID), .text(letter.action.rawValue), Cell(letter.person?.rawValue),
                .text(letter.errorClass), Cell(letter.lastError), .integer(Int64(letter.attempts)),
                letter.diedAt.map { .integer($0.milliseconds) } ?? .null, .text(result), Cell(detail),
                .integer(choice.dryRun ? 1 : 0),
            ]
        )
        tell(mask.row(row), letter.eventID, isDone: entry.outcome.isDone, detail: detail)
        switch entry.outcome {
        case .done(let added):
            done += 1
            addedEvents += added
            if letter.isOptOut { optOuts += 1 }
        case .duplicate(_, let added):
            duplicates += 1
            addedEvents += added
        case .changed where choice.ids.isEmpty: break
        case .refused, .changed: problems += 1
        }
    }

    mutating func addMissing(_ eventID: Int64) {
        let detail = "There is no such event."
        var cells = [Cell](repeating: .null, count: Self.columns.count)
        cells[0] = .integer(eventID)
        cells.replaceSubrange(
            (Self.columns.count - 3)...,
            with: [.text("missing"), .text(detail), .integer(choice.dryRun ? 1 : 0)]
        )
        tell(TableRow(columns: Self.columns, cells: cells), eventID, isDone: false, detail: detail)
        problems += 1
    }

    mutating func finish() {
        writer?.finish()
        guard !choice.json else { return }
        if done + duplicates + problems == 0 {
            print("No dead letter matches.")
            return
        }
        print(verb.sentence(isDryRun: choice.dryRun, count: done) + (choice.dryRun ? " Nothing was changed." : ""))
        func auxiliary(_ count: Int) -> String { choice.dryRun ? "would be" : count == 1 ? "is" : "are" }
        if duplicates > 0 {
            print(
                "\(duplicates) told what other events have told, and \(auxiliary(duplicates)) completed as duplicates."
            )
        }
        if addedEvents > 0 {
            let events = addedEvents.counted("further event")
            print("\(events) in their callbacks \(auxiliary(addedEvents)) added.")
        }
        if verb == .discard, optOuts > 0 {
            print(
                """
                \(optOuts) of them \(optOuts == 1 ? "is an opt-out, which stays" : "are opt-outs, which stay") overdue until \
                replayed with success, or accepted: leadrelay dead-letters accept ID --reason TEXT
                """
            )
        }
    }

    private mutating func tell(_ row: TableRow, _ eventID: Int64, isDone: Bool, detail: String?) {
        if writer != nil {
            writer?.add(row)
        } else if !isDone {
            StandardError.write("Event \(eventID): \(mask.text(detail ?? "it was left alone."))")
        } else if !choice.ids.isEmpty, let detail {
            print("Event \(eventID): \(mask.text(detail)).")
        }
    }

    private func words(for entry: DecisionEntry) -> (result: String, detail: String?) {
        let auxiliary = choice.dryRun ? "would be " : ""
        switch entry.outcome {
        case .done(let added):
            let parts = [entry.note, Self.finding(added)].compactMap(\.self)
            return (auxiliary + verb.rawValue, parts.isEmpty ? nil : parts.joined(separator: "; "))
        case .duplicate(let first, let added):
            let parts = ["event \(first) tells the same, so this one need not be carried out", Self.finding(added)]
            return (auxiliary + "duplicate", parts.compactMap(\.self).joined(separator: "; "))
        case .refused(let reason): return ("refused", reason)
        case .changed: return ("changed", "Somebody else was quicker; it was left alone.")
        }
    }

    private static func finding(_ addedEvents: Int) -> String? {
        switch addedEvents {
        case 0: nil
        case 1: "1 more event is in its callback"
        default: "\(addedEvents) more events are in its callback"
        }
    }

    private static let columns = [
        "event_id", "action", "person", "error_class", "last_error", "attempts", "died_at", "result", "detail",
        "dry_run",
    ]

    private static let tableColumns = ["event_id", "action", "person", "error_class", "died_at", "result", "detail"]
}

extension Cell {
    fileprivate init(_ text: String?) {
        self = text.map(Cell.text) ?? .null
    }
}
