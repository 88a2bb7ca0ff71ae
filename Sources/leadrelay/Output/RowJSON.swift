import Foundation
import Journal

/// Cells as JSON: what is JSON in its column stays so, and truth values are such.
enum RowJSON {
    private static let truths: Set<String> = [
        "overdue", "duplicate", "dry_run", "opt_out", "created_record", "from_raw",
    ]
    private static let documents: Set<String> = ["records", "payload", "fields", "before"]

    static func value(_ cell: Cell, column: String) -> String {
        switch cell {
        case .null: "null"
        case .integer(let number): truths.contains(column) ? (number == 0 ? "false" : "true") : String(number)
        case .real(let number): String(number)
        case .text(let text): documents.contains(column) && isJSON(text) ? text : quoted(text)
        }
    }

    static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }

    static func isTruth(_ column: String) -> Bool { truths.contains(column) }

    /// A secret that was cut out may have left something else.
    private static func isJSON(_ text: String) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) != nil
    }
}
