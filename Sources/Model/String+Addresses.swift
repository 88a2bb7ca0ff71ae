extension String {
    /// The text with every word that holds an `@` replaced by `[address]`, for logs and sentences.
    ///
    /// Both APIs repeat the refused value in their messages ("Email: invalid email address: …"), and no address may
    /// reach a log.
    package func withoutAddresses() -> String {
        var result = ""
        var word = ""
        func finished() -> String { word.contains("@") ? "[address]" : word }
        for character in self {
            if character.isWhitespace || "\"'<>(),;".contains(character) {
                result += finished()
                result.append(character)
                word = ""
            } else {
                word.append(character)
            }
        }
        return result + finished()
    }
}
