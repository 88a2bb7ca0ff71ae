/// A table of plain text.
struct Table {
    private let titles: [String]
    private var rows: [[String]] = []

    init(_ titles: String...) {
        self.titles = titles
    }

    mutating func add(_ cells: String...) {
        rows.append(cells)
    }

    func print() {
        let all = [titles] + rows
        let widths = titles.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        for (index, row) in all.enumerated() {
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + padding : padding + cell
            }
            Swift.print("  " + cells.joined(separator: "  "))
            if index == 0 {
                Swift.print("  " + widths.map { String(repeating: "-", count: $0) }.joined(separator: "  "))
            }
        }
        Swift.print()
    }
}

extension Double {
    /// Without decimals, thousands set apart.
    var grouped: String {
        let digits = Array(String(Int(rounded())))
        return String(
            digits.enumerated().flatMap { index, digit in
                index > 0 && (digits.count - index) % 3 == 0 ? [",", digit] : [digit]
            }
        )
    }

    func text(_ decimals: Int) -> String {
        let factor = (0..<decimals).reduce(1.0) { factor, _ in factor * 10 }
        let whole = (self * factor).rounded() / factor
        let parts = String(whole).split(separator: ".", maxSplits: 1).map(String.init)
        let fraction = parts.count > 1 ? parts[1] : ""
        return parts[0] + "." + String(fraction.prefix(decimals))
            + String(repeating: "0", count: max(0, decimals - fraction.count))
    }
}

extension [Double] {
    var median: Double {
        isEmpty ? 0 : sorted()[count / 2]
    }
}
