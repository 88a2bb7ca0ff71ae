import GRDB

extension TableRow {
    init(row: Row) {
        self.init(columns: Array(row.columnNames), cells: row.databaseValues.map(Cell.init))
    }
}

extension Cell {
    fileprivate init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let number): self = .integer(number)
        case .double(let number): self = .real(number)
        case .string(let text): self = .text(text)
        // No view shows a body; a blob of another kind is named, not dumped.
        case .blob(let data): self = .text("<\(data.count) bytes>")
        }
    }
}
