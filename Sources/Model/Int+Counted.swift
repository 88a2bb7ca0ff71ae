extension Int {
    /// The number with its noun, for people: `1 dead letter`, `2 dead letters`.
    ///
    /// - Parameters:
    ///   - singular: The noun for one.
    ///   - plural: The noun for any other number; the singular with an s where it is not named.
    /// - Returns: The two words.
    package func counted(_ singular: String, _ plural: String? = nil) -> String {
        "\(self) \(self == 1 ? singular : plural ?? "\(singular)s")"
    }
}
