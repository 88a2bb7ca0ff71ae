/// Tags as Salesforce keeps them: one text, separated by a comma and a space.
package enum TagsRule {
    /// `tags` in one text of at most 255 UTF-16 code units; nil when there are none.
    ///
    /// What is too long ends after a whole tag: a longer text would be refused together with the Lead, and half a tag would
    /// be a tag that nobody gave.
    package static func text(of tags: [String]) -> String? {
        var result = ""
        for tag in distinct(tags) {
            let longer = result.isEmpty ? tag.cut(to: TextLimit.tags) : result + ", " + tag
            guard longer.utf16.count <= TextLimit.tags else { break }
            result = longer
        }
        return result.isEmpty ? nil : result
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
