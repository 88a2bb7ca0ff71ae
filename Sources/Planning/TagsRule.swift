/// Tags as Salesforce keeps them: one text, separated by a comma and a space.
package enum TagsRule {
    /// `tags` in one text of at most `limit` UTF-16 code units; nil when there are none.
    ///
    /// What is too long ends after a whole tag: a longer text would be refused together with the Lead, and half a tag would
    /// be a tag that nobody gave.
    package static func text(of tags: [String], limit: Int = TextLimit.tags) -> String? {
        fitted(tags, limit: limit).text
    }

    /// The same, and whether anything did not fit.
    static func fitted(_ tags: [String], limit: Int) -> (text: String?, isShortened: Bool) {
        var result = ""
        var isShortened = false
        for tag in distinct(tags) {
            let longer = result.isEmpty ? tag.cut(to: limit) : result + ", " + tag
            isShortened = longer.utf16.count > limit || (result.isEmpty && longer != tag)
            guard longer.utf16.count <= limit else { break }
            result = longer
            if isShortened { break }
        }
        return (result.isEmpty ? nil : result, isShortened)
    }

    /// The tags in a text that Salesforce holds.
    package static func tags(in text: String?) -> [String] {
        distinct((text ?? "").split(separator: ",").map(String.init))
    }

    /// The tags in their order, each once, none empty.
    private static func distinct(_ tags: [String]) -> [String] {
        var seen: Set<String> = []
        return tags.map { $0.words.joined(separator: " ") }.filter { !$0.isEmpty && seen.insert($0).inserted }
    }
}
