/// A value of a column, as SQLite holds it.
package enum Cell: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
}

/// One row of a view, columns in the view's order: the keys of `--format json` and of CSV headers are these names.
package struct TableRow: Hashable, Sendable {
    package var columns: [String]
    package var cells: [Cell]

    package init(columns: [String], cells: [Cell]) {
        self.columns = columns
        self.cells = cells
    }

    package subscript(_ column: String) -> Cell {
        columns.firstIndex(of: column).map { cells[$0] } ?? .null
    }
}
