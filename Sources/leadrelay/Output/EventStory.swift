import Foundation
import Journal

/// Everything about one event, for people and for scripts, without secrets.
struct EventStory {
    private let sections: [String: [TableRow]]

    init(sections: [(section: String, rows: [TableRow])], mask: SecretMask) {
        let masked = sections.map { ($0.section, $0.rows.map(mask.row)) }
        self.sections = Dictionary(masked) { first, _ in first }
    }

    /// One object: `event`, and an array each of `callbacks`, `attempts`, `effects`, `requests` and `decisions`; the keys of
    /// each are columns.
    var json: String {
        let event = sections["event"]?.first.map { Self.object($0, indent: "  ") } ?? "null"
        let others = ["callback", "attempt", "effect", "request", "decision"].map { section in
            let rows = (sections[section] ?? []).map { "    " + Self.object($0, indent: "    ") }
            return "  \"\(section)s\": [" + (rows.isEmpty ? "]" : "\n" + rows.joined(separator: ",\n") + "\n  ]")
        }
        return "{\n  \"event\": \(event),\n" + others.joined(separator: ",\n") + "\n}"
    }

    /// The event and its callbacks, then what was tried, sent, asked and decided, in the order in which it happened.
    var text: String {
        let first = ["event", "callback"].flatMap { section in
            (sections[section] ?? []).map { (section, $0) }
        }
        let then = [
            ("attempt", "started_at"), ("request", "granted_at"), ("effect", "planned_at"), ("decision", "decided_at"),
        ]
        .flatMap { section, time in
            (sections[section] ?? []).map { (section: section, at: $0[time], row: $0) }
        }
        .enumerated()
        .sorted { ($0.element.at.number, $0.offset) < ($1.element.at.number, $1.offset) }
        .map { ($0.element.section, $0.element.row) }
        return (first + then).map(Self.paragraph).joined(separator: "\n")
    }

    private static func paragraph(_ section: String, _ row: TableRow) -> String {
        var lines = [section]
        for (column, cell) in zip(row.columns, row.cells) where cell != .null {
            lines.append("  \(column): \(cell.text(column: column))")
        }
        if let remark = remark(section, row) { lines.append("  \(remark)") }
        return lines.joined(separator: "\n")
    }

    private static func remark(_ section: String, _ row: TableRow) -> String? {
        switch (section, row["state"], row["pruned_at"]) {
        case ("callback", .text("pruned"), _): "Its contents were pruned; the row stays for the chain."
        case ("callback", .text("erased"), _):
            "Its contents were erased at the person's wish; the row stays for the chain."
        case ("event", _, .integer): "Its payload was pruned."
        default: nil
        }
    }

    private static func object(_ row: TableRow, indent: String) -> String {
        let members = zip(row.columns, row.cells).map { column, cell in
            "\(indent)  \(RowJSON.quoted(column)): \(RowJSON.value(cell, column: column))"
        }
        return "{\n" + members.joined(separator: ",\n") + "\n\(indent)}"
    }
}

extension Cell {
    fileprivate var number: Int64 {
        if case .integer(let number) = self { number } else { 0 }
    }
}
