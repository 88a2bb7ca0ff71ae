extension Timestamp {
    /// Reads the date form of HTTP headers, `Wed, 21 Oct 2026 07:28:00 GMT` (RFC 9110, IMF-fixdate).
    package init?(httpDate text: some StringProtocol) {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT",
            let month = Self.monthNames.firstIndex(of: String(parts[2]))
        else { return nil }
        let monthNumber = month + 1
        let day = parts[1].utf8.count == 1 ? "0\(parts[1])" : String(parts[1])
        self.init(text: "\(parts[3])-\(monthNumber < 10 ? "0" : "")\(monthNumber)-\(day)T\(parts[4])Z")
    }

    private static let monthNames = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
