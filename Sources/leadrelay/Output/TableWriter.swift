import ArgumentParser
import Foundation
import Journal
import Model

/// How rows are printed.
enum TableFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people: times as text, JSON shortened.
    case table
    /// RFC 4180, with a header; values as the view has them.
    case csv
    /// An array of objects; values as the view has them.
    case json
}

/// Prints rows of a view as they come; only the table is held back until its widths are known, a page at a time.
struct TableWriter {
    private let format: TableFormat
    private let columns: [String]
    private let titles: [String]
    private var page: [[String]] = []
    private var count = 0

    /// - Parameters:
    ///   - format: How to print.
    ///   - columns: The view's columns, for CSV and JSON.
    ///   - titles: Those of them that a table shows.
    init(format: TableFormat, columns: [String], titles: [String]) {
        self.format = format
        self.columns = columns
        self.titles = titles
        if format == .csv { print(columns.joined(separator: ",")) }
        if format == .json { print("[", terminator: "") }
    }

    mutating func add(_ row: TableRow) {
        count += 1
        switch format {
        case .csv:
            print(columns.map { Self.csv(row[$0].plain) }.joined(separator: ","))
        case .json:
            print(count == 1 ? "" : ",")
            print("  " + Self.json(row, columns: columns), terminator: "")
        case .table:
            page.append(titles.map { row[$0].text(column: $0) })
            if page.count == 500 { printPage() }
        }
    }

    mutating func finish() {
        switch format {
        case .csv: break
        case .json: print(count == 0 ? "]" : "\n]")
        case .table: printPage()
        }
    }

    private mutating func printPage() {
        guard !page.isEmpty else { return }
        let widths = titles.indices.map { index in
            max(titles[index].count, page.map { $0[index].count }.max() ?? 0)
        }
        for line in [titles, widths.map { String(repeating: "-", count: $0) }] + page {
            let cells = zip(line, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            print(cells.joined(separator: "  ").trimmingSuffix(while: { $0 == " " }))
        }
        page.removeAll()
    }

    private static func csv(_ text: String) -> String {
        // A spreadsheet takes a cell that begins so for a formula; the quote keeps it text.
        let safe = text.first.map { "=+-@\t\r".contains($0) } == true && Double(text) == nil ? "'" + text : text
        guard safe.contains(where: { ",\"\n\r".contains($0) }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }

    private static func json(_ row: TableRow, columns: [String]) -> String {
        "{"
            + columns.map { "\(RowJSON.quoted($0)): \(RowJSON.value(row[$0], column: $0))" }.joined(separator: ", ")
            + "}"
    }
}

extension Cell {
    /// The value as the view has it.
    fileprivate var plain: String {
        switch self {
        case .null: ""
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let text): text
        }
    }

    /// The value for people: times in UTC, truth values in words, no control characters.
    func text(column: String) -> String {
        switch self {
        case .integer(let number) where column.hasSuffix("_at") || column == "at":
            Timestamp(milliseconds: number).iso8601
        case .integer(let number) where RowJSON.isTruth(column): number == 0 ? "no" : "yes"
        case .text(let text) where column == "records": RecordsText.text(of: text)
        default:
            String(
                String.UnicodeScalarView(
                    plain.unicodeScalars.map { $0.value < 32 || (127...159).contains($0.value) ? " " : $0 }
                )
            )
        }
    }
}

/// The JSON of `opt_out_audit.records` in few words: `Lead 00Q… verified, Contact 003… written`.
private enum RecordsText {
    private struct Record: Decodable {
        var object: String
        var id: String?
        var writtenAt: Int64?
        var verifiedAt: Int64?
    }

    static func text(of json: String) -> String {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let records = try? decoder.decode([Record].self, from: Data(json.utf8)) else { return json }
        guard !records.isEmpty else { return "none" }
        return records.map { record in
            let state = record.verifiedAt != nil ? "verified" : record.writtenAt != nil ? "written" : "pending"
            return "\(record.object) \(record.id ?? "?") \(state)"
        }
        .joined(separator: ", ")
    }
}

extension String {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
        var rest = self[...]
        while let last = rest.last, predicate(last) { rest.removeLast() }
        return String(rest)
    }
}
